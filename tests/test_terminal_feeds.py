"""Feeds that any reader takes, in which nothing a page said is markup."""

import html
import json
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
from command import Folder
from hypothesis import example, given
from hypothesis import strategies as st
from test_carnews_exports import EVIL, place

from terminal.feeds import Feed, FeedFormat, as_atom, as_feed, as_json_feed

__all__ = ["place"]  # the fixture
FEED = Feed("Made news", "all")
BARE: dict[str, Any] = {
    **dict.fromkeys(("title", "standfirst", "published_at", "modified_at", "section", "language", "image")),
    **{name: [] for name in ("authors", "tags", "makes", "captions", "text")},
    "id": "0" * 16,
    "site": "motor",
    "url": "https://motor.example/a",
    **dict.fromkeys(("fetched_at", "first_stored_at", "updated_at"), "2026-03-02T09:30:00Z"),
}


@given(text=st.text())
@example(text="\x9b")
@example(text="\x1b]0;title")
def test_no_text_breaks_a_feed_or_becomes_markup(text: str) -> None:
    row = BARE | {
        **dict.fromkeys(("title", "standfirst", "language"), text),
        **{name: [text] for name in ("authors", "tags", "makes", "text")},
    }
    root = ET.fromstring(as_atom(Feed(text, text), [row]).encode())
    content = root.find("{*}entry/{*}content")
    assert content is not None
    assert (content.text or "").count("<") == 2  # our own paragraph
    assert json.loads(as_json_feed(Feed(text, text), [row]))["items"][0]["content_text"] == text


def test_the_barest_article_has_all_that_a_feed_must_have() -> None:
    root = ET.fromstring(as_atom(FEED, [BARE]).encode())
    for name in ("id", "title", "updated", "entry/{*}id", "entry/{*}title", "entry/{*}updated"):
        assert root.findtext("{*}" + name), name
    assert root.findtext("{*}entry/{*}author/{*}name") == "motor"
    (item,) = json.loads(as_json_feed(FEED, [BARE]))["items"]
    assert {"id", "content_text", "url"} <= set(item)


@pytest.mark.parametrize("form", FeedFormat)
def test_a_feed_without_articles_is_one(form: FeedFormat) -> None:
    parsed = feedparser.parse(as_feed(form, FEED, []).encode())
    assert parsed.entries == []
    if form is FeedFormat.ATOM:
        assert (parsed.bozo, parsed.version, parsed.feed.title) == (False, "atom10", "Made news")


def test_an_address_that_would_run_a_script_is_no_link() -> None:
    row = BARE | {"url": "javascript:alert(1)", "image": "data:text/html,x"}
    assert "javascript:alert" not in as_atom(FEED, [row]).replace("<title>javascript:alert(1)", "")
    (item,) = json.loads(as_json_feed(FEED, [row]))["items"]
    assert not {"url", "image"} & set(item)


def test_an_atom_feed_reads_back_with_hostile_words_as_words(place: Folder) -> None:
    ended = place.carnews("feed", "--title", "Made & news", "--url", "https://me.example/feed?a=1&b=2")
    assert (ended.code, ended.err) == (0, "")
    parsed = feedparser.parse(ended.out.encode())
    assert (parsed.bozo, parsed.version, parsed.feed.title) == (False, "atom10", "Made & news")
    assert parsed.feed.links[0]["href"] == "https://me.example/feed?a=1&b=2"
    evil = next(entry for entry in parsed.entries if entry.link.endswith("b"))
    assert html.unescape(evil.title).startswith("<script>alert(1)</script> & red ]]>")
    assert "five doors" in evil.content[0].value
    assert [author.name for author in evil.authors] == ["A. Writer", "B. Writer"]
    assert evil.published == "2026-03-01T09:30:00Z"
    assert {tag.term for tag in evil.tags} == {"BMW", "Audi", "electric", "saloon"}


def test_a_json_feed_holds_the_query_asked_for(place: Folder) -> None:
    ended = place.carnews("feed", "--search", "fifth", "-f", "jsonfeed")
    feed = json.loads(ended.out)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"] == "Car news: fifth"
    (item,) = feed["items"]
    assert item["url"] == "https://motor.example/b"
    assert "script" in EVIL
    assert item["title"].startswith("<script>")
