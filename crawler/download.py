"""Scrapy's downloader, with four differences: it counts what it sends, a stop does not wait for servers that
stay silent, a compressed body has to come to its end, and the head of an answer is bounded as its body is.
"""

import asyncio
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, ResponseDataLossError
from scrapy.http import Response
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS
from twisted.web._newclient import Request as Sent
from twisted.web.iweb import IResponse

from crawler.account import account_of
from crawler.coding import is_whole
from crawler.failures import Refused, reasons_of
from crawler.outcomes import STOPPED
from crawler.run import now

HANG_UP = object()  # signal: the crawl is ending and has waited long enough
MAX_HEAD_BYTES = 256 * 1024  # browsers take about as much (Firefox 384 KiB, Chromium 256 KiB), servers give 8


class HeadTooLongError(Exception):
    """The server sends status lines and headers without end."""


class ShortHead(_LenientHTTP11ClientProtocol):
    """A connection that is cut when the head of an answer, interim answers included, grows too long."""

    head_bytes = 0

    def request(self, request: Sent) -> Deferred[IResponse]:
        self.head_bytes = 0
        answered = super().request(request)
        if self._parser is not None:
            self._parser.MAX_LENGTH = MAX_HEAD_BYTES  # not 16 KiB, which a policy header may pass
        return answered

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's
        if self._parser is not None and self._parser.state in {STATUS, HEADER}:
            self.head_bytes += len(data)  # the piece in which the body begins may count whole: it is small
            if self.head_bytes > MAX_HEAD_BYTES:
                self._disconnectParser(Failure(HeadTooLongError()))  # type: ignore[no-untyped-call]
                self.transport.abortConnection()  # type: ignore[union-attr]
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class ShortHeadFactory(_LenientHTTP11ClientFactory):
    """Makes connections of that kind."""

    def buildProtocol(self, addr: IAddress | None) -> ShortHead:  # noqa: ARG002, N802 - Twisted's
        return ShortHead(self._quiescentCallback)  # type: ignore[no-untyped-call]


class HangingUp(HTTP11DownloadHandler):
    """Downloads until the signal HANG_UP; from then on every request ends as one never made."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._crawler = crawler
        # Twisted would repeat a request at once when a kept connection breaks, unseen by delay and account
        self._pool.retryAutomatically = False
        self._pool._factory = ShortHeadFactory  # noqa: SLF001 - as Scrapy does it
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
            return whole(await task)
        except asyncio.CancelledError:
            if not self._hung_up:
                raise
            raise Refused(STOPPED) from None
        except Exception as error:
            # cancelled in its middle, Twisted may tell of a failed connection instead
            if self._hung_up:
                raise Refused(STOPPED) from error
            if isinstance(error, DownloadFailedError) and is_head_too_long(error):
                raise DownloadCancelledError("its head has no end") from error  # which no retry shortens
            raise
        finally:
            self._open.discard(task)


def whole(response: Response) -> Response:
    """The response, unless its compressed body was cut: that may be chance, so the request is made again."""
    coding = response.headers.get("Content-Encoding") or b""
    if not is_whole(response.body, coding.decode("latin-1")):
        raise ResponseDataLossError("its compressed body does not come to an end")
    return response


def is_head_too_long(error: BaseException) -> bool:
    """Whether the connection was cut for the length of its head."""
    return any(isinstance(reason, HeadTooLongError) for reason in reasons_of(error))
