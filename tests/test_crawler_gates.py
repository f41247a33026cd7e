"""Robots rules, private addresses, outcomes and options, each by itself."""

from datetime import UTC, datetime, timedelta

import pytest
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.resolver import dnscache
from twisted.internet.error import DNSLookupError
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure

from crawler.failures import Refused, outcome_of
from crawler.guard import GUARD, Guard, GuardedResolver, is_public
from crawler.options import OptionError, Options
from crawler.outcomes import Outcome, of_status, retry_time
from crawler.progress import awaited, wait_note
from crawler.robots import robots_from, unreachable
from db.ledger import State

URL = "https://motor.example/news/1"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001::7f00:1", "::7f00:1",
        "::ffff:0:7f00:1", "fec0::1", "3fff::1", "5f00::1", "fe80::1%eth0", "192.0.0.8", "192.88.99.1",
        "198.18.0.1", "240.0.0.1", "2001:db8::1", "not an address", "",
    ],
)  # fmt: skip
def test_private_and_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


def test_leave_for_one_host_is_leave_for_no_other() -> None:
    guard = Guard()
    guard.allowed = {"demo.example"}
    assert guard.permits("demo.example", "127.0.0.1")
    assert not guard.permits("other.example", "127.0.0.1")
    assert guard.refused == {"other.example"}


def test_a_name_that_leads_to_a_private_address_does_not_resolve() -> None:
    resolver = GuardedResolver(MemoryReactorClock(), 10, 1.0)
    dnscache["rebound.example"] = "10.0.0.1"  # known from before: a cached answer is judged as well
    failures: list[Failure] = []
    resolver.getHostByName("rebound.example").addErrback(failures.append)
    assert isinstance(failures[0].value, DNSLookupError)
    found = outcome_of(CannotResolveHostError(), "http://rebound.example/")
    assert found == Outcome(State.BLOCKED, "private address")
    GUARD.refused.clear()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_host_without_robots_txt_allows_all(status: int) -> None:
    assert robots_from(status, b"User-agent: *\nDisallow: /").why_not(URL) is None


@pytest.mark.parametrize("status", [301, 429, 500, 503, 599])
def test_a_host_whose_robots_txt_cannot_be_had_allows_nothing(status: int) -> None:
    assert (
        robots_from(status, b"User-agent: *\nAllow: /").why_not(URL) == f"robots unreachable: http {status}"
    )
    assert unreachable("timeout").why_not(URL) == "robots unreachable: timeout"


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        (b"", True),
        (b"User-agent: *\nDisallow: /news/", False),
        (b"User-agent: carnews\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        (b"User-agent: carnewsbot\nDisallow: /", True),
        (b"User-agent: carnews\nAllow: /\n\nUser-agent: *\nDisallow: /", True),
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /", False),
        (b"User-agent: *\rDisallow: /\r", False),
        (b"User-agent: *\nDis\0allow: /", False),
        (b"\xff\xfe\x00\x01" * 1000, True),
        (b"User-agent: *\nDisallow: /*/1$", False),
        (b"# x\n" * 100_000 + b"User-agent: *\nDisallow: /", False),
        (b"# x\n" * 200_000 + b"User-agent: *\nDisallow: /", True),  # beyond the 500 KiB that are read
    ],
)
def test_rules_are_read_as_written(text: bytes, *, allowed: bool) -> None:
    assert (robots_from(200, text).why_not(URL) is None) == allowed


@pytest.mark.parametrize(
    ("line", "delay_s"),
    [("10", 10), ("0.5", 0.5), ("-3", 0), ("soon", 0), ("nan", 0), ("inf", 0), ("1e400", 0)],
)
def test_a_crawl_delay_is_a_number_or_nothing(line: str, delay_s: float) -> None:
    assert robots_from(200, f"User-agent: *\nCrawl-delay: {line}".encode()).delay_s == delay_s


def test_pages_per_time_are_a_delay_too() -> None:
    assert robots_from(200, b"User-agent: *\nRequest-rate: 1/10s").delay_s == 10


def test_who_asks_for_hours_between_pages_is_not_crawled() -> None:
    robots = robots_from(200, b"User-agent: *\nCrawl-delay: 1000000000")
    assert robots.why_not(URL) == "robots: asks for 1000000000 s between pages"


@pytest.mark.parametrize(
    ("status", "kind", "state", "reason"),
    [
        (404, "text/html", State.GONE, "http 404"),
        (410, "", State.GONE, "http 410"),
        (403, "text/html", State.FAILED, "refused: http 403"),
        (500, "text/html", State.FAILED, "http 500"),
        (503, "text/html", State.FAILED, "http 503"),
        (302, "text/html", State.BLOCKED, "redirect to something else than http"),
        (200, "image/png", State.NOT_ARTICLE, "not html: image/png"),
    ],
)
def test_a_status_or_type_alone_may_decide(status: int, kind: str, state: State, reason: str) -> None:
    assert of_status(status, kind, None, NOW) == Outcome(state, reason)


@pytest.mark.parametrize("kind", ["", "text/html", "TEXT/HTML; charset=x", "application/xhtml+xml"])
def test_a_page_is_worth_reading(kind: str) -> None:
    assert of_status(200, kind, None, NOW) is None


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ("120", NOW + timedelta(seconds=120)),
        ("Sun, 22 Nov 2026 13:00:00 GMT", NOW + timedelta(hours=1)),
        ("Sun, 22 Nov 2020 13:00:00 GMT", NOW),
        ("999999999999999", NOW + timedelta(days=7)),
        ("Sun, 22 Nov 2126 13:00:00 GMT", NOW + timedelta(days=7)),
        ("soon", None),
        ("-5", None),
        ("\u00b2", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_a_moment_within_a_week(told: str | None, moment: datetime | None) -> None:
    assert retry_time(told, NOW) == moment


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (DownloadTimeoutError(), "timeout"),
        (CannotResolveHostError(), "dns"),
        (DownloadConnectionRefusedError(), "connection"),
        (DownloadFailedError(), "connection"),
        (DownloadCancelledError(), "too large"),
        (IgnoreRequest("max redirections reached"), "too many redirects"),
        (IgnoreRequest("its body exceeded DOWNLOAD_MAXSIZE (1 B)"), "too large"),
        (Refused(Outcome(State.BLOCKED, "robots")), "robots"),
        (ZeroDivisionError(), "error: ZeroDivisionError"),
    ],
)
def test_every_failure_has_a_word(error: Exception, reason: str) -> None:
    assert outcome_of(error, URL).reason == reason


def test_options_are_read_from_words() -> None:
    read = Options.read("3", "2026-10-07", "https://Motor.example/a#x  https://motor.example/b", "1")
    assert read.max_articles == 3
    assert read.since == datetime(2026, 10, 7, tzinfo=UTC)
    assert read.urls == ("https://motor.example/a", "https://motor.example/b")
    assert read.dry_run
    assert Options.read(since="2026-10-07T08:00+02:00").since == datetime(2026, 10, 7, 6, tzinfo=UTC)
    assert Options.read() == Options()
    assert Options.read(until="2026-10-07").until == datetime(2026, 10, 8, tzinfo=UTC)  # the day counts whole
    assert Options.read(until="2026-10-07T06:00Z").until == datetime(2026, 10, 7, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "bad",
    [
        {"max_articles": "-1"},
        {"max_articles": "x"},
        {"since": "2026-13-01"},
        {"until": "soon"},
        {"urls": "file:///etc/passwd"},
    ],
)
def test_a_bad_option_is_named(bad: dict[str, str]) -> None:
    with pytest.raises(OptionError, match=next(iter(bad)).removesuffix("s")):
        Options.read(**bad)  # type: ignore[arg-type]


def test_a_range_that_ends_before_it_begins_is_told() -> None:
    with pytest.raises(OptionError, match="until '2026-01-01': lies before since '2026-02-01'"):
        Options.read(since="2026-02-01", until="2026-01-01")


def test_the_wish_to_be_left_alone_survives_in_the_runs_note() -> None:
    note = wait_note("http 429", NOW)
    assert note == "http 429; asked to wait until 2026-11-22 12:00:00 UTC"
    assert awaited(note) == NOW
    assert awaited(None) is None
    assert awaited("connection") is None
