"""What robots.txt may answer, seen from the server: which requests came, and with what."""

import gzip
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from loopback import Answer, Handler, Place, Site, cut_short, reset, serving
from sqlalchemy import select

from crawler.robots import answered, copy_of, fresh, is_fresh, robots_from, text_of
from crawler.validators import asking, validators
from db.manners import RobotsRow
from db.robots import KeptRobots

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(hours=24)
ORIGIN = "https://motor.example"
URL = ORIGIN + "/news/1"
FORBIDS = b"User-agent: *\nDisallow: /news/2026/3\n"
PLAIN = "text/plain"


@pytest.fixture
def site(place: Place) -> Iterator[Site]:
    with serving(articles=4) as made:
        place.site("made", made.toml())
        yield made


def kept(**fields: object) -> KeptRobots:
    told = {"status": 200, "text": "User-agent: *\nDisallow: /x", "fetched_at": NOW, "fresh_until": NOW + DAY}
    return KeptRobots(ORIGIN, NOW, **{**told, **fields})  # type: ignore[arg-type]


def asked_with(site: Site, path: str = "/robots.txt") -> list[dict[str, str]]:
    """The conditions of all requests for `path`, as the server saw them."""
    names = {"If-None-Match", "If-Modified-Since"}
    told = zip(site.asked, site.headers, strict=True)
    return [{k: v for k, v in headers.items() if k in names} for asked, headers in told if asked == path]


def test_a_day_of_crawls_asks_robots_txt_once(place: Place, site: Site) -> None:
    site.pages["/robots.txt"] = Answer(FORBIDS, kind=PLAIN)
    for _ in range(3):
        assert place.crawl("made").code == 0
        assert place.states()["/news/2026/3"] == ("blocked", "robots")
    assert site.asked.count("/robots.txt") == 1
    place.age(hours=23)
    place.crawl("made")
    assert site.asked.count("/robots.txt") == 1
    place.age(hours=2)
    place.crawl("made")
    assert site.asked.count("/robots.txt") == 2


def test_after_a_day_the_same_robots_txt_is_asked_for_by_its_validators(place: Place, site: Site) -> None:
    known = {"ETag": 'W/"r1"', "Last-Modified": "Sun, 01 Nov 2026 08:00:00 GMT"}
    site.pages["/robots.txt"] = Answer(FORBIDS, kind=PLAIN, headers=known)
    place.crawl("made")
    site.pages["/robots.txt"] = Answer(status=304)
    place.age(hours=25)
    assert place.crawl("made").code == 0
    place.crawl("made")
    conditions = {"If-None-Match": known["ETag"], "If-Modified-Since": known["Last-Modified"]}
    assert asked_with(site) == [{}, conditions]
    assert "/news/2026/3" not in site.asked


def test_a_shorter_life_that_robots_txt_asks_for_is_honoured(place: Place, site: Site) -> None:
    site.pages["/robots.txt"] = Answer(FORBIDS, kind=PLAIN, headers={"Cache-Control": "public, max-age=3600"})
    place.crawl("made")
    place.crawl("made")
    assert site.asked.count("/robots.txt") == 1
    place.age(hours=1.1)
    place.crawl("made")
    assert site.asked.count("/robots.txt") == 2


@pytest.mark.parametrize("failure", [Answer(status=503), Answer(status=429), Answer(rude=reset)])
def test_a_good_copy_of_less_than_a_day_stands_in_for_an_answer(
    place: Place, site: Site, failure: Answer
) -> None:
    site.pages["/robots.txt"] = Answer(FORBIDS, kind=PLAIN, headers={"Cache-Control": "max-age=60"})
    place.crawl("made")
    site.pages["/robots.txt"] = failure
    site.pages["/news/2026/new"] = site.pages["/news/2026/0"]
    site.feed(["/news/2026/new", "/news/2026/3"])
    place.age(hours=20)
    ended = place.crawl("made")
    assert ended.code == 0, ended.err
    assert "/news/2026/new" in site.asked
    assert "/news/2026/3" not in site.asked
    place.age(hours=5)  # now it is too old
    seen = len(site.fetched)
    assert place.crawl("made").code == 75
    assert len(site.fetched) == seen
    assert site.asked[-1] == "/robots.txt"


def endless(handler: Handler) -> None:
    handler.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    with suppress(OSError):
        for _ in range(64):  # MiB; the client is to hang up after eight
            handler.connection.sendall(b"Allow: /\n" * 116_508)
        handler.server.site.asked.append("all of it")  # type: ignore[attr-defined]


BOMB = gzip.compress(b"Allow: /\n" * 6_000_000)
CLOSED = {
    "longer than any download": Answer(b"Allow: /\n" * 1_000_000, kind=PLAIN),
    "endless": Answer(rude=endless),
    "bomb": Answer(BOMB, kind=PLAIN, headers={"Content-Encoding": "gzip"}),
    "cut short": Answer(rude=cut_short),
    "unasked 304": Answer(status=304),
    "server error with rules": Answer(b"User-agent: *\nAllow: /", 500),
    "redirect to a file": Answer(status=302, headers={"Location": "file:///etc/passwd"}),
    "redirect to itself": Answer(status=302, headers={"Location": "/robots.txt"}),
    "redirect to a private address": Answer(status=302, headers={"Location": "http://10.0.0.1/robots.txt"}),
    "redirect to nowhere": Answer(status=302),
}


@pytest.mark.parametrize("answer", CLOSED.values(), ids=CLOSED)
def test_what_is_no_answer_closes_the_site(place: Place, site: Site, answer: Answer) -> None:
    site.pages["/robots.txt"] = answer
    ended = place.crawl("made")
    assert ended.code in {1, 75}
    assert set(site.asked) == {"/robots.txt"}
    assert place.articles() == []
    assert "Traceback" not in ended.err


def test_a_server_too_slow_with_its_robots_txt_is_closed(place: Place, site: Site) -> None:
    def drip(handler: Handler) -> None:
        handler.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nUser-agent: *\n")
        with suppress(OSError):
            while not site.gate.wait(0.1):
                handler.connection.sendall(b"#")

    site.gate.clear()
    site.pages["/robots.txt"] = Answer(rude=drip)
    ended = place.run("scrapy", "crawl", "made", "-s", "DOWNLOAD_TIMEOUT=1")
    assert "robots unreachable: timeout" in ended.err
    assert set(site.asked) == {"/robots.txt"}


@pytest.mark.parametrize(("hops", "allowed"), [(5, True), (6, False)])
def test_five_redirects_of_robots_txt_are_followed_and_no_more(
    place: Place, site: Site, hops: int, allowed: bool
) -> None:
    for n in range(hops):
        path = f"/r{n}" if n else "/robots.txt"
        site.pages[path] = Answer(status=302, headers={"Location": f"/r{n + 1}"})
    site.pages[f"/r{hops}"] = Answer(FORBIDS, kind=PLAIN)
    place.crawl("made")
    assert len(place.articles()) == (3 if allowed else 0)
    assert "/news/2026/3" not in site.asked
    assert site.asked.count(f"/r{hops}") == allowed


@pytest.mark.parametrize(
    ("wish", "gap_s"),
    [("Crawl-delay: 0.5", 0.5), ("Request-rate: 2/1s", 0.5), ("Crawl-delay: -4", 0), ("Crawl-delay: x", 0)],
)
def test_the_wished_delay_is_the_least_gap_between_requests(
    place: Place, site: Site, wish: str, gap_s: float
) -> None:
    site.pages["/robots.txt"] = Answer(f"User-agent: *\n{wish}\n".encode(), kind=PLAIN)
    assert place.crawl("made", "--max-articles", "2").code == 0
    gaps = [later - earlier for earlier, later in zip(site.times, site.times[1:], strict=False)]
    assert len(gaps) == 3
    # seen at the server, which a busy machine may wake late: one gap shrinks by what the one before grew
    assert sum(gaps) >= 3 * gap_s * 0.93
    assert min(gaps) >= gap_s * 0.5


def test_a_kept_wish_holds_from_the_first_request_of_the_next_run_on(place: Place, site: Site) -> None:
    site.pages["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 1\n", kind=PLAIN)
    assert place.crawl("made", "--max-articles", "1").code == 0
    first = len(site.asked)
    assert place.crawl("made", "--max-articles", "1").code == 0
    assert len(site.asked) == first + 2
    assert site.asked[first] == "/rss"
    # without the kept wish the two would follow at once; a busy machine may wake the server late for one
    assert site.times[first + 1] - site.times[first] >= 0.5
    assert site.times[first] - site.times[first - 1] >= 0.5


def test_who_wishes_for_years_between_pages_is_left_alone(place: Place, site: Site) -> None:
    site.pages["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 1e9\n", kind=PLAIN)
    assert place.crawl("made").code == 1
    assert set(site.asked) == {"/robots.txt"}


def test_the_store_knows_what_was_answered(place: Place, site: Site) -> None:
    site.pages["/robots.txt"] = Answer(b"\xef\xbb\xbfUser-agent: *\rDis\0allow: /x\r", kind=PLAIN)
    place.crawl("made")
    with place.open() as s:
        [row] = s.scalars(select(RobotsRow))
    assert (row.origin, row.status, row.problem) == (site.home[:-1], 200, None)
    assert row.text == "User-agent: *\nDisallow: /x\n"


def test_an_answer_is_kept_and_a_failure_leaves_the_copy() -> None:
    good = answered(KeptRobots(ORIGIN, NOW), 200, b"User-agent: *\nDisallow: /x", {"etag": '"1"'}, NOW)
    assert (good.etag, good.fresh_until) == ('"1"', NOW + DAY)
    later = NOW + timedelta(hours=23)
    failed = answered(good, 503, b"Allow: /", {}, later)
    assert (failed.problem, failed.text) == ("robots unreachable: http 503", good.text)
    assert copy_of(failed, later).why_not(ORIGIN + "/x") == "robots"
    assert copy_of(failed, NOW + DAY + timedelta(seconds=1)).closed == "robots unreachable: http 503"
    healed = answered(failed, 304, b"", {"etag": '"2"'}, later)
    assert (healed.problem, healed.etag, healed.fetched_at) == (None, '"2"', later)
    assert copy_of(answered(KeptRobots(ORIGIN, NOW), 304, b"", {}, NOW), NOW).closed
    gone = answered(good, 404, b"User-agent: *\nDisallow: /", {}, later)
    assert copy_of(gone, later).why_not(URL) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 86400),
        ({"cache-control": "public, max-age=3600"}, 3600),
        ({"cache-control": 'max-age="60"', "age": "20"}, 40),
        ({"cache-control": "max-age=60", "age": "junk"}, 60),
        ({"cache-control": "max-age=60", "age": "999"}, 0),
        ({"cache-control": "max-age=31536000"}, 86400),
        ({"cache-control": "max-age=99999999999999999999"}, 86400),
        ({"cache-control": "s-maxage=5"}, 86400),
        ({"cache-control": "no-cache"}, 0),
        ({"cache-control": "NO-STORE"}, 0),
    ],
)
def test_robots_txt_serves_unasked_for_a_day_or_less(headers: dict[str, str], seconds: int) -> None:
    assert fresh(headers, NOW) == NOW + timedelta(seconds=seconds)


def test_a_copy_from_the_future_is_not_fresh() -> None:
    assert is_fresh(kept(), NOW)
    assert not is_fresh(kept(), NOW - timedelta(days=400))
    assert not is_fresh(kept(), NOW + DAY)
    assert not is_fresh(KeptRobots(ORIGIN, NOW, "timeout"), NOW)


def test_half_a_line_at_the_bound_is_not_read() -> None:
    line = b"Allow: /" + b"a" * 100 + b"\n"
    long = b"User-agent: *\nDisallow: /\n" + line * 10_000
    assert text_of(long).endswith("a\n")
    assert robots_from(200, long).why_not(URL) == "robots"


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ({}, (None, None)),
        ({"etag": '"a"'}, ('"a"', None)),
        ({"etag": 'W/"a"', "last-modified": "soon"}, ('W/"a"', "soon")),
        ({"etag": "naked"}, (None, None)),
        ({"etag": '"ü"'}, (None, None)),
        ({"etag": '"' + "a" * 600 + '"'}, (None, None)),
        ({"etag": '"a\tb"', "last-modified": ""}, (None, None)),
    ],
)
def test_validators_are_kept_as_they_came_or_not_at_all(
    told: dict[str, str], taken: tuple[str | None, str | None]
) -> None:
    assert validators(told) == taken
    assert set(asking(*taken).values()) == {value for value in taken if value}
