"""The one spider there is: a crawl of one site from its channels to its pages.

Each site file makes a subclass of it. They are put among this module's names at its end, because Scrapy's
loader takes every spider class it finds there: so `scrapy list`, `scrapy crawl NAME` and `scrapy shell` know
them. A file with mistakes is reported and leaves the others alone.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from loguru import logger
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from crawler.budget import Budget
from crawler.desk import Desk
from crawler.discovery import Discovery, discover, nothing_known
from crawler.failures import outcome_of
from crawler.guard import GUARD
from crawler.memory import Memory
from crawler.middlewares import header, raw_page
from crawler.options import Options
from crawler.outcomes import NO_ANSWER, NOT_MODIFIED, STOPPED, Outcome, of_status
from crawler.poll import Poll
from crawler.progress import CrawlProgress
from crawler.run import CrawlRun, now
from crawler.sites import Site, load_sites
from crawler.stages import Work
from crawler.validators import asking
from db.errors import StoreError
from db.ledger import Address, Found, State
from db.settings import settings

# Known articles a run looks at again once nothing new is left: so many, and so many of --max-articles
VISITS, VISIT_SHARE = 50, 0.25
OPTIONS = ("max_articles", "since", "until", "urls", "dry_run")  # what `scrapy crawl -a` may say
SHOWN = 1500  # addresses of a dry run; a parent keeps the last 2,000 lines of its child, ops.children
WINDOW = 50  # addresses claimed at once: the downloader never waits for the store


class NewsSpider(Spider):
    """A crawl of `site`: find addresses, write them down, fetch what is due, settle each."""

    site: ClassVar[Site]
    options: Options
    run: CrawlRun
    progress: CrawlProgress
    memory: Memory
    private: frozenset[str]  # hosts at private addresses that this site may ask
    scripts: dict[str, Response]  # what a browser has loaded in this run, by address

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **given: Any) -> Self:
        words = {key: given.pop(key) for key in OPTIONS if key in given}
        options = given.pop("options", None) or Options.read(**words)
        options.check(cls.site)
        desk = given.pop("desk", None) or Desk(settings())
        spider = super().from_crawler(crawler, *args, **given)
        spider.options = options
        spider.run = CrawlRun(desk, cls.site)
        spider.progress = CrawlProgress(budget=budget_of(crawler.settings, options))
        spider.memory = Memory(cls.site)
        spider.scripts = {}
        homes = [cls.site.home, *(url for _, url in cls.site.channels)]
        hosts = frozenset(urlsplit(url).hostname or "" for url in homes)
        spider.private = hosts if cls.site.crawl.allow_private else frozenset()
        GUARD.allowed |= spider.private
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """The pages to fetch, a window at a time; nothing is fetched before the ledger has it."""
        try:
            finds = await self.look()
            if finds is None:
                return
            async for address in self.claimed():
                yield self.built(
                    Request(
                        address.url,
                        headers=self.condition(address),
                        callback=self.page,
                        errback=self.no_page,
                        dont_filter=True,
                        cb_kwargs={"address": address},
                    )
                )
        except StoreError as error:
            self.progress.store_error = error

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        if cls.site.crawl.render:
            from crawler.render import browser_settings  # noqa: PLC0415 - an extra, and slow to load

            settings.setdict(browser_settings(), priority="spider")

    def built(self, request: Request) -> Request:
        """The request as it is, or to be answered by a browser where the site needs one."""
        if not self.site.crawl.render:
            return request
        from crawler.render import rendered  # noqa: PLC0415

        return rendered(request, self.crawler, self.scripts)

    def condition(self, address: Address) -> dict[str, str]:
        """The headers that ask for a page we have only where it is another by now."""
        if address.state != State.STORED or self.options.urls:  # who names a page wants it whole
            return {}
        return asking(address.etag, address.last_modified)

    async def look(self) -> list[Found] | None:
        """What the channels offer, or was asked for, written down; None when there is nothing to fetch."""
        if not self.options.dry_run:
            await self.run.begin()
            if self.run.hands_off:
                self.progress.give_up(self.run.hands_off)
                return None
            if not self.options.has_range:  # else finds depend on the day, and a memory would hide the rest
                self.memory = Memory(self.site, self.run.channels)
        found = Discovery({url: Found(url, "asked") for url in self.options.urls})
        if not self.options.urls:
            known = nothing_known if self.options.dry_run else self.run.known
            poll = Poll(self.crawler, self.memory)
            found = await discover(self.site, poll.body_at, self.options, known, self.memory)
        finds = found.newest
        for problem in found.problems:
            logger.warning("channel {}: {}", self.site.name, problem)
        if self.options.dry_run:
            self.show(finds)
            return None
        tally = await self.run.find(finds)
        await self.run.note(found.claims)
        if not self.options.has_range:
            await self.run.miss({} if found.is_partial else found.listed)
            await self.run.remember(self.memory.learnt(found.readings))
        self.run.sight.links(finds, found.strange, self.run.channels)
        self.progress.found = len(finds) + found.outside
        self.progress.unchanged = found.unchanged
        counts = {"passed": found.passed, "unfit": found.unfit, "outside": found.outside}
        counts["unchanged channels"] = found.unchanged
        told = " ".join(f"{name}={number}" for name, number in counts.items() if number)
        logger.info("found {}: new={} known={} {}", self.site.name, tally.new, tally.known, told)
        if found.unreachable:
            self.progress.give_up(found.unreachable)
            return None
        if found.passed and not finds and not found.outside:
            found.problems.append(f"none of {found.passed} links matches the site's articles pattern")
        self.progress.problems = found.problems
        return finds

    def show(self, finds: list[Found]) -> None:
        """Prints what a crawl would look at, newest first, with date and channel; touches no store."""
        wanted = finds[: self.options.max_articles or SHOWN]
        if len(finds) > SHOWN and not self.options.max_articles:
            logger.warning("found {}: only the newest {} of {} are shown", self.site.name, SHOWN, len(finds))
        for find in wanted:
            date = f"{find.newest_at:%Y-%m-%dT%H:%M:%SZ}" if find.newest_at else "-"
            print(find.url, date, find.channel)  # noqa: T201 - the answer to --dry-run

    async def claimed(self) -> AsyncIterator[Address]:
        """The addresses to fetch, claimed in windows so that memory stays flat."""
        progress, options = self.progress, self.options
        left = options.max_articles or None
        visits = VISITS if left is None else min(VISITS, int(left * VISIT_SHARE))
        if options.has_range:  # a stretch of time is asked for, not news
            visits = 0
        while not (progress.gave_up or progress.budget.full):
            limit = WINDOW if left is None else min(WINDOW, left)
            asked = (options.since, options.until)
            batch = await self.run.claim(limit, options.urls or None, asked, visits)
            visits -= sum(address.state == State.STORED for address in batch)
            for address in batch:
                is_look = address.state == State.STORED  # those are counted already
                if not (options.urls or is_look or progress.budget.takes(address.url)):
                    continue  # it stays pending
                progress.begin(address)
                left = left - 1 if left is not None else None
                yield address
            if not batch or left == 0:
                progress.limit_reached = left == 0
                return
            while len(progress.open) > WINDOW // 2 and not progress.gave_up:
                await self.room()

    async def room(self) -> None:
        """Returns when an address was settled; settles all that the engine has lost, should it ever."""
        try:
            await asyncio.wait_for(self.progress.wait(), timeout=5)
        except TimeoutError:
            if self.crawler.engine.spider_is_idle():
                await self.settle_lost()

    async def settle_lost(self) -> None:
        """Settles as failed what was claimed and never answered."""
        for address_id in list(self.progress.open):
            await self.settle(address_id, Outcome(State.FAILED, NO_ANSWER))

    async def page(self, response: Response, address: Address) -> AsyncIterator[Work]:
        """The page to store, where the answer may be one."""
        outcome = of_status(
            response.status,
            header(response, "Content-Type") or "",
            header(response, "Retry-After"),
            now(),
        )
        if response.status == NOT_MODIFIED and self.condition(address):
            outcome = Outcome(State.UNCHANGED, "")
        if outcome is None:
            asked = (self.options.since, self.options.until)
            yield Work(address.id, self.site.name, raw_page(response, address), self.run.rules, asked)
        else:
            await self.settle(address.id, outcome)

    async def no_page(self, failure: Failure) -> None:
        """Settles an address whose fetch failed."""
        request = failure.request  # type: ignore[attr-defined]  # Scrapy adds it
        address: Address = request.cb_kwargs["address"]
        error = failure.value or RuntimeError("no reason given")
        if isinstance(error, StoreError):  # robots.txt could not be kept
            self.progress.store_error = error
            self.end("store")
            return
        try:
            await self.settle(address.id, outcome_of(error, request.url))
        except CloseSpider as end:
            # not raised: then Scrapy would log the fetch, which we have settled, with its whole traceback
            self.end(end.reason)

    def end(self, reason: str) -> None:
        """Ends the crawl from within a callback."""
        self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=reason))

    async def settle(self, address_id: int, outcome: Outcome) -> None:
        """Commits the end of an address without a page; ends the crawl when the site is out of reach."""
        if outcome is not STOPPED:
            logger.debug("{} {} {}", outcome.state, outcome.reason, address_id)
            try:
                await self.run.settle(address_id, outcome)
            except StoreError as error:
                self.progress.store_error = error
                raise CloseSpider("store") from error
            self.progress.settled(address_id, outcome.state)
        if self.progress.gave_up:
            raise CloseSpider("unreachable")

    async def keep(self, work: Work) -> None:
        """Commits a page."""
        state = await self.run.keep(work)
        logger.debug("{} {}", state, work.page.url)
        self.progress.settled(work.address_id, state)


def budget_of(settings: BaseSettings, options: Options) -> Budget:
    """What a crawl may fetch; a person who says how many means it."""
    return Budget(
        pages=None if options.max_articles else settings.getint("PAGES_PER_RUN"),
        per_shape=settings.getint("PAGES_PER_SHAPE"),
        in_vain=settings.getint("PAGES_IN_VAIN"),
    )


def spider_for(site: Site) -> type[NewsSpider]:
    """The spider class of one site."""
    return type(
        f"{site.name.title().replace('-', '')}Spider",
        (NewsSpider,),
        {
            "__module__": __name__,
            "name": site.name,
            "site": site,
            "custom_settings": {
                "DOWNLOAD_DELAY": site.crawl.delay_s,
                "DOWNLOAD_VERIFY_CERTIFICATES": site.crawl.verify,
            },
        },
    )


BOOK = load_sites(settings().sites)
for problem in BOOK.problems:
    logger.warning("site file {}", problem)
for known in BOOK.sites.values():
    globals()[f"site {known.name}"] = spider_for(known)
