"""Writes down the wishes that pages state: close to the engine, where bodies are unpacked."""

from datetime import timedelta
from urllib.parse import urljoin

from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.failures import outcome_of
from crawler.middlewares import FOR_CHANNEL, FOR_ROBOTS, header
from crawler.part import CrawlPart
from crawler.run import CrawlRun, now
from crawler.wishes import POLICY, RESERVED, TERMS, TERMS_PATH, of_page, of_terms, reserves
from db.account import Wish

FOR_TERMS = "carnews_terms"  # request.meta: this request fetches a tdmrep.json
TERMS_EVERY = timedelta(days=7)  # between two looks at a site's terms, and only where its pages speak of them
TERMS_BYTES = 64 * 1024


class WishReader(CrawlPart):
    """Counts the wishes of every page, and looks up a site's terms once its pages say that it has some."""

    _has_asked = False

    async def process_response(self, request: Request, response: Response) -> Response:
        run: CrawlRun | None = getattr(self.crawler.spider, "run", None)
        if (
            run is None
            or response.status != 200
            or {FOR_CHANNEL, FOR_ROBOTS, FOR_TERMS} & request.meta.keys()
        ):
            return response
        tags = [tag.decode("latin-1") for tag in response.headers.getlist("X-Robots-Tag")]
        wishes = of_page(tags, header(response, RESERVED), header(response, POLICY), response.body)
        for wish in wishes:
            run.account.wish(wish, response.url)
        known = run.terms_at is not None and now() - run.terms_at < TERMS_EVERY
        if reserves(wishes) and not known and not self._has_asked:
            self._has_asked = True
            url = urljoin(response.url, TERMS_PATH)
            run.account.wish(await self._terms(url, request), url)
        return response

    async def _terms(self, url: str, page: Request) -> Wish:
        """What the site's tdmrep.json says, fetched through the engine and so through all gates."""
        meta = {FOR_TERMS: True, "download_slot": page.meta["download_slot"], "download_maxsize": TERMS_BYTES}
        ask = Request(url, callback=NO_CALLBACK, dont_filter=True, meta=meta)
        try:
            response: Response = await self.crawler.engine.download_async(ask)
        except Exception as error:  # noqa: BLE001 - whatever keeps the terms from us, the page has come
            return Wish("tdm-terms", outcome_of(error, url).reason, TERMS)
        return of_terms(response.status, response.body)
