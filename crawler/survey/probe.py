"""Asking a site's channels and reading a few of the articles they name."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from scrapy.http import Response

from crawler.channels import Link, Listing, links_in
from crawler.channels.wordpress import posts_address
from crawler.indexes import chosen
from crawler.middlewares import header
from crawler.options import Options
from crawler.outcomes import Outcome, of_status
from crawler.run import now
from crawler.sites import Site
from crawler.stages import Work, cleaned
from crawler.survey.report import Channel, Reading
from pipeline.article import RawPage
from pipeline.urls import canonical_url

READ = 3  # articles of one look; enough to see whether the generic reader copes
CHILDREN = 2  # of a sitemap index that are asked, the best first
CLOCK_SKEW = timedelta(days=1)


class Web(Protocol):
    """Whoever fetches for a survey; `site` decides which hosts may be asked."""

    site: Site

    async def answer(self, url: str, *, channel: bool = True) -> Response | Outcome:
        """What is at `url`, or why it could not be had."""


@dataclass(slots=True)
class Probed:
    """A channel and the links it gave; `children` are those of an index."""

    channel: Channel
    links: list[Link] = field(default_factory=list)
    children: list[Link] = field(default_factory=list)


async def probe(web: Web, kind: str, url: str) -> Probed:
    """What the channel at `url` answers; an index is asked for its best children too."""
    listing = await listed(web, kind, posts_address(url) if kind == "wordpress" else url)
    if isinstance(listing, Outcome):
        return Probed(Channel(kind, url, answer=listing.reason))
    found = Probed(Channel(kind, url), list(listing.links), list(listing.sitemaps))
    found.channel.entries = len(listing.links) or len(listing.sitemaps)
    if listing.problem:
        found.channel.answer = listing.problem
    for child in chosen(listing.sitemaps, Options(), now() + CLOCK_SKEW, CHILDREN):
        inner = await listed(web, "sitemap", child.url)
        if isinstance(inner, Listing):
            found.links += inner.links
    judge(found, web.site)
    return found


async def listed(web: Web, kind: str, url: str) -> Listing | Outcome:
    """The listing at `url`, or why there is none."""
    answer = await web.answer(url)
    if isinstance(answer, Outcome):
        return answer
    return await asyncio.to_thread(links_in, kind, answer.body, url)


def judge(found: Probed, site: Site) -> None:
    """Counts which links are articles of `site`, and notes the newest date among them."""
    fitting = [link for link in found.links if is_article(link, site)]
    dates = [link.newest_at for link in fitting if link.newest_at and link.newest_at < now() + CLOCK_SKEW]
    found.channel.articles = len(fitting)
    found.channel.newest_at = max(dates, default=None)


def is_article(link: Link, site: Site) -> bool:
    """Whether the link leads to an article of `site`."""
    url = canonical_url(link.url)
    return url is not None and site.is_article(url)


async def read_some(web: Web, probed: Sequence[Probed]) -> list[Reading]:
    """The newest articles that the channels name, fetched and read as a crawl would."""
    links = [link for found in probed for link in found.links if is_article(link, web.site)]
    dated = sorted(
        links, key=lambda link: (link.newest_at is not None, link.newest_at or now()), reverse=True
    )
    urls = dict.fromkeys(url for link in dated if (url := canonical_url(link.url)))
    return [await read(web, url) for url in list(urls)[:READ]]


async def read(web: Web, url: str) -> Reading:
    """One article as the site's rules read it."""
    answer = await web.answer(url, channel=False)
    if isinstance(answer, Outcome):
        return Reading(url, answer.reason)
    kind = header(answer, "Content-Type") or ""
    if outcome := of_status(answer.status, kind, None, now()):
        return Reading(url, outcome.reason)
    page = RawPage(answer.url, answer.body, answer.status, (("Content-Type", kind),), now(), url)
    work = Work(0, web.site.name, page, web.site.rules)
    article = (await asyncio.to_thread(cleaned, work)).article
    assert article is not None, "cleaned gives one"
    return Reading(
        url,
        article.verdict,
        article.title,
        article.published_at,
        list(article.authors),
        len(article.text.split()),
        article.language,
    )
