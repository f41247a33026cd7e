"""The cleaning steps: small pure functions that only ever remove whole blocks, each named for what it removes."""

from collections.abc import Callable, Sequence

from pipeline import body
from pipeline.article import Block, Kind
from pipeline.landmarks import foreign
from pipeline.lexicon import closing, furniture
from pipeline.rules import Rules

Step = Callable[[Sequence[Block], Rules], list[Block]]


def drop_marked(blocks: Sequence[Block], _rules: Rules) -> list[Block]:
    """Without the blocks that extraction has already condemned or turned into a field."""
    return [block for block in blocks if block.marked is None]


def cut_outside_body(blocks: Sequence[Block], rules: Rules) -> list[Block]:
    """Only the blocks inside the box that holds the article."""
    if rules.body:
        return list(blocks)  # the site's own selector has marked them
    box = body.choose(blocks)
    if box is None:
        return list(blocks)
    return [block for block in blocks if any(outer.order == box.order for outer in block.boxes)]


def drop_foreign_boxes(blocks: Sequence[Block], _rules: Rules) -> list[Block]:
    """Without blocks in elements whose tag or names say: navigation, footer, share bar and the like."""
    return [block for block in blocks if not foreign(block)]


def drop_captions(blocks: Sequence[Block], _rules: Rules) -> list[Block]:
    """Without picture captions, which become data."""
    return [block for block in blocks if block.kind is not Kind.CAPTION]


def cut_after_closing(blocks: Sequence[Block], rules: Rules) -> list[Block]:
    """Without what stands from a closing heading ("Related Cars") to the end of its enclosing box."""
    stops = {line.strip().casefold() for line in rules.stop_at}
    kept: list[Block] = []
    shut: int | None = None
    for block in blocks:
        if shut is not None and any(box.order == shut for box in block.boxes):
            continue
        shut = None
        if block.text.strip().casefold() in stops or (len(block.text) < 80 and closing(block.text)):
            outer = block.boxes[-2] if len(block.boxes) > 1 else None
            shut = outer.order if outer else None
            continue
        kept.append(block)
    return kept


def drop_furniture(blocks: Sequence[Block], _rules: Rules) -> list[Block]:
    """Without lines that are page furniture as a whole."""
    return [block for block in blocks if not furniture(block.text)]


def drop_link_lines(blocks: Sequence[Block], _rules: Rules) -> list[Block]:
    """Without blocks that are nothing but links."""
    return [block for block in blocks if block.link_share < 0.8 or block.kind is Kind.CELL]


def drop_dangling_headings(blocks: Sequence[Block], _rules: Rules) -> list[Block]:
    """Without headings after the last text: they announce what has been cut."""
    kept = list(blocks)
    while kept and kept[-1].kind is Kind.HEADING:
        kept.pop()
    return kept


STEPS: tuple[Step, ...] = (
    drop_marked,
    drop_captions,  # before the body is chosen: captions say nothing about where the article is
    cut_outside_body,
    drop_foreign_boxes,
    cut_after_closing,
    drop_furniture,
    drop_link_lines,
    drop_dangling_headings,  # last: earlier steps leave headings behind
)
