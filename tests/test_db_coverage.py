"""Whether silence means no news or no data: the views on coverage, the same on both databases."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from made_articles import NOW
from sqlalchemy import Engine, text

from db import ledger
from db.channels import Channel, keep_channels
from db.engine import reading, writing
from db.ledger import Found, State

FEED, MAP, CHILD = (f"https://motor.example/{name}" for name in ("rss", "sitemap.xml", "2026-03.xml"))
HOUR = timedelta(hours=1)


def asked(s: Any, at: datetime, **outcomes: str) -> None:
    """The site's feed and sitemap, looked at with these outcomes; what answered well was read."""
    kinds = {"feed": FEED, "sitemap": MAP, "child": CHILD}
    for name, outcome in outcomes.items():
        read_at = at if outcome == "read" else NOW
        children = (CHILD,) if name == "sitemap" else ()
        kind = "feed" if name == "feed" else "sitemap"
        keep_channels(
            s, "motor", [Channel(kind, kinds[name], at, outcome, children=children, read_at=read_at)]
        )


def crawl(store: Engine, at: datetime, outcome: str, *names: str, note: str | None = None) -> int:
    """A crawl that finds these pages, and settles none of them."""
    with writing(store) as s:
        run_id = ledger.begin_run(s, "motor", "crawl", at)
        finds = [Found(f"https://motor.example/{name}", f"feed:{FEED}") for name in names]
        ledger.record_found(s, run_id, "motor", finds, at)
        ledger.end_run(s, run_id, outcome, at + HOUR / 2, note)
        return run_id


def settle(store: Engine, run_id: int, name: str, state: State, at: datetime) -> None:
    with writing(store) as s:
        known = ledger.history(s, f"https://motor.example/{name}")
        assert known
        ledger.settle(s, run_id, known.address.id, state, at, "http 503")


def coverage(store: Engine) -> dict[str, Any]:
    with reading(store) as s:
        (row,) = s.execute(text("SELECT * FROM source_coverage")).mappings()
    return {key: moment(value) if key.endswith(("_at", "_to")) else value for key, value in row.items()}


def gaps(store: Engine) -> list[tuple[Any, ...]]:
    with reading(store) as s:
        rows = s.execute(
            text("SELECT kind, url, since, until, times, reason FROM source_gaps ORDER BY kind, since")
        )
        return [(row[0], row[1], moment(row[2]), moment(row[3]), *row[4:]) for row in rows]


def moment(value: Any) -> datetime | None:
    """What a view gives for a moment: text on SQLite."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value).replace(tzinfo=NOW.tzinfo)
    return value.astimezone(NOW.tzinfo) if value else None


def test_a_site_whose_channels_were_read_and_pages_settled_is_complete(store: Engine) -> None:
    run_id = crawl(store, NOW, "finished", "a")
    with writing(store) as s:
        asked(s, NOW + HOUR / 4, feed="read", sitemap="read")
    settle(store, run_id, "a", State.NOT_ARTICLE, NOW)
    told = coverage(store)
    assert (told["complete_up_to"], told["missing"], told["channels"]) == (NOW, None, 2)
    assert gaps(store) == []


def test_a_page_that_waits_holds_completeness_at_the_crawl_before_it(store: Engine) -> None:
    crawl(store, NOW, "finished")
    later = crawl(store, NOW + HOUR, "finished", "a")
    crawl(store, NOW + 2 * HOUR, "finished")
    with writing(store) as s:
        asked(s, NOW + 2 * HOUR, feed="read")
    assert (coverage(store)["complete_up_to"], coverage(store)["missing"]) == (NOW, "addresses waiting: 1")
    settle(store, later, "a", State.FAILED, NOW + HOUR)
    assert coverage(store)["complete_up_to"] == NOW
    settle(store, later, "a", State.NOT_ARTICLE, NOW + 3 * HOUR)
    assert coverage(store)["complete_up_to"] == NOW + 2 * HOUR


def test_a_channel_that_fails_holds_completeness_at_its_last_success(store: Engine) -> None:
    crawl(store, NOW + 5 * HOUR, "finished")
    with writing(store) as s:
        asked(s, NOW + 5 * HOUR, feed="http 500", sitemap="unchanged")
    told = coverage(store)
    assert (told["complete_up_to"], told["missing"]) == (NOW, "channels not read: 1 of 2")
    assert gaps(store) == [("channel", FEED, NOW, None, None, "http 500")]


def test_sitemaps_that_another_names_and_channels_in_use_no_more_hold_nothing_back(store: Engine) -> None:
    crawl(store, NOW + 90 * HOUR, "finished")
    with writing(store) as s:
        asked(s, NOW + 50 * HOUR, child="read")
        asked(s, NOW, feed="http 404")
        asked(s, NOW + 90 * HOUR, sitemap="read")
    told = coverage(store)
    assert (told["complete_up_to"], told["missing"], told["channels"]) == (NOW + 90 * HOUR, None, 1)
    with writing(store) as s:
        asked(s, NOW + 89 * HOUR, child="http 500")
    assert coverage(store)["missing"] == "channels not read: 1 of 2"


def test_crawls_that_failed_in_a_row_are_one_gap_which_the_next_good_one_closes(store: Engine) -> None:
    crawl(store, NOW, "finished")
    crawl(store, NOW + HOUR, "unreachable", note="first")
    crawl(store, NOW + 2 * HOUR, "unreachable", note="robots unreachable: http 503")
    with writing(store) as s:
        asked(s, NOW, feed="read")
    reason = "unreachable: robots unreachable: http 503"
    assert gaps(store) == [("crawl", None, NOW + HOUR, None, 2, reason)]
    assert (coverage(store)["complete_up_to"], coverage(store)["missing"]) == (NOW, reason)
    crawl(store, NOW + 3 * HOUR, "finished")
    assert gaps(store) == [("crawl", None, NOW + HOUR, NOW + 3 * HOUR, 2, reason)]
    assert coverage(store)["missing"] is None


def test_a_page_given_up_is_a_gap_but_nobody_waits_for_it(store: Engine) -> None:
    run_id = crawl(store, NOW, "finished", "a")
    with writing(store) as s:
        asked(s, NOW + HOUR, feed="read")
    for n in range(ledger.ATTEMPTS):
        settle(store, run_id, "a", State.FAILED, NOW + n * HOUR)
    told = coverage(store)
    assert (told["complete_up_to"], told["missing"]) == (NOW, "pages given up: 1")
    assert gaps(store) == [("page", "https://motor.example/a", NOW, None, 5, "http 503")]


@pytest.mark.parametrize("outcome", ["unreachable", "failed", "died"])
def test_a_site_that_never_answered_is_complete_up_to_no_moment(store: Engine, outcome: str) -> None:
    crawl(store, NOW, outcome)
    told = coverage(store)
    assert (told["complete_up_to"], told["missing"], told["last_outcome"]) == (None, outcome, outcome)


def test_a_site_that_was_never_crawled_says_so(store: Engine) -> None:
    with writing(store) as s:
        run_id = ledger.begin_run(s, "file", "ingest", NOW)
        ledger.record_found(s, run_id, "motor", [Found("https://motor.example/a", "asked")], NOW)
    assert coverage(store)["missing"] == "never crawled"
    assert coverage(store)["complete_up_to"] is None
