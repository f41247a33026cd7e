"""From the body of a channel (feed, sitemap, listing page, list of posts) to the links in it.

Nothing here fetches or follows. All comes from strangers: entities stay unexpanded, counts and sizes are
bounded, and what cannot be read is a `problem` to report, never a silent zero.
"""

from crawler.channels.feeds import feed_links
from crawler.channels.link import Link, Listing
from crawler.channels.pages import page_links
from crawler.channels.sitemaps import sitemap_links
from crawler.channels.wordpress import post_links

__all__ = ["READERS", "Link", "Listing", "links_in"]

READERS = {"feed": feed_links, "sitemap": sitemap_links, "section": page_links, "wordpress": post_links}


def links_in(kind: str, body: bytes, url: str) -> Listing:
    """The links of a body fetched from `url`; `kind` is one of READERS."""
    return READERS[kind](body, url)
