"""Made car pages: their truth is on the page, and the pipeline reads layouts it was not fitted to."""

from collections import Counter
from statistics import fmean

import pytest
from layouts import Marks, marks
from madecars import MadePage, folded, made_pages

from pipeline import CleanArticle, clean_html
from pipeline.extract import extract

# Floors for pages that no fitting saw, a little below what was reached; they are only ever raised.
F1, WHOLE, LEAKED, CAPTIONS, STANDFIRST = 0.975, 0.72, 0.012, 0.94, 0.88
SEED, COUNT = 11, 150
Read = tuple[MadePage, CleanArticle, Marks]


@pytest.fixture(scope="module")
def read() -> list[Read]:
    found = []
    for page in made_pages(SEED, COUNT):
        article = clean_html(page.html, page.url)
        captions = [caption.text for caption in article.captions]
        found.append((page, article, marks(page, article.paragraphs, captions)))
    return found


def test_a_seed_always_makes_the_same_pages() -> None:
    assert [page.html for page in made_pages(3, 4)] == [page.html for page in made_pages(3, 4)]


def test_every_line_of_the_truth_is_a_block_of_the_page() -> None:
    for page in made_pages(5, 40):
        shown = Counter(folded(block.text) for block in extract(page.html, page.url).blocks)
        wanted = [*page.paragraphs, *page.captions, *(line for _, line in page.boilerplate)]
        missing = [line for line in wanted if not shown[folded(line)]]
        assert not missing, page.url


def test_body_and_boilerplate_of_a_made_page_have_no_line_in_common() -> None:
    for page in made_pages(5, 40):
        assert not {line for kind, line in page.boilerplate if kind != "excerpt"} & set(page.paragraphs)


def test_paragraphs_are_read_as_they_are(read: list[Read]) -> None:
    assert fmean(m.f1 for _, _, m in read) >= F1


def test_most_bodies_are_right_as_a_whole(read: list[Read]) -> None:
    assert fmean(m.exact for _, _, m in read) >= WHOLE


def test_hardly_a_line_of_boilerplate_leaks(read: list[Read]) -> None:
    lines = sum(len(page.boilerplate) for page, _, _ in read)
    assert sum(len(m.leaked) for _, _, m in read) / lines <= LEAKED


def test_captions_become_data(read: list[Read]) -> None:
    assert fmean(m.captions for _, _, m in read if m.captions is not None) >= CAPTIONS


def test_standfirsts_are_told_from_the_text(read: list[Read]) -> None:
    assert fmean((article.standfirst or None) == page.standfirst for page, article, _ in read) >= STANDFIRST


def test_made_articles_are_called_articles(read: list[Read]) -> None:
    assert [page.url for page, article, _ in read if article.verdict != "article"] == []
