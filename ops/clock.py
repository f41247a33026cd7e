"""The clock: starts each site's crawl when it is due, in a child of its own, until told to stop."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from loguru import logger
from sqlalchemy import Engine

from db.engine import open_store, shown
from db.errors import StoreError
from db.runs import RunRow
from db.settings import Settings
from ops.children import GRACE_S
from ops.fleet import stop_on_signal
from ops.history import close_dead, crawls_after, newest_run
from ops.launch import DONE, TRY_LATER, CrawlOptions, CrawlResult, environment, run_crawl, verdict
from ops.lease import only_clock
from ops.sitefiles import SiteFiles
from ops.timetable import Slot, due, plan

GRACE_SHARE = 0.5  # of the interval: a start that comes later than this is left to the next one
JITTER_SHARE = 0.05  # of the interval, so that sites of one rhythm do not all start in the same second
JITTER_MAX_S = 60
LOOK_S = 30.0  # between two looks at the site files; each tick looks too
FILES = "site files"  # the id of that job; no site can be called so


@dataclass(frozen=True, slots=True)
class ClockOptions:
    """How the clock runs. `sites` empty means all; `deadline_s` bounds each crawl."""

    sites: tuple[str, ...] = ()
    once: bool = False
    at_once: int = 2
    deadline_s: float = 1800.0
    grace_s: float = GRACE_S
    look_s: float = LOOK_S
    queue: bool = False  # leave the crawls to the workers of the shared queue


def run_clock(settings: Settings, options: ClockOptions) -> int:
    """The exit code, when the clock was stopped by a signal or, with `once`, when all that was due is done.

    Raises StoreError, ClockBusy and OrderError, each one line.
    """
    files = SiteFiles(settings.sites, options.sites)
    engine = open_store(settings.database_url)
    with only_clock(engine):
        clock = Clock(engine, files, environment(settings), options)
        return asyncio.run(queued(clock, settings) if options.queue else clock.run())


async def queued(clock: "Clock", settings: Settings) -> int:
    """The clock's run, its crawls left in the shared queue."""
    from ops.queue import fresh, open_queue  # noqa: PLC0415 - an extra that one machine alone does without

    async with open_queue(settings, clock.engine) as queue:
        clock.leave = lambda site: queue.give(fresh(site))
        return await clock.run()


class Clock:
    """The timetable in motion: what is running, how many may, and whether to stop."""

    def __init__(
        self, engine: Engine, files: SiteFiles, env: Mapping[str, str], options: ClockOptions
    ) -> None:
        self.engine = engine
        self.files = files
        self.env = env
        self.options = options
        self.stop = asyncio.Event()
        self.slots = asyncio.Semaphore(options.at_once)
        self.running: set[asyncio.Task[None]] = set()
        self.results: list[CrawlResult] = []
        self.leave: Callable[[str], Awaitable[bool]] | None = None  # in the queue; None: crawl here
        self.scheduler = AsyncIOScheduler(timezone=UTC, jobstores={"default": MemoryJobStore()})

    async def run(self) -> int:
        """Runs until a signal, or with `once` until what is due is done."""
        async with stop_on_signal() as stop:
            self.stop = stop
            table = await self._timetable()
            if self.options.once:
                return await self._run_due(table)
            await self._run_on(table)
        return DONE

    async def _run_due(self, table: list[Slot]) -> int:
        slots = due(table, datetime.now(UTC))
        logger.info("due {} of {} sites", len(slots), len(table))
        await asyncio.gather(*(self._crawl(slot.site) for slot in slots))
        return verdict([result.exit_code for result in self.results])

    async def _run_on(self, table: list[Slot]) -> None:
        for slot in table:
            self._schedule(slot)
        look = IntervalTrigger(seconds=self.options.look_s, timezone=UTC)
        self.scheduler.add_job(self._look, look, id=FILES, misfire_grace_time=None)
        self.scheduler.start()
        logger.info(
            "clock started sites={} at_once={} store={}",
            len(table),
            self.options.at_once,
            shown(self.engine.url),
        )
        with self._hangup():
            await self.stop.wait()
        logger.info("stopping running={}", len(self.running))
        self.scheduler.pause()
        await asyncio.gather(*self.running)
        self.scheduler.shutdown(wait=False)
        logger.info("clock stopped")

    @contextmanager
    def _hangup(self) -> Iterator[None]:
        """Meanwhile SIGHUP has the site files read anew; in a terminal it still means that this closed."""
        if sys.stderr.isatty():
            yield
            return
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, lambda: asyncio.ensure_future(self._look(asked=True)))
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGHUP)

    async def _look(self, *, asked: bool = False) -> None:
        """Brings the timetable up to date with the site files, where one changed or somebody asked."""
        if not (asked or self.files.changed()):
            return
        before = self.files.rhythms
        self.files.read()
        now = self.files.rhythms
        try:
            table = await self._timetable()
        except StoreError as error:  # tried again at the next tick
            self.files.rhythms = before
            self.files.forget()
            logger.error("store {}", error)
            return
        for site in before.keys() - now.keys():
            self.scheduler.remove_job(site)
        for slot in table:
            if before.get(slot.site) != now[slot.site]:
                self._schedule(slot)
        gone, new = len(before.keys() - now.keys()), len(now.keys() - before.keys())
        logger.info("site files read sites={} new={} gone={}", len(now), new, gone)

    def _schedule(self, slot: Slot) -> None:
        every_s = slot.every.total_seconds()
        first_at = max(slot.due_at, datetime.now(UTC))
        self.scheduler.add_job(
            self._tick,
            IntervalTrigger(
                seconds=int(every_s),
                start_date=first_at,
                timezone=UTC,
                jitter=int(min(JITTER_MAX_S, every_s * JITTER_SHARE)),
            ),
            args=[slot.site],
            id=slot.site,
            next_run_time=first_at,
            misfire_grace_time=int(every_s * GRACE_SHARE),
            coalesce=True,
            max_instances=1,
            replace_existing=True,
        )
        logger.info("timetable {} every={}s next={:%Y-%m-%d %H:%M:%SZ}", slot.site, int(every_s), first_at)

    async def _tick(self, site: str) -> None:
        task = asyncio.current_task()
        assert task is not None, "the scheduler runs this as a task"
        self.running.add(task)
        try:
            await self._look()
            if site not in self.files.rhythms:
                return
            if await self._is_due(site):
                await self._crawl(site)
            else:
                logger.info("not due {}: crawled meanwhile", site)
        except StoreError as error:  # the next tick may find the database up again
            logger.error("store {}", error)
        finally:
            self.running.discard(task)

    async def _crawl(self, site: str) -> None:
        if self.leave:
            logger.info("queued {}" if await self.leave(site) else "waits already {}", site)
            return
        async with self.slots:
            if self.stop.is_set():
                return
            logger.info("crawl {}", site)
            before = await asyncio.to_thread(newest_run, self.engine)
            result = await run_crawl(
                site,
                CrawlOptions(),
                self.env,
                self.options.deadline_s,
                stop=self.stop,
                grace_s=self.options.grace_s,
            )
        if self.options.once:
            self.results.append(result)
        await asyncio.to_thread(close_dead, self.engine, datetime.now(UTC))
        runs = await asyncio.to_thread(crawls_after, self.engine, before, [site])
        tell(result, runs.get(site))

    async def _timetable(self) -> list[Slot]:
        return await asyncio.to_thread(plan, self.engine, self.files.rhythms, datetime.now(UTC))

    async def _is_due(self, site: str) -> bool:
        return any(slot.site == site for slot in due(await self._timetable(), datetime.now(UTC)))


def tell(result: CrawlResult, run: RunRow | None) -> None:
    """Logs how a crawl ended: one line, a warning where somebody should look."""
    took = f"{result.seconds:.1f}s"
    if result.timed_out:
        logger.warning("timed out {} after {}", result.site, took)
    elif result.stopped:
        logger.info("stopped {} after {}", result.site, took)
    elif result.exit_code == DONE:
        logger.info("done {} in {} {}", result.site, took, counts(run))
    elif result.exit_code == TRY_LATER:
        logger.warning("put off {}: {}", result.site, result.said or counts(run))
    else:
        why = result.said or (run.note if run else None) or "said nothing"
        logger.warning(
            "failed {} exit={} in {} {}: {}", result.site, result.exit_code, took, counts(run), why
        )


def counts(run: RunRow | None) -> str:
    """The run's balance as `found=24 stored=19 …`; empty where there was none."""
    if run is None:
        return ""
    states = sorted(run.balance.by_state.items())
    return " ".join([f"found={run.balance.found}", *(f"{state}={count}" for state, count in states)])
