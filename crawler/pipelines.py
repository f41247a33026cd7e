"""Scrapy's item pipeline: the three stages a page passes. The thinking is in `pipeline/`.

(`pipeline/`, singular, understands pages and knows no Scrapy; this file, plural, only hands pages on.)
An item is done when the transaction that holds its article and its address's state is committed.
"""

import asyncio
import errno
from typing import Any

from scrapy.exceptions import DropItem

from crawler import stages
from crawler.part import CrawlPart
from crawler.spiders.news import NewsSpider
from crawler.stages import Work
from db.errors import ArchiveError, StoreError, StoreUnavailable

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
LARGE_BYTES = 256 * 1024  # a page up to this takes some 5 ms to clean, less than a thread is worth


class Stage(CrawlPart):
    """What the three have in common: the spider whose pages they get, and how they end its crawl."""

    @property
    def spider(self) -> NewsSpider:
        """The spider whose pages these are."""
        assert isinstance(self.crawler.spider, NewsSpider)
        return self.crawler.spider

    def stop(self, error: StoreError) -> DropItem:
        """Ends the crawl because disk or store fail; its pages stay pending. Gives what to raise."""
        if self.spider.progress.store_error is None:
            self.spider.progress.store_error = error
            self._closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="store"))
        return DropItem(str(error), log_level="DEBUG")


class Archived(Stage):
    """First of all the page goes into the archive."""

    def process_item(self, work: Work) -> Work:
        try:
            return stages.archived(work, self.spider.run.archive)
        except ArchiveError as error:
            raise self.stop(store_error(error)) from error


def store_error(error: ArchiveError) -> StoreError:
    """The archive's trouble as the store's: a full disk may have room later, all else has to be set right."""
    cause = error.__cause__
    full = isinstance(cause, OSError) and cause.errno in FULL
    return StoreUnavailable(str(error)) if full else StoreError(str(error))


class Cleaned(Stage):
    """Then it is understood, a large one beside the event loop."""

    async def process_item(self, work: Work) -> Work:
        if len(work.page.body) > LARGE_BYTES:
            return await asyncio.to_thread(stages.cleaned, work)
        return stages.cleaned(work)


class Stored(Stage):
    """At last it is a row; what Scrapy's feed exports get is the article under the contract's names."""

    async def process_item(self, work: Work) -> dict[str, Any]:
        assert work.article is not None, "Cleaned comes before"
        try:
            await self.spider.keep(work)
        except StoreError as error:
            raise self.stop(error) from error
        return work.article.as_json()
