"""`python -m crawler NAME`: one crawl is this process; where things are kept comes from the environment.

Exit codes: 0 done, 1 finished with failed addresses, 2 wrong usage or configuration, 75 try again later
(site or store out of reach, site busy, interrupted).
"""

import argparse
import sys
from collections.abc import Sequence

from crawler.garbage import collect_seldom, staying
from crawler.options import OptionError, Options
from crawler.sites import SiteError
from db.errors import StoreError
from db.settings import settings

WRONG_USAGE = 2


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line, taken apart."""
    parser = argparse.ArgumentParser(prog="python -m crawler", description="Crawl one site once.")
    parser.add_argument("name", nargs="?", default="-", help="a site's name; - for the site of the --url")
    parser.add_argument("--max-articles", metavar="N", help="fetch at most N pages")
    parser.add_argument("--since", metavar="DATE", help="leave articles older than this")
    parser.add_argument("--until", metavar="DATE", help="leave articles newer than this; a day counts whole")
    parser.add_argument("--dry-run", action="store_true", help="print what would be fetched, store nothing")
    parser.add_argument("--url", action="append", default=[], help="fetch this address only; may be repeated")
    parser.add_argument(
        "--polls", type=float, metavar="SECONDS", help="crawl the sites named on standard input"
    )
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """The exit code of one crawl; a mistake of the user's is one line on stderr."""
    asked = arguments(given)
    collect_seldom()
    try:
        settings()
        with staying():
            # only now: Scrapy's settings and the site files are read at import, by settings known to be good
            from crawler.process import bound_memory, crawl, spider_of  # noqa: PLC0415

            if asked.polls:
                from crawler.polls import serve  # noqa: PLC0415
        if asked.polls:
            bound_memory()
            return serve(asked.polls)
        options = Options.read(
            asked.max_articles, asked.since, " ".join(asked.url), asked.dry_run, asked.until
        )
        spider = spider_of(asked.name, options.urls)
        options.check(spider.site)
    except (OptionError, SiteError, StoreError) as error:
        print(f"carnews: {error}", file=sys.stderr)  # noqa: T201 - the answer to the user
        return WRONG_USAGE
    return crawl(spider, options)


if __name__ == "__main__":
    sys.exit(main())
