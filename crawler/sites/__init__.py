"""Which sites there are: one `<name>.toml` each, read into `Site`; knows neither Scrapy nor the network.

The file's name is the site's name and the spider's. A file with mistakes stops only its own site: all its
mistakes are told at once, in `SiteBook.problems`, and the others load. What sites on one platform share
stands in `platforms/<platform>.toml`; mistakes there stop only the sites that name it.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from crawler.sites.platform import ANY_PLATFORM, TABLES, Platform, joined
from crawler.sites.site import Find, Site, host_and_port, web_address

__all__ = ["Platform", "Site", "SiteBook", "SiteError", "host_and_port", "load_sites", "lone_site"]

BUNDLED = Path(__file__).parent
PLATFORMS = "platforms"  # the folder below, of the bundled files and of the user's
NAME = re.compile(r"[a-z0-9][a-z0-9-]*")  # safe as a file name, a spider name and a log file's name
SITE_FILE_BYTES = 64 * 1024  # ours have 1 KiB; anything far bigger is not a site file


class SiteError(ValueError):
    """No such site; `carnews sites` lists the known ones."""


@dataclass(frozen=True, slots=True)
class SiteBook:
    """All sites that can be crawled, by name, and in plain sentences what is wrong with the others."""

    sites: dict[str, Site]
    problems: list[str]
    platforms: dict[str, Platform] = field(default_factory=dict)

    def site(self, name: str) -> Site:
        """The site called `name`; SiteError where there is none or its file is broken."""
        if name in self.sites:
            return self.sites[name]
        broken = [problem for problem in self.problems if Path(problem.partition(".toml: ")[0]).name == name]
        raise SiteError("; ".join(broken) or f"no site {name!r}; `carnews sites` lists the known ones")

    def owner_of(self, url: str) -> Site | None:
        """The site `url` lies on, that with the longest host where several fit; None where none does."""
        owners = [site for site in self.sites.values() if site.owns(url)]
        return max(owners, key=lambda site: len(site.host), default=None)


def lone_site(url: str) -> Site:
    """A site for an address that no file knows: named after its host, read generically, crawled politely."""
    home = f"{urlsplit(web_address(url)).scheme}://{urlsplit(url).netloc}/"
    host = host_and_port(url)
    return Site(name=host, title=host, home=home, find=Find(sitemaps=(home + "sitemap.xml",)))


def load_sites(extra: Path | None = None) -> SiteBook:
    """The bundled sites, and those of the folder `extra`, which add to them and replace their namesakes.

    So do the platforms in `extra/platforms/`.
    """
    folders, problems = [BUNDLED], []
    if extra is not None and not extra.is_dir():
        problems.append(f"{extra}: not a folder; make it or unset CARNEWS_SITES")
    elif extra is not None:
        folders.append(extra)
    platforms = {}
    for path in named_files([folder / PLATFORMS for folder in folders]):
        platforms[path.stem] = read_platform(path, problems)
    sites = {}
    for path in named_files(folders):
        found = read_site(path, platforms)
        if isinstance(found, Site):
            sites[path.stem] = found
        else:
            problems += found
    return SiteBook(sites, problems, {name: sound for name, sound in platforms.items() if sound})


def named_files(folders: Sequence[Path]) -> list[Path]:
    """The TOML files of the folders by name; where two have one name, that of the later folder."""
    paths = {path.stem: path for folder in folders for path in folder.glob("*.toml")}
    return [paths[name] for name in sorted(paths)]


def read_platform(path: Path, problems: list[str]) -> Platform | None:
    """The platform of one file; None where it has mistakes, which are added to `problems`."""
    try:
        return Platform.model_validate({**told_by(path), "name": path.stem})
    except (ValidationError, SiteError) as error:
        problems += [f"{path}: {mistake}" for mistake in mistakes(error)]
        return None


def read_site(path: Path, platforms: Mapping[str, Platform | None]) -> Site | list[str]:
    """The site of one file, or every mistake in it, each naming file and key."""
    found = []
    try:
        told = told_by(path)
        if isinstance(name := told.get("platform"), str):
            platform = platforms.get(name)
            told = joined(told, platform.tables if platform else ANY_PLATFORM)
            found = [] if platform else [f"platform: {no_platform(name, platforms)}"]
        site = Site.model_validate({**told, "name": path.stem})
    except (ValidationError, SiteError) as error:
        found += mistakes(error)
    return [f"{path}: {mistake}" for mistake in found] or site


def no_platform(name: str, platforms: Mapping[str, Platform | None]) -> str:
    """Why a site cannot have the platform `name`."""
    if name in platforms:
        return f"{PLATFORMS}/{name}.toml has mistakes"
    return f"no platform {name!r}; known: {', '.join(sorted(platforms))}"


def told_by(path: Path) -> dict[str, Any]:
    """The file's tables, not yet judged; SiteError where it cannot be a site file at all."""
    if not NAME.fullmatch(path.stem):
        raise SiteError(f"{path.stem!r} is no site name; use a-z, 0-9 and hyphens")
    try:
        raw = path.read_bytes()
        if len(raw) > SITE_FILE_BYTES:
            raise SiteError(f"{len(raw)} bytes are too many for a site file")
        told = tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise SiteError(f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SiteError("not UTF-8; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SiteError(f"not TOML: {error}") from error
    if "name" in told:
        raise SiteError("name: the file's name is the site's name; remove the key")
    return told


def mistakes(error: ValidationError | SiteError) -> list[str]:
    """Each mistake as "[table] key: what is wrong"."""
    if isinstance(error, SiteError):
        return [str(error)]
    told = []
    for found in error.errors(include_url=False, include_context=False):
        steps = [str(step) for step in found["loc"]]
        table = f"[{steps[0]}] " if steps and steps[0] in TABLES else ""
        key = ".".join(steps[1:] if table else steps)
        what = found["msg"].removeprefix("Value error, ")
        told.append(f"{table}{key}: {what}" if key else f"{table}{what}")
    return told
