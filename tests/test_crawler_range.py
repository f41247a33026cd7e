"""Crawls of a stretch of time, and what channels say beside the pages, on a made site on loopback."""

import gzip
import json
from collections.abc import Iterator

import pytest
from loopback import XML, Answer, Place, Site, article, serving

from crawler.channels.wordpress import posts_address
from db import ledger

ENDPOINT = "wp-json/wp/v2/posts"


@pytest.fixture
def site() -> Iterator[Site]:
    """Articles 0 to 11 of the first to the twelfth of October, listed on three pages, the newest first."""
    with serving(articles=12) as made:
        for page in (1, 2, 3):
            numbers = range(15 - 4 * page, 11 - 4 * page, -1)
            links = "".join(f'<a href="/news/2026/{n}">Story number {n}</a>' for n in numbers)
            following = f'<a rel=next href="/all?page={page + 1}">Older</a>' if page < 3 else ""
            made.pages["/all" if page == 1 else f"/all?page={page}"] = Answer((links + following).encode())
        yield made


def toml(site: Site, **find: str) -> str:
    told = "\n".join(f'{kind} = ["{site.home}{path}"]' for kind, path in find.items())
    return site.toml().replace(f'feeds = ["{site.home}rss"]', told)


def test_a_stretch_of_time_is_fetched_and_the_rest_waits_for_its_own_crawl(place: Place, site: Site) -> None:
    place.site("made", toml(site, sections="all"))
    ended = place.crawl("made", "--since", "2026-10-03", "--until", "2026-10-05")
    assert ended.code == 0, ended.err
    assert place.runs() == [("finished", 12, {"pending": 7, "stored": 3, "too_old": 2})]
    assert [path for path in site.asked if "all" in path] == ["/all", "/all?page=2", "/all?page=3"]
    fetched = len(site.fetched)
    again = place.crawl("made", "--since", "2026-10-03", "--until", "2026-10-05")
    assert again.code == 0, again.err
    assert len(site.fetched) == fetched + 3  # the listings; every article's date is known by now
    assert place.crawl("made", "--since", "2026-10-01", "--until", "2026-10-02").code == 0
    assert len(place.articles()) == 5
    assert place.crawl("made").code == 0
    assert len(place.articles()) == 12


def test_what_a_channel_dates_outside_the_range_is_not_fetched_at_all(place: Place, site: Site) -> None:
    place.site("made", toml(site, sitemaps="sitemap.xml"))
    months = [(9, "08"), (10, "10"), (11, "11")]
    children = "".join(f"<sitemap><loc>{site.home}s-2026-{n}.xml</loc></sitemap>" for _, n in months)
    site.pages["/sitemap.xml"] = Answer(f"<sitemapindex>{children}</sitemapindex>".encode(), kind=XML)
    news = "".join(
        f"<url><loc>{site.home}news/2026/{n}</loc><news><publication_date>2026-10-{n + 1:02}"
        "</publication_date></news></url>"
        for n in range(12)
    )
    site.pages["/s-2026-10.xml"] = Answer(f"<urlset>{news}</urlset>".encode(), kind=XML)
    ended = place.crawl("made", "--since", "2026-10-03", "--until", "2026-10-05")
    assert ended.code == 0, ended.err
    assert place.runs() == [("finished", 3, {"stored": 3})]
    assert site.fetched == ["/sitemap.xml", "/s-2026-10.xml", *(f"/news/2026/{n}" for n in (4, 3, 2))]
    assert "outside=9" in ended.err
    nothing = place.crawl("made", "--since", "2026-10-20", "--until", "2026-10-25")
    assert nothing.code == 0, nothing.err


def test_a_page_dated_otherwise_than_its_channel_says_is_fetched_once_for_a_range(
    place: Place, site: Site
) -> None:
    place.site("made", site.toml())
    items = "".join(
        f"<item><link>{site.home}news/2026/{n}</link><pubDate>Wed, 14 Oct 2026 08:00:00 GMT</pubDate></item>"
        for n in (0, 5)
    )
    site.pages["/rss"] = Answer(f'<rss version="2.0"><channel>{items}</channel></rss>'.encode(), kind=XML)
    for _ in range(2):  # by their pages of the first and of the sixth of October
        ended = place.crawl("made", "--since", "2026-10-10", "--until", "2026-10-20")
        assert ended.code == 0, ended.err
    assert sorted(site.fetched) == ["/news/2026/0", "/news/2026/5"]
    assert {state for state, _ in place.states().values()} == {"too_old"}


def test_the_channels_word_is_in_the_store_beside_the_pages(place: Place, site: Site) -> None:
    place.site("made", toml(site, wordpress=ENDPOINT))
    post = {
        "link": f"{site.home}news/2026/3?utm_source=x",
        "title": {"rendered": "Another headline"},
        "date_gmt": "2026-10-04T07:00:00",
        "content": {"rendered": "<p>All of it.</p>"},
    }
    site.pages["/" + posts_address(ENDPOINT)] = Answer(json.dumps([post]).encode(), kind="application/json")
    for _ in range(2):
        assert place.crawl("made").code == 0
    assert place.runs()[0] == ("finished", 1, {"stored": 1})
    with place.open() as s:
        known = ledger.history(s, f"{site.home}news/2026/3")
    assert known is not None
    [claim] = known.claims
    assert (claim.channel, claim.title) == (f"wordpress:{site.home}{ENDPOINT}", "Another headline")
    assert claim.text == "All of it."
    told = place.run("carnews", "explain", known.address.url)
    assert told.code == 0, told.err
    assert f"wordpress:{site.home}{ENDPOINT} says since " in told.out
    assert "title         Another headline" in told.out
    assert "published_at  2026-10-04 07:00" in told.out


def test_articles_named_by_a_gzipped_child_of_an_index_are_stored(place: Place, site: Site) -> None:
    place.site("made", toml(site, sitemaps="sitemap.xml"))
    child = f"<sitemapindex><sitemap><loc>{site.home}a.xml.gz</loc></sitemap></sitemapindex>"
    site.pages["/sitemap.xml"] = Answer(child.encode(), kind=XML)
    urls = f"<urlset><url><loc>{site.home}news/2026/1</loc></url></urlset>"
    site.pages["/a.xml.gz"] = Answer(gzip.compress(urls.encode()), kind="application/gzip")
    site.pages["/news/2026/1"] = Answer(article(1))
    assert place.crawl("made").code == 0
    assert len(place.articles()) == 1
