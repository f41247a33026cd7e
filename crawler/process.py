"""One crawl as this process: from a site's name and options to an exit code."""

import resource
import sys
from collections.abc import Sequence
from contextlib import suppress

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings as ScrapySettings

from crawler.extensions import Keeper
from crawler.options import OptionError, Options
from crawler.progress import WITH_FAILURES
from crawler.settings import MEMORY_MOST_MB
from crawler.sites import lone_site
from crawler.spiders.news import BOOK, NewsSpider, spider_for


def spider_of(name: str, urls: Sequence[str]) -> type[NewsSpider]:
    """The spider of the site `name`, or where that is "-" of the site the first address lies on."""
    if name != "-":
        return spider_for(BOOK.site(name))
    if not urls:
        raise OptionError("no site: give a name or --url")
    return spider_for(BOOK.owner_of(urls[0]) or lone_site(urls[0]))


MB = 1 << 20


def bound_memory(most_mb: int = MEMORY_MOST_MB) -> None:
    """Lets this process own at most so much memory: what asks for more gets MemoryError.

    Scrapy's own limit looks now and then; one page that balloons in between would take the machine along.
    Where the system cannot bound it (macOS), or bounds it tighter already, nothing changes.
    """
    most, ceiling = most_mb * MB, resource.getrlimit(resource.RLIMIT_DATA)[1]
    if ceiling == resource.RLIM_INFINITY or most < ceiling:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_DATA, (most, ceiling))


def crawl(spider: type[NewsSpider], options: Options) -> int:
    """The exit code of the crawl, once it has ended."""
    ours = ScrapySettings()
    ours.setmodule("crawler.settings", priority="project")
    bound_memory(ours.getint("MEMORY_MOST_MB"))
    process = AsyncCrawlerProcess(ours)
    crawler = process.create_crawler(spider)
    process.crawl(crawler, options=options)
    process.start()
    keeper = crawler.get_extension(Keeper)
    if keeper is None:
        return WITH_FAILURES
    if keeper.exit_code and keeper.said:
        # the log may go to a file; whoever started us reads the reason here
        print(f"carnews: {keeper.said}", file=sys.stderr)  # noqa: T201
    return keeper.exit_code
