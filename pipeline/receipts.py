"""What a cut is called and what it became: the finer rule behind a step, found by where the block stands and
what it says.

The steps decide what goes; nothing here removes a block. The catch-all "outside body" names only what
neither the landmarks nor the lexicon nor the grammar of captions knows, and "scored_boilerplate" those among
them that the learned scorer took: `scorer.reasons` says by which facts.
"""

from collections.abc import Callable, Sequence

from pipeline.article import Block, Cut, Kind
from pipeline.body import LINKED
from pipeline.captions import read_caption
from pipeline.claims import BECAME, OUTSIDE
from pipeline.landmarks import around_rule, rule_of
from pipeline.lexicon import closing, phrase_rule
from pipeline.recurring import DANGLING, drop_recurring
from pipeline.rules import GENERIC, Rules
from pipeline.scorer import RULE as SCORED
from pipeline.steps import (
    MAX_CAPTION_LINE,
    Step,
    cut_after_closing,
    cut_after_stops,
    cut_outside_body,
    drop_caption_lines,
    drop_captions,
    drop_dangling_headings,
    drop_foreign_boxes,
    drop_furniture,
    drop_link_lines,
    enclosing,
    furniture_rule,
    is_closing,
    within,
)

Namer = Callable[[Sequence[Block]], list[str]]
# What the blocks a step takes turn into; other steps take boilerplate.
BECOMES: dict[Step, str] = {drop_captions: "captions", drop_caption_lines: "captions"}
LINK = 0.8  # share of linked characters from which a block is nothing but links
MAX_BELOW = 300  # characters of a caption; longer ones were texts of their own
REPEATED, STRIP, LINKS, BELOW = "repeated captions", "thumbnail strip", "links", "below picture"


def cuts_of(step: Step, gone: Sequence[Block], rules: Rules = GENERIC) -> list[Cut]:
    """The receipts for the blocks one step took: a marked block names its mark, others the finest rule."""
    if step.__name__ == SCORED:
        names = [SCORED if name == OUTSIDE else name for name in outside_body(gone)]
    elif step is drop_recurring:
        names = [rules.recurring.rule(block) for block in gone]
    else:
        names = NAMERS[step](gone) if step in NAMERS else [step.__name__] * len(gone)
    marked = [block for block in gone if block.marked == OUTSIDE]
    outside = iter(outside_body(marked) if marked else ())
    cuts = []
    for block, name in zip(gone, names, strict=True):
        rule = next(outside) if block.marked == OUTSIDE else block.marked or name
        became = BECAME.get(rule) if block.marked else BECOMES.get(step)
        if rule == SCORED and is_below_picture(block):
            rule, became = BELOW, "captions"
        cuts.append(Cut(rule, block, became))
    return cuts


def is_below_picture(block: Block) -> bool:
    """Whether a line that is no part of the text stands right below a picture and leads nowhere else."""
    return (
        block.pictures > 0
        and block.kind is Kind.PARAGRAPH
        and block.link_share < LINKED
        and len(block.text) <= MAX_BELOW
    )


def outside_body(gone: Sequence[Block]) -> list[str]:
    """For each block outside the body the landmark, furniture or box of other content that it is."""
    names: list[str] = []
    places: dict[int, str | None] = {}
    shut: int | None = None
    opened = ""
    for block in gone:
        if shut is not None and not within(block, shut):
            shut = None
        place = by_place(block, places)
        # Asking the lexicon costs most, and where the place tells there is no need.
        if not place and is_closing(block) and is_boxed(block):
            shut, opened = enclosing(block), closing(block.text) or ""
        boxed = opened if shut is not None else None
        names.append(place or by_words(block) or boxed or by_form(block) or OUTSIDE)
    return names


def is_boxed(block: Block) -> bool:
    """Whether a heading stands in a box of its own rather than directly on the page."""
    return len(block.boxes) > 2 and block.boxes[-2].tag not in ("body", "main")


def by_place(block: Block, known: dict[int, str | None]) -> str | None:
    """What the innermost enclosing element that holds no article text holds instead, by its tag and names.

    `known` remembers the answers of one page by an element's order.
    """
    rule = None
    passed = []
    for box in reversed(block.boxes):
        if box.order in known:
            rule = known[box.order]
            break
        passed.append(box.order)
        rule = rule_of(box.tag, box.names) or around_rule(box.tag, box.names)
        if rule:
            break
    known.update(dict.fromkeys(passed, rule))
    return rule


def foreign(gone: Sequence[Block]) -> list[str]:
    """For each block the name of the foreign element around it."""
    places: dict[int, str | None] = {}
    return [by_place(block, places) or drop_foreign_boxes.__name__ for block in gone]


def by_words(block: Block) -> str | None:
    """The lexicon's rule for the whole line; of links only counters ("12 Comments") are put to patterns,
    which cost most.
    """
    if block.link_share >= LINK and not any(map(str.isdigit, block.text)):
        return phrase_rule(block.text)
    return furniture_rule(block.text)


def by_form(block: Block) -> str | None:
    """What the line's form says: a caption in a strip of thumbnails, or nothing but links."""
    if len(block.text) < MAX_CAPTION_LINE and read_caption(block.text):
        return STRIP
    return LINKS if block.link_share >= LINK else None


def after_closing(gone: Sequence[Block]) -> list[str]:
    """For each block the rule of the closing heading ("Related Cars") that took it along."""
    rule = ""
    names = []
    for block in gone:
        rule = (closing(block.text) if is_closing(block) else None) or rule
        names.append(rule)
    return names


NAMERS: dict[Step, Namer] = {
    cut_outside_body: outside_body,
    drop_foreign_boxes: foreign,
    drop_furniture: lambda gone: [furniture_rule(block.text) or drop_furniture.__name__ for block in gone],
    cut_after_closing: after_closing,
    cut_after_stops: lambda gone: ["stop_at"] * len(gone),
    drop_link_lines: lambda gone: [LINKS] * len(gone),
    drop_captions: lambda gone: ["caption"] * len(gone),
    drop_caption_lines: lambda gone: ["caption line"] * len(gone),
    drop_dangling_headings: lambda gone: [DANGLING] * len(gone),
}


def with_repeats_named(cuts: Sequence[Cut]) -> list[Cut]:
    """The cuts, with captions in a list or outside the body that repeat the article's under their own name.

    Sites print the pictures' lines once more, without credit, below a strip of thumbnails.
    """
    known: set[tuple[str | None, str | None]] = set()
    for cut in cuts:
        if cut.became == "captions" and cut.block.kind is not Kind.ITEM:
            known.add(shown_by(cut.block))
    known.discard((None, None))
    return [Cut(REPEATED, cut.block) if known and repeats(cut, known) else cut for cut in cuts]


def repeats(cut: Cut, known: set[tuple[str | None, str | None]]) -> bool:
    """Whether a cut is a line that tells a known caption again."""
    is_strip = cut.became == "captions" and cut.block.kind is Kind.ITEM
    return (is_strip or cut.rule in (STRIP, OUTSIDE, SCORED)) and shown_by(cut.block) in known


def shown_by(block: Block) -> tuple[str | None, str | None]:
    """The car and the view a caption names; nothing for other lines."""
    caption = read_caption(block.text, in_run=True) if len(block.text) < MAX_CAPTION_LINE else None
    return (caption.subject, caption.view) if caption and caption.view else (None, None)
