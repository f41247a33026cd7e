"""The page that lists all bundled sites, `docs/sites.md`: made from the site files, never written by hand."""

from collections import Counter
from collections.abc import Iterable, Mapping

from crawler.sites import Platform, Site, SiteBook

HEAD = """\
# Sites

Made from the files in `crawler/sites/`; do not edit. After a change there:

```sh
python -m crawler.sites > docs/sites.md
```

A site is `verified` when its feed was seen answering on a known day, else `candidate`: defined from evidence
only, its first crawl will tell. `carnews sites` lists them with one's own.
"""
PLATFORM_NOTE = """\
What the sites on one platform share stands in `crawler/sites/platforms/`; see `adding-a-site.md`.
"""


def overview(book: SiteBook) -> str:
    """The whole page as Markdown, ending in a line break."""
    sites = book.sites
    verified = sum(site.status == "verified" for site in sites.values())
    languages = {site.language for site in sites.values() if site.language}
    count = f"{len(sites)} sites in {len(languages)} languages, {verified} of them verified.\n"
    listed = table(
        ("name", "title", "language", "status", "checked on", "channels", "platform", "evidence"),
        (site_row(name, site) for name, site in sorted(sites.items())),
    )
    shared = table(
        ("platform", "title", "sites", "evidence"),
        (platform_row(platform, sites) for _, platform in sorted(book.platforms.items())),
    )
    return f"{HEAD}\n{count}\n{listed}\n## Platforms\n\n{PLATFORM_NOTE}\n{shared}"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table; a bar inside a cell is escaped."""
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def site_row(name: str, site: Site) -> tuple[str, ...]:
    """One site's line."""
    return (
        name,
        f"[{site.title}]({site.home})",
        site.language or "",
        site.status,
        str(site.checked_on or ""),
        channels(site),
        site.platform or "",
        site.evidence,
    )


def channels(site: Site) -> str:
    """How many channels of which kind, as "2 feeds, 1 sitemap"."""
    kinds = Counter(kind for kind, _ in site.channels)
    return ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in kinds.items())


def platform_row(platform: Platform, sites: Mapping[str, Site]) -> tuple[str, ...]:
    """One platform's line, naming the sites on it."""
    on_it = sorted(name for name, site in sites.items() if site.platform == platform.name)
    return platform.name, platform.title, ", ".join(on_it), platform.evidence
