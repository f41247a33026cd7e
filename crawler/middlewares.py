"""The gates a request passes on its way out: is the site still patient with us, is it the site's at all,
and does its robots.txt allow it.
"""

import asyncio
import ipaddress
from typing import Any
from urllib.parse import urlsplit

from loguru import logger
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler import outcomes
from crawler.failures import Refused, outcome_of
from crawler.guard import GUARD, is_public
from crawler.outcomes import STOPPED, Outcome, of_status
from crawler.part import CrawlPart
from crawler.progress import CrawlProgress, wait_note
from crawler.robots import MAX_DELAY_S, REDIRECTS, Robots, robots_from, unreachable
from crawler.run import now
from crawler.sites import Site, host_and_port
from db.ledger import State

FOR_ROBOTS = "carnews_robots"  # request.meta: this request fetches a robots.txt
FOR_CHANNEL = "carnews_channel"  # request.meta: this request fetches a feed, sitemap or listing


class SiteGate(CrawlPart):
    """Lets out only http(s) requests to the site itself, or to a channel's host; all share one slot.

    Redirects come through here again, so one that leaves the site ends here.
    """

    def process_request(self, request: Request) -> None:
        site: Site | None = getattr(self.crawler.spider, "site", None)
        parts = urlsplit(request.url)
        if parts.scheme not in {"http", "https"}:
            raise Refused(Outcome(State.BLOCKED, outcomes.BAD_REDIRECT))
        if "@" in parts.netloc:  # only a redirect brings one here; it must reach neither server nor store
            raise Refused(Outcome(State.BLOCKED, outcomes.NAMED_USER))
        if is_private_literal(parts.hostname or ""):
            raise Refused(Outcome(State.BLOCKED, outcomes.PRIVATE))
        if site is None:  # `scrapy shell`
            return
        request.meta["download_slot"] = site.name
        if site.owns(request.url):
            return
        # a robots.txt may redirect to another host, but not to a private one: only the site may be that
        robots_elsewhere = FOR_ROBOTS in request.meta and (parts.hostname or "") not in GUARD.allowed
        channel = FOR_CHANNEL in request.meta and is_channel_host(site, request.url)
        if not (robots_elsewhere or channel):
            raise Refused(Outcome(State.BLOCKED, outcomes.OFF_SITE))

    def process_response(self, request: Request, response: Response) -> Response:
        # the second line: whatever the resolver thought, this is where the answer came from
        address = response.ip_address
        if address is not None and not GUARD.permits(urlsplit(request.url).hostname or "", str(address)):
            raise Refused(Outcome(State.BLOCKED, outcomes.PRIVATE))
        return response


def is_channel_host(site: Site, url: str) -> bool:
    """Whether the site file names a channel on the host of `url`; some feeds live at a feed service."""
    return host_and_port(url) in {host_and_port(channel) for _, channel in site.channels}


def is_private_literal(host: str) -> bool:
    """Whether `host` is itself an IP address that the guard would refuse; refusing here saves the attempt."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return host not in GUARD.allowed and not is_public(host)


class Patience(CrawlPart):
    """Ends the crawl of a site that is silent or asks us to wait, before the next request leaves.

    It stands next to the engine, so it sees a failure only when no retry is left.
    """

    @property
    def progress(self) -> CrawlProgress:
        """What the crawl remembers; a fresh memory in `scrapy shell`."""
        return getattr(self.crawler.spider, "progress", None) or CrawlProgress()

    def process_request(self, request: Request) -> None:  # noqa: ARG002 - Scrapy's signature
        if self.progress.gave_up:
            raise Refused(STOPPED)

    def process_response(self, request: Request, response: Response) -> Response:
        self.progress.contact()
        outcome = of_status(response.status, "", header(response, "Retry-After"), now())
        if outcome and outcome.retry_at:
            self.progress.give_up(wait_note(outcome.reason, outcome.retry_at))
        elif response.status == 429 and FOR_ROBOTS not in request.meta:
            self.progress.give_up("http 429")
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        outcome = outcome_of(exception, request.url)
        if outcome.no_contact:
            self.progress.no_contact(outcome.reason)


def header(response: Response, name: str) -> str | None:
    """The first header called `name`; None where there is none."""
    value = response.headers.get(name)
    return None if value is None else value.decode("latin-1")


class RobotsGate(CrawlPart):
    """Lets out only what the host's robots.txt allows; where that cannot be had, nothing.

    Scrapy's own middleware lets everything out on 5xx, time-out and reset, and does not act on Crawl-delay.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._asked: dict[str, asyncio.Future[Robots]] = {}

    async def process_request(self, request: Request) -> None:
        if FOR_ROBOTS in request.meta:
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._asked:
            self._asked[origin] = asyncio.ensure_future(self._ask(origin, request.meta))
        robots = await asyncio.shield(self._asked[origin])
        if reason := robots.why_not(request.url):
            state = State.FAILED if robots.closed else State.BLOCKED  # a closed door may open again
            raise Refused(Outcome(state, reason))

    async def _ask(self, origin: str, meta: dict[str, Any]) -> Robots:
        """The rules of `origin`, fetched through the engine and so through guard, slot and delay."""
        ask = Request(
            f"{origin}/robots.txt",
            callback=NO_CALLBACK,
            priority=1000,
            dont_filter=True,
            meta={FOR_ROBOTS: True, "redirect_ttl": REDIRECTS, "download_slot": meta.get("download_slot")},
        )
        try:
            response = await self.crawler.engine.download_async(ask)
            robots = robots_from(response.status, response.body)
        except Exception as error:
            outcome = outcome_of(error, ask.url)
            if outcome is STOPPED or (urlsplit(origin).hostname or "") in GUARD.refused:
                raise Refused(outcome) from error  # our own doing, which holds for the page too
            robots = unreachable(outcome.reason)
        if robots.closed:
            logger.warning(
                "robots.txt of {} cannot be had ({}): nothing is fetched there", origin, robots.closed
            )
        self._slow_down(robots)
        return robots

    def _slow_down(self, robots: Robots) -> None:
        """Makes the host's wish the least delay from now on, the first page after robots.txt included."""
        if 0 < robots.delay_s <= MAX_DELAY_S:
            self.crawler.signals.send_catch_log(CRAWL_DELAY, delay_s=robots.delay_s)


CRAWL_DELAY = object()  # signal: `delay_s` is the least delay that robots.txt asks for
