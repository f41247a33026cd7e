"""What Scrapy makes one of for every crawl: middlewares, pipeline stages, extensions."""

from typing import Self

from scrapy.crawler import Crawler


class CrawlPart:
    """A part that knows the crawl it serves, made the way Scrapy makes its parts."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)
