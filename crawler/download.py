"""Scrapy's downloader, except that it counts what it sends and stops without waiting for silent servers."""

import asyncio
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.account import account_of
from crawler.failures import Refused
from crawler.outcomes import STOPPED
from crawler.run import now

HANG_UP = object()  # signal: the crawl is ending and has waited long enough


class HangingUp(HTTP11DownloadHandler):
    """Downloads until the signal HANG_UP; from then on every request ends as one never made."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._crawler = crawler
        # Twisted would repeat a request at once when a kept connection breaks, unseen by delay and account
        self._pool.retryAutomatically = False
        self._open: set[asyncio.Task[Any]] = set()
        self._hung_up = False
        crawler.signals.connect(self.hang_up, signal=HANG_UP)

    def hang_up(self) -> None:
        """Drops the connections whose answer is not there yet."""
        self._hung_up = True
        for task in self._open:
            task.cancel()

    async def download_request(self, request: Request) -> Response:
        if self._hung_up:
            raise Refused(STOPPED)
        if account := account_of(self._crawler):
            account.sent(request.url, now())
        task = asyncio.ensure_future(super().download_request(request))
        self._open.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if not self._hung_up:
                raise
            raise Refused(STOPPED) from None
        except Exception as error:
            # cancelled in its middle, Twisted may tell of a failed connection instead
            if not self._hung_up:
                raise
            raise Refused(STOPPED) from error
        finally:
            self._open.discard(task)
