"""`python -m crawler.survey NAME` looks at a known site, `--new URL` at an unknown one; prints JSON."""

import argparse
import json
import sys
from collections.abc import Sequence

from crawler.options import OptionError, address
from crawler.sites import Site, SiteError, load_sites, lone_site
from crawler.sites.draft import name_for
from crawler.sites.site import Crawl
from db.errors import StoreError
from db.settings import settings

WRONG_USAGE = 2


def main(given: Sequence[str] | None = None) -> int:
    """0 once there is a report, whatever it says; 2 for a mistake of the user's, one line on stderr."""
    parser = argparse.ArgumentParser(prog="python -m crawler.survey", description="Look at one site.")
    parser.add_argument(
        "name", help="a known site's name, or with --new the address of an unknown one's home"
    )
    parser.add_argument("--new", action="store_true", help="find out what an unknown site has")
    parser.add_argument(
        "--allow-private", action="store_true", help="it lives on loopback or a private network"
    )
    asked = parser.parse_args(given)
    try:
        book = load_sites(settings().sites)
        site = unknown(asked.name, private=asked.allow_private) if asked.new else book.site(asked.name)
        from crawler.survey.spider import survey  # noqa: PLC0415 - Scrapy, only once the question is sound
    except (OptionError, SiteError, StoreError, ValueError) as error:
        print(f"carnews: {error}", file=sys.stderr)  # noqa: T201 - the answer to the user
        return WRONG_USAGE
    report = survey(site, is_known=not asked.new)
    print(json.dumps(report.as_json()))  # noqa: T201 - the answer
    return 0


def unknown(url: str, *, private: bool) -> Site:
    """A site for a home that no file knows; a private one may be asked as fast as it answers."""
    home = address(url)
    site = lone_site(home)
    crawl = Crawl(allow_private=True, delay_s=0) if private else site.crawl
    return site.model_copy(update={"name": name_for(home), "home": home, "crawl": crawl})


if __name__ == "__main__":
    sys.exit(main())
