"""A worker: takes jobs from the shared queue and carries each out in a child of its own, until told to stop.

A worker that was killed beats no more. Half a minute later another one puts its jobs back, and whoever is
free takes them; what a killed crawl stored stays, and the next goes on.
"""

import asyncio
import logging
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import psycopg_pool
from loguru import logger
from procrastinate import App, BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition, Job
from procrastinate.worker import Worker
from sqlalchemy import Engine

from db.archive import place_name
from db.engine import open_store, reading
from db.errors import StoreError
from db.recurring import Counts, counts_of
from db.settings import Settings
from ops.children import GRACE_S, run_child
from ops.crew import Children, Ending, ending, tell
from ops.fleet import stop_on_signal
from ops.history import close_dead, crawls_after, newest_run, settled_since
from ops.launch import DONE, TRY_LATER, environment, last_words, run_crawl, verdict
from ops.queue import Kind, Queue, app_on, crawl_options, prepare, queue_of, rereadings
from ops.reaper import MOST_TRIES, put_back

AGAIN_S = 5.0  # before the next look whether a database that went away is back
BUSY_S = 30.0  # before a job is tried again whose site was still held by a process that died elsewhere
GONE = (ConnectorException, psycopg.Error, psycopg_pool.PoolTimeout, StoreError)


@dataclass(frozen=True, slots=True)
class WorkOptions:
    """How a worker works: `only` empty means every kind; `deadline_s` bounds each job.

    A job whose worker did not beat for `stalled_s` is put back within `reap_s` more.
    """

    at_once: int = 2
    only: tuple[Kind, ...] = ()
    once: bool = False
    deadline_s: float = 1800.0
    grace_s: float = GRACE_S
    beat_s: float = 10.0
    stalled_s: float = 30.0
    reap_s: float = 10.0
    look_s: float = 5.0  # between two looks for jobs; those left anew are told at once


class GivenBack(Exception):  # noqa: N818  # not an error: another worker shall have the job, after so long
    def __init__(self, wait_s: float = 0) -> None:
        super().__init__("given back")
        self.wait_s = wait_s


class Returning(BaseRetryStrategy):
    """Jobs return to the queue that were given back, or whose store went away meanwhile; no failed crawl."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, GivenBack):
            return RetryDecision(retry_in={"seconds": int(exception.wait_s)})
        if isinstance(exception, GONE) and job.attempts < MOST_TRIES:
            return RetryDecision(retry_in={"seconds": int(BUSY_S)})
        return None


class Hands(Worker):
    """procrastinate's worker; stopping, by a signal or for want of its database, asks its children to end."""

    def __init__(self, app: App, stopping: asyncio.Event, **how: Any) -> None:
        super().__init__(app, install_signal_handlers=False, delete_jobs=DeleteJobCondition.ALWAYS, **how)
        self.stopping = stopping

    def stop(self) -> None:
        self.stopping.set()
        super().stop()  # type: ignore[no-untyped-call]


def run_work(settings: Settings, options: WorkOptions) -> int:
    """The exit code, when a signal stopped the worker or, with `once`, when nothing waits any more.

    Raises StoreError, one line; a database that goes away later is waited for.
    """
    engine = open_store(settings.database_url)
    prepare(engine)
    speak_plainly()
    return asyncio.run(Work(settings, engine, environment(settings), options).run())


def speak_plainly() -> None:
    """Has libraries say in one line that the database is away; they show tracebacks, again and again."""
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    for handler in logging.getLogger().handlers:
        handler.addFilter(without_traceback)


def without_traceback(record: logging.LogRecord) -> bool:
    """True, after the traceback of a database that went away has become words."""
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    if isinstance(error, GONE):
        record.msg = f"{record.getMessage()}: {' '.join(str(error).split())}"
        record.args, record.exc_info, record.exc_text = (), None, None
    return True


class Work:
    """What one worker does with the jobs it gets."""

    def __init__(
        self, settings: Settings, engine: Engine, env: Mapping[str, str], options: WorkOptions
    ) -> None:
        self.settings, self.engine, self.env, self.options = settings, engine, env, options
        self.crew = Children(engine, env)  # anew each time it serves
        self.queue: Queue | None = None  # open while it serves
        self.codes: list[int] = []
        self.taken = 0  # jobs

    @property
    def queues(self) -> list[str]:
        """Those it takes jobs from; pages are read again beside the archive they lie in."""
        kinds = self.options.only or tuple(Kind)
        here = [queue_of(Kind.REPROCESS, place_name(self.settings.place))] if Kind.REPROCESS in kinds else []
        return [*(queue_of(kind) for kind in kinds), *here]

    async def run(self) -> int:
        """Works until a signal or, with `once`, until nothing waits."""
        async with stop_on_signal() as stop:
            logger.info("worker started queues={} at_once={}", ",".join(self.queues), self.options.at_once)
            while not stop.is_set():
                before = self.taken
                try:
                    await self._serve(stop)
                    if self.options.once and self.taken == before:
                        break
                    if self.options.once:  # a job may have waited for another of its site
                        continue
                except GONE as error:
                    logger.error("queue {}", " ".join(str(error).split()) or type(error).__name__)
                    if self.options.once:
                        return TRY_LATER
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), AGAIN_S)
            logger.info("worker stopped")
        return verdict(self.codes) if self.options.once else DONE

    async def _serve(self, stop: asyncio.Event) -> None:
        """Takes jobs until told to stop or the database goes away."""
        await asyncio.to_thread(prepare, self.engine)
        app, options = app_on(self.settings), self.options
        app.task(name="carry out", pass_context=True, retry=Returning())(self.carry_out)
        self.crew = Children(self.engine, self.env, options.at_once, options.deadline_s, options.grace_s)
        async with app.open_async():
            self.queue = Queue(app)
            hands = Hands(
                app,
                self.crew.halt,
                queues=self.queues,
                concurrency=options.at_once,
                wait=not options.once,
                update_heartbeat_interval=options.beat_s,
                stalled_worker_timeout=options.stalled_s,
                fetch_job_polling_interval=options.look_s,
            )
            work = [self._reap(app), stopped(hands, stop), ended(self.crew)]
            aside = [asyncio.ensure_future(task) for task in work]
            try:
                await hands.run()  # type: ignore[no-untyped-call]
            finally:
                for task in aside:
                    task.cancel()
                await asyncio.gather(*aside, return_exceptions=True)

    async def carry_out(
        self,
        context: JobContext,
        kind: str,
        site: str,
        options: dict[str, Any],
        asked_at: str,
        *,
        shared: bool = False,
    ) -> None:
        """Does one job; GivenBack where another worker shall have it."""
        self.taken += 1
        if self.crew.halt.is_set():
            raise GivenBack
        if kind == Kind.REPROCESS:
            await self._reprocess(site, options)
            return
        if kind == Kind.BACKFILL:
            logger.info("crawl {} back", site)
            end = await self._backfill(site, options)
        elif await asyncio.to_thread(settled_since, self.engine, site, datetime.fromisoformat(asked_at)):
            logger.info("not due {}: crawled meanwhile", site)
            return
        else:
            end = await self._crawl(site, shared=shared)
        tell(end)
        never_began = end.exit_code == TRY_LATER and end.outcome is None
        tried_before = kind == Kind.BACKFILL or context.job.attempts > 0
        if never_began and tried_before and not end.stopped and context.job.attempts < MOST_TRIES:
            raise GivenBack(BUSY_S)
        self._ended(end)

    async def _crawl(self, site: str, *, shared: bool) -> Ending:
        """A crawl to its end; one more by itself, where the first was lost or cannot be shared."""
        end = await self.crew.crawl(site, shared=shared)
        if end and (end.lost or end.alone) and not end.stopped:
            tell(end)
            end = await self.crew.crawl(site, shared=False)
        if end is None:
            raise GivenBack
        return end

    async def _backfill(self, site: str, options: dict[str, Any]) -> Ending:
        before = await asyncio.to_thread(newest_run, self.engine)
        how, limits = crawl_options(options), (self.options.deadline_s, self.options.grace_s)
        result = await run_crawl(site, how, self.env, limits[0], stop=self.crew.halt, grace_s=limits[1])
        await asyncio.to_thread(close_dead, self.engine, datetime.now(UTC))
        run = (await asyncio.to_thread(crawls_after, self.engine, before, [site])).get(site)
        if run is None:
            return ending(result, None, 0, {})
        return ending(result, run.outcome, run.balance.found, run.balance.by_state, run.note)

    async def _reprocess(self, site: str, options: dict[str, Any]) -> None:
        logger.info("reprocess {}", site)
        taught = await asyncio.to_thread(self._taught, site)
        words = [word for name, value in sorted(options.items()) for word in (f"--{name}", str(value))]
        argv = [sys.executable, "-P", "-m", "carnews", "reprocess", "--quiet", "--site", site, *words]
        ended = await run_child(
            argv, self.env, self.options.deadline_s, stop=self.crew.halt, grace_s=self.options.grace_s
        )
        await asyncio.to_thread(close_dead, self.engine, datetime.now(UTC))
        said = last_words(ended)
        end = Ending(site, ended.exit_code, ended.seconds, ended.timed_out, ended.stopped, said)
        tell(end)
        if taught != await asyncio.to_thread(self._taught, site):
            await self._pass_on(site, options)
        self._ended(end)

    def _taught(self, site: str) -> Counts:
        with reading(self.engine) as s:
            return counts_of(s, site)

    async def _pass_on(self, site: str, options: dict[str, Any]) -> None:
        """Has the site's pages in other archives read again by what the pages here have taught."""
        here = place_name(self.settings.place)
        with reading(self.engine) as s:
            jobs = [job for job in rereadings(s, [site], here, options) if job.place != here]
        if jobs and self.queue:
            await asyncio.gather(*(self.queue.give(job) for job in jobs))

    def _ended(self, end: Ending) -> None:
        if end.stopped and end.exit_code != DONE:
            raise GivenBack
        self.codes.append(end.exit_code)

    async def _reap(self, app: App) -> None:
        """Puts back, again and again, the jobs of workers that beat no more."""
        while True:
            try:
                if await put_back(app, self.options.stalled_s):
                    await asyncio.to_thread(close_dead, self.engine, datetime.now(UTC))
            except GONE as error:
                logger.warning("queue {}", " ".join(str(error).split()))
            await asyncio.sleep(self.options.reap_s)


async def stopped(hands: Hands, stop: asyncio.Event) -> None:
    """Stops the worker once the event is set."""
    await stop.wait()
    hands.stop()


async def ended(crew: Children) -> None:
    """Asks the crew's children to end once it is to halt."""
    await crew.halt.wait()
    await crew.stop()
