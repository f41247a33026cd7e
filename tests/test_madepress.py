"""The made car pages say the truth about themselves, and their marks are counted right."""

from collections import Counter

import pytest
from madepress import MadePage, pages
from madepress.layouts import layouts, parts
from madepress.score import folded, leaks, paragraph_f1, score
from selectolax.lexbor import LexborHTMLParser

from pipeline import clean_html

SEED = 20
PAGES = list(pages(SEED, 2 * len(layouts())))


def shown(page: MadePage) -> str:
    body = LexborHTMLParser(page.html).body
    assert body is not None
    return folded(body.text(separator=""))


@pytest.mark.parametrize("layout", [layout.name for layout in layouts()])
def test_every_line_of_the_truth_stands_on_the_page(layout: str) -> None:
    for page in (page for page in PAGES if page.layout == layout):
        text = shown(page)
        for line in [*page.paragraphs, *page.captions, *page.boilerplate]:
            assert line in text, (page.url, line)


def test_paragraphs_stand_on_the_page_in_their_order() -> None:
    for page in PAGES:
        text, at = shown(page), 0
        for paragraph in page.paragraphs:
            at = text.find(paragraph, at)
            assert at >= 0, (page.url, paragraph)
            at += len(paragraph)


def test_no_mark_and_no_hole_is_left_in_a_page() -> None:
    for page in PAGES:
        assert not {"⟦", "⟧", "⁑", "⁂", "<%"} & {sign for sign in page.html if sign in "⟦⟧⁑⁂"}
        assert "<%" not in page.html
        assert "[[" not in page.html


def test_a_line_of_furniture_is_no_paragraph_of_the_body() -> None:
    for page in PAGES:
        own = Counter(page.paragraphs)
        furniture = Counter(
            text for text, kind in zip(page.boilerplate, page.kinds, strict=True) if kind == "comments"
        )
        assert not own & furniture


def test_the_same_seed_makes_the_same_pages_and_another_seed_makes_others() -> None:
    again = list(pages(SEED, 20))
    assert again == PAGES[:20]
    assert not {page.html for page in again} & {page.html for page in pages(SEED + 1, 20)}


def test_pages_are_of_many_layouts_languages_and_lengths() -> None:
    assert len({page.layout for page in PAGES}) == len(layouts()) >= 30
    assert {page.language for page in PAGES} == {"en", "de", "fr", "es", "it", "nl"}
    lengths = [len(text) for page in PAGES for text in page.paragraphs]
    assert sum(length < 60 for length in lengths) > 0.15 * len(lengths)
    assert sum(length > 250 for length in lengths) > 0.15 * len(lengths)
    assert min(map(len, parts().values())) >= 2


def test_a_page_read_right_has_full_marks() -> None:
    page = PAGES[0]
    assert paragraph_f1(page.paragraphs, page.paragraphs) == 1
    assert leaks(page.paragraphs, page) == []


def test_a_leaked_line_is_counted_with_its_kind_alone_or_within_a_paragraph() -> None:
    page = next(page for page in PAGES if any(len(line) > 40 for line in page.boilerplate))
    line, kind = next(
        (line, kind) for line, kind in zip(page.boilerplate, page.kinds, strict=True) if len(line) > 40
    )
    assert (kind, line) in leaks([*page.paragraphs, line], page)
    assert (kind, line) in leaks([*page.paragraphs, f"Before. {line} After."], page)


def test_marks_of_a_clean_article_are_shares() -> None:
    for page in PAGES[:10]:
        marks = score(clean_html(page.html, page.url), page)
        assert 0 <= marks.f1 <= 1
        assert 0 <= marks.leak <= 1
        assert marks.captions[0] <= marks.captions[1]
        assert not marks.exact or not marks.lost
