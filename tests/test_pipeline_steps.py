import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import Block, Box, Kind, Rules
from pipeline.clean import run
from pipeline.steps import STEPS, Step

RULES = Rules(stop_at=("More from Example Motor",))
NAMES = st.sampled_from(
    ["", "story", "related-posts", "share-bar", "comments", "newsletter", "sidebar", "byline"]
)
TEXTS = st.one_of(
    st.sampled_from(
        [
            "Related Cars",
            "Advertisement",
            "More from Example Motor",
            "Front View BMW",
            "2019-2020 Jaguar I-Pace Front View Driving JLR",
            "Share this story",
            "Read more: Estate gains a third row",
        ]
    ),
    st.text(min_size=1, max_size=200),
    st.just("A sentence about a car that is long enough to be read as running text by anyone who reads it."),
)


@st.composite
def pages(draw: st.DrawFn) -> list[Block]:
    boxes = {0: (Box(0, "body", ""),)}
    for order in range(1, draw(st.integers(1, 8))):
        outer = draw(st.sampled_from(sorted(boxes)))
        tag = draw(st.sampled_from(["div", "section", "aside", "nav", "p", "form"]))
        boxes[order] = (*boxes[outer], Box(order, tag, draw(NAMES)))
    return [
        Block(
            order,
            draw(st.sampled_from(list(Kind))),
            draw(TEXTS),
            0,
            draw(st.sampled_from([0.0, 0.5, 1.0])),
            boxes[draw(st.sampled_from(sorted(boxes)))],
            draw(st.sampled_from([None, None, None, "hidden", "title"])),
        )
        for order in range(draw(st.integers(0, 25)))
    ]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
@given(blocks=pages())
def test_a_step_only_removes_whole_blocks_and_twice_is_once(step: Step, blocks: list[Block]) -> None:
    before = list(blocks)
    left = step(blocks, RULES)
    assert blocks == before
    places = [next(i for i, block in enumerate(blocks) if block is kept) for kept in left]
    assert places == sorted(set(places))
    assert [id(block) for block in step(left, RULES)] == [id(block) for block in left]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_an_empty_page_stays_empty(step: Step) -> None:
    assert step([], RULES) == []


@given(pages())
def test_kept_and_cut_together_are_what_was_extracted(blocks: list[Block]) -> None:
    kept, cuts = run(STEPS, blocks, RULES)
    together = sorted([*kept, *(cut.block for cut in cuts)], key=lambda block: block.order)
    assert [id(block) for block in together] == [id(block) for block in blocks]
    assert all(cut.rule for cut in cuts)


def test_a_page_of_nothing_but_article_text_loses_nothing() -> None:
    box = (Box(0, "body", ""), Box(1, "article", "story"))
    texts = [
        "The saloon goes on sale in April, and dealers have already begun to take down orders for it.",
        "Two motors",
        "“More power than we need,” the project leader says about the larger one of the two motors.",
        "The front view is superb.",
        "It costs less than the old one.",
    ]
    kinds = [Kind.PARAGRAPH, Kind.HEADING, Kind.QUOTE, Kind.PARAGRAPH, Kind.PARAGRAPH]
    blocks = [
        Block(i, kind, text, boxes=(*box, Box(i + 2, "p", "")))
        for i, (text, kind) in enumerate(zip(texts, kinds, strict=True))
    ]
    assert run(STEPS, blocks, Rules()) == (blocks, [])
