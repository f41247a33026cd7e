"""The clock: starts each site's crawl when the timetable says so, until told to stop.

APScheduler holds the next start of each site; the timetable (`ops.timetable.plan`) is asked
for it anew when the site was crawled, when site files changed, and now and then for all.
"""

import asyncio
import signal
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from loguru import logger
from sqlalchemy import Engine

from db.engine import shown
from db.errors import StoreError
from ops.children import GRACE_S
from ops.crew import Crew, Ending, tell
from ops.fleet import stop_on_signal
from ops.history import close_dead
from ops.launch import DONE, CrawlOptions, verdict
from ops.lease import ClockBusy, Lease, stand_by, store_of
from ops.repair import Repairs
from ops.roster import Plan, Record, Roster
from ops.sitefiles import SiteFiles
from ops.starts import Starts
from ops.timetable import Slot, due, plan
from ops.watch import Watch

LOOK_S = 30.0  # between two looks at site files, dead runs and the time
TURN_S = 0.2  # sites that fall due or end within it share one question to the timetable
REPAIR_S = 60.0  # between two looks for a hole to fill: at most one crawl begins at each
NOT_SET_BACK = timedelta(0)
LATE_SHARE = 0.5  # of the interval: a start later than this is told

# Called on a thread of its own when crawls have ended, and with none of them every quarter of an hour
After = Callable[[Engine, Sequence[Ending]], None]


@dataclass(frozen=True, slots=True)
class ClockOptions:
    """How the clock runs. `sites` empty means all; `deadline_s` bounds each crawl; `wait` stands by."""

    sites: tuple[str, ...] = ()
    once: bool = False
    at_once: int = 2
    deadline_s: float = 1800.0
    grace_s: float = GRACE_S
    look_s: float = LOOK_S
    wait: bool = False
    queue: bool = False  # leave the crawls to the workers of the shared queue


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


@dataclass
class Clock:
    """The timetable in motion. `now` is the time of day; how long things take the event loop's clock says."""

    engine: Engine
    files: SiteFiles
    crew: Crew
    lease: Lease
    options: ClockOptions = field(default_factory=ClockOptions)
    after: Sequence[After] = ()
    plan: Plan = plan
    now: Callable[[], datetime] = utc_now
    beside: Callable[[], AbstractContextManager[object]] = nullcontext  # while the lease is ours

    def __post_init__(self) -> None:
        self.roster = Roster(self.engine, self.files, self.plan)
        self.starts = Starts(self._ripen)
        watched = (self.engine, self.files, self.lease, self.now, self.options.look_s)
        self.watch = Watch(*watched, replan=self._replan, reread=self._reread)
        self.repairs = Repairs(self.engine, self.files)
        self.running: set[asyncio.Task[None]] = set()
        self.ripe: set[str] = set()  # sites whose time has come
        self.ended: list[Ending] = []
        self.stirred = asyncio.Event()  # there is something in one of the two
        self.stop = asyncio.Event()

    async def run(self) -> int:
        """Runs until a signal, or with `once` until what is due is done."""
        async with stop_on_signal() as stop:
            self.stop = stop
            if not await asyncio.to_thread(self.lease.take):
                if not self.options.wait:
                    raise ClockBusy(store_of(self.engine))
                if not await stand_by(self.lease, store_of(self.engine), stop):
                    return DONE
            await asyncio.to_thread(close_dead, self.engine, self.now())
            with self.beside():
                slots = await self.roster.plan(self.now())
                if self.options.once:
                    return await self._run_due(slots)
                await self._run_on(slots)
        if self.watch.ousted:
            raise ClockBusy(store_of(self.engine))
        return DONE

    async def _run_due(self, slots: list[Slot]) -> int:
        ripe = due(slots, self.now())
        logger.info("due {} of {} sites", len(ripe), len(slots))
        stopping = asyncio.ensure_future(self._stop_crew())
        await asyncio.gather(*(self._crawl(self.roster.records[slot.site]) for slot in ripe))
        repairing = await asyncio.to_thread(self.repairs.take, set(), self.now())
        await asyncio.gather(*(self._crawl(self.roster.records[r.site], r.options) for r in repairing))
        stopping.cancel()
        await self.crew.stop()
        await self._hand_on(self.ended)
        await self._hand_on(())
        return verdict([end.exit_code for end in self.ended])

    async def _stop_crew(self) -> None:
        await self.stop.wait()
        await self.crew.stop()

    async def _run_on(self, slots: list[Slot]) -> None:
        self.starts.start()
        for slot in slots:
            record = self.roster.records[slot.site]
            self._schedule(record)
            # what fell due before there was a clock is not late
            record.start_at = max(record.slot.due_at, self.now())
        told = (len(slots), self.options.at_once, shown(self.engine.url))
        logger.info("clock started sites={} at_once={} store={}", *told)
        work = [self._turn(), self._repair(), self.watch.look(), self.watch.hold(), self.stop.wait()]
        tasks = [asyncio.ensure_future(task) for task in work]
        try:
            with self._hangup():
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.starts.stop()
            self.stop.set()
            for task in tasks:
                task.cancel()
        logger.info("stopping running={}", len(self.running))
        await self.crew.stop()
        await asyncio.gather(*self.running)
        await self._hand_on(self.ended)
        for task in done:  # one that should never end, ended with an error: a mistake of ours
            task.result()
        logger.info("clock stopped")

    async def _turn(self) -> None:
        """Starts what is due and asks the timetable for the next start of what has ended."""
        while True:
            await self.stirred.wait()
            self.stirred.clear()
            ripe, self.ripe = self.ripe, set()
            ended, self.ended = self.ended, []
            if ended:
                await self._hand_on(ended)
            await self._place(ripe | {end.site for end in ended}, ripe)
            await asyncio.sleep(TURN_S)

    async def _place(self, sites: Collection[str] | None, ripe: Collection[str] = ()) -> None:
        """Starts those of `ripe` that are due; all else waits for its start. None means all sites."""
        try:
            slots = await self.roster.plan(self.now(), sites)
        except StoreError as error:
            if sites is None:
                raise
            logger.error("store {}", error)
            for site in sites:  # it may be up again then
                self.starts.set(site, self.now() + timedelta(seconds=self.options.look_s))
            return
        starting = {slot.site for slot in due(slots, self.now()) if slot.site in ripe}
        starting |= {site for site in ripe if site in self.roster.records and self.roster.records[site].fixed}
        for slot in slots:
            record = self.roster.records[slot.site]
            if record.busy:
                continue
            if slot.site in starting and self.watch.paused:
                self.starts.set(slot.site, self.now() + timedelta(seconds=self.options.look_s))
            elif slot.site in starting:
                self._start(record)
            elif slot.site not in self.ripe:  # else its turn is next
                self._schedule(record)

    async def _replan(self, set_back: timedelta = NOT_SET_BACK) -> None:
        if set_back > NOT_SET_BACK:
            self.roster.set_back(set_back)
        await self._place(None)
        await self._hand_on(())

    async def _reread(self) -> None:
        """Brings the timetable up to date with the site files. Raises StoreError, then tried again later."""
        before = self.files.rhythms
        self.files.read()
        try:
            await self._place(None)
        except StoreError:
            self.files.rhythms = before
            self.files.forget()
            raise
        self.crew.renew()
        for site in self.roster.forget_gone():
            self.starts.cancel(site)
        now = self.files.rhythms
        gone, new = len(before.keys() - now.keys()), len(now.keys() - before.keys())
        logger.info("site files read sites={} new={} gone={}", len(now), new, gone)

    @contextmanager
    def _hangup(self) -> Iterator[None]:
        """Meanwhile SIGHUP has the site files read anew; in a terminal it still means that this closed."""
        if sys.stderr.isatty():
            yield
            return
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, lambda: asyncio.ensure_future(self._asked()))
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGHUP)

    async def _asked(self) -> None:
        try:
            await self._reread()
        except StoreError as error:
            logger.error("store {}", error)

    def _schedule(self, record: Record) -> None:
        now = self.now()
        at = record.start_after(now, asyncio.get_running_loop().time())
        record.start_at = at
        self.starts.set(record.slot.site, max(at, now))
        slot = record.slot
        logger.debug("timetable {} next={:%Y-%m-%d %H:%M:%SZ} {}", slot.site, at, slot.because)

    def _ripen(self, site: str) -> None:
        self.ripe.add(site)
        self.stirred.set()

    async def _repair(self) -> None:
        """Now and then starts a crawl that fills a hole, of a site that has nothing else to do."""
        while True:
            await asyncio.sleep(REPAIR_S)
            busy = {site for site, record in self.roster.records.items() if record.busy}
            if self.watch.paused:
                continue
            for order in await asyncio.to_thread(self.repairs.take, busy, self.now()):
                self._start(self.roster.records[order.site], order.options)

    def _start(self, record: Record, options: CrawlOptions | None = None) -> None:
        late_s = (self.now() - record.start_at).total_seconds() if record.start_at else 0.0
        if late_s > record.slot.every.total_seconds() * LATE_SHARE:
            logger.warning("late {} by {:.0f} s; it runs once now", record.slot.site, late_s)
        record.start_at, record.fixed = None, False
        record.busy = True
        task = asyncio.ensure_future(self._crawl(record, options))
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def _crawl(self, record: Record, options: CrawlOptions | None = None) -> None:
        """One crawl to its end; one more by itself, where the first was lost or cannot be shared."""
        loop, site = asyncio.get_running_loop(), record.slot.site
        try:
            end = await self.crew.crawl(site, shared=record.shared and options is None, options=options)
            if end and (end.lost or end.alone) and not self.stop.is_set():
                record.note(end, loop.time())
                tell(end)
                end = await self.crew.crawl(site, shared=False)
            if end is None:
                return
            record.note(end, loop.time())
            tell(end)
            self.ended.append(end)
        except StoreError as error:  # after a while it may be up again
            logger.error("store {}", error)
            self.ripe.add(site)
        finally:
            record.busy = False
            self.stirred.set()

    async def _hand_on(self, ended: Sequence[Ending]) -> None:
        """Tells those who asked of the crawls that have ended; their trouble is not the clock's."""
        for after in self.after:
            try:
                await asyncio.to_thread(after, self.engine, ended)
            except Exception:  # noqa: BLE001 - whatever it is, the next crawl must come
                logger.exception("after crawls")
