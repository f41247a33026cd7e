# ruff: noqa: RUF001 - signs and letters of other alphabets are the thing itself here
"""Which box of the page holds the article: features of single blocks, and the choice made from their sum.

Nothing here removes a block. `worth` is the one place that says what a block speaks for; a better judge of
single blocks can take its place without touching the choice.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.article import Block, Kind
from pipeline.landmarks import rule_of

SENTENCE = re.compile(r"[.!?…:。！？][\"'”’»)\]]*(?:\s|$)")
LONG = 80  # characters; teasers and menu entries are mostly shorter, paragraphs mostly longer
MOST = 0.5  # share of a page's prose above which a box is believed before its name is
LINKED = 0.6  # share of linked characters from which a block is a link, not a text


def is_prose(block: Block) -> bool:
    """Whether a block reads like running text: long enough, mostly unlinked, neither heading nor caption."""
    return (
        len(block.text) >= LONG
        and block.link_share < LINKED
        and block.kind is not Kind.HEADING
        and block.kind is not Kind.CAPTION
    )


def summed(values: dict[int, float], parents: Mapping[int, int]) -> dict[int, float]:
    """What each box holds in all, from what the blocks directly inside it are worth; by box order."""
    sums = dict.fromkeys(parents, 0.0) | values
    for order in sorted(parents, reverse=True):  # inner boxes have larger orders than those around them
        outer = parents[order]
        if outer >= 0:
            sums[outer] += sums[order]
    return sums


def parents_of(blocks: Sequence[Block]) -> dict[int, int]:
    """For the order of each box around a block the order of the box around it, -1 for none."""
    parents: dict[int, int] = {}
    for block in blocks:
        boxes = block.boxes
        for depth in range(len(boxes) - 1, -1, -1):
            order = boxes[depth].order
            if order in parents:
                break
            parents[order] = boxes[depth - 1].order if depth else -1
    return parents


@dataclass(frozen=True, slots=True)
class Survey:
    """What a page's blocks come to: which box lies in which, and the characters of prose in each box and in
    all.
    """

    parents: Mapping[int, int]
    prose: Mapping[int, float]
    total: float


def survey(blocks: Sequence[Block]) -> Survey:
    """The boxes around `blocks` and the prose in them; marked blocks count for nothing."""
    inner: dict[int, float] = {}
    total = 0.0
    for block in blocks:
        if len(block.text) >= LONG and block.marked is None and block.boxes and is_prose(block):
            order = block.boxes[-1].order
            inner[order] = inner.get(order, 0.0) + len(block.text)
            total += len(block.text)
    parents = parents_of(blocks)
    return Survey(parents, summed(inner, parents), total)


def foreign_rules(blocks: Sequence[Block], seen: Survey | None = None) -> dict[int, str]:
    """For each block (by order) that an enclosing element calls no part of an article: the rule's name.

    An element that holds most of the page's prose is not believed: whole pages stand in <form>, in "popup",
    in "sidebar-left". `seen` is the survey of the blocks where the caller has it.
    """
    seen = seen or survey(blocks)
    prose, most = seen.prose, MOST * seen.total
    known: dict[int, str | None] = {}
    found: dict[int, str] = {}
    for block in blocks:
        boxes = block.boxes
        if not boxes:
            continue
        inner = boxes[-1].order
        if inner not in known:
            rule = None
            for box in boxes:
                if box.order in known:
                    rule = known[box.order]
                else:
                    if rule is None and prose[box.order] <= most:
                        rule = rule_of(box.tag, box.names)
                    known[box.order] = rule
        named = known[inner]
        if named:
            found[block.order] = named
    return found


def worth(block: Block, foreign: bool) -> float:
    """How much a block speaks for its box being the article's: characters of prose, negative for what is
    not prose.
    """
    size = len(block.text)
    if block.marked or foreign:
        return -10.0 - min(size, 300) * 0.1
    if block.link_share > LINKED:
        return -20.0 - size * 0.2
    prose = size * (1.0 - block.link_share)
    if block.kind is Kind.HEADING:
        return prose * 0.2
    if size >= LONG or SENTENCE.search(block.text):
        return prose
    return -5.0 if block.kind is Kind.PARAGRAPH else prose * 0.3


def choose(blocks: Sequence[Block]) -> int | None:
    """The order of the innermost box whose blocks are together worth most; None where no block lies in a
    box.
    """
    seen = survey(blocks)
    foreign = foreign_rules(blocks, seen)
    inner: dict[int, float] = {}
    for block in blocks:
        if block.boxes:
            order = block.boxes[-1].order
            inner[order] = inner.get(order, 0.0) + worth(block, block.order in foreign)
    sums = summed(inner, seen.parents)
    # On equal sums the larger order is the inner box.
    return max(sums, key=lambda order: (sums[order], order)) if sums else None
