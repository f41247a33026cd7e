"""What `crawl.py` compares with: spiders as people write them, with Scrapy's own settings but no delay.

    python benchmarks/crawlpeers.py bare|trafilatura SITEMAP PAGES

`bare` throws every page away. `trafilatura` reads title, text, authors and date with that library and commits
each article to a new SQLite file by itself, as the usual item pipeline does.
"""

import re
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response, TextResponse

SETTINGS = {
    "ROBOTSTXT_OBEY": True,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "LOG_LEVEL": "ERROR",
    "CONCURRENT_ITEMS": 1,  # the default of 100 costs a millisecond of task starts a page
}


class Bare(Spider):
    """Fetches the first pages of a sitemap and throws them away."""

    name = "bare"
    sitemap: str
    most: int

    async def start(self) -> AsyncIterator[Request]:
        yield Request(self.sitemap, callback=self.listing)

    def listing(self, response: Response) -> Iterator[Request]:
        found = re.findall(rb"<loc>([^<]+)</loc>", response.body)
        for url in found[: self.most]:
            yield Request(url.decode(), callback=self.page)

    def page(self, response: Response) -> Iterator[dict[str, Any]]:  # noqa: ARG002 - its subclass reads it
        yield from ()


class Trafilatura(Bare):
    """Reads the pages with trafilatura."""

    name = "trafilatura"
    custom_settings = {"ITEM_PIPELINES": {"crawlpeers.OneCommitEach": 1}}  # noqa: RUF012 - Scrapy's way

    def page(self, response: Response) -> Iterator[dict[str, Any]]:
        from trafilatura import bare_extraction  # noqa: PLC0415 - `bare` must not pay for it

        assert isinstance(response, TextResponse)
        found = bare_extraction(response.text, url=response.url, include_comments=False, with_metadata=True)
        if found is not None:
            yield {"url": response.url, "title": found.title, "text": found.text, "date": found.date}


class OneCommitEach:
    """An item, a row, a commit."""

    def __init__(self) -> None:
        self.store = sqlite3.connect("store.db")
        self.store.execute("CREATE TABLE articles (url TEXT PRIMARY KEY, title TEXT, text TEXT, date TEXT)")

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        self.store.execute("INSERT INTO articles VALUES (:url, :title, :text, :date)", item)
        self.store.commit()
        return item


def main() -> None:
    name, sitemap, most = sys.argv[1:]
    process = AsyncCrawlerProcess(SETTINGS)
    process.crawl({"bare": Bare, "trafilatura": Trafilatura}[name], sitemap=sitemap, most=int(most))
    process.start()


if __name__ == "__main__":
    main()
