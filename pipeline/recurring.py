"""Lines that recur over a site's pages: told page by page, counted by whoever keeps them, and taken out of
the text of the pages that come later.

A line is known by its words and by the element it is set in, so the same words quoted in a story are another
line. What is told of a page never depends on what this step took from it: counts settle, they do not swing.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from pipeline.article import Block, CleanArticle, Kind

if TYPE_CHECKING:
    from pipeline.rules import Rules

LEAST_PAGES = 10  # a line on all of fewer pages may be the theme of a week
LEAST_TIMES = 5
LEAST_SHARE = 1 / 3  # of the pages; a series' refrain stays below, what the template prints does not
MIDST_SHARE = 0.6  # the same for a line with the page's own text before and after it
MOST_TEXT = 0.5  # share of a page's characters: what recurs beyond that is the article, found twice
TELLING = (Kind.PARAGRAPH, Kind.HEADING, Kind.ITEM, Kind.QUOTE)  # a table's labels recur by right
SET_OFF = 0.9  # share of bold characters from which a line is a heading in all but name
RULE = "recurring on site"
DANGLING = "dangling heading"
DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, eq=False)
class Recurring:
    """On how many of a site's last `pages` pages each line stood, by `line_number`."""

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
        """Eight hex digits that stand for the lines that recur; "" where none does."""
        if not self.lines:
            return ""
        told = b"".join(line.to_bytes(8) for line in sorted(self.lines))
        return blake2b(told, digest_size=4).hexdigest()

    def times(self, block: Block) -> int:
        """On how many pages the line stood, 0 for one that does not recur."""
        return self.lines.get(line_number(block), 0) if block.kind in TELLING else 0

    def rule(self, block: Block) -> str:
        """The name of the cut that takes `block`, with its count."""
        return f"{RULE}: {self.times(block)} of {self.pages} pages"


NOTHING = Recurring()


def lines_of(article: CleanArticle) -> tuple[int, ...]:
    """The numbers of the lines that a page's text held before recurring ones were taken out, in order."""
    taken = (cut.block for cut in article.cuts if cut.rule.startswith((RULE, DANGLING)))
    return tuple(sorted({line_number(block) for block in (*article.blocks, *taken) if block.kind in TELLING}))


def line_number(block: Block) -> int:
    """64 bits that stand for a block's words and the element they are set in."""
    place = " ".join(shape(box.tag, box.names) for box in block.boxes[-2:])
    words = " ".join(block.text.split()).casefold()
    told = f"{block.kind}\n{place}\n{words}".encode(errors="replace")
    return int.from_bytes(blake2b(told, digest_size=8).digest())


@lru_cache(maxsize=4096)
def shape(tag: str, names: str) -> str:
    """An element's tag and names, without the numbers that change from page to page."""
    return f"{tag}.{DIGITS.sub('', names)}"


def drop_recurring(blocks: Sequence[Block], rules: "Rules") -> list[Block]:
    """Without lines that stand on many of the site's pages.

    What recurs in the midst of the page's own text has to recur on most of them, a list goes only as a whole,
    and a heading with text of its own below it stays.
    """
    known = rules.recurring
    times = {block.order: known.times(block) for block in blocks} if known.lines else {}
    if not any(times.values()):
        return list(blocks)
    own = [block.order for block in blocks if not times[block.order] and block.kind is not Kind.HEADING]
    first, last = (own[0], own[-1]) if own else (0, -1)
    kept_lists = {parent(block) for block in blocks if block.kind is Kind.ITEM and not times[block.order]}
    gone: set[int] = set()
    below: Block | None = None  # the next block that stays
    for block in reversed(blocks):
        within = first < block.order < last
        enough = times[block.order] >= (MIDST_SHARE * known.pages if within else 1)
        stays = announces(block, below) or (block.kind is Kind.ITEM and parent(block) in kept_lists)
        if enough and not stays:
            gone.add(block.order)
        else:
            below = block
    return without(blocks, gone)


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
