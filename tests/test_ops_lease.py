from datetime import UTC, datetime, timedelta

import psutil
import pytest
from sqlalchemy import Engine, select, text

from db.engine import open_store, reading, writing
from db.laws import check_ledger
from db.ledger import begin_run, end_run
from db.models import Run
from ops.history import close_dead, newest_run, quiet_streaks
from ops.lease import ClockBusy, only_clock
from ops.overview import overview, totals

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def test_a_store_has_one_clock_at_a_time(store: Engine) -> None:
    with only_clock(store), pytest.raises(ClockBusy, match="another clock"), only_clock(store):
        pass


def test_the_place_is_free_again_afterwards(store: Engine) -> None:
    for _ in range(2):
        with only_clock(store):
            pass


def test_a_run_whose_process_is_gone_is_closed_at_once(store: Engine) -> None:
    with writing(store) as s:
        begin_run(s, "motor", "crawl", NOW)
        dead = s.get_one(Run, begin_run(s, "other", "crawl", NOW))
        dead.pid = next(pid for pid in range(4_000_000, 5_000_000) if not psutil.pid_exists(pid))
    assert close_dead(store, NOW) == 1
    assert close_dead(store, NOW) == 0
    with reading(store) as s:
        assert check_ledger(s) == []


def test_a_run_of_another_machine_is_closed_once_it_is_silent_for_a_minute(store: Engine) -> None:
    with writing(store) as s:
        for site, host in (("beating", "far"), ("silent", "far"), ("mine", None)):
            run = s.get_one(Run, begin_run(s, site, "crawl", NOW))
            run.host = host or run.host
            run.beat_at = NOW + timedelta(seconds=90 if site == "beating" else 0)
    assert close_dead(store, NOW + timedelta(seconds=100)) == 1
    with reading(store) as s:
        ends = {run.site: run.outcome for run in s.scalars(select(Run))}
    assert ends == {"beating": "running", "silent": "died", "mine": "running"}


def test_sites_with_little_news_are_known_by_their_last_runs(store: Engine) -> None:
    with writing(store) as s:
        for site, ends in {
            "quiet": "ff",
            "loud": "fF",
            "woken": "Ff",
            "failing": "fx",
            "asleep": "xfff",
            "reread": "uu",
        }.items():
            for end in ends:
                run = begin_run(s, site, "crawl", NOW)
                s.get_one(Run, run).found = {"F": 4, "f": 3, "u": 40}.get(end, 0)
                end_run(s, run, "failed" if end == "x" else "finished", NOW)
                s.get_one(Run, run).balance = {"unchanged": 39} if end == "u" else {}
    streaks = quiet_streaks(store, ["quiet", "loud", "woken", "failing", "asleep", "reread", "new"], 2)
    assert streaks == {
        "quiet": 2, "loud": 0, "woken": 1, "failing": 0, "asleep": 2, "reread": 2, "new": 0
    }  # fmt: skip


def test_the_newest_run_is_one_of_any_kind(store: Engine) -> None:
    assert newest_run(store) == 0
    with writing(store) as s:
        begin_run(s, "motor", "crawl", NOW)
        begin_run(s, "pages.warc", "ingest", NOW)
    assert newest_run(store) == 2


def test_health_lists_sites_with_a_file_and_sites_with_addresses(store: Engine) -> None:
    with writing(store) as s:
        begin_run(s, "motor", "crawl", NOW)
    seen = overview(store, {"motor": timedelta(minutes=30), "new": timedelta(hours=1)}, NOW)
    rows = sorted(seen.rows, key=lambda row: str(row["site"]))
    assert [(row["site"], row["last"]) for row in rows] == [("motor", "running"), ("new", "never")]
    assert rows[0]["due_at"] == NOW + timedelta(minutes=30)
    assert rows[1]["due_at"] == NOW
    assert totals(rows)["articles"] == 0


def test_a_clock_whose_database_ended_its_connection_ends_without_a_traceback(postgres_url: str) -> None:
    engine = open_store(postgres_url)
    with only_clock(engine), engine.connect() as other:
        mine = other.scalar(text("SELECT pg_backend_pid()"))
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        other.execute(text(f"{others} AND pid <> :mine"), {"mine": mine})
    engine.dispose()
