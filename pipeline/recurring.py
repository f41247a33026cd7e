"""Lines that recur over a site's pages, and boxes that never hold text there: told page by page, counted by
whoever keeps them, and taken out of the text of the pages that come later.

A line is known by its words and by the element it is set in, so the same words quoted in a story are another
line; a box by its own and its parent's tag and names. What is told of a page never depends on what this step
took from it: counts settle, they do not swing.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.article import Block, Box, CleanArticle, Kind

if TYPE_CHECKING:
    from pipeline.rules import Rules

LEAST_PAGES = 10  # a line on all of fewer pages may be the theme of a week
LEAST_TIMES = 5
LEAST_SHARE = 1 / 3  # of the pages; a series' refrain stays below, what the template prints does not
MIDST_SHARE = 0.6  # the same for a line with the page's own text before and after it
VACANT_SHARE = 0.8  # of the pages with a box: where it held no text on so many, it holds none on the others
MOST_TEXT = 0.5  # share of a page's characters: what recurs beyond that is the article, found twice
TELLING = (Kind.PARAGRAPH, Kind.HEADING, Kind.ITEM, Kind.QUOTE)  # a table's labels recur by right
SET_OFF = 0.9  # share of bold characters from which a line is a heading in all but name
RULE = "recurring on site"
BOX_RULE = "box without text on site"
DANGLING = "dangling heading"
DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, eq=False)
class Recurring:
    """On how many of a site's last `pages` pages each line and box stood, by the numbers of `lines_of`."""

    pages: int = 0
    counts: Mapping[int, int] = field(default_factory=dict)

    @cached_property
    def lines(self) -> Mapping[int, int]:
        """The lines that recur, with the number of their pages; none while the pages are few."""
        least = max(LEAST_TIMES, self.pages * LEAST_SHARE)
        if self.pages < LEAST_PAGES:
            return {}
        return {line: times for line, times in self.counts.items() if times >= least}

    @cached_property
    def version(self) -> str:
        """Eight hex digits that stand for what is known; "" where that is nothing."""
        told = sorted(self.lines)  # the boxes are among them
        return blake2b(b"".join(n.to_bytes(8) for n in told), digest_size=4).hexdigest() if told else ""

    def times(self, block: Block) -> int:
        """On how many pages the line stood, 0 for one that does not recur."""
        return self.lines.get(line_number(block), 0) if block.kind in TELLING else 0

    def vacant(self, block: Block) -> tuple[int, int]:
        """Of the box around `block` that holds no text on the site: on how many pages it held none, and on
        how many it stood; (0, 0) where there is no such box.
        """
        for around, box in pairwise(block.boxes if self.lines else ()):
            without, with_text = (self.counts.get(n, 0) for n in box_numbers(shape(around), shape(box)))
            if without >= max(LEAST_TIMES, VACANT_SHARE * (without + with_text)):
                return without, without + with_text
        return 0, 0

    def rule(self, block: Block) -> str:
        """The name of the cut that takes `block`, with its count."""
        if times := self.times(block):
            return f"{RULE}: {times} of {self.pages} pages"
        return "{}: {} of {} pages".format(BOX_RULE, *self.vacant(block))


NOTHING = Recurring()


def lines_of(article: CleanArticle) -> tuple[int, ...]:
    """What a page tells of its site, in order: the numbers of the lines its text held before this step, and
    of its boxes, which differ by whether any of that text stood in them.
    """
    taken = [cut.block for cut in article.cuts if cut.rule.startswith((RULE, BOX_RULE, DANGLING))]
    text = (*article.blocks, *taken)
    lines = {line_number(block) for block in text if block.kind in TELLING}
    full = pairs_in(text)
    states: dict[tuple[int, int], bool] = {}  # the numbers of a box, and whether one like it held text
    for around, box in pairs_in([*text, *(cut.block for cut in article.cuts)]).values():
        if box.names:
            numbers = box_numbers(shape(around), shape(box))
            states[numbers] = states.get(numbers, False) or box.order in full
    return tuple(sorted(lines | {numbers[held] for numbers, held in states.items()}))


def pairs_in(blocks: Iterable[Block]) -> dict[int, tuple[Box, Box]]:
    """Every element around the blocks with its parent, by its order; from the inside, up to what is known."""
    pairs: dict[int, tuple[Box, Box]] = {}
    for block in blocks:
        boxes = block.boxes
        for at in range(len(boxes) - 1, 0, -1):
            if boxes[at].order in pairs:
                break
            pairs[boxes[at].order] = (boxes[at - 1], boxes[at])
    return pairs


@lru_cache(maxsize=8192)
def box_numbers(around: str, box: str) -> tuple[int, int]:
    """64 bits that stand for a box of that shape without text, and for the same with some."""
    place = f"{around} {box}"
    return number(f"without\n{place}"), number(f"with\n{place}")


def line_number(block: Block) -> int:
    """64 bits that stand for a block's words and the element they are set in."""
    place = " ".join(map(shape, block.boxes[-2:]))
    words = " ".join(block.text.split()).casefold()
    return number(f"{block.kind}\n{place}\n{words}")


def number(told: str) -> int:
    return int.from_bytes(blake2b(told.encode(errors="replace"), digest_size=8).digest())


def shape(box: Box) -> str:
    """An element's tag and names, without the numbers that change from page to page."""
    return f"{box.tag}.{nameless(box.names)}"


@lru_cache(maxsize=4096)
def nameless(names: str) -> str:
    return DIGITS.sub("", names)


def drop_recurring(blocks: Sequence[Block], rules: "Rules") -> list[Block]:
    """Without lines that stand on many of the site's pages, and what stands in boxes without text there."""
    known = rules.recurring
    if not known.lines:
        return list(blocks)
    vacant = {block.order for block in blocks if known.vacant(block)[0]}
    left = without(blocks, vacant) if vacant else list(blocks)
    return without(left, recurring_lines(left, known))


def recurring_lines(blocks: Sequence[Block], known: Recurring) -> set[int]:
    """The orders of the lines to take out.

    What recurs in the midst of the page's own text has to recur on most pages, a list goes only as a whole,
    and a heading with text of its own below it stays.
    """
    times = {block.order: known.times(block) for block in blocks}
    gone: set[int] = set()
    if not any(times.values()):
        return gone
    own = [block.order for block in blocks if not times[block.order] and block.kind is not Kind.HEADING]
    first, last = (own[0], own[-1]) if own else (0, -1)
    kept_lists = {parent(block) for block in blocks if block.kind is Kind.ITEM and not times[block.order]}
    below: Block | None = None  # the next block that stays
    for block in reversed(blocks):
        within = first < block.order < last
        enough = times[block.order] >= (MIDST_SHARE * known.pages if within else 1)
        stays = announces(block, below) or (block.kind is Kind.ITEM and parent(block) in kept_lists)
        if enough and not stays:
            gone.add(block.order)
        else:
            below = block
    return gone


def parent(block: Block) -> int | None:
    """The element around a block's own; None where it has none."""
    return block.boxes[-2].order if len(block.boxes) > 1 else None


def announces(block: Block, below: Block | None) -> bool:
    """Whether a recurring line is a heading ("Verdict") over what this page says under it."""
    if below is None or below.kind is Kind.HEADING:
        return False
    is_heading = block.kind is Kind.HEADING or block.bold >= SET_OFF
    around = parent(block)
    return is_heading and (around is None or any(box.order == around for box in below.boxes))


def without(blocks: Sequence[Block], gone: Collection[int]) -> list[Block]:
    """`blocks` without those whose order is in `gone`, unless too much of the text would go."""
    kept = [block for block in blocks if block.order not in gone]
    left = sum(len(block.text) for block in kept)
    return kept if left >= (1 - MOST_TEXT) * sum(len(block.text) for block in blocks) else list(blocks)
