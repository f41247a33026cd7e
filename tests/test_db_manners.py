from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from db.account import HostDay, Wish, last_request_at, note_days, note_wishes, politeness_rows
from db.channels import Channel, channels_of, keep_channels
from db.engine import reading, writing
from db.robots import KeptRobots, keep_robots, kept_robots

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ORIGIN = "https://motor.example"


def test_the_last_answer_of_an_origin_is_kept(store: Engine) -> None:
    first = KeptRobots(ORIGIN, NOW, None, 200, "User-agent: *\nDisallow: /x", '"1"', None, NOW, LATER)
    failed = replace(first, asked_at=LATER, problem="http 503")
    for kept in (first, failed):
        with writing(store) as s:
            keep_robots(s, kept)
        with reading(store) as s:
            assert kept_robots(s, ORIGIN) == kept
            assert kept_robots(s, "http://motor.example") is None


def test_an_origin_that_never_answered_keeps_only_why(store: Engine) -> None:
    with writing(store) as s:
        keep_robots(s, KeptRobots(ORIGIN, NOW, "timeout"))
        kept = kept_robots(s, ORIGIN)
    assert kept == KeptRobots(ORIGIN, NOW, "timeout")


def test_channels_are_remembered_by_site_and_address(store: Engine) -> None:
    feed = Channel("feed", ORIGIN + "/rss", NOW, "read", "s", 'W/"1"', None, "d", (), 20, NOW, NOW)
    index = Channel("sitemap", ORIGIN + "/" + "m" * 3000, NOW, "read", children=(ORIGIN + "/a.xml",))
    with writing(store) as s:
        keep_channels(s, "motor", [feed, index])
        keep_channels(s, "other", [replace(feed, etag=None)])
        keep_channels(s, "motor", [replace(feed, checked_at=LATER, outcome="unchanged")])
        keep_channels(s, "motor", [])
    with reading(store) as s:
        assert channels_of(s, "motor") == {
            feed.url: replace(feed, checked_at=LATER, outcome="unchanged"),
            index.url: index,
        }
        assert channels_of(s, "other")[feed.url].etag is None
        assert channels_of(s, "third") == {}


def test_a_channel_nobody_looks_at_is_forgotten_in_the_end(store: Engine) -> None:
    old, new = (Channel("sitemap", f"{ORIGIN}/{n}.xml", NOW, "read") for n in range(2))
    for days, left in ((89, 2), (91, 1)):
        with writing(store) as s:
            keep_channels(s, "motor", [old])
            keep_channels(s, "motor", [replace(new, checked_at=NOW + timedelta(days=days))])
        with reading(store) as s:
            assert len(channels_of(s, "motor")) == left


def test_a_day_adds_up_and_knows_its_last_request(store: Engine) -> None:
    day = NOW.date()
    with writing(store) as s:
        note_days(s, "motor", [HostDay("motor.example", day, 3, 5000, 1, last_request_at=NOW)])
        note_days(s, "motor", [HostDay("motor.example", day, 2, 3 * 10**9, last_request_at=LATER)])
        note_days(s, "motor", [HostDay("motor.example", day, robots_refused=4)])
        note_days(s, "motor", [HostDay("cdn.example", day, robots_refused=1), HostDay("b.example", day, 1)])
    with reading(store) as s:
        rows = {row["host"]: row for row in politeness_rows(s, "motor")}
    row = rows["motor.example"]
    assert (row["record"], row["requests"], row["body_bytes"]) == ("day", 5, 3 * 10**9 + 5000)
    assert (row["not_modified"], row["robots_refused"], row["last_request_at"]) == (1, 4, LATER)
    assert (rows["cdn.example"]["robots_refused"], rows["cdn.example"]["last_request_at"]) == (1, None)


def test_the_last_request_counts_whichever_site_sent_it_to_the_host(store: Engine) -> None:
    with writing(store) as s:
        note_days(s, "motor", [HostDay("motor.example", NOW.date(), 1, last_request_at=NOW)])
        note_days(s, "one-off", [HostDay("motor.example", NOW.date(), 1, last_request_at=LATER)])
        assert last_request_at(s, "motor", {"motor.example", "feeds.example"}) == LATER
        assert last_request_at(s, "motor", {"feeds.example"}) == NOW
        assert last_request_at(s, "other", {"feeds.example"}) is None


def test_a_wish_is_one_row_that_counts_who_stated_it(store: Engine) -> None:
    noai, delay = Wish("noai", "", "header"), Wish("crawl-delay", "10", "robots.txt")
    with writing(store) as s:
        note_wishes(s, "motor", [(noai, ORIGIN + "/1", 2), (delay, ORIGIN + "/robots.txt", 1)], NOW)
        note_wishes(s, "motor", [(noai, ORIGIN + "/2", 1)], LATER)
        long = [Wish("tdm-policy", "p" * 300 + end, "page") for end in "ab"]  # one wish where it is cut
        note_wishes(s, "motor", [(wish, ORIGIN, 1) for wish in long], NOW)
    with reading(store) as s:
        told = {row["wish"]: row for row in politeness_rows(s)}
    assert (told["noai"]["seen"], told["noai"]["url"]) == (3, ORIGIN + "/2")
    assert (told["noai"]["first_seen_at"], told["noai"]["last_seen_at"]) == (NOW, LATER)
    assert (told["crawl-delay"]["value"], told["crawl-delay"]["source"]) == ("10", "robots.txt")
    assert told["tdm-policy"]["seen"] == 2
    assert {row["record"] for row in told.values()} == {"wish"}
