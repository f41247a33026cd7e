"""The clock's crew where many machines work on one store: it leaves crawls in the queue for workers."""

import asyncio
from contextlib import AsyncExitStack, suppress

from loguru import logger
from sqlalchemy import Engine

from db.errors import StoreError
from db.runs import Outcome
from db.settings import Settings
from ops.crew import Ending, ending
from ops.history import crawls_after, newest_run
from ops.launch import DONE, FAILURES, TRY_LATER, CrawlOptions, CrawlResult
from ops.queue import Job, Queue, backfill, fresh, open_queue, prepare

LOOK_S = 2.0  # between two looks which jobs are still there: one small query for all
WELL = {Outcome.FINISHED, Outcome.LIMIT}
LATER = {Outcome.UNREACHABLE, Outcome.INTERRUPTED, Outcome.DIED}


class QueueCrew:
    """Leaves each crawl in the queue; with `waits` one counts as under way until its job is gone from there.

    Stopping it stops no crawl: what is in the queue is the workers' from then on.
    """

    def __init__(self, settings: Settings, engine: Engine, *, waits: bool, look_s: float = LOOK_S) -> None:
        """Raises NoQueue where the store is no PostgreSQL."""
        prepare(engine)
        self.settings, self.engine, self.waits, self.look_s = settings, engine, waits, look_s
        self.waiting: dict[str, asyncio.Future[bool]] = {}  # by the job's name: whether it is done
        self.opening = asyncio.Lock()
        self.queue: Queue | None = None
        self.held = AsyncExitStack()
        self.looking: asyncio.Task[None] | None = None

    async def crawl(self, site: str, *, shared: bool, options: CrawlOptions | None = None) -> Ending | None:
        """What the crawl came to that a worker made; None where nobody waits for it."""
        job = backfill(site, options) if options else fresh(site, shared=shared)
        loop = asyncio.get_running_loop()
        queue, began = await self._opened(), loop.time()
        before = await asyncio.to_thread(newest_run, self.engine)
        new = await queue.give(job)
        logger.info("queued {}" if new else "waits already {}", site)
        if not self.waits or not await self._gone(job):
            return None
        run = (await asyncio.to_thread(crawls_after, self.engine, before, [site])).get(site)
        code = TRY_LATER if run is None or run.outcome in LATER else DONE if run.outcome in WELL else FAILURES
        result = CrawlResult(site, code, False, False, loop.time() - began, (), None)
        if run is None:
            return ending(result, None, 0, {}, "no worker began it")
        return ending(result, run.outcome, run.balance.found, run.balance.by_state, run.note)

    def renew(self) -> None:
        """Workers read the site files at each crawl."""

    async def stop(self) -> None:
        """Waits for nothing any more."""
        for promise in self.waiting.values():
            if not promise.done():
                promise.set_result(False)
        if self.looking:
            self.looking.cancel()
        await self.held.aclose()
        self.queue = None

    async def _opened(self) -> Queue:
        async with self.opening:
            if self.queue is None:
                self.queue = await self.held.enter_async_context(open_queue(self.settings, self.engine))
            if self.looking is None and self.waits:
                self.looking = asyncio.ensure_future(self._look(self.queue))
            return self.queue

    async def _gone(self, job: Job) -> bool:
        """Returns once the job is done, with True, or the crew is stopped."""
        promise = self.waiting.setdefault(job.name, asyncio.get_running_loop().create_future())
        try:
            return await promise
        finally:
            self.waiting.pop(job.name, None)

    async def _look(self, queue: Queue) -> None:
        """Keeps the promises of jobs that are gone from the queue, until cancelled."""
        while True:
            await asyncio.sleep(self.look_s)
            asked = list(self.waiting)  # what is left from now on may not be there yet
            with suppress(StoreError):  # at the next look it may be up again
                there = await queue.names() if asked else set()
                for name in asked:
                    promise = self.waiting.get(name)
                    if promise and name not in there and not promise.done():
                        promise.set_result(True)
