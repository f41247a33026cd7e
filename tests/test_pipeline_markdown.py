"""Dumps in Markdown, as other extractors write them."""

import time

import pytest

from pipeline import Kind, clean_text

LEAD = "The estate goes on sale in spring with a taller roof, and a wardrobe fits through its tailgate."
MORE = (
    "Two engines will be offered first; a third one follows once the neighbours have got used to the noise."
)
DUMP = f"""# Estate Grows A Taller Roof

*By Ada Winter*

*3 March 2026*

![The estate from the side, tailgate open](https://img.example/side.jpg)

{LEAD.replace("wardrobe", "**wardrobe**")}

## Two Engines

{MORE.replace("third one", "[third one](https://motor.example/third)")}

> "We measured every wardrobe in the office," says the project leader.

* a taller roof
* a lower sill

![2026 BMW X3 Front View BMW](/img/x3.jpg "X3")

## Related Cars

[Box Estate](https://motor.example/box)
"""


def test_markdown_comes_apart_as_its_page_would() -> None:
    article = clean_text(DUMP)
    assert article.title == "Estate Grows A Taller Roof"
    assert article.authors == ("Ada Winter",)
    assert article.as_json()["published_at"] == "2026-03-03T00:00:00Z"
    assert [(block.kind, block.text) for block in article.blocks] == [
        (Kind.PARAGRAPH, LEAD),
        (Kind.HEADING, "Two Engines"),
        (Kind.PARAGRAPH, MORE),
        (Kind.QUOTE, '"We measured every wardrobe in the office," says the project leader.'),
        (Kind.ITEM, "- a taller roof"),
        (Kind.ITEM, "- a lower sill"),
    ]
    assert {"Related Cars", "Box Estate"} <= set(article.removed)


def test_a_picture_s_words_are_a_caption_with_its_address() -> None:
    first, second = clean_text(DUMP).captions
    assert (first.text, first.image) == (
        "The estate from the side, tailgate open",
        "https://img.example/side.jpg",
    )
    assert (second.subject, second.view, second.image) == ("2026 BMW X3", "Front View", "/img/x3.jpg")


@pytest.mark.parametrize(
    "line", ["It has 4 * 4 = 16 valves_in_all.", "The *A* and the __B__ pillar, 5 * wide"]
)
def test_signs_in_a_text_that_is_no_markdown_stay(line: str) -> None:
    assert clean_text(f"{LEAD}\n\n{line}\n\n{MORE}").paragraphs[1] == line


@pytest.mark.parametrize("piece", ["![", "[a](", "**", "*a", "# ", "[[", "> ", "![](x"])
def test_hostile_signs_cost_no_more_than_others(piece: str) -> None:
    start = time.process_time()
    clean_text(f"# Title\n{piece * 50_000}")
    assert time.process_time() - start < 5
