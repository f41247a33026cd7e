"""`python -m crawler NAME`: one crawl is this process; where things are kept comes from the environment.

Exit codes: 0 done, 1 finished with failed addresses, 2 wrong usage or configuration, 75 try again later
(site or store out of reach, site busy, interrupted).
"""

import argparse
import sys
from collections.abc import Sequence

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings as ScrapySettings

from crawler.extensions import Keeper
from crawler.options import OptionError, Options, address
from crawler.sites import SiteError, lone_site
from crawler.spiders.news import BOOK, NewsSpider, spider_for
from db.errors import StoreError
from db.settings import settings

WRONG_USAGE = 2


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line, taken apart."""
    parser = argparse.ArgumentParser(prog="python -m crawler", description="Crawl one site once.")
    parser.add_argument("name", nargs="?", default="-", help="a site's name; - for the site of the --url")
    parser.add_argument("--max-articles", metavar="N", help="fetch at most N pages")
    parser.add_argument("--since", metavar="DATE", help="leave articles older than this")
    parser.add_argument("--dry-run", action="store_true", help="print what would be fetched, store nothing")
    parser.add_argument("--url", action="append", default=[], help="fetch this address only; may be repeated")
    return parser.parse_args(given)


def spider_of(name: str, urls: Sequence[str]) -> type[NewsSpider]:
    """The spider of the site `name`, or where that is "-" of the site the first address lies on."""
    if name != "-":
        return spider_for(BOOK.site(name))
    if not urls:
        raise OptionError("no site: give a name or --url")
    return spider_for(BOOK.owner_of(urls[0]) or lone_site(urls[0]))


def crawl(spider: type[NewsSpider], given: argparse.Namespace, urls: Sequence[str]) -> int:
    """Runs the crawl to its end; the exit code."""
    ours = ScrapySettings()
    ours.setmodule("crawler.settings", priority="project")
    process = AsyncCrawlerProcess(ours)
    crawler: Crawler = process.create_crawler(spider)
    process.crawl(
        crawler,
        max_articles=given.max_articles,
        since=given.since,
        urls=" ".join(urls),
        dry_run=given.dry_run,
    )
    process.start()
    keeper = crawler.get_extension(Keeper)
    return keeper.exit_code if keeper else WRONG_USAGE


def main(given: Sequence[str] | None = None) -> int:
    """The exit code of one crawl; a mistake of the user's is one line on stderr."""
    asked = arguments(given)
    try:
        settings()
        urls = [address(url) for url in asked.url]
        spider = spider_of(asked.name, urls)
        Options.read(asked.max_articles, asked.since, " ".join(urls)).check(spider.site)
    except (OptionError, SiteError, StoreError) as error:
        print(f"carnews: {error}", file=sys.stderr)  # noqa: T201 - the answer to the user
        return WRONG_USAGE
    return crawl(spider, asked, urls)


if __name__ == "__main__":
    sys.exit(main())
