"""From a site file's channels to the addresses of articles: what is walked, what is left, where it ends."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from crawler import walk
from crawler.discovery import Discovery, discover
from crawler.options import Options
from crawler.outcomes import Outcome
from crawler.sites import Site
from db.ledger import State

HOME = "https://motor.example/"
NOW = datetime.now(UTC)
FEED = '<rss version="2.0"><channel>{}</channel></rss>'
ITEM = "<item><title>T</title><link>{}</link></item>"
DATED = "<item><title>{0}</title><link>{1}</link><pubDate>{2:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"


class Web:
    """Made pages by path, and which of them were asked for."""

    def __init__(self, **find: list[str]) -> None:
        whole = {kind: [HOME + path for path in paths] for kind, paths in find.items()}
        told = {"articles": r"^https://motor\.example/(news|\d{4})/", **whole}
        self.site = Site.model_validate({"name": "motor", "title": "Motor", "home": HOME, "find": told})
        self.pages: dict[str, str | bytes | Outcome] = {}
        self.asked: list[str] = []

    async def fetch(self, url: str) -> bytes | Outcome:
        path = url.removeprefix(HOME)
        self.asked.append(path)
        page = self.pages.get(path, Outcome(State.GONE, "http 404"))
        return page.encode() if isinstance(page, str) else page

    def discovered(self, known: Sequence[str] = (), **options: str) -> Discovery:
        async def in_store(urls: Sequence[str]) -> set[str]:
            return set(urls) & {HOME + path for path in known}

        return asyncio.run(discover(self.site, self.fetch, Options.read(**options), in_store))  # type: ignore[arg-type]


def paths(found: Discovery) -> list[str]:
    return [find.url.removeprefix(HOME) for find in found.newest]


def listing(*articles: str, following: str = "") -> str:
    links = "".join(f'<a href="/{path}">A headline for {path}</a>' for path in articles)
    return f'<body><a href="/about">About</a>{links}{following}</body>'


def urlset(*entries: tuple[str, str]) -> str:
    urls = "".join(f"<url><loc>{HOME}{path}</loc><lastmod>{date}</lastmod></url>" for path, date in entries)
    return f"<urlset>{urls}</urlset>"


def index(*entries: tuple[str, str | None]) -> str:
    told = ((path, f"<lastmod>{date}</lastmod>" if date else "") for path, date in entries)
    return (
        "<sitemapindex>"
        + "".join(f"<sitemap><loc>{HOME}{path}</loc>{date}</sitemap>" for path, date in told)
        + "</sitemapindex>"
    )


def pages(web: Web, count: int) -> None:
    """A section of so many pages, ten articles each; article n is of n days ago."""
    for page in range(1, count + 1):
        days = [NOW - timedelta(days=n) for n in range(page * 10 - 10, page * 10)]
        articles = [f"{day:%Y/%m/%d}/story-{n}" for n, day in enumerate(days, page * 10 - 10)]
        following = f'<a rel="next" href="/news/?page={page + 1}">Older</a>' if page < count else ""
        web.pages[f"news/?page={page}" if page > 1 else "news/"] = listing(*articles, following=following)


# -- what is taken


def test_only_addresses_one_would_follow_are_taken_and_the_others_counted() -> None:
    web = Web(feeds=["rss"], sitemaps=["a.xml"])
    bad = [
        "file:///etc/news/passwd",
        "javascript:alert(1)//news/",
        "data:text/html,/news/",
        "https://user:secret@motor.example/news/1",
        "https://motor.example/news/" + "a" * 3000,
    ]
    links = [*bad, "https://elsewhere.example/news/1", HOME + "about", HOME + "news/1"]
    web.pages["rss"] = FEED.format("".join(ITEM.format(link) for link in links))
    web.pages["a.xml"] = urlset(("news/2&#10;X-Made-Up:%201", "2026-01-01"), ("news/3\x7f", "2026-01-01"))
    found = web.discovered()
    assert paths(found) == ["news/1"]
    assert found.unfit == len(bad) + 2
    assert found.passed == 2
    assert "secret" not in repr(found)


def test_finds_come_newest_first_and_a_future_date_is_none() -> None:
    web = Web(feeds=["rss"])
    ages = {"news/old": 3, "news/new": 1, "news/future": -30}
    items = [DATED.format("T", HOME + path, NOW - timedelta(days=age)) for path, age in ages.items()]
    web.pages["rss"] = FEED.format("".join(items))
    found = web.discovered()
    assert paths(found) == ["news/future", "news/new", "news/old"]
    assert found.finds[HOME + "news/future"].published_at is None


def test_what_each_channel_says_is_kept_beside_the_others() -> None:
    web = Web(feeds=["rss"], wordpress=["wp-json/wp/v2/posts"], sections=["news/"])
    web.pages["rss"] = FEED.format(DATED.format("From the feed", HOME + "news/1", NOW - timedelta(days=1)))
    web.pages["news/"] = listing("news/1")
    post = {
        "link": HOME + "news/1?utm_source=x",
        "title": {"rendered": "From <em>WordPress</em> &#8211; so"},
        "date_gmt": "2026-03-02T09:30:00",
        "modified_gmt": "2026-03-03T09:30:00",
        "content": {"rendered": "<p>One.</p><script>x</script><p>Two &amp; three.</p>"},
        "yoast_head_json": {"author": "A. Writer"},
    }
    asked = (
        "wp-json/wp/v2/posts?per_page=50&orderby=date"
        "&_fields=link,title,date_gmt,modified_gmt,content,yoast_head_json.author&page=1"
    )
    web.pages[asked] = json.dumps([post])
    found = web.discovered()
    assert len(found.finds) == 1
    feed, wordpress = found.claims
    assert (feed.channel, feed.title) == (f"feed:{HOME}rss", "From the feed")
    assert wordpress.channel == f"wordpress:{HOME}wp-json/wp/v2/posts"
    assert wordpress.title == "From WordPress – so"
    assert wordpress.published_at == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert wordpress.modified_at == datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
    assert (wordpress.author, wordpress.text) == ("A. Writer", "One.\n\nTwo & three.")


# -- paging


def test_a_listing_is_followed_while_it_shows_what_the_store_does_not_know() -> None:
    web = Web(sections=["news/"])
    pages(web, 12)
    first = web.discovered()
    assert len(first.finds) == 10 * walk.MAX_PAGES
    web.asked.clear()
    assert len(web.discovered(known=paths(first)).finds) == 10
    assert web.asked == ["news/"]


def test_with_since_a_listing_is_followed_until_it_is_older() -> None:
    web = Web(sections=["news/"])
    pages(web, 30)
    since = (NOW - timedelta(days=145)).date().isoformat()
    found = web.discovered(since=since, known=["news/1"])
    assert 144 <= len(found.finds) <= 149
    assert len(web.asked) == 16
    assert found.outside


def test_a_listing_is_followed_though_the_feed_shows_the_same() -> None:
    web = Web(feeds=["rss"], sections=["news/"])
    pages(web, 12)
    first = [f"{day:%Y/%m/%d}/story-{n}" for n in range(10) for day in [NOW - timedelta(days=n)]]
    web.pages["rss"] = FEED.format("".join(ITEM.format(HOME + path) for path in first))
    since = (NOW - timedelta(days=25)).date().isoformat()
    assert len(web.discovered(since=since).finds) >= 24
    web.asked.clear()
    web.discovered(known=first)
    assert web.asked == ["rss", "news/"]


def test_with_until_the_newer_pages_are_walked_through_and_left() -> None:
    web = Web(sections=["news/"])
    pages(web, 30)
    days = {"since": NOW - timedelta(days=65), "until": NOW - timedelta(days=55)}
    found = web.discovered(**{name: day.date().isoformat() for name, day in days.items()})
    numbers = {int(path.rpartition("-")[2]) for path in paths(found)}
    assert set(range(55, 66)) <= numbers <= set(range(52, 69))


def test_a_listing_that_pages_for_ever_ends_where_nothing_is_new() -> None:
    web = Web(sections=["news/"])
    for page in range(1, 100):
        following = f'<a href="/news/?page={page + 1}">More</a>'
        web.pages[f"news/?page={page}" if page > 1 else "news/"] = listing("news/1", following=following)
    assert web.discovered(since="2026-01-01").finds.keys() == {HOME + "news/1"}
    assert len(web.asked) == 2


def test_enough_is_enough() -> None:
    web = Web(sections=["news/"])
    pages(web, 12)
    assert len(web.discovered(max_articles="15").finds) == 20
    assert len(web.asked) == 2


@pytest.mark.parametrize(
    ("section", "links", "following"),
    [
        ("news/", ["news/page/2/", "news/page/3/"], "news/page/2/"),
        ("news/", ["news/?page=2", "news/?page=14"], "news/?page=2"),
        ("news", ["news?page=0", "news?page=1", "news?page=2"], "news?page=1"),  # counted from nought
        ("news/", ["news/page-2", "other/page-2"], "news/page-2"),
        ("news/", ["other/?page=2", "https://elsewhere.example/news/?page=2"], None),
        ("news/", ["news/?sort=date", "news/2026/page"], None),
    ],
)
def test_the_next_page_is_seen_in_the_pages_own_links(
    section: str, links: list[str], following: str | None
) -> None:
    web = Web(sections=[section])
    anchors = [f'<a href="{link if ":" in link else "/" + link}">{n}</a>' for n, link in enumerate(links, 1)]
    web.pages[section] = listing("news/1-a-story", following="".join(anchors))
    web.discovered()
    assert web.asked[1:] == ([following] if following else [])


def test_a_page_past_the_last_is_no_trouble() -> None:
    web = Web(sections=["news/"])
    web.pages["news/"] = listing("news/1", following='<a rel=next href="/news/?page=2">x</a>')
    found = web.discovered()
    assert web.asked == ["news/", "news/?page=2"]
    assert found.problems == []


def test_next_pages_on_other_hosts_are_not_followed() -> None:
    web = Web(sections=["news/"])
    web.pages["news/"] = listing(
        "news/1", following='<a rel=next href="https://elsewhere.example/?page=2">x</a>'
    )
    web.discovered()
    assert web.asked == ["news/"]


# -- sitemaps


def test_sitemaps_that_name_each_other_end() -> None:
    web = Web(sitemaps=["a.xml"])
    web.pages["a.xml"] = index(("b.xml", None), ("a.xml", None))
    web.pages["b.xml"] = index(("a.xml", None), ("c.xml", None))
    web.pages["c.xml"] = urlset(("news/1", "2026-01-01"))
    assert paths(web.discovered()) == ["news/1"]
    assert web.asked == ["a.xml", "b.xml", "c.xml"]


def test_an_endless_chain_of_indexes_is_cut() -> None:
    web = Web(sitemaps=["0.xml"])
    for n in range(100):
        web.pages[f"{n}.xml"] = index((f"{n + 1}.xml", None))
    web.discovered()
    assert len(web.asked) == walk.MAX_DEPTH + 1


def test_children_and_entries_on_foreign_hosts_are_dropped_and_counted() -> None:
    web = Web(sitemaps=["a.xml"])
    foreign = "<sitemap><loc>https://elsewhere.example/x.xml</loc></sitemap>"
    secret = "<sitemap><loc>https://user:secret@motor.example/x.xml</loc></sitemap>"
    web.pages["a.xml"] = index(("b.xml", None)).replace("<sitemapindex>", f"<sitemapindex>{foreign}{secret}")
    web.pages["b.xml"] = "<urlset><url><loc>https://elsewhere.example/news/1</loc></url></urlset>"
    found = web.discovered()
    assert (found.finds, found.unfit, found.passed) == ({}, 2, 1)
    assert web.asked == ["a.xml", "b.xml"]
    assert "secret" not in repr(found)


def test_a_range_takes_the_children_whose_address_or_last_change_fits() -> None:
    web = Web(sitemaps=["a.xml"])
    web.pages["a.xml"] = index(
        ("sitemap-2026-03.xml", "2026-11-01"),
        ("sitemap-2026-02.xml", "2026-03-01"),
        ("sitemap-2026-01.xml", "2026-02-01"),
        ("sitemap-2025.xml", "2026-01-01"),
        ("old-posts.xml", "2025-12-31"),
        ("posts.xml", "2026-01-15"),
    )
    web.discovered(since="2026-01-10", until="2026-02-10")
    assert web.asked == ["a.xml", "sitemap-2026-02.xml", "sitemap-2026-01.xml", "posts.xml"]


def test_without_a_range_newest_months_come_first_and_tags_last() -> None:
    web = Web(sitemaps=["a.xml"])
    months = [(f"sitemap-2025-{month:02}.xml", None) for month in range(1, 13)]
    web.pages["a.xml"] = index(("post_tag-sitemap.xml", "2026-11-01"), *months)
    web.discovered()
    assert web.asked[1:] == [f"sitemap-2025-{month:02}.xml" for month in range(12, 2, -1)]


def test_a_future_change_wins_nothing() -> None:
    web = Web(sitemaps=["a.xml"])
    future = (NOW + timedelta(days=400)).date().isoformat()
    children = [(f"{n}.xml", "2026-01-01") for n in range(10)]
    web.pages["a.xml"] = index(("liar.xml", future), *children)
    web.discovered()
    assert "liar.xml" not in web.asked


def test_old_entries_of_a_sitemap_are_left_without_a_row() -> None:
    web = Web(sitemaps=["a.xml"])
    web.pages["a.xml"] = urlset(("news/old", "2025-01-01"), ("news/new", "2026-03-01"))
    found = web.discovered(since="2026-01-01")
    assert paths(found) == ["news/new"]
    assert found.outside == 1
    assert found.finds[HOME + "news/new"].published_at is None  # changed then, published who knows when


def test_the_budget_of_requests_holds_and_what_was_left_is_told() -> None:
    web = Web(sitemaps=["a.xml"])
    web.pages["a.xml"] = index(*((f"s{n}.xml", "2026-01-01") for n in range(80)))
    web.pages |= {f"s{n}.xml": urlset((f"news/{n}", "2026-01-02")) for n in range(80)}
    found = web.discovered(since="2025-01-01")
    assert len(web.asked) == walk.MAX_CHANNELS
    assert any("more were left out" in problem for problem in found.problems)


def test_the_number_of_finds_is_bounded_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MAX_FINDS", 5)
    web = Web(sitemaps=["a.xml"])
    web.pages["a.xml"] = urlset(*((f"news/{n}", f"2026-01-{n:02}") for n in range(1, 20)))
    found = web.discovered()
    assert paths(found) == [f"news/{n}" for n in range(19, 14, -1)]
    assert found.problems == ["more than 5 addresses"]
