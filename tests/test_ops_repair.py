"""What was missed is noted, repaired where a channel still shows it, and given up where none does."""

from datetime import datetime, timedelta
from typing import Any

from made_articles import NOW
from sqlalchemy import Engine, text

from db import ledger
from db.engine import reading, writing
from db.ledger import Found, State
from ops.repair import BEFORE, begun, kinds_of, orders

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MAPPED = {"motor": ("feed", "sitemap")}


def crawl(store: Engine, at: datetime, *published: int, outcome: str = "finished") -> int:
    """A crawl whose channels show the articles published so many hours after NOW; new ones are stored."""
    with writing(store) as s:
        run_id = ledger.begin_run(s, "motor", "crawl", at)
        finds = [
            Found(f"https://motor.example/{n}", "feed:x", published_at=NOW + n * HOUR) for n in published
        ]
        ledger.record_found(s, run_id, "motor", finds, at)
        for address in ledger.claim(s, run_id, "motor", at, 100):
            ledger.settle(s, run_id, address.id, State.STORED, at)
        ledger.end_run(s, run_id, outcome, at + HOUR / 4, "http 503" if outcome == "unreachable" else None)
        return run_id


def told(store: Engine, columns: str, kind: str) -> list[tuple[Any, ...]]:
    with reading(store) as s:
        query = text(f"SELECT {columns} FROM source_gaps WHERE kind = :kind ORDER BY since")
        return [tuple(row) for row in s.execute(query, {"kind": kind})]


def holes(store: Engine) -> int:
    with reading(store) as s:
        return int(s.execute(text("SELECT holes FROM source_coverage")).scalar_one())


def test_looks_that_reach_back_to_what_was_known_leave_no_gap(store: Engine) -> None:
    crawl(store, NOW, -3, -2, -1)
    crawl(store, NOW + 10 * HOUR, -2, -1, 4, 9)
    crawl(store, NOW + 11 * HOUR)
    assert told(store, "state", "stretch") == []
    assert orders(store, MAPPED, NOW + DAY) == []


def test_after_failures_a_feed_that_still_shows_all_repairs_at_no_cost(store: Engine) -> None:
    crawl(store, NOW, -3, -2, -1)
    crawl(store, NOW + HOUR, outcome="unreachable")
    run_id = crawl(store, NOW + 5 * HOUR, -2, -1, 3)
    how = f"the channels of crawl {run_id} still showed all of it"
    assert told(store, "state, how", "stretch") == []
    assert told(store, "state, how", "crawl") == [("repaired", how)]
    assert (holes(store), orders(store, MAPPED, NOW + DAY)) == (0, [])


def test_crawls_that_fail_still_are_an_open_gap(store: Engine) -> None:
    crawl(store, NOW, -1)
    crawl(store, NOW + HOUR, outcome="unreachable")
    assert told(store, "state, how", "crawl") == [("open", None)]


def test_a_feed_that_ran_ahead_leaves_a_hole_which_a_crawl_of_the_stretch_fills(store: Engine) -> None:
    crawl(store, NOW, -3, -2, -1)
    crawl(store, NOW + 40 * HOUR, 30, 35, 39)
    assert told(store, "state, reason, times", "stretch") == [("open", "channels had run ahead", 0)]
    assert holes(store) == 1
    (order,) = orders(store, MAPPED, NOW + 41 * HOUR)
    assert (order.site, order.kind) == ("motor", "sitemap")
    assert (order.since, order.until) == (NOW - BEFORE, NOW + 30 * HOUR)
    assert (order.options.since, order.options.until) == (order.since, order.until)
    begun(store, order, NOW + 41 * HOUR)
    assert orders(store, MAPPED, NOW + 41 * HOUR) == []
    run_id = crawl(store, NOW + 41 * HOUR, -3, -2, -1, 10, 20, 29)
    how = f"crawl {run_id} reached back over it"
    assert told(store, "state, how, times", "stretch") == [("repaired", how, 1)]
    assert holes(store) == 0


def test_what_three_crawls_did_not_reach_is_lost(store: Engine) -> None:
    crawl(store, NOW, -3, -2, -1)
    crawl(store, NOW + 40 * HOUR, 30, 35)
    now = NOW + 41 * HOUR
    for wait in (1, 4, 16):
        (order,) = orders(store, MAPPED, now)
        begun(store, order, now)
        crawl(store, now, 30, 35)
        assert orders(store, MAPPED, now + wait * HOUR - HOUR / 2) == []
        now += wait * HOUR
    assert orders(store, MAPPED, now) == []
    how = "3 crawls did not reach back to what was known before"
    assert told(store, "state, how", "stretch") == [("lost", how)]
    assert holes(store) == 1


def test_what_only_a_feed_showed_is_lost_at_once(store: Engine) -> None:
    crawl(store, NOW, -3, -2, -1)
    crawl(store, NOW + 40 * HOUR, 30, 35)
    assert orders(store, {"motor": kinds_of((("feed", "x"), ("feed", "y")))}, NOW + 2 * DAY) == []
    assert told(store, "state", "stretch") == [("lost",)]


def test_sites_that_are_not_asked_about_keep_their_gaps(store: Engine) -> None:
    crawl(store, NOW, -3, -2, -1)
    crawl(store, NOW + 40 * HOUR, 30, 35)
    assert orders(store, {"other": ("sitemap",)}, NOW + 2 * DAY) == []
    assert told(store, "state", "stretch") == [("open",)]
