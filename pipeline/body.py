"""Which box of the page holds the article: features of single blocks, and the choice made from their sum."""

import re
from collections.abc import Sequence

from pipeline.article import Block, Box, Kind
from pipeline.landmarks import foreign

SENTENCE = re.compile(r"[.!?…。！？](?:[\"'”’»)\]]*)(?:\s|$)")
LONG = 80  # characters; teasers and menu entries are mostly shorter, paragraphs mostly longer


def worth(block: Block) -> float:
    """How much a block speaks for its box being the article's: characters of prose, negative for what is not prose."""
    size = len(block.text)
    if block.marked or foreign(block):
        return 0.0 - min(size, 200) * 0.1
    prose = size * (1.0 - block.link_share)
    if block.link_share > 0.6:
        return -20.0 - size * 0.2
    if block.kind in (Kind.PARAGRAPH, Kind.QUOTE, Kind.ITEM, Kind.CELL, Kind.CODE):
        if size >= LONG or SENTENCE.search(block.text):
            return prose
        return -5.0 if block.kind is Kind.PARAGRAPH else prose * 0.3
    return prose * 0.2


def choose(blocks: Sequence[Block]) -> Box | None:
    """The innermost box whose blocks are together worth most; None where no block lies in a box."""
    sums: dict[int, float] = {}
    boxes: dict[int, tuple[Box, int]] = {}
    for block in blocks:
        value = worth(block)
        for depth, box in enumerate(block.boxes):
            sums[box.order] = sums.get(box.order, 0.0) + value
            if box.order not in boxes:
                boxes[box.order] = (box, depth)
    if not sums:
        return None
    best = max(sums, key=lambda order: (sums[order], boxes[order][1]))
    return boxes[best][0]
