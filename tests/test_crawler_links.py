"""Feeds, sitemaps and listing pages from strangers: what is read from them, and that nothing else happens."""

import gzip
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.channels import feed_links, feeds, link, links_in, page_links, plain, sitemap_links
from crawler.channels.periods import article_period, sitemap_period
from crawler.channels.wordpress import post_links, posts_address
from crawler.indexes import chosen
from crawler.options import Options

NOW = datetime(2026, 11, 25, tzinfo=UTC)
BASE = "https://motor.example/rss"
RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>
<item><title>Older</title><link>https://motor.example/a</link>
<pubDate>Sun, 01 Nov 2026 10:00:00 +0100</pubDate></item>
<item><title>Newer &amp; faster</title><link>/b</link><pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item>
<item><title>No link</title></item>
<item><title>Undated</title><link>file:///etc/passwd</link></item></channel></rss>"""
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss version="2.0"><channel><item><title>&b;</title><link>https://motor.example/x</link></item></channel></rss>"""
URLSET = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc> https://motor.example/a </loc><lastmod>2026-11-01</lastmod></url>
<url><loc>https://motor.example/b</loc><news:news><news:publication_date>2026-11-02T10:00:00+01:00
</news:publication_date><news:title>B</news:title></news:news></url></urlset>"""
INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</sitemapindex>"""


def test_a_feed_gives_its_links_newest_first_with_title_and_utc_date() -> None:
    found = feed_links(RSS, BASE)
    assert [link.url for link in found.links[:2]] == ["https://motor.example/b", "https://motor.example/a"]
    assert found.links[2].url.startswith("file:")  # the reader of links judges none of them
    assert found.links[0].title == "Newer & faster"
    assert found.links[1].published_at == datetime(2026, 11, 1, 9, tzinfo=UTC)
    assert found.problem is None


def test_atom_is_a_feed_too() -> None:
    atom = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title><link href="https://motor.example/a"/>
    <updated>2026-11-02T10:00:00Z</updated></entry></feed>"""
    [link] = feed_links(atom, BASE).links
    assert (link.url, link.title) == ("https://motor.example/a", "A")


def test_a_feed_with_a_byte_order_mark_and_a_document_type_is_read() -> None:
    old = RSS.replace(
        b"<rss", b'<!DOCTYPE rss PUBLIC "-//Netscape//DTD" "http://motor.example/rss.dtd"><rss', 1
    )
    assert len(feed_links(b"\xef\xbb\xbf" + RSS, BASE).links) == 3
    assert len(feed_links(old, BASE).links) == 3


def test_a_torn_feed_gives_what_it_can() -> None:
    assert len(feed_links(RSS[: RSS.index(b"<item><title>No link")], BASE).links) == 2


@pytest.mark.parametrize("encoding", ["no-such", "utf-7", "euc-jp", "rot13"])
def test_an_encoding_no_parser_knows_is_a_problem_or_does_no_harm(encoding: str) -> None:
    body = f'<?xml version="1.0" encoding="{encoding}"?>{URLSET.partition("?>")[2]}'.encode()
    found = sitemap_links(body, BASE)
    assert found.links or "invalid sitemap" in str(found.problem)
    feed_links(RSS.replace(b'version="1.0"?', f'version="1.0" encoding="{encoding}"?'.encode()), BASE)


def test_a_feed_that_breaks_its_parser_is_a_problem() -> None:
    torn = b'<rss version="2.0"><channel><item><link>https://motor.example/a></item></chle/a</link></item></channel>'
    assert feed_links(torn + b"</rss>", BASE).problem == "invalid feed: KeyError"


@pytest.mark.parametrize("bomb", [LAUGHS, LAUGHS.decode().encode("utf-16"), b" " * 70_000 + LAUGHS])
def test_declared_entities_are_refused_and_reported(bomb: bytes) -> None:
    assert feed_links(bomb, BASE).links == ()
    assert "invalid feed" in str(feed_links(bomb, BASE).problem)
    assert "invalid sitemap" in str(sitemap_links(bomb, BASE).problem)


def test_an_external_entity_opens_no_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("https://motor.example/secret")
    body = f'<!DOCTYPE urlset [<!ENTITY x SYSTEM "{(tmp_path / "secret").as_uri()}">]>' + URLSET.replace(
        "<loc> https://motor.example/a </loc>", "<loc>&x;</loc>"
    )
    assert sitemap_links(body.encode(), BASE).links == ()


@pytest.mark.parametrize("name", ["links.py", "https://motor.example/rss", "/etc/hostname"])
def test_a_body_that_looks_like_a_name_is_neither_opened_nor_fetched(name: str) -> None:
    assert feed_links(name.encode(), BASE).links == ()


@pytest.mark.parametrize("kind", ["feed", "sitemap", "section"])
@pytest.mark.parametrize(
    "body", [b"", b"\0\xff\xfe", b"<html><p>Access denied</p></html>", b"\x1f\x8bnot gzip"]
)
def test_what_holds_no_links_is_a_problem_never_silence(kind: str, body: bytes) -> None:
    found = links_in(kind, body, BASE)
    assert found.links == ()
    assert found.problem


def test_a_feed_without_entries_says_so() -> None:
    assert feed_links(b'<rss version="2.0"><channel/></rss>', BASE).problem == "feed without entries"


def test_a_sitemap_is_read_plain_and_gzipped() -> None:
    for body in (URLSET.encode(), gzip.compress(URLSET.encode())):
        found = sitemap_links(body, BASE)
        assert [link.url for link in found.links] == ["https://motor.example/b", "https://motor.example/a"]
        assert found.links[0].published_at == datetime(2026, 11, 2, 9, tzinfo=UTC)
        assert found.links[0].title == "B"
        assert found.links[1].modified_at == datetime(2026, 11, 1, tzinfo=UTC)
        assert found.links[1].published_at is None
        assert found.problem is None


def test_a_sitemap_cut_short_gives_its_whole_entries_and_says_it_was_cut() -> None:
    found = sitemap_links(URLSET.encode()[: URLSET.index("<news:news>")], BASE)
    assert [link.url for link in found.links] == ["https://motor.example/a"]
    assert "invalid sitemap" in str(found.problem)


def test_of_an_index_the_newest_children_are_taken_and_no_more_than_ten() -> None:
    child = "<sitemap><loc>https://motor.example/{0}.xml</loc><lastmod>2026-10-{0:02}</lastmod></sitemap>"
    body = INDEX.format("".join(child.format(day) for day in range(1, 31)))
    found = sitemap_links(body.encode(), BASE)
    taken = chosen(found.sitemaps, Options(), NOW, 50)
    assert taken[0].url == "https://motor.example/30.xml"
    assert len(taken) == 10
    assert found.links == ()


def test_a_gzip_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "MAX_UNZIPPED_BYTES", 100_000)
    bomb = gzip.compress(b"<urlset>" + b" " * 10_000_000)
    assert "when unzipped" in str(sitemap_links(bomb, BASE).problem)


def test_a_flat_sitemap_beyond_the_limit_is_cut_at_it() -> None:
    entry = "<url><loc>https://motor.example/{}</loc></url>"
    body = "<urlset>" + "".join(entry.format(n) for n in range(60_000)) + "</urlset>"
    began = time.monotonic()
    assert len(sitemap_links(body.encode(), BASE).links) == 50_000
    assert time.monotonic() - began < 20


def test_a_page_gives_each_address_once_with_its_longest_text() -> None:
    html = b"""<a href="/a"><img></a><a href="/a#comments">3</a><a href="/a">A long <b>headline</b></a>
    <a href="b">B</a><a href="http://[broken">x</a><a href="">y</a><a name="z">z</a>"""
    found = page_links(html, "https://motor.example/news/")
    assert [(link.url, link.title) for link in found.links] == [
        ("https://motor.example/a", "A long headline"),
        ("https://motor.example/news/b", "B"),
        ("https://motor.example/news/", "y"),
    ]


def test_dates_beyond_the_calendar_are_no_dates() -> None:
    assert link.from_text("0000-00-00") is None
    assert link.from_text("9" * 5000) is None
    assert feeds.from_struct((99999, 1, 1, 0, 0, 0, 0, 1, 0)) is None
    assert link.from_text("2026-11-02") == datetime(2026, 11, 2, tzinfo=UTC)


JSON_FEED = """{"version": "https://jsonfeed.org/version/1.1",
"next_url": "https://motor.example/feed.json?page=2",
"items": [{"id": "1", "url": "/a", "title": "Older", "date_published": "2026-11-01T10:00:00+01:00"},
{"id": "2", "external_url": "https://motor.example/b", "title": " Newer\\n one ",
 "authors": [{"name": "A. Writer"}],
"date_published": "2026-11-02T10:00:00Z", "date_modified": "2026-11-03T10:00:00Z",
"content_text": "1 < 2\\n& so on", "content_html": ""}, {"id": "3"}, 4]}"""


def test_a_json_feed_is_a_feed_too() -> None:
    found = feed_links(b"\xef\xbb\xbf" + JSON_FEED.encode(), BASE)
    newer, older = found.links
    assert (older.url, older.published_at) == (
        "https://motor.example/a",
        datetime(2026, 11, 1, 9, tzinfo=UTC),
    )
    assert (newer.url, newer.title, newer.author) == ("https://motor.example/b", "Newer one", "A. Writer")
    assert newer.modified_at == datetime(2026, 11, 3, 10, tzinfo=UTC)
    assert newer.text == "1 < 2\n\n& so on"
    assert found.next_page == "https://motor.example/feed.json?page=2"


@pytest.mark.parametrize(
    "body",
    [b"{", b"{}", b'{"version": "https://jsonfeed.org/version/1"}', b"[" * 100_000, b'{"a":' * 50_000],
)
def test_json_that_is_no_feed_is_a_problem(body: bytes) -> None:
    assert feed_links(body, BASE).problem
    assert post_links(body, BASE).problem


def test_an_entry_keeps_its_authors_dates_and_whole_text() -> None:
    body = b"""<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><item><title>A</title><link>/a</link>
    <dc:creator>A. Writer</dc:creator><pubDate>Sun, 01 Nov 2026 10:00:00 GMT</pubDate>
    <description>A teaser.</description>
    <content:encoded><![CDATA[<p>The first <b>part</b>.</p><figure></figure>
    <p>The second.</p><script>track()</script>]]></content:encoded></item></channel></rss>"""
    [entry] = feed_links(body, BASE).links
    assert (entry.author, entry.text) == ("A. Writer", "The first part.\n\nThe second.")
    assert entry.published_at == datetime(2026, 11, 1, 10, tzinfo=UTC)
    assert entry.modified_at is None


def test_an_entrys_text_is_bounded() -> None:
    body = RSS.replace(b"<title>Older</title>", b"<description>" + b"word " * 100_000 + b"</description>")
    [text] = [entry.text for entry in feed_links(body, BASE).links if entry.url.endswith("/a")]
    assert text is not None
    assert 60_000 < len(text.encode()) <= link.MAX_TEXT_BYTES


def test_an_entry_behind_a_click_counter_is_taken_where_the_article_lies() -> None:
    body = RSS.replace(b"https://motor.example/a", b"http://feedproxy.google.com/~r/motor/~3/x/").replace(
        b"<item><title>Older",
        b'<item><guid isPermaLink="false">https://motor.example/?p=5</guid><title>Older',
    )
    assert "https://motor.example/?p=5" in [entry.url for entry in feed_links(body, BASE).links]


def test_a_root_named_in_a_comment_hides_no_entities() -> None:
    assert "declares entities" in str(feed_links(b"<!-- <rss> -->" + LAUGHS, BASE).problem)
    assert "declares entities" in str(sitemap_links(b"<!-- <urlset> -->" + LAUGHS, BASE).problem)


def test_the_address_of_a_picture_is_not_the_pages() -> None:
    body = URLSET.replace(
        "<lastmod>",
        '<image:image xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
        "<image:loc>https://cdn.example/1.jpg</image:loc><image:title>Picture</image:title></image:image><lastmod>",
    )
    entry = sitemap_links(body.encode(), BASE).links[1]
    assert (entry.url, entry.title) == ("https://motor.example/a", None)


def test_800_000_addresses_are_cut_at_the_limit_and_the_cut_is_told() -> None:
    body = b"<urlset>" + b"<url><loc>https://motor.example/a</loc></url>" * 800_000 + b"</urlset>"
    found = sitemap_links(gzip.compress(body, 1), BASE)
    assert len(found.links) == 50_000
    assert "more than 50,000 addresses" in str(found.problem)


def test_a_listing_gives_each_entry_the_date_in_its_box() -> None:
    html = b"""<main><div class=card><h3><a href="/a">A</a></h3><time datetime="2026-11-01T10:00:00Z">
    </time></div><div class=card><time datetime="2026-11-02"></time><h3><a href="/b">Another</a></h3></div>
    <div><a href="/c">C</a></div></main><footer><time datetime="2026-11-03">today</time></footer>"""
    dates = {entry.url[-2:]: entry.published_at for entry in page_links(html, "https://motor.example/").links}
    assert dates == {
        "/a": datetime(2026, 11, 1, 10, tzinfo=UTC),
        "/b": datetime(2026, 11, 2, tzinfo=UTC),
        "/c": None,
    }


def test_a_listing_gives_the_items_of_its_json_ld_list() -> None:
    html = b"""<script type="application/ld+json">{"@type": "CollectionPage", "mainEntity": {
    "@type": "ItemList",
    "itemListElement": [{"@type": "ListItem", "position": 1, "url": "/a"}, "https://motor.example/b",
    {"@type": "ListItem", "item": {"@type": "NewsArticle", "@id": "/c", "headline": "C",
    "datePublished": "2026-11-01", "author": [{"name": "A. Writer"}]}}, {"item": "/d"}, 7]}}</script>
    <a href="/a">A headline</a>"""
    found = {entry.url[-2:]: entry for entry in page_links(html, "https://motor.example/news/").links}
    assert sorted(found) == ["/a", "/b", "/c", "/d"]
    assert found["/a"].title == "A headline"
    assert (found["/c"].title, found["/c"].author) == ("C", "A. Writer")
    assert found["/c"].published_at == datetime(2026, 11, 1, tzinfo=UTC)


def test_a_full_answer_of_wordpress_has_a_next_one() -> None:
    url = posts_address("https://motor.example/wp-json/wp/v2/posts", NOW, NOW)
    assert "after=2026-11-25T00:00:00Z&before=2026-11-25T00:00:00Z" in url
    posts = [{"link": f"https://motor.example/{n}"} for n in range(50)]
    assert post_links(json.dumps(posts).encode(), url).next_page == url.replace("page=1", "page=2")
    assert post_links(json.dumps(posts[1:]).encode(), url).next_page is None
    assert (
        post_links(b'{"code": "rest_no_route"}', url).problem
        == "invalid answer of WordPress: no list of posts"
    )


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://motor.example/sitemap-2026-03.xml", ("2026-03-01", "2026-04-01")),
        ("https://motor.example/sitemap_202603.xml.gz", ("2026-03-01", "2026-04-01")),
        ("https://motor.example/sitemaps/2026/3/news.xml", ("2026-03-01", "2026-04-01")),
        ("https://motor.example/sitemap-article-news-2026.xml", ("2026-01-01", "2027-01-01")),
        ("https://motor.example/sitemap.xml?yyyy=2026&mm=03&dd=02", ("2026-03-02", "2026-03-03")),
        ("https://motor.example/post-sitemap12.xml", None),
        ("https://motor.example/sitemap-20260.xml", None),
    ],
)
def test_a_sitemaps_address_may_name_its_time(url: str, named: tuple[str, str] | None) -> None:
    found = sitemap_period(url)
    assert (found and tuple(moment.date().isoformat() for moment in found)) == named


def test_only_whole_parts_of_an_articles_path_are_a_date() -> None:
    assert article_period("https://motor.example/2026-10-new-vans/") is None
    assert article_period("https://motor.example/news/2026-audi-a6/") is None
    found = article_period("https://motor.example/2026/03/a-van/")
    assert found is not None
    assert [moment.date().isoformat() for moment in found] == ["2026-02-28", "2026-04-02"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("section", b"<div>" * 300_000 + b'<time datetime="2026-01-01"></time>'),
        ("section", b'<a href="/news/' + b"page/1" * 300_000 + b'">x</a>'),
        ("section", b'<script type="application/ld+json">' + b'{"a":' * 200_000 + b"</script>"),
        ("feed", b'<rss version="2.0"><channel>' + b"<item>" * 500_000),
        ("feed", b'<feed xmlns="http://www.w3.org/2005/Atom"><entry>' + b'<link href="/a"/>' * 300_000),
        ("sitemap", b"<urlset>" + b"<url>" * 1_000_000),
        ("sitemap", b"<urlset><url>" + b"<loc>a</loc>" * 600_000 + b"</url></urlset>"),
    ],
    ids=range(7),
)
def test_bodies_made_to_cost_minutes_cost_none(kind: str, body: bytes) -> None:
    began = time.monotonic()
    links_in(kind, body, "https://motor.example/news/")
    assert time.monotonic() - began < 15  # each takes a fraction of a second on an idle machine
