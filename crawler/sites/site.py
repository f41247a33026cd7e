"""One site as its file tells it; `Site` is what every other module means by a site."""

import re
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from pipeline.rules import Rules

PERIODS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
QUIET = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d")
PORTS = {"http": 80, "https": 443}
NO_PAGE = LexborHTMLParser("")  # only there to try selectors on


def web_address(value: str) -> str:
    """`value` when it is a whole http(s) address; ValueError tells why it is none."""
    parts = urlsplit(value)
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc:
        raise ValueError(
            f"{value!r} is not an http(s) address; write it whole, like https://motor.example/rss"
        )
    return value


def pattern(value: str) -> str:
    """`value` when it is a regular expression; ValueError tells where it breaks."""
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is not a regular expression: {error}") from error
    return value


def period(value: object) -> object:
    """`"30m"` as a timedelta (units s, m, h, d); anything else unchanged, for pydantic to judge."""
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"(\d+)([smhd])", value.strip())
    if not found:
        raise ValueError(f'{value!r} is not a period; write "30m", "2h" or "1d"')
    return timedelta(seconds=int(found[1]) * PERIODS[found[2]])


def minute_of(time: str) -> int:
    """Minutes after midnight of `"05:30"`."""
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def selector(value: str) -> str:
    """`value` when it is a CSS selector the reader understands; ValueError where it is none."""
    try:
        NO_PAGE.css(value)
    except SelectolaxError as error:
        raise ValueError(f"{value!r} is not a CSS selector") from error
    return value


def quiet_hours(value: str) -> str:
    """`value` when it is a stretch of the day like `"23:00-05:00"`, in UTC; ValueError where it is none."""
    if not QUIET.fullmatch(value):
        raise ValueError(f'{value!r} is no stretch of the day; write "23:00-05:00", in UTC')
    begin, end = value.split("-")
    if begin == end:
        raise ValueError(f"{value!r} is empty, or the whole day; write two different times")
    return value


WebAddress = Annotated[str, AfterValidator(web_address)]
Pattern = Annotated[str, AfterValidator(pattern)]
Selector = Annotated[str, AfterValidator(selector)]
Period = Annotated[timedelta, BeforeValidator(period)]
QuietHours = Annotated[str, AfterValidator(quiet_hours)]


class Part(BaseModel):
    """A table of the file; a key it does not know is a mistake, not a note."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Find(Part):
    """Where addresses come from, and which of them are articles."""

    feeds: tuple[WebAddress, ...] = ()
    sitemaps: tuple[WebAddress, ...] = ()
    sections: tuple[WebAddress, ...] = ()
    wordpress: tuple[WebAddress, ...] = ()
    articles: Pattern | None = None

    @model_validator(mode="after")
    def leads_somewhere(self) -> "Find":
        if not (self.feeds or self.sitemaps or self.sections or self.wordpress):
            raise ValueError('has no "feeds", "sitemaps", "sections" or "wordpress"; give one')
        if self.sections and not self.articles:
            raise ValueError('has "sections" but no "articles"; give the pattern of an article\'s address')
        return self


class Read(Part):
    """CSS selectors where the generic reader needs a hint; see `pipeline.rules.Rules`."""

    body: Selector | None = None
    title: Selector | None = None
    standfirst: Selector | None = None
    authors: Selector | None = None
    published_at: Selector | None = None


class Clean(Part):
    """What to cut besides the generic boilerplate."""

    drop: tuple[Selector, ...] = ()
    stop_at: tuple[str, ...] = ()
    learn: bool = True  # whether lines that recur over the site's pages are cut


class Crawl(Part):
    """How to behave towards the site; `delay_s` is a minimum, `every` only a first hint."""

    every: Annotated[Period, Field(gt=timedelta())] = timedelta(minutes=30)
    at_most: Annotated[Period, Field(gt=timedelta())] | None = None
    at_least: Annotated[Period, Field(gt=timedelta())] | None = None
    quiet: tuple[QuietHours, ...] = ()
    delay_s: float = Field(default=2.0, ge=0, le=3600)
    allow_private: bool = False
    verify: bool = True
    render: bool = False

    @model_validator(mode="after")
    def leaves_room(self) -> "Crawl":
        if self.at_most and self.at_least and self.at_most > self.at_least:
            raise ValueError('"at_most" is a longer time than "at_least"; the site could never be due')
        covered = {
            minute % 1440
            for begin, end in self.quiet_hours
            for minute in range(begin, end + 1440 * (end < begin))
        }
        if len(covered) > 1440 - 60:
            raise ValueError('"quiet" leaves less than an hour of the day')
        return self

    @cached_property
    def quiet_hours(self) -> tuple[tuple[int, int], ...]:
        """`quiet` as (begin, end) in minutes after midnight, UTC; end before begin goes over midnight."""
        return tuple((minute_of(each[:5]), minute_of(each[6:])) for each in self.quiet)


class Site(Part):
    """One site as its file tells it. `status` is "verified" only with a dated proof of life in `evidence`."""

    name: str
    title: str
    home: WebAddress
    language: str | None = Field(default=None, pattern=r"^[a-z]{2}$")
    platform: str | None = None
    status: Literal["verified", "candidate"] = "candidate"
    checked_on: date | None = None
    evidence: str = ""
    find: Find
    read: Read = Read()
    clean: Clean = Clean()
    crawl: Crawl = Crawl()

    @model_validator(mode="after")
    def proves_itself(self) -> "Site":
        if self.status == "verified" and not (self.checked_on and self.evidence):
            raise ValueError('status "verified" needs "checked_on" and "evidence"')
        if self.crawl.delay_s < 1 and not self.crawl.allow_private:
            raise ValueError("crawl.delay_s under 1 is for private sites only; raise it or set allow_private")
        return self

    @cached_property
    def rules(self) -> Rules:
        """What the reader of pages should know."""
        return Rules(
            **self.read.model_dump(),
            drop=self.clean.drop,
            stop_at=self.clean.stop_at,
            language=self.language,
        )

    @cached_property
    def article_pattern(self) -> re.Pattern[str]:
        """Matches the addresses of articles; where the file names none, every address of the site."""
        return re.compile(self.find.articles or r"^https?://")

    @cached_property
    def host(self) -> str:
        """The home's host without `www.`, and with its port where that is not the usual one."""
        return host_and_port(self.home)

    @property
    def channels(self) -> tuple[tuple[str, str], ...]:
        """All places to look for addresses as (kind, address): feed, wordpress, sitemap or section."""
        find = self.find
        named = (
            ("feed", find.feeds),
            ("wordpress", find.wordpress),
            ("sitemap", find.sitemaps),
            ("section", find.sections),
        )
        return tuple((kind, url) for kind, urls in named for url in urls)

    def owns(self, url: str) -> bool:
        """Whether `url` lies on the site's host or below it."""
        host = host_and_port(url)
        return host == self.host or host.endswith("." + self.host)

    def is_article(self, url: str) -> bool:
        """Whether `url` looks like an article of this site."""
        return self.owns(url) and self.article_pattern.search(url) is not None


def host_and_port(url: str) -> str:
    """The host of `url` without `www.`, lower case, with `:port` only where that is unusual; "" of junk.

    Two sites on one loopback address differ by their ports.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip(".").removeprefix("www."), parts.port
        host = host if host.isascii() else host.encode("idna").decode()  # as canonical addresses spell it
    except ValueError:
        return ""
    return host if port is None or port == PORTS.get(parts.scheme) else f"{host}:{port}"
