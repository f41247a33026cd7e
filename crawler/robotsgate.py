"""The gate that asks each host's robots.txt, at most once a day; where it cannot be had, nothing leaves."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from loguru import logger
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.failures import Refused, outcome_of
from crawler.guard import GUARD
from crawler.middlewares import FOR_ROBOTS, headers_of
from crawler.outcomes import STOPPED, Outcome
from crawler.part import CrawlPart
from crawler.robots import KEPT_FOR, MAX_DELAY_S, REDIRECTS, Robots, answered, copy_of, is_fresh, unreachable
from crawler.run import CrawlRun, now
from crawler.validators import asking
from crawler.wishes import of_robots
from db.ledger import State
from db.robots import KeptRobots

CRAWL_DELAY = object()  # signal: `delay_s` is the least delay that robots.txt asks for


class RobotsGate(CrawlPart):
    """Lets out only what the host's robots.txt allows; where that cannot be had, nothing.

    Scrapy's own middleware lets everything out on 5xx, time-out and reset, forgets it all with each run, and
    does not act on Crawl-delay.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._asked: dict[str, tuple[datetime, asyncio.Future[Robots]]] = {}

    async def process_request(self, request: Request) -> None:
        if FOR_ROBOTS in request.meta:
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        asked_at, answer = self._asked.get(origin, (None, None))
        if answer is None or asked_at is None or now() - asked_at > KEPT_FOR:  # a crawl may go on for days
            answer = asyncio.ensure_future(self._learn(origin, request.meta))
            self._asked[origin] = (now(), answer)
        robots = await asyncio.shield(answer)
        if reason := robots.why_not(request.url):
            state = State.FAILED if robots.closed else State.BLOCKED  # a closed door may open again
            raise Refused(Outcome(state, reason))

    async def _learn(self, origin: str, meta: dict[str, Any]) -> Robots:
        """The rules of `origin`: those kept from an earlier run while they are fresh, else asked for anew."""
        run: CrawlRun | None = getattr(self.crawler.spider, "run", None)
        kept = await run.kept_robots(origin) if run and run.id else None
        if kept is None or not is_fresh(kept, now()):
            kept = await self._ask(kept or KeptRobots(origin, now()), meta)
            if run and run.id:
                await run.keep_robots(kept)
        robots = copy_of(kept, now())
        if kept.problem:
            what = "nothing is fetched there" if robots.closed else f"the copy of {kept.fetched_at} counts"
            logger.warning("robots.txt of {} cannot be had ({}): {}", origin, kept.problem, what)
        if run and not robots.closed:
            for wish in of_robots(robots, kept.text or ""):
                run.account.wish(wish, f"{origin}/robots.txt")
        self._slow_down(robots)
        return robots

    async def _ask(self, kept: KeptRobots, meta: dict[str, Any]) -> KeptRobots:
        """What is to be kept now, fetched through the engine and so through guard, slot and delay."""
        ask = Request(
            f"{kept.origin}/robots.txt",
            headers=asking(kept.etag, kept.last_modified),
            callback=NO_CALLBACK,
            priority=1000,
            dont_filter=True,
            meta={FOR_ROBOTS: True, "redirect_ttl": REDIRECTS, "download_slot": meta.get("download_slot")},
        )
        try:
            response: Response = await self.crawler.engine.download_async(ask)
        except Exception as error:
            outcome = outcome_of(error, ask.url)
            if outcome is STOPPED or (urlsplit(kept.origin).hostname or "") in GUARD.refused:
                raise Refused(outcome) from error  # our own doing, which holds for the page too
            return replace(kept, asked_at=now(), problem=unreachable(outcome.reason).closed)
        return answered(kept, response.status, response.body, headers_of(response), now())

    def _slow_down(self, robots: Robots) -> None:
        """Makes the host's wish the least delay from now on, the first page after robots.txt included."""
        if 0 < robots.delay_s <= MAX_DELAY_S:
            self.crawler.signals.send_catch_log(CRAWL_DELAY, delay_s=robots.delay_s)
