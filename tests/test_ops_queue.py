"""The shared queue by itself: its tables, what a job is, and a clock that waits for its workers."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from db.engine import open_store, writing
from db.ledger import begin_run, end_run
from db.schema import revisions, schema_of
from db.settings import Settings
from ops.crew import Ending
from ops.launch import CrawlOptions
from ops.queue import SCHEMA, Job, Kind, NoQueue, backfill, crawl_options, fresh, give_all, kinds, prepare
from ops.queuecrew import QueueCrew

SINCE = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture
def settings(migrated_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=migrated_url, archive=tmp_path, place="alpha")


def all_jobs_are_done(store: Engine) -> None:
    with writing(store) as s:
        s.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))  # its triggers look there
        s.execute(text("DELETE FROM procrastinate_jobs"))


async def holds(claim: Callable[[], bool]) -> None:
    """Returns once `claim` holds."""
    while not claim():  # noqa: ASYNC110 - there is no event to wait for
        await asyncio.sleep(0.01)


def test_the_tables_of_the_queue_are_made_once_whoever_comes_first(settings: Settings) -> None:
    store = open_store(settings.database_url)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(prepare, [store] * 4))
    assert "procrastinate_jobs" in inspect(store).get_table_names(schema=SCHEMA)
    assert not [name for name in inspect(store).get_table_names() if name.startswith("procrastinate")]
    with store.connect() as connection:
        assert schema_of(connection, "store").current == revisions()[-1]
    store.dispose()


def test_a_sqlite_store_has_none(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    with pytest.raises(NoQueue, match="needs PostgreSQL"):
        prepare(store)
    store.dispose()


def test_the_same_work_waits_once_and_other_work_beside_it(settings: Settings) -> None:
    store = open_store(settings.database_url)
    one, other = backfill("made", CrawlOptions(since=SINCE)), backfill("made", CrawlOptions(max_articles=3))
    assert asyncio.run(give_all(settings, store, [fresh("made"), one, other])) == 3
    assert asyncio.run(give_all(settings, store, [fresh("made", shared=True), one, other])) == 0
    store.dispose()


def test_a_site_is_crawled_by_one_job_at_a_time_and_read_again_beside_that() -> None:
    assert fresh("made").lock == backfill("made", CrawlOptions()).lock
    assert fresh("made").lock != fresh("other").lock
    assert fresh("made").lock != Job(Kind.REPROCESS, "made").lock
    assert Job(Kind.REPROCESS, "made", place="a").lock == Job(Kind.REPROCESS, "made", place="b").lock


def test_options_come_out_as_they_went_in() -> None:
    given = CrawlOptions(5, SINCE, None, urls=("https://motor.example/1",))
    assert crawl_options(backfill("made", given).options) == given


def test_kinds_are_known_by_name() -> None:
    assert kinds(["backfill", "fresh"]) == (Kind.BACKFILL, Kind.FRESH)


def test_a_clock_hears_of_the_end_of_what_it_left(settings: Settings) -> None:
    store = open_store(settings.database_url)

    async def crawled() -> list[Ending | None]:
        crew = QueueCrew(settings, store, waits=True, look_s=0.05)
        tasks = [asyncio.ensure_future(crew.crawl(name, shared=False)) for name in ("made", "idle")]
        await holds(lambda: len(crew.waiting) == 2)
        with writing(store) as s:
            end_run(s, begin_run(s, "made", "crawl", datetime.now(UTC)), "finished", datetime.now(UTC))
        all_jobs_are_done(store)
        ends = await asyncio.gather(*tasks)
        left = asyncio.ensure_future(crew.crawl("late", shared=False))
        await holds(lambda: len(crew.waiting) == 1)
        await crew.stop()
        return [*ends, await left]

    made, idle, late = asyncio.run(crawled())
    assert made is not None
    assert (made.exit_code, made.outcome) == (0, "finished")
    assert idle is not None
    assert (idle.exit_code, idle.outcome) == (75, None)  # no worker began it
    assert late is None  # the clock has stopped; the job is the workers'
    store.dispose()
