"""The cleaning steps: small pure functions that only ever remove whole blocks, each named for what it
removes.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from pipeline import body
from pipeline.article import Block, Kind
from pipeline.captions import read_caption
from pipeline.lexicon import MAX_FURNITURE_CHARS, closing, furniture
from pipeline.recurring import drop_recurring
from pipeline.rules import Rules
from pipeline.titles import fold

MAX_CAPTION_LINE = 160  # characters; longer lines with a credit are paragraphs that end in one
CAPTIONS_IN_LIST = 3  # two of a kind may be a list of parts
MAX_STOP = 80  # characters; no heading that opens a related box is longer
MOST_AFTER = 0.3  # share of a box's prose that may be lost to a closing heading inside it
Step = Callable[[Sequence[Block], Rules], list[Block]]


def drop_marked(blocks: Sequence[Block], _rules: Rules) -> list[Block]:
    """Without the blocks that extraction has already condemned or turned into a field."""
    return [block for block in blocks if block.marked is None]


def cut_outside_body(blocks: Sequence[Block], _rules: Rules) -> list[Block]:
    """Only the blocks inside the box that holds the article."""
    box = body.choose(blocks)
    if box is None:
        return list(blocks)
    # A body taken from JSON-LD stands in no box.
    return [block for block in blocks if not block.boxes or within(block, box)]


def drop_foreign_boxes(blocks: Sequence[Block], _rules: Rules) -> list[Block]:
    """Without blocks in elements whose tag or names say: navigation, footer, share bar and the like."""
    kept = list(blocks)
    while foreign := body.foreign_rules(
        kept
    ):  # what holds most of the prose may hold less of it after a round
        kept = [block for block in kept if block.order not in foreign]
    return kept


def drop_captions(blocks: Sequence[Block], _rules: Rules) -> list[Block]:
    """Without picture captions, which become data."""
    return [block for block in blocks if block.kind is not Kind.CAPTION]


def drop_caption_lines(blocks: Sequence[Block], _rules: Rules) -> list[Block]:
    """Without lines that are captions by the photo desks' grammar, which become data."""
    found = {block.order for block in blocks if is_line(block) and read_caption(block.text)}
    if found:
        found |= neighbours(blocks, found)
    found |= caption_lists(blocks)
    return [block for block in blocks if block.order not in found]


def is_line(block: Block) -> bool:
    """Whether a block is short plain text: captions set as text are neither headings nor list items."""
    return block.kind is Kind.PARAGRAPH and len(block.text) < MAX_CAPTION_LINE


def neighbours(blocks: Sequence[Block], sure: set[int]) -> set[int]:
    """The lines next to sure captions that are captions too, being read in a run of them."""
    found: set[int] = set()
    for row in (blocks, blocks[::-1]):
        in_run = False
        for block in row:
            if block.order in sure:
                in_run = True
            elif in_run and is_line(block) and read_caption(block.text, in_run=True):
                found.add(block.order)
            else:
                in_run = False
    return found


def caption_lists(blocks: Sequence[Block]) -> set[int]:
    """The items of lists that hold nothing but captions, as galleries and strips of thumbnails do."""
    lists: dict[int | None, list[Block]] = {}
    for block in blocks:
        if block.kind is Kind.ITEM:
            lists.setdefault(enclosing(block), []).append(block)
    return {item.order for items in lists.values() if is_caption_list(items) for item in items}


def is_caption_list(items: Sequence[Block]) -> bool:
    """Whether all of a list's items are captions, one of them beyond doubt."""
    return (
        len(items) >= CAPTIONS_IN_LIST
        and all(len(item.text) < MAX_CAPTION_LINE and read_caption(item.text, in_run=True) for item in items)
        and any(read_caption(item.text) for item in items)
    )


def cut_after_stops(blocks: Sequence[Block], rules: Rules) -> list[Block]:
    """Without what stands from one of the site's `stop_at` headings to the end of the box around it."""
    stops = {fold(line) for line in rules.stop_at}
    kept: list[Block] = []
    shut: int | None = None
    for block in blocks:
        if shut is not None and within(block, shut):
            continue
        shut = None
        if len(block.text) < MAX_STOP and fold(block.text) in stops:
            shut = enclosing(block)
        else:
            kept.append(block)
    return kept


def cut_after_closing(blocks: Sequence[Block], _rules: Rules) -> list[Block]:
    """Without a closing heading ("Related Cars") and the box it opens.

    All that follows in the enclosing box goes, unless much of the article's prose is there: then the
    heading stood among the paragraphs, and only the teasers next to it go.
    """
    if not any(is_closing(block) for block in blocks):
        return list(blocks)
    prose = body.survey(blocks).prose
    kept: list[Block] = []
    shut: int | None = None
    wary = False
    for block in blocks:
        if shut is not None and within(block, shut) and not (wary and body.is_prose(block)):
            continue
        shut = None
        if is_closing(block):
            shut = enclosing(block)
            before = sum(len(b.text) for b in kept if body.is_prose(b) and within(b, shut))
            wary = prose.get(shut or 0, 0) - before > MOST_AFTER * prose.get(shut or 0, 0)
            continue
        kept.append(block)
    return kept


def enclosing(block: Block) -> int | None:
    """The order of the box around a heading's own element; None where it has none."""
    return block.boxes[-2].order if len(block.boxes) > 1 else None


def within(block: Block, order: int | None) -> bool:
    """Whether `block` lies in the box with that order."""
    for box in block.boxes:  # noqa: SIM110 - asked for every block; a generator would take twice as long
        if box.order == order:
            return True
    return False


@lru_cache(maxsize=4096)
def furniture_rule(line: str) -> str | None:
    """`lexicon.furniture`, remembered: a site repeats its furniture on each page, and two steps ask."""
    return furniture(line)


def is_closing(block: Block) -> bool:
    """Whether a block is a heading that opens a box of other content; a table's ("Comments") opens none."""
    line = block.text
    if len(line) >= MAX_STOP or block.kind is Kind.CELL:
        return False
    return furniture_rule(line) is not None and closing(line) is not None


def drop_furniture(blocks: Sequence[Block], _rules: Rules) -> list[Block]:
    """Without lines that are page furniture as a whole; a data table's cells stay, bare numbers too."""
    tables = data_tables(blocks)
    return [
        block
        for block in blocks
        if len(block.text) > MAX_FURNITURE_CHARS
        or not furniture_rule(block.text)
        or (block.kind is Kind.CELL and table_of(block) in tables)
    ]


def data_tables(blocks: Sequence[Block]) -> set[int]:
    """The tables, by order, of whose cells with words no more than half are furniture: these hold data."""
    worth: dict[int, int] = {}
    for block in blocks:
        table = table_of(block) if block.kind is Kind.CELL else None
        if table is not None:
            is_number = not any(map(str.isalpha, block.text))
            worth[table] = worth.get(table, 0) + (0 if is_number else -1 if furniture_rule(block.text) else 1)
    return {table for table, balance in worth.items() if balance >= 0}


def table_of(block: Block) -> int | None:
    """The order of the innermost table around a block; None where there is none."""
    return next((box.order for box in reversed(block.boxes) if box.tag == "table"), None)


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
    drop_caption_lines,  # before furniture: a run of captions may hold a site's bare name
    cut_after_stops,
    cut_after_closing,
    drop_furniture,
    drop_link_lines,
    drop_recurring,
    drop_dangling_headings,  # last: earlier steps leave headings behind
)
