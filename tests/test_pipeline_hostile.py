"""Bad pages: cut off, bloated, contradicting themselves or written to break a reader."""

import json
import time
import unicodedata
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from madelayouts import made_pages

from pipeline import ARTICLE, CleanArticle, clean_html
from pipeline.article import FAULT
from pipeline.extract import extract

MAX_CPU_S = 5.0  # for the worst page here; a page of the usual kind takes milliseconds
URL = "https://motor.example/news/boot-grows"
PROSE = (
    "The hatchback that left the lists two years ago is coming back with a boot that grows by sixty litres."
)
UMLAUTS = "Für größere Reisen „gehört“ das schöne Coupé in die Garage, meint der Händler aus Köln. "
# What no text of ours may hold: controls (line ends apart), half characters, overrides of the direction.
OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
MADE = made_pages(1, seed=3)


def page(body: str = "", head: str = "") -> str:
    return (
        f"<html><head>{head}</head><body><article><h1>Boot grows</h1><p>{PROSE}</p><p>{PROSE} Again.</p>"
        f"{body}<p>{PROSE} Last.</p></article></body></html>"
    )


def json_ld(inner: str) -> str:
    return f'<script type="application/ld+json">{inner}</script>'


def texts_of(article: CleanArticle) -> Iterator[str]:
    yield from filter(None, (article.title, article.standfirst, article.section, article.language))
    yield from (*article.authors, *article.tags, *(caption.text for caption in article.captions))
    yield from blocks_of(article)


def blocks_of(article: CleanArticle) -> Iterator[str]:
    yield from article.paragraphs
    yield from (cut.block.text for cut in article.cuts)


def unclean(text: str) -> set[str]:
    """The names of the characters in `text` that no clean text holds."""
    if text.isprintable():
        return set()
    return {f"U+{ord(c):04X}" for c in set(text) if unicodedata.category(c) in ("Cc", "Cs") and c != "\n"}


def read(html: bytes | str, content_type: str | None = None) -> CleanArticle:
    """The page's article, once it is sure that it came in time, without a fault and as clean Unicode."""
    began = time.process_time()
    article = clean_html(html, URL, content_type=content_type)
    assert time.process_time() - began < MAX_CPU_S
    assert not [flag for flag in article.flags if flag.startswith(FAULT)]
    assert not set().union(*map(unclean, texts_of(article)))
    for text in blocks_of(article):
        assert text.isprintable() or not OVERRIDES & set(text)
    return article


# Pages far above any real size; each is built when its test runs, so that collecting them costs nothing.
BLOATED: dict[str, Callable[[], str]] = {
    "ten megabytes of paragraphs": lambda: page(f"<p>{PROSE}</p>" * 90_000),
    "a million nested elements": lambda: page("<div>" * 1_000_000 + PROSE),
    "a million nested spans": lambda: page("<span>" * 1_000_000 + PROSE),
    "a million siblings": lambda: page("<br>x" * 1_000_000),
    "a million open paragraphs": lambda: page("<p>" * 1_000_000),
    "one text of ten megabytes": lambda: "<p>" + "ab. " * 2_500_000,
    "one caption of nine megabytes": lambda: "<figure><figcaption>" + "Photo: x " * 1_000_000,
    "sixty thousand authors": lambda: page(head="<meta name=author content='Ada Writer'>" * 60_000),
    "a stated body of eight megabytes": lambda: page(
        head=json_ld(f'{{"@type":"NewsArticle","headline":"x","articleBody":"{PROSE * 80_000}"}}')
    ),
}
# Large as well, but within the limits, so nothing of them is cut off.
HEAVY: dict[str, Callable[[], str]] = {
    "a million attributes": lambda: page("<p " + "a=b " * 1_000_000 + ">x"),
    "thousands of JSON-LD nodes": lambda: page(
        head=json_ld('{"@type":"NewsArticle","headline":"x"}') * 10_000
    ),
    "deep objects in JSON-LD": lambda: page(head=json_ld('{"a":' * 200_000)),
    "a title of a megabyte": lambda: page(head=f"<title>{'Boot ' * 200_000}</title>"),
    "thousands of headings": lambda: page("<h1>Boot grows</h1>" * 15_000),
    "thousands of names": lambda: page("<a rel=author>Ada Writer</a>" * 15_000),
    "thousands of moments": lambda: page("<time datetime='2026-03-02'>2 March 2026</time>" * 15_000),
    "drawings within drawings": lambda: page("<svg><foreignObject>" * 8_000 + PROSE),
    "templates within templates": lambda: page("<template>" * 15_000 + PROSE),
    "links within links": lambda: page("<a href=x>" * 15_000 + PROSE),
    "tags in an attribute": lambda: page(f"<p title='>{'<a' * 50_000}'>{PROSE}</p>"),
    "tags in raw text": lambda: page(f"<xmp>{'<a' * 50_000}</xmp><textarea>{'<a' * 50_000}"),
    "bars in a byline": lambda: page(f"<p class=byline>By {' | ' * 100_000}</p>"),
    "spaces everywhere": lambda: page(f"<p class=byline>By{' ' * 500_000}x</p>{' ' * 500_000}"),
}


@pytest.mark.parametrize("name", BLOATED)
def test_a_bloated_page_is_cut_short_and_says_so(name: str) -> None:
    article = read(BLOATED[name]())
    assert {"cut short", "mark-up dropped"} & set(article.flags)


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_page_is_read_in_time(name: str) -> None:
    article = read(HEAVY[name]())
    assert article.blocks or article.cuts or article.verdict != ARTICLE


CUT_INSIDE = {
    "a tag's name": "<blockquo",
    "an attribute's name": "<p cla",
    "a quoted value": '<p class="text',
    "an entity": "<p>Boot &amp",
    "a numbered entity": "<p>Boot &#82",
    "a comment": "<p>x</p><!-- an advert",
    "a closing tag": "<p>Boot</",
    "a script": "<script>var boot = '<p>",
    "a style": "<style>.boot { color: ",
    "a JSON-LD string": '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Boo',
    "a JSON-LD escape": '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Boo\\u00',
    "a table": "<table><tr><td>Boot",
    "a list": "<ul><li>Boot<li>",
    "a textarea": "<textarea>Boot",
    "a picture": "<figure><img src='/boot",
    "character data": "<svg><![CDATA[ boot",
    "a document type": "<!DOCTYPE html PUBLIC ",
}


@pytest.mark.parametrize("place", CUT_INSIDE)
def test_a_page_cut_inside_something_keeps_what_came_before(place: str) -> None:
    whole = page().removesuffix(f"<p>{PROSE} Last.</p></article></body></html>")
    assert read(f"{whole}{CUT_INSIDE[place]}").paragraphs[:2] == [PROSE, f"{PROSE} Again."]


@pytest.mark.parametrize("place", CUT_INSIDE)
def test_a_page_that_is_only_the_cut_is_no_article(place: str) -> None:
    assert read(CUT_INSIDE[place]).verdict != ARTICLE


def test_a_page_cut_inside_a_character_loses_that_character_only() -> None:
    html = page(f"<p>{UMLAUTS * 3}").encode()
    article = read(html[: html.rindex("ö".encode()) + 1])
    assert PROSE in article.paragraphs
    assert "Händler aus K" in article.text
    assert "characters lost" in article.flags


def test_charsets_that_contradict_each_other_and_the_bytes_do_not_spoil_the_text() -> None:
    stated = "<meta charset='shift_jis'><meta http-equiv='Content-Type' content='text/html; charset=utf-16'>"
    article = read(page(f"<p>{UMLAUTS * 3}</p>", stated).encode("cp1252"), "text/html; charset=euc-kr")
    assert UMLAUTS.strip() in article.text
    assert "charset mislabelled" in article.flags


@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_read_whatever_the_page_declares(encoding: str, declared: str) -> None:
    html = page(f"<p>{UMLAUTS}</p>", f"<meta charset='{declared}'>").encode(encoding)
    article = read(html, f"text/html; charset={declared}")
    assert UMLAUTS.strip() in article.paragraphs
    assert "utf-16 without byte-order mark" in article.flags


@pytest.mark.parametrize("page_of", ["cp1252", "latin-1"])
def test_text_encoded_twice_stays_readable_and_clean(page_of: str) -> None:
    twice = page(f"<p>{UMLAUTS * 3}</p>").encode().decode(page_of, "replace").encode()
    assert read(twice).paragraphs[:2] == [PROSE, f"{PROSE} Again."]


def test_controls_and_no_characters_leave_the_text() -> None:
    signs = "\0\x01\x07\x1b\x7f\x85\x9f\ufffe\uffff\ufdd0"
    entities = "&#0;&#1;&#x1b;&#x7f;&#x9d;&#xd800;&#xdfff;&#x110000;&#xffff;"
    article = read(page(f"<p>{PROSE} Be{signs}fore{entities} all.</p>", f"<title>Boot{signs} grows</title>"))
    text = article.paragraphs[2]
    assert not set(text) & set("\ufffe\uffff\ufdd0")
    assert text.startswith(f"{PROSE} Be")


def test_raw_controls_leave_every_field() -> None:
    head = "<title>Bo\x01ot gro\x1bws</title><meta name=author content='Ada\x07 Wri\0ter'>"
    article = read(page(head=head).replace("<h1>Boot grows</h1>", "").encode())
    assert article.title == "Boot grows"
    assert article.authors == ("Ada Writer",)


def test_a_text_turned_by_direction_overrides_reads_as_its_letters_stand() -> None:
    body = f"<p>{PROSE} \u202eThe boot\u202c is \u2067dry\u2069, &#x202e;he said.</p>"
    assert read(page(body)).paragraphs[2] == f"{PROSE} The boot is dry, he said."


@pytest.mark.parametrize(
    "head",
    [
        "<title><script>alert(1)</script>Boot grows</title>",
        "<meta property='og:title' content='<script>alert(1)</script>'><meta name=author content='<b>x'>",
        json_ld('{"@type":"NewsArticle","headline":"<\\/script><script>x","author":{"name":"<img src=x>"}}'),
        json_ld(
            '{"@type":"NewsArticle","headline":"Bo\\u0000ot\\u202e","author":"\\ud800Ada \\u0007Writer"}'
        ),
    ],
)
def test_mark_up_and_controls_in_the_fields_stay_dull(head: str) -> None:
    assert read(page(head=head)).paragraphs[-3:] == [PROSE, f"{PROSE} Again.", f"{PROSE} Last."]


def test_the_spaces_of_a_stated_body_part_its_words() -> None:
    stated = f"{PROSE} 410\u00a0litres.\n{PROSE} Nine\u2009doors.\n{PROSE} Third.\n{PROSE} Last."
    head = json_ld(json.dumps({"@type": "NewsArticle", "headline": "Boot grows", "articleBody": stated}))
    assert read(f"{head}<h1>Boot grows</h1><p>Loading the story.</p>").text.count("410 litres") == 1


@pytest.mark.parametrize("kind", ["image/webp", "application/octet-stream"])
def test_bytes_that_are_no_page_are_called_that(kind: str) -> None:
    article = read(bytes(range(256)) * 400, kind)
    assert "binary" in article.flags
    assert article.verdict != ARTICLE


def spoilt(data: st.DataObject) -> bytes:
    """A made page with bytes flipped, a part cut out or said twice, or a tag repeated."""
    html = bytearray(data.draw(st.sampled_from(MADE)).html.encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(0, len(html) - 1)))
        until = at + data.draw(st.integers(1, 400))
        match data.draw(st.sampled_from(("flip", "cut", "twice", "tag", "end"))):
            case "flip":
                html[at : at + 1] = bytes([data.draw(st.integers(0, 255))])
            case "cut":
                del html[at:until]
            case "twice":
                html[at:at] = html[at:until]
            case "tag":
                tag = html[html.find(b"<", at) : html.find(b">", at) + 1]
                html[at:at] = tag * data.draw(st.integers(1, 50))
            case "end":
                del html[max(200, at) :]
    return bytes(html)


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_kept_and_cut_are_all_that_a_spoilt_page_holds(data: st.DataObject) -> None:
    html = spoilt(data)
    article = read(html)
    together = sorted([*article.blocks, *(cut.block for cut in article.cuts)], key=lambda block: block.order)
    assert together == list(extract(html, URL).blocks)
