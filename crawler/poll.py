"""Asking a site's channels what is new, through the engine and so through all gates."""

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.failures import outcome_of
from crawler.memory import Memory, Unchanged
from crawler.middlewares import FOR_CHANNEL, header, headers_of
from crawler.outcomes import NOT_MODIFIED, Outcome, of_status
from crawler.run import now
from crawler.validators import ANEW
from db.errors import StoreError


class Poll:
    """The channels of one site, asked with what is remembered of them."""

    def __init__(self, crawler: Crawler, memory: Memory) -> None:
        self.crawler, self.memory = crawler, memory

    async def body_at(self, url: str) -> bytes | Unchanged | Outcome:
        """The body of a channel, that it is the one we know, or why there is none."""
        outcome = None
        for headers in (self.memory.asking(url, now()), ANEW):
            try:
                response = await self.answer(url, headers)
            except StoreError:
                raise  # ours, not the channel's
            except Exception as error:  # noqa: BLE001 - one broken channel must not hide the others
                return self.memory.refused(url, outcome_of(error, url), now())
            outcome = of_status(response.status, "", header(response, "Retry-After"), now())
            if outcome and response.status != NOT_MODIFIED:
                break
            told = headers_of(response)
            heard = self.memory.heard(url, response.status, told, response.body, now())
            if heard is not None:
                return heard
        assert outcome is not None, "an answer without a verdict was heard"
        return self.memory.refused(url, outcome, now())

    async def answer(self, url: str, headers: dict[str, str]) -> Response:
        """What the server says."""
        request = Request(
            url, callback=NO_CALLBACK, headers=headers, dont_filter=True, meta={FOR_CHANNEL: True}
        )
        response: Response = await self.crawler.engine.download_async(request)
        return response
