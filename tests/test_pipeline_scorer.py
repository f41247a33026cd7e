"""The learned scorer: what it cuts on made pages, that it decides the same each time, and can say why."""

import json
from importlib.resources import files

import numpy as np
import pytest

from pipeline import clean_html
from pipeline.clean import article_from
from pipeline.columns import first, matrix, second
from pipeline.extract import extract
from pipeline.features import Page
from pipeline.rules import Rules
from pipeline.scorer import UNIT, body_of, judge, model, read_model, reasons, step_for

PARAGRAPHS = [
    "The estate arrived at the lake before the sun did, with two bicycles on its roof and a tent inside.",
    "Its engineers spent the winter on the rear axle, which now follows the road instead of arguing.",
    "On the way home it used less than the smaller car we took along, and nobody asked how far it was.",
    "Prices start where the old one ended, but the heated seats, the roof rails and the screen are included.",
]
STORY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
MENU = "<nav><ul><li><a href=/a>News</a></li><li><a href=/b>Tests</a></li></ul></nav>"
TEASERS = "".join(
    f"<div class=card><a href=/{n}><h4>A hatchback grows in year {n}</h4></a><p>It is longer now.</p></div>"
    for n in range(5)
)
APPEAL = "<div class=newsletter-signup><p>Subscribe to our newsletter and get the best stories.</p></div>"
PAGE = (
    f"<html lang=en><head><title>The estate goes camping</title></head><body>{MENU}<main><article>"
    f"<h1>The estate goes camping</h1>{STORY}</article>{APPEAL}<section class=related>{TEASERS}</section>"
    "<div class=x7><p>Word of mouth: 12 people like this.</p></div></main>"
    "<footer><p>All rights reserved. Copyright by the makers of this page.</p></footer></body></html>"
)
URL = "https://motor.example/news/the-estate-goes-camping"


def test_the_story_stays_and_what_stands_around_it_goes() -> None:
    assert clean_html(PAGE, URL).paragraphs == PARAGRAPHS


def test_a_cut_of_the_scorer_bears_its_name_and_no_block_is_lost() -> None:
    article = clean_html(PAGE, URL)
    extraction = extract(PAGE, URL)
    assert "scored_boilerplate" in {cut.rule for cut in article.cuts}
    orders = [block.order for block in (*article.blocks, *(cut.block for cut in article.cuts))]
    assert sorted(orders) == [block.order for block in extraction.blocks]


def test_a_cut_can_be_explained_by_one_to_three_facts() -> None:
    extraction = extract(PAGE, URL)
    appeal = next(block for block in extraction.blocks if block.text.startswith("Subscribe"))
    told = reasons(extraction, appeal.order)
    assert 1 <= len(told) <= 3
    assert reasons(extraction, appeal.order) == told
    assert reasons(extraction, 10_000) == ()


def test_the_site_s_own_selector_wins_over_the_scorer() -> None:
    page = PAGE.replace("<footer>", "<div class=mine><p>Ours.</p></div><footer>")
    article = clean_html(page, URL, rules=Rules(body=".mine"))
    assert article.paragraphs == ["Ours."]
    assert "scored_boilerplate" not in {cut.rule for cut in article.cuts}


def test_the_same_page_gives_the_same_chances() -> None:
    extraction = extract(PAGE, URL)
    once, again = (judge(extraction.blocks, extraction.metadata) for _ in range(2))
    assert once.late.tolist() == again.late.tolist()
    assert once.late.tolist() == np.round(once.late, 3).tolist()


def test_a_table_in_the_story_stays_or_goes_as_a_whole() -> None:
    rows = "".join(f"<tr><td>Version {n}</td><td>{n} kWh</td><td>{n}00 km</td></tr>" for n in range(1, 5))
    page = PAGE.replace("</article>", f"<table>{rows}</table><p>{PARAGRAPHS[0]} Twice.</p></article>")
    kept = [block.text for block in clean_html(page, URL).blocks]
    cells = [text for n in range(1, 5) for text in (f"Version {n}", f"{n} kWh", f"{n}00 km")]
    assert [cell in kept for cell in cells] in ([True] * 12, [False] * 12)


@pytest.mark.parametrize("page", ["<p>Hi</p>", "text alone", "<table><tr><td>1</td></tr></table>"])
def test_the_smallest_pages_can_be_judged(page: str) -> None:
    extraction = extract(page)
    assert len(judge(extraction.blocks, extraction.metadata).late) == len(extraction.blocks)
    assert article_from(extraction).text is not None


def test_a_page_of_endless_blocks_is_left_to_the_other_steps() -> None:
    extraction = extract("<p>Short. </p>" * 21_000)
    assert len(extraction.blocks) > 20_000
    assert body_of(extraction) is None
    assert step_for(extraction) is None


def test_the_model_asks_only_for_columns_that_exist_and_borders_lie_between_roundings() -> None:
    extraction = extract(PAGE, URL)
    page = Page(extraction.blocks, extraction.metadata, {}, {})
    early = first(page)
    late = early | second(page, np.zeros(page.size))
    known = model()
    assert known.first.asked.max() < len(early)
    assert known.second.asked.max() < len(late)
    assert list(known.usual) == list(late)
    borders = np.concatenate([known.first.above.ravel(), known.second.above.ravel()])
    borders = borders[borders < 1e8] * 10_000  # beyond are questions that are always answered no
    assert np.allclose(np.abs(borders - np.round(borders)), 0.5, atol=1e-3)


def test_trees_sum_whole_numbers_however_many_blocks_are_asked() -> None:
    data = json.loads(files("pipeline").joinpath("scorer.json").read_text(encoding="utf-8"))
    stage = read_model(data).first
    extraction = extract(PAGE, URL)
    table = matrix(first(Page(extraction.blocks, extraction.metadata, data["names"], data["words"])))
    many = np.tile(table, (1, 400))
    sums = stage.sums(many)
    assert sums.tolist() == stage.sums(table).tolist() * 400
    assert stage.chances(table).tolist() == np.round(1 / (1 + np.exp(-stage.sums(table) / UNIT)), 3).tolist()
