"""The text of a site file, drafted from what was found; never longer than a person would write it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from crawler.sites.site import Find, Site

GENERAL = {"com", "net", "org", "info", "news", "co", "www"}  # parts of a host that name nobody
KINDS = ("feeds", "wordpress", "sitemaps", "sections")


@dataclass(frozen=True, slots=True)
class Finding:
    """The channels a site file should name, the pattern of articles, and other channels worth knowing."""

    channels: Mapping[str, Sequence[str]]
    articles: str | None = None
    spare: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def is_enough(self) -> bool:
        """Whether a crawl could do with it: what holds other pages beside articles needs their pattern."""
        pure = [*self.channels.get("feeds", ()), *self.channels.get("wordpress", ())]
        return bool(pure) or (self.articles is not None and any(self.channels.values()))

    def completed(self, site: Site, title: str | None, language: str | None) -> Site:
        """`site` with all of that."""
        named: dict[str, Any] = {kind: tuple(self.channels.get(kind, ())) for kind in KINDS}
        find = Find.model_construct(**named, articles=self.articles)
        told = {"title": title or site.title, "language": language, "find": find}
        # a fresh one: a site keeps what it derived from its file
        return Site.model_construct(**{**dict(site), **told})


def drafted(site: Site, finding: Finding, *, proven: bool) -> str:
    """The file of `site`, "verified" where its channels answered and its articles could be read."""
    today = datetime.now(UTC).date()
    counted = [
        f"{len(urls)} {kind if len(urls) > 1 else kind.removesuffix('s')}" for kind, urls in named(finding)
    ]
    lines = [f"title = {quoted(site.title)}", f"home = {quoted(site.home)}"]
    if site.language:
        lines.append(f'language = "{site.language}"')
    if proven:
        lines += ['status = "verified"', f"checked_on = {today}"]
    lines += [f'evidence = "drafted from what answered on {today}: {", ".join(counted)}"', "", "[find]"]
    lines += [f"{kind} = {listed(urls)}" for kind, urls in named(finding)]
    if finding.articles:
        lines.append(f"articles = {literal(finding.articles)}")
    for kind, urls in finding.spare.items():
        if urls:
            lines.append(
                f"# {kind} = {listed(urls)}  # goes further back: for crawls with --since and --until"
            )
    if site.crawl.allow_private:
        lines += ["", "[crawl]", "allow_private = true"]
    return "\n".join(lines) + "\n"


def named(finding: Finding) -> list[tuple[str, Sequence[str]]]:
    """The kinds of channels that there are, with their addresses."""
    return [(kind, urls) for kind in KINDS if (urls := finding.channels.get(kind))]


def quoted(text: str) -> str:
    """`text` as a TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def literal(pattern: str) -> str:
    """`pattern` as a TOML string, its backslashes as they are where that can be."""
    return f"'{pattern}'" if "'" not in pattern and pattern.isprintable() else quoted(pattern)


def listed(urls: Sequence[str]) -> str:
    """Addresses as a TOML list."""
    return f"[{', '.join(quoted(url) for url in urls)}]"


def name_for(url: str) -> str:
    """A name for the site at `url`: its host without what every host has; of one in figures all of it."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    labels = [label for label in host.split(".") if label]
    if len(labels) > 1 and not labels[-1].isdigit():
        labels = [label for label in labels[:-1] if label not in GENERAL] or labels[:1]
    elif parts.port:
        labels.append(str(parts.port))
    return re.sub(r"[^a-z0-9-]+", "-", "-".join(labels).lower()).strip("-") or "site"
