"""The spider of a survey: it stores no page, but every request passes a crawl's gates, guard and delay."""

from collections.abc import AsyncIterator
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import Settings as ScrapySettings

from crawler.failures import outcome_of
from crawler.finds import is_passing
from crawler.guard import GUARD
from crawler.middlewares import FOR_CHANNEL, FOR_ROBOTS, header
from crawler.outcomes import Outcome, of_status
from crawler.progress import CrawlProgress
from crawler.run import now
from crawler.sites import Site
from crawler.survey.probe import probe, read_some
from crawler.survey.report import Report
from crawler.survey.unknown import look_around
from db.ledger import State

MOST_REQUESTS = 40  # of one look at an unknown site; most need a dozen


class SurveySpider(Spider):
    """A look at `site`; what it came to is `report`."""

    name = "survey"
    site: Site
    is_known: ClassVar[bool]

    def __init__(self, name: str | None = None, **given: Any) -> None:
        super().__init__(name, **given)
        self.site = type(self).site
        self.progress = CrawlProgress()
        self.report = Report(self.site.name, self.site.home)
        self.asked = 0
        self.refusals: list[Outcome] = []
        if self.site.crawl.allow_private:
            homes = [self.site.home, *(url for _, url in self.site.channels)]
            GUARD.allowed = {urlsplit(url).hostname or "" for url in homes}

    async def start(self) -> AsyncIterator[Request]:
        """Looks, and yields nothing for Scrapy to do."""
        self.report = await (self.look() if self.is_known else look_around(self))
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    async def look(self) -> Report:
        """All channels of a known site, and three of the articles they name."""
        report = Report(self.site.name, self.site.home)
        probed = [await probe(self, kind, url) for kind, url in self.site.channels]
        report.channels = [found.channel for found in probed]
        report.readings = await read_some(self, probed)
        if self.refusals and not any(channel.works for channel in report.channels):
            report.later = all(map(is_passing, self.refusals))
            report.unreachable = self.progress.gave_up or self.refusals[0].reason
        return report

    async def answer(self, url: str, *, channel: bool = True) -> Response | Outcome:
        """What is at `url`, or why it could not be had."""
        self.asked += 1
        if not self.is_known and self.asked > MOST_REQUESTS:
            return Outcome(State.FAILED, "asked often enough")
        meta = {FOR_CHANNEL: True} if channel else {}
        if urlsplit(url).path == "/robots.txt":  # read like any page, but not asked about itself
            meta[FOR_ROBOTS] = True
        request = Request(url, callback=NO_CALLBACK, dont_filter=True, meta=meta)
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - one thing that fails must not hide the others
            found: Response | Outcome = outcome_of(error, url)
        else:
            found = of_status(response.status, "", header(response, "Retry-After"), now()) or response
        if isinstance(found, Outcome):
            self.refusals.append(found)
        return found


def survey(site: Site, *, is_known: bool) -> Report:
    """What a look at `site` finds; runs a whole Scrapy process, so once only in this one."""
    ours = ScrapySettings()
    ours.setmodule("crawler.settings", priority="project")
    settings = {"DOWNLOAD_DELAY": site.crawl.delay_s, "DOWNLOAD_VERIFY_CERTIFICATES": site.crawl.verify}
    kind = type("Survey", (SurveySpider,), {"site": site, "is_known": is_known, "custom_settings": settings})
    process = AsyncCrawlerProcess(ours)
    crawler: Crawler = process.create_crawler(kind)
    process.crawl(crawler)
    process.start()
    spider = crawler.spider
    return spider.report if isinstance(spider, SurveySpider) else Report(site.name, site.home)
