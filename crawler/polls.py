"""Many sites crawled by one process: their names come on standard input, one a line, as they fall due.

Loading Scrapy takes a second and more, the poll of a quiet site some 15 ms, so sites that are expected to
have no news share a process. Each is a crawl of its own (run, lock, log, deadline, exit code); for each that
has ended one JSON line goes to standard output, and an empty line now and then while the process is well.
It ends when its input is closed and the last crawl is over, or on a signal.
"""

import asyncio
import copy
import json
import os
import sys
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from loguru import logger
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.resolver import dnscache
from scrapy.settings import BaseSettings, SettingsAttribute
from scrapy.settings import Settings as ScrapySettings

from crawler.desk import Desk
from crawler.extensions import Keeper
from crawler.log import start_shared_log
from crawler.options import Options
from crawler.progress import LATER, WITH_FAILURES
from crawler.sites import SiteError
from crawler.spiders.news import BOOK, spider_for
from db.settings import settings

BEAT_S = 2.0  # between two signs of life; the parent gives up on a process silent for ops.poller.SILENT_S
WRONG_USAGE = 2


class QuickSettings(ScrapySettings):
    """Scrapy's settings with a copy that costs 0.3 ms instead of 8 (measured): values are shared."""

    def copy(self) -> "QuickSettings":
        """A copy in which any setting can be set without touching this one."""
        twin = copy.copy(self)
        twin.attributes = {name: twin_of(known) for name, known in self.attributes.items()}
        return twin


def twin_of(known: SettingsAttribute) -> SettingsAttribute:
    """The same setting; only tables of parts are copied, for they are what Scrapy changes in place."""
    if not isinstance(known.value, BaseSettings):
        return SettingsAttribute(known.value, known.priority)
    twin = SettingsAttribute(copy.copy(known.value), known.priority)
    twin.value.attributes = {name: twin_of(part) for name, part in known.value.attributes.items()}
    return twin


@dataclass
class Polls:
    """The crawls under way. `deadline_s` bounds each."""

    process: AsyncCrawlerProcess
    desk: Desk
    deadline_s: float
    open: dict[str, Crawler | None] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    closed: bool = False
    _rest: bytes = b""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def listen(self) -> None:
        """Begins to hear names; to be called before the loop runs."""
        loop = asyncio.get_event_loop()
        loop.add_reader(sys.stdin.fileno(), self.hear)
        loop.call_soon(self.beat)

    def beat(self) -> None:
        """Says now and then that the loop turns."""
        say("")
        asyncio.get_running_loop().call_later(BEAT_S, self.beat)

    def hear(self) -> None:
        """Begins the crawls whose names have come; after the last one the process may end."""
        piece = os.read(sys.stdin.fileno(), 65536)
        *names, self._rest = (self._rest + piece).split(b"\n")
        if not piece:
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
            self.closed = True
            self.leave()
        for name in names:
            task = asyncio.ensure_future(self.poll(name.decode()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def poll(self, name: str) -> None:
        """One crawl to its end, which is told."""
        if name in self.open:
            said = {"exit_code": LATER, "said": "is being crawled", "timed_out": False}
            say(json.dumps({"site": name, **said}))
            return
        began = monotonic()
        self.open[name] = None
        with logger.contextualize(site=name):
            try:
                told = await self.crawl(name)
            except SiteError as error:
                told = {"exit_code": WRONG_USAGE, "said": str(error)}
            except Exception as error:  # noqa: BLE001 - one site's trouble must not touch the others
                logger.exception("{} failed", name)
                told = {"exit_code": WITH_FAILURES, "said": f"{type(error).__name__}: {error}"}
        if name in self.open:
            self.tell(name, told | {"seconds": round(monotonic() - began, 3)})
        self.leave()

    async def crawl(self, name: str) -> dict[str, Any]:
        """What a crawl of `name` came to."""
        site = BOOK.site(name)
        if site.crawl.render:
            return {"exit_code": LATER, "said": "needs a process of its own", "alone": True}
        dnscache.clear()  # it never forgets by itself, and this process may live for hours
        crawler = self.process.create_crawler(spider_for(site))
        self.open[name] = crawler
        loop = asyncio.get_running_loop()
        deadline = loop.call_later(self.deadline_s, lambda: self.stop(name, crawler))
        try:
            await self.process.crawl(crawler, options=Options(), desk=self.desk)
        finally:
            deadline.cancel()
        keeper = crawler.get_extension(Keeper)
        if keeper is None:
            return {"exit_code": WITH_FAILURES, "said": None}
        told: dict[str, Any] = {"exit_code": keeper.exit_code, "said": keeper.said}
        if run := keeper.row:
            told |= {"outcome": run.outcome, "found": run.balance.found, "states": dict(run.balance.by_state)}
        return told

    def stop(self, name: str, crawler: Crawler) -> None:
        """Ends a crawl that takes too long; the others go on."""
        self.late.add(name)
        self._stopping = asyncio.ensure_future(crawler.stop_async())

    def tell(self, name: str, told: dict[str, Any]) -> None:
        """Gives account of a crawl that has ended."""
        del self.open[name]
        say(json.dumps({"site": name, **told, "timed_out": name in self.late}))
        self.late.discard(name)

    def leave(self) -> None:
        """Ends the process once there is nothing to do and nothing to come."""
        if self.closed and not self.open:
            self.process._stop_reactor()  # noqa: SLF001 - as Scrapy does it at the end of a crawl


def say(line: str) -> None:
    """One line to the parent."""
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except OSError:  # the parent is gone; on Linux the kernel would have ended us with it
        os._exit(LATER)


def serve(deadline_s: float) -> int:
    """The exit code, when the input was closed or a signal came; each site's own is told in its line."""
    where = settings()
    ours = QuickSettings()
    ours.setmodule("crawler.settings", priority="project")
    desk = Desk(where, shared=True)
    polls = Polls(AsyncCrawlerProcess(ours), desk, deadline_s)
    start_shared_log(
        where.log if "log" in where.model_fields_set else None
    )  # after Scrapy has set up its own
    polls.listen()
    polls.process.start(stop_after_crawl=False)
    for name in list(polls.open):  # a signal stopped the reactor before their last lines
        polls.tell(name, {"exit_code": LATER, "said": "interrupted"})
    desk.close()
    return 0
