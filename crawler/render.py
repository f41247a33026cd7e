"""Pages that need a browser: Chromium builds them, but every byte it gets comes through our own downloader.

So the parts of a page are asked for as any page: guarded against private addresses, by robots.txt, one at a
time with the site's delay, bounded in size. The browser itself is kept from the network altogether. Needs the
extra `render` and a Chromium.
"""

import logging
import os
import shutil
from contextlib import suppress
from typing import Any

from playwright.async_api import Error as BrowserError
from playwright.async_api import Page, Route
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.page import PageMethod

from crawler.download import HangingUp
from crawler.middlewares import BROWSER_SLOT, BY_BROWSER, FOR_PART

NEEDED = {
    "script",
    "xhr",
    "fetch",
}  # where a page's text may come from; pictures, fonts and films never hold it
STYLE = "stylesheet"  # scripts wait for these, but for nothing that is in them
MAX_PARTS = 60  # requests for one page beside its own; what needs more is an application, not a story
SETTLE_MS = 10_000  # how long a page may go on fetching after its `load` event
PAGE_S = 180  # for one page with all its parts and the delays between them
MADE_BY = "X-Carnews-Rendered"  # header kept with the page: its body is not what the server sent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No name resolves and every connection would have to go through a proxy that is not there: what does not come
# through `Carrier` comes from nowhere, be it a bare address, a web socket or WebRTC.
CUT_OFF = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
)


def browser_path() -> str | None:
    """Where this machine's Chromium or Chrome is; None: only the one of `playwright install`, if any."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def browser_settings() -> dict[str, Any]:
    """The Scrapy settings of a spider whose site needs a browser."""
    launch: dict[str, Any] = {
        "args": list(CUT_OFF),
        "chromium_sandbox": os.geteuid() != 0,  # Chromium refuses to make one for root
        "timeout": 60_000,
    }
    if path := browser_path():
        launch["executable_path"] = path
    logging.getLogger("scrapy-playwright").setLevel(logging.ERROR)  # a page that fails is told in the ledger
    return {
        "DOWNLOAD_HANDLERS": {"http": "crawler.render.Rendering", "https": "crawler.render.Rendering"},
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": launch,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": PAGE_S * 1000,
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 1,
        "DOWNLOAD_TIMEOUT": PAGE_S,
        "DOWNLOAD_SLOTS": {BROWSER_SLOT: {"concurrency": 1, "delay": 0}},
    }


class Rendering(HangingUp, ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]  # it has no types
    """Downloads as ever; a request marked by `rendered` is built by the browser."""

    async def download_request(self, request: Request) -> Response:
        carrier: Carrier | None = request.meta.get(BY_BROWSER)
        if carrier is None:
            return await super().download_request(request)
        try:
            response = await super().download_request(request)
        except BrowserError:  # it only knows that it got nothing
            if carrier.failed is not None:
                raise carrier.failed from None
            if carrier.no_page is None:
                raise
            return carrier.no_page.replace(request=request)
        response.headers[MADE_BY] = "chromium"
        return response.replace(url=carrier.final_url or response.url)


def rendered(request: Request, crawler: Crawler, kept: dict[str, Response]) -> Request:
    """`request` to be answered with the page as a browser builds it; `kept` holds scripts to use again."""
    carrier = Carrier(crawler, kept)
    return request.replace(
        meta={
            **request.meta,
            BY_BROWSER: carrier,
            "playwright": True,
            "playwright_context_kwargs": {"service_workers": "block", "accept_downloads": False},
            "playwright_page_init_callback": carrier.take_over,
            "playwright_page_methods": [PageMethod(settled)],
        }
    )


async def settled(page: Page) -> None:
    """Waits until the page fetches nothing more, or has gone on for too long."""
    with suppress(BrowserError):
        await page.wait_for_load_state("networkidle", timeout=SETTLE_MS)


class Carrier:
    """Fetches for the browser what one page asks for.

    `failed` is why the page itself could not be had, `no_page` an answer that is none (404, 503), `final_url`
    where the page was after redirects.
    """

    def __init__(self, crawler: Crawler, kept: dict[str, Response]) -> None:
        self.crawler, self.kept = crawler, kept
        self.failed: Exception | None = None
        self.no_page: Response | None = None
        self.final_url: str | None = None
        self.parts = 0

    async def take_over(self, page: Page, _request: Request) -> None:
        """Lets all requests of the page come here: the handler set last is asked first."""
        await page.route("**/*", self.carry)

    async def carry(self, route: Route) -> None:
        """Answers one request of the browser."""
        asked = route.request
        is_page = asked.is_navigation_request() and asked.frame.parent_frame is None
        try:
            if asked.resource_type == STYLE:
                await route.fulfill(status=200, content_type="text/css", body="")
            elif asked.method != "GET" or not (is_page or self.is_wanted(asked.resource_type)):
                await route.abort()
            else:
                await self.answer(route, is_page=is_page)
        except BrowserError:
            pass  # the page was closed meanwhile

    def is_wanted(self, kind: str) -> bool:
        """Whether a part of that kind is fetched; counts it."""
        self.parts += kind in NEEDED
        return kind in NEEDED and self.parts <= MAX_PARTS

    async def answer(self, route: Route, *, is_page: bool) -> None:
        """Hands the browser what our downloader got."""
        url = route.request.url
        try:
            response = self.kept.get(url) or await self.fetched(url, is_page=is_page)
        except Exception as error:  # noqa: BLE001 - told to whoever waits for the page
            if is_page:
                self.failed = error
            await route.abort()
            return
        if is_page:
            self.final_url = response.url
            if response.status != 200:
                self.no_page = response
                await route.abort()
                return
        elif route.request.resource_type == "script" and response.status == 200:
            self.kept[url] = response
        await route.fulfill(status=response.status, headers=headers_for(response), body=response.body)

    async def fetched(self, url: str, *, is_page: bool) -> Response:
        meta = {} if is_page else {FOR_PART: True}
        request = Request(url, callback=NO_CALLBACK, dont_filter=True, meta=meta)
        return await self.crawler.engine.download_async(request)


# our downloader has undone these already
UNDONE = {"content-length", "content-encoding", "transfer-encoding", "connection"}


def headers_for(response: Response) -> dict[str, str]:
    """The headers of an answer as the browser takes them."""
    items = response.headers.to_unicode_dict().items()
    return {str(name): value for name, value in items if str(name).lower() not in UNDONE}
