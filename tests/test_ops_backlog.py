"""Jobs of the shared queue that nobody takes are seen, told, and forgotten once somebody does."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command import Folder
from sqlalchemy import Engine, text

from db.alarms import ALL, open_alarms
from db.engine import open_store, reading, writing
from db.settings import Settings
from ops.health import watch
from ops.health.backlog import SCHEMA, backlog_of, unattended
from ops.launch import CrawlOptions
from ops.queue import Job, Kind, backfill, fresh, give_all

NOW = datetime.now(UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BEAT = text(f"INSERT INTO {SCHEMA}.procrastinate_workers (last_heartbeat) VALUES (:at)")


@pytest.fixture
def queued(tmp_path: Path, migrated_url: str) -> Iterator[Engine]:
    """A store in whose queue three jobs wait."""
    store = open_store(migrated_url)
    conf = Settings.model_validate({"database_url": migrated_url})
    jobs = [
        fresh("made"),
        backfill("made", CrawlOptions(max_articles=3)),
        Job(Kind.REPROCESS, "made", {}, "beta"),
    ]
    asyncio.run(give_all(conf, store, jobs))
    yield store
    store.dispose()


def found(store: Engine, after: timedelta) -> list[tuple[str, str, str]]:
    with reading(store) as s:
        told = unattended(backlog_of(s, NOW + after), NOW + after)
    return [(one.subject, one.grade, one.remedy) for one in told]


def test_a_store_without_a_queue_has_no_backlog(store: Engine) -> None:
    with reading(store) as s:
        assert backlog_of(s, NOW) is None
    assert list(unattended(None, NOW)) == []


def test_jobs_that_wait_while_no_worker_is_alive_are_an_alarm_until_one_is(queued: Engine) -> None:
    assert found(queued, MINUTE) == []
    [(subject, grade, remedy)] = found(queued, HOUR)
    assert (subject, grade) == ("", "alarm")
    assert "carnews work" in remedy
    watch(queued, {}, NOW + HOUR)
    with reading(queued) as s:
        [alarm] = open_alarms(s, ALL)
    assert "3 waiting: backfill 1, fresh 1, reprocess@beta 1" in alarm.evidence
    with writing(queued) as s:
        s.execute(BEAT, {"at": NOW + HOUR})
    watch(queued, {}, NOW + HOUR)
    with reading(queued) as s:
        assert open_alarms(s, ALL) == []


def test_a_queue_that_all_workers_pass_by_is_a_notice(queued: Engine) -> None:
    with writing(queued) as s:
        s.execute(BEAT, {"at": NOW + 9 * HOUR})
    told = {subject: (grade, remedy) for subject, grade, remedy in found(queued, 9 * HOUR)}
    assert sorted(told) == ["backfill", "fresh", "reprocess@beta"]
    assert told["reprocess@beta"] == ("notice", "carnews work on beta, where the pages lie")


def test_status_says_what_waits_and_ends_with_1_where_nobody_takes_it(tmp_path: Path, queued: Engine) -> None:
    url = queued.url.render_as_string(hide_password=False)
    here = Folder(tmp_path, url)
    fine = here.carnews("status")
    assert "queue: 3 jobs waiting (backfill 1, fresh 1, reprocess@beta 1), the oldest for" in fine.out
    assert "; 0 under way; 0 workers alive" in fine.out
    assert fine.code == 0
    older = "jsonb_set(args, '{asked_at}', CAST(:at AS jsonb))"
    with writing(queued) as s:
        early = f'"{(NOW - HOUR).isoformat()}"'
        s.execute(text(f"UPDATE {SCHEMA}.procrastinate_jobs SET args = {older}"), {"at": early})
    wrong = here.carnews("status")
    assert wrong.code == 1
    assert "all: queue, since 1h ago: jobs wait in the queue and no worker is alive" in wrong.out
    assert "  do: start one: carnews work" in wrong.out


def test_a_worker_logs_to_a_file_of_its_own(tmp_path: Path, migrated_url: str) -> None:
    here = Folder(tmp_path, migrated_url)
    ended = here.carnews("work", "--once", "--quiet")
    assert (ended.code, ended.err) == (0, "")
    assert "worker started queues=fresh" in (tmp_path / "log" / "worker.log").read_text(encoding="utf-8")
