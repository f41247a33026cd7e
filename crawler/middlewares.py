"""The first gates a request passes on its way out: is the site still patient with us, and is it the site's at
all. What its robots.txt allows is asked in `crawler.robotsgate`.
"""

import ipaddress
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from crawler import outcomes
from crawler.failures import Refused, outcome_of
from crawler.guard import GUARD, is_public
from crawler.outcomes import REFUSED, STOPPED, Outcome, of_status
from crawler.part import CrawlPart
from crawler.progress import CrawlProgress, wait_note
from crawler.run import now
from crawler.sites import Site, host_and_port
from db.ledger import Address, State
from pipeline.article import RawPage
from pipeline.urls import MAX_URL_CHARS

FOR_ROBOTS = "carnews_robots"  # request.meta: this request fetches a robots.txt
FOR_CHANNEL = "carnews_channel"  # request.meta: this request fetches a feed, sitemap or listing
FOR_PART = (
    "carnews_part"  # request.meta: this request fetches a script or data for a page that a browser builds
)
BY_BROWSER = (
    "carnews_carrier"  # request.meta: a browser answers this request, and what it asks for comes by here
)
BROWSER_SLOT = "browser"  # of requests that only wait for others


class SiteGate(CrawlPart):
    """Lets out only http(s) requests to the site itself, or to a channel's host; all share one slot.

    Redirects come through here again, so one that leaves the site ends here.
    """

    def process_request(self, request: Request) -> None:
        site: Site | None = getattr(self.crawler.spider, "site", None)
        parts = urlsplit(request.url)
        if parts.scheme not in {"http", "https"}:
            raise Refused(Outcome(State.BLOCKED, outcomes.BAD_REDIRECT))
        if len(request.url) > MAX_URL_CHARS:
            raise Refused(Outcome(State.BLOCKED, outcomes.LONG_ADDRESS))
        if "@" in parts.netloc:  # only a redirect brings one here; it must reach neither server nor store
            raise Refused(Outcome(State.BLOCKED, outcomes.NAMED_USER))
        host, mine = parts.hostname or "", getattr(self.crawler.spider, "private", GUARD.allowed)
        others = host in GUARD.allowed and host not in mine  # another crawl of this process may go there
        if others or is_private_literal(host):
            raise Refused(Outcome(State.BLOCKED, outcomes.PRIVATE))
        if site is None:  # `scrapy shell`
            return
        request.meta["download_slot"] = BROWSER_SLOT if BY_BROWSER in request.meta else site.name
        if site.owns(request.url):
            return
        # robots.txt and a page's parts may be elsewhere, but on no private host: only the site may be that
        may_leave = {FOR_ROBOTS, FOR_PART} & request.meta.keys()
        elsewhere = may_leave and (parts.hostname or "") not in GUARD.allowed
        channel = FOR_CHANNEL in request.meta and is_channel_host(site, request.url)
        if not (elsewhere or channel):
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
    """Ends the crawl of a site that is silent, refuses us or asks us to wait, before the next request leaves.

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
        if FOR_PART in request.meta:  # its host is another's
            return response
        outcome = of_status(response.status, "", header(response, "Retry-After"), now())
        self.progress.contact(outcome.reason if outcome and is_fault(response.status) else None)
        if outcome and outcome.retry_at:
            self.progress.give_up(wait_note(outcome.reason, outcome.retry_at))
        elif response.status == 429 and FOR_ROBOTS not in request.meta:
            self.progress.give_up("http 429")
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        outcome = outcome_of(exception, request.url)
        if outcome.no_contact and FOR_PART not in request.meta:
            self.progress.no_contact(outcome.reason)


def is_fault(status: int) -> bool:
    """Whether a server is in trouble, or in trouble with us."""
    return status >= 500 or status in REFUSED or status == 429


def header(response: Response, name: str) -> str | None:
    """The first header called `name`; None where there is none."""
    value = response.headers.get(name)
    return None if value is None else value.decode("latin-1")


def headers_of(response: Response) -> dict[str, str]:
    """The headers of an answer by their names in lower case; of one sent several times, the last."""
    items = response.headers.items()
    return {name.decode("latin-1").lower(): values[-1].decode("latin-1") for name, values in items if values}


def raw_page(response: Response, address: Address) -> RawPage:
    """The answer as it goes into the archive."""
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    return RawPage(response.url, response.body, response.status, headers, now(), address.url)
