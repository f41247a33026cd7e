"""What a person may ask of one crawl, the same for `python -m crawler` and `scrapy crawl -a`."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.util import find_spec

from crawler.sites import Site
from pipeline.urls import canonical_url


class OptionError(ValueError):
    """An option has a value that cannot be used."""


@dataclass(frozen=True, slots=True)
class Options:
    """`max_articles` bounds the pages fetched, None for no bound; with `urls` only these are fetched.

    Articles published before `since`, or at or after `until`, are left alone.
    """

    max_articles: int | None = None
    since: datetime | None = None
    urls: tuple[str, ...] = ()
    dry_run: bool = False
    until: datetime | None = None

    @classmethod
    def read(
        cls,
        max_articles: str | int | None = None,
        since: str | None = None,
        urls: str | None = None,
        dry_run: str | bool = False,
        until: str | None = None,
    ) -> "Options":
        """The options as words from a command line, `urls` parted by blanks; OptionError names a bad one."""
        beginning, end = moment(since, "since"), moment(until, "until", end=True)
        if beginning and end and beginning >= end:
            raise OptionError(f"until {until!r}: lies before since {since!r}; give a later date")
        return cls(
            max_articles=count(max_articles),
            since=beginning,
            urls=tuple(address(url) for url in (urls or "").split()),
            dry_run=str(dry_run).lower() in {"1", "true", "yes"},
            until=end,
        )

    @property
    def has_range(self) -> bool:
        """Whether articles of a stretch of time are asked for, rather than whatever is new."""
        return self.since is not None or self.until is not None

    def check(self, site: Site) -> None:
        """Raises OptionError for an address that is not on `site`, or a browser it needs and we lack."""
        for url in self.urls:
            if not site.owns(url):
                raise OptionError(f"url {url!r}: not on {site.host}; crawl it by itself")
        if site.crawl.render and find_spec("scrapy_playwright") is None:
            raise OptionError(f"site {site.name} is built by a browser; run: pip install 'carnews[render]'")


def count(value: str | int | None) -> int | None:
    """A positive number of pages; None stays None."""
    if value is None:
        return None
    try:
        number = int(value)
    except ValueError:
        number = 0
    if number < 1:
        raise OptionError(f"max_articles {value!r}: give a whole number from 1 up")
    return number


def moment(value: str | None, name: str, *, end: bool = False) -> datetime | None:
    """A date (its beginning; with `end` its end) or a time, UTC where it names no zone; None stays None."""
    if value is None:
        return None
    try:
        if len(value) == len("2026-10-07"):
            return datetime.combine(date.fromisoformat(value), time(), UTC) + timedelta(days=end)
        told = datetime.fromisoformat(value)
    except (ValueError, OverflowError) as error:
        raise OptionError(f"{name} {value!r}: give a date like 2026-10-07 or 2026-10-07T06:00Z") from error
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)


def address(url: str) -> str:
    """The canonical spelling of an address to fetch."""
    canonical = canonical_url(url)
    if canonical is None:
        raise OptionError(f"url {url!r}: not an http(s) address; write it whole")
    return canonical
