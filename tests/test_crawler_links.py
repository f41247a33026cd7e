"""Feeds, sitemaps and listing pages from strangers: what is read from them, and that nothing else happens."""

import gzip
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.channels import feed_links, feeds, link, links_in, page_links, sitemap_links, sitemaps
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
    monkeypatch.setattr(sitemaps, "MAX_UNZIPPED_BYTES", 100_000)
    assert "when unzipped" in str(sitemap_links(gzip.compress(b" " * 10_000_000), BASE).problem)


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
