"""What accompanies a crawl: the keeper of its run, and the pace between two requests."""

import asyncio
import random
from collections.abc import Coroutine
from contextlib import suppress
from time import monotonic
from typing import Any, Self

import psutil
from loguru import logger
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.extensions.memusage import MemoryUsage
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.download import HANG_UP
from crawler.failures import Refused
from crawler.log import start_log
from crawler.outcomes import NO_ANSWER, STOPPED, Outcome
from crawler.part import CrawlPart
from crawler.progress import LATER, WITH_FAILURES
from crawler.robotsgate import CRAWL_DELAY
from crawler.run import CrawlRun, now
from crawler.spiders.news import NewsSpider
from crawler.stages import Work
from db.errors import StoreError
from db.ledger import State
from db.runs import Outcome as Ending
from db.runs import RunRow
from db.settings import settings

BEAT_S = 15  # db.runs wants one every 20 s
LOOK_EVERY_S = 0.25
SLOWEST_S = 60.0  # however slow the site answers, no delay of our own grows beyond this
JITTER = 0.2  # up to this share is added to a delay, never taken away


class Keeper(CrawlPart):
    """Keeps the run alive and closes it with its balance, whatever ended the crawl."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.exit_code = WITH_FAILURES
        self.row: RunRow | None = None  # the run once it is closed
        self.said: str | None = None  # how the run ended, in one line; None where an error told it
        self._watching: list[asyncio.Task[None]] = []
        self._tasks: set[asyncio.Future[Any]] = set()
        connect = crawler.signals.connect
        connect(self.opened, signal=signals.spider_opened)
        connect(self.closed, signal=signals.spider_closed)
        connect(self.item_failed, signal=signals.item_error)
        connect(self.callback_failed, signal=signals.spider_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        run: CrawlRun | None = getattr(crawler.spider, "run", None)
        if run and run.desk.shared:  # so is the log
            return cls(crawler)
        site = getattr(crawler.spidercls, "site", None)
        where = run.desk.settings if run else settings()
        asked = "log" in where.model_fields_set
        start_log(site.name if site else "shell", where.log if asked and site else None)
        return cls(crawler)

    def opened(self, spider: Spider) -> None:
        if isinstance(spider, NewsSpider):
            self._watching = [asyncio.ensure_future(self.beat(spider)), asyncio.ensure_future(self.watch())]

    async def beat(self, spider: NewsSpider) -> None:
        """Tells the ledger now and then that the run is alive."""
        while True:
            await asyncio.sleep(BEAT_S)
            if spider.run.id:
                try:
                    await spider.run.beat()
                except StoreError as error:
                    logger.warning("heartbeat of {}: {}", spider.name, error)

    async def watch(self) -> None:
        """Sees at once when the crawl is to end; then nothing waits for a delay, nor long for an answer."""
        while self.crawler.crawling:  # noqa: ASYNC110 - Scrapy sets no event
            await asyncio.sleep(LOOK_EVERY_S)
        hang_up_at = monotonic() + self.crawler.settings.getfloat("HANG_UP_AFTER")
        while True:
            self.call_back()
            if monotonic() > hang_up_at:
                self.crawler.signals.send_catch_log(HANG_UP)
            await asyncio.sleep(LOOK_EVERY_S)

    def call_back(self) -> None:
        """Takes back the request that only waits for its delay; else a stop would take as long as that."""
        for slot in self.crawler.engine.downloader.slots.values():
            while slot.queue:
                _, answer = slot.queue.popleft()
                answer.errback(Refused(STOPPED))

    async def closed(self, spider: Spider, reason: str) -> None:
        if not isinstance(spider, NewsSpider):
            return
        for task in self._watching:
            task.cancel()
        try:
            self.exit_code = await self.close_run(spider, reason)
        except StoreError as error:
            self.exit_code = error.exit_code
            logger.error("{}", error)
        finally:
            spider.run.close()

    async def close_run(self, spider: NewsSpider, reason: str) -> int:
        progress, run = spider.progress, spider.run
        if error := progress.store_error:
            if run.id:  # its store may be as unwell; then the next run closes it
                with suppress(StoreError):
                    await run.end(Ending.FAILED, str(error))
            raise error
        if not run.id:  # a dry run, or stopped before it began
            return 0 if reason == "finished" else LATER
        outcome, note = progress.ending(reason)
        # an address that cannot be settled stays pending; it must not keep the run open
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if reason == "finished" and outcome in {Ending.FINISHED, Ending.FAILED}:  # else it was not asked for
            for address_id in list(progress.open):
                await run.settle(address_id, Outcome(State.FAILED, NO_ANSWER))
                progress.settled(address_id, State.FAILED)
        row = self.row = await run.end(outcome, note)
        states = " ".join(f"{state}={number}" for state, number in row.balance.by_state.items())
        told = f"{outcome} {spider.name}: found={row.balance.found} {states}".rstrip()
        code = progress.exit_code(row)
        why = note or (", ".join(list(row.balance.by_reason)[:5]) if code else None)
        self.said = f"{told} ({why})" if why else told
        logger.info("{}", self.said)
        return code

    def item_failed(self, item: Any, spider: Spider, failure: Failure) -> None:
        """A stage raised: a mistake of ours, told in the log with its traceback; the page's address fails."""
        if isinstance(spider, NewsSpider) and isinstance(item, Work):
            self.fail(spider, item.address_id, failure)

    def callback_failed(self, failure: Failure, response: Response | None, spider: Spider) -> None:
        """A callback raised: the same for the address it was for."""
        request: Request | None = response.request if response is not None else None
        if isinstance(spider, NewsSpider) and request is not None and "address" in request.cb_kwargs:
            self.fail(spider, request.cb_kwargs["address"].id, failure)

    def fail(self, spider: NewsSpider, address_id: int, failure: Failure) -> None:
        """Settles an address that one of our own mistakes kept from its end."""
        outcome = Outcome(State.FAILED, f"internal: {type(failure.value).__name__}")
        spider.progress.errors += 1
        spider.progress.settled(address_id, outcome.state)
        self._later(spider.run.settle(address_id, outcome))

    def _later(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Pace(CrawlPart):
    """Sets the delay before the next request: never under the site's own, longer where it answers slowly."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.least_s = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self.delay_s = self.least_s
        crawler.signals.connect(self.answered, signal=signals.response_downloaded)
        crawler.signals.connect(self.asked, signal=CRAWL_DELAY)
        crawler.signals.connect(self.queued, signal=signals.request_reached_downloader)

    def asked(self, delay_s: float) -> None:
        """Robots.txt asks for a longer delay than ours."""
        self.least_s = max(self.least_s, delay_s)
        for slot in self.crawler.engine.downloader.slots.values():
            slot.delay = max(slot.delay, self.least_s)

    def queued(self, request: Request) -> None:
        """A request joins its slot: a new slot has yet to learn the delay, and what an earlier run asked."""
        slot = self.crawler.engine.downloader.slots[request.meta["download_slot"]]
        slot.delay = max(slot.delay, self.least_s)
        run: CrawlRun | None = getattr(self.crawler.spider, "run", None)
        if run and run.asked_at and not slot.lastseen:
            ago_s = max(0.0, (now() - run.asked_at).total_seconds())  # less than 0: a clock was set back
            slot.lastseen = monotonic() - ago_s

    def answered(self, request: Request) -> None:
        """A slow answer slows us down; with no delay at all (a site on loopback) nothing is throttled."""
        slot = self.crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))
        if not self.least_s or slot is None:
            return
        latency_s = request.meta.get("download_latency") or 0.0
        wanted_s = min(max(latency_s, (self.delay_s + latency_s) / 2), SLOWEST_S)
        self.delay_s = max(self.least_s, wanted_s)
        slot.delay = self.delay_s * (1 + random.uniform(0, JITTER))  # noqa: S311 - politeness, not secrecy


class MemoryWatch(MemoryUsage):
    """Scrapy's memory limit, on what the process holds now.

    Scrapy asks the system for the peak, and that begins with whatever the parent held when it forked.
    """

    def get_virtual_size(self) -> int:
        return int(psutil.Process().memory_info().rss)
