"""The cleaner against the made web, whose truth is known to the letter: shares right per field never fall."""

from collections.abc import Iterator
from functools import cache
from urllib.parse import urlsplit

import pytest

import demo
from demo.page import Answer, MadeSite
from demo.web import SITES
from pipeline import clean_html
from pipeline.article import CleanArticle

# The least share right over all three sites; measured, and raised whenever the cleaner gets better.
FLOORS = {
    "verdict": 1.0,
    "title": 1.0,
    "standfirst": 1.0,
    "authors": 1.0,
    "published_at": 1.0,
    "section": 1.0,
    "tags": 1.0,
    "language": 1.0,
    "paragraph kept": 1.0,
    "paragraph right": 1.0,
    "line removed": 1.0,
    "caption text": 1.0,
    "caption parts": 1.0,
}


@cache
def made(site: str) -> MadeSite:
    port = 8907 + list(SITES).index(site)
    return SITES[site](f"http://127.0.0.1:{port}/")


def answer(site: str, url: str) -> Answer:
    parts = urlsplit(url)
    answers = made(site).answers
    return answers.get(f"{parts.path}?{parts.query}") or answers[parts.path]


@cache
def cleaned(site: str, url: str) -> CleanArticle:
    told = answer(site, url)
    return clean_html(told.body, url, content_type=told.headers.get("Content-Type"))


def pages(*kinds: str) -> list[demo.DemoPage]:
    return [page for site in SITES for page in made(site).pages if page.kind in kinds and page.status != 301]


def verdicts() -> Iterator[tuple[str, object, object]]:
    for page in pages("article", "duplicate", "same", "not_article", "blocked"):
        if page.reason == "robots":  # never fetched, so never judged
            continue
        article = page.kind in {"article", "duplicate", "same"}
        yield page.url, "article" if article else page.reason, cleaned(page.site, page.url).verdict


def comparisons(field: str) -> Iterator[tuple[str, object, object]]:
    """What is wanted and what came, with the page it is about."""
    if field == "verdict":
        yield from verdicts()
        return
    for page in pages("article"):
        got = cleaned(page.site, page.url)
        for wanted, came in compared(field, page, got):
            yield page.url, wanted, came


def compared(field: str, page: demo.DemoPage, got: CleanArticle) -> list[tuple[object, object]]:
    kept, true = set(got.paragraphs), set(page.paragraphs)
    if field == "paragraph kept":
        return [(line, line if line in kept else None) for line in page.paragraphs]
    if field == "paragraph right":
        return [(line if line in true else None, line) for line in got.paragraphs]
    if field == "line removed":
        gone = [*page.removed, *(caption.text for caption in (*page.captions, *page.repeated))]
        return [(None, line if line in kept else None) for line in gone]
    if field == "caption text":
        return [([c.text for c in page.captions], [c.text for c in got.captions])]
    if field == "caption parts":
        told = [[(c.subject, c.view, c.credit) for c in some] for some in (page.captions, got.captions)]
        return [(told[0], told[1])]
    return [(getattr(page, field), getattr(got, field))]


@pytest.mark.parametrize(("field", "floor"), FLOORS.items())
def test_the_share_right_of_each_field_keeps_its_floor(field: str, floor: float) -> None:
    results = list(comparisons(field))
    wrong = [result for result in results if result[1] != result[2]]
    share = 1 - len(wrong) / len(results)
    listed = "\n".join(f"{url}\n  wanted {wanted!r}\n  got    {came!r}" for url, wanted, came in wrong)
    assert share >= floor, f"{field}: {share:.4f} of {len(results)} right\n{listed}"


@pytest.mark.parametrize("page", pages("article"), ids=lambda page: urlsplit(page.url).path)
def test_kept_and_cut_blocks_of_a_made_page_are_told_apart(page: demo.DemoPage) -> None:
    got = cleaned(page.site, page.url)
    orders = [block.order for block in got.blocks] + [cut.block.order for cut in got.cuts]
    assert sorted(orders) == list(range(len(orders)))


def test_the_print_and_amp_pages_hold_the_text_of_their_article() -> None:
    for page in pages("duplicate"):
        whole = next(p for p in made(page.site).pages if p.url == page.same_as)
        assert set(whole.paragraphs) <= set(cleaned(page.site, page.url).paragraphs), page.url


def test_captions_printed_a_second_time_are_cut_as_such() -> None:
    for page in pages("article"):
        rules = {cut.block.text: cut.rule for cut in cleaned(page.site, page.url).cuts}
        again = {rules[c.text] for c in page.repeated if c.text not in {own.text for own in page.captions}}
        assert again <= {"repeated captions"}, page.url


def test_every_cut_of_a_made_article_says_what_the_block_was() -> None:
    for page in pages("article"):
        assert "outside body" not in {cut.rule for cut in cleaned(page.site, page.url).cuts}, page.url
