"""Which blocks are the article: two stages of gradient-boosted trees over `columns`, learned from pages.

The first stage judges each block alone; the second sees what the first thinks of its neighbours and boxes.
All trees are symmetric (every node of one depth asks the same question), so numpy walks them for all blocks
at once. Leaves are whole numbers: their sum, and so every decision, is the same on every machine.
`benchmarks/train.py` writes `scorer.json`.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.article import Block, Extraction, Kind, Metadata
from pipeline.body import LINKED, is_prose
from pipeline.captions import read_caption
from pipeline.columns import Columns, first, matrix, second
from pipeline.features import Floats, Ints, Page
from pipeline.rules import GENERIC, Rules
from pipeline.steps import (
    MAX_CAPTION_LINE,
    MAX_STOP,
    drop_caption_lines,
    enclosing,
    furniture_rule,
    is_closing,
    within,
)
from pipeline.titles import fold

UNIT = 10_000  # leaves are log-odds in ten-thousandths
LINE = 0.5  # chance from which a block is body; fitted for the best F1 on hosts not trained on
CHUNK = 4096  # blocks judged at once: bounds the memory for pages with very many
MOST = 20_000  # blocks of a page; on fuller ones, far beyond any article, the scorer keeps out
VIEW_LINE = 0.8  # the same for a line that captions and picture lists set like this
MAX_CELL, LEAST_CELLS = 200, 4  # characters and number of cells from which a table is judged as a whole
NEARLY_ALL = 0.9  # share of the body's text
REACH = 60  # blocks before and after the body among which a row of captions may reach into it
BESIDE = 2  # blocks before the body's first and after its last one
EMBEDDED = re.compile(r"twitter|tweet|instagram|tiktok|bluesky|facebook|pull|embed")
RULE = "scored_boilerplate"


@dataclass(frozen=True, slots=True)
class Trees:
    """One stage: `asked` and `above` are the column and border of each depth's question, a row for each
    depth.
    """

    asked: Ints
    above: Floats
    leaves: NDArray[np.int32]

    def chances(self, columns: Floats) -> Floats:
        """The chance (0-1, three decimals) that each block is body; `columns` has a row for each column."""
        return np.round(1.0 / (1.0 + np.exp(-self.sums(columns) / UNIT)), 3)

    def sums(self, columns: Floats) -> Ints:
        """The log-odds of each block in units of `UNIT`."""
        found = [self.part(columns[:, at : at + CHUNK]) for at in range(0, columns.shape[1], CHUNK)]
        return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)

    def part(self, columns: Floats) -> Ints:
        depth, trees = self.asked.shape
        place = np.zeros((trees, columns.shape[1]), dtype=np.uint8)  # 2 ** depth leaves a tree: 64 fit
        for level in range(depth - 1, -1, -1):
            place <<= 1
            place |= columns.take(self.asked[level], axis=0) > self.above[level][:, None]
        leaves = self.leaves.take(self.firsts + place)
        sums: Ints = leaves.sum(axis=0, dtype=np.int64)
        return sums

    @property
    def firsts(self) -> NDArray[np.int32]:
        """The place of each tree's first leaf, a row for each tree."""
        return np.arange(0, len(self.leaves), 2 ** len(self.asked), dtype=np.int32)[:, None]


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned: what class names and words are worth, the two stages, and each column's value in a
    usual
    body block.
    """

    names: Mapping[str, float]
    words: Mapping[str, float]
    first: Trees
    second: Trees
    usual: Mapping[str, float]


@cache
def model() -> Model:
    """The model that lies beside this file."""
    return read_model(json.loads(files(__package__).joinpath("scorer.json").read_text(encoding="utf-8")))


def read_model(data: Mapping[str, Any]) -> Model:
    """The model out of its JSON form."""
    return Model(data["names"], data["words"], trees(data["first"]), trees(data["second"]), data["usual"])


def trees(data: Mapping[str, Any]) -> Trees:
    """One stage out of its JSON form."""
    return Trees(
        np.array(data["asked"], dtype=np.int64).T.copy(),
        np.array(data["above"], dtype=np.float64).T.copy(),
        np.array(data["leaves"], dtype=np.int32).ravel(),
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """Both stages' columns and the chances they gave each block; blocks never judged have chance 0."""

    columns: Columns
    more: Columns
    early: Floats
    late: Floats


def judge(blocks: Sequence[Block], meta: Metadata, using: Model | None = None) -> Judged:
    """How likely each block is part of the article, by its place in `blocks`."""
    known = using or model()
    page = Page(blocks, meta, known.names, known.words)
    columns = first(page)
    table = matrix(columns)
    asked = page.judged
    early = np.zeros(page.size)
    early[asked] = known.first.chances(table[:, asked])
    more = second(page, early)
    late = np.zeros(page.size)
    late[asked] = known.second.chances(np.concatenate([table[:, asked], matrix(more)[:, asked]]))
    return Judged(columns, more, early, late)


def body_of(extraction: Extraction, using: Model | None = None) -> set[int] | None:
    """The orders of the blocks that are the article; None where the page gives the scorer nothing to say."""
    blocks = extraction.blocks
    if not 0 < len(blocks) <= MOST:
        return None
    late = as_tables(blocks, judge(blocks, extraction.metadata, using).late)
    free = [block for block in blocks if block.marked is None and block.kind is not Kind.CAPTION]
    body = {block.order for block in free if late[block.order] >= LINE}
    body -= {order for order in body if late[order] < VIEW_LINE and is_view(blocks[order])}
    body |= quotations(blocks, body) | sub_headings(free, body)
    body |= {b.order for b in free if not b.boxes}  # the page states such text to be its article's
    return body or None


def quotations(blocks: Sequence[Block], body: set[int]) -> set[int]:
    """The quotations that stand between two blocks of the body in their box, but for embedded posts and what
    the page says twice: gold texts disagree about them, readers do not.
    """
    said = "\n".join(block.text for block in blocks if block.order in body)
    found: set[int] = set()
    for block in blocks:
        at = next((n for n, box in enumerate(block.boxes) if box.tag == "blockquote"), 0)
        if not at or block.order in body or block.marked is not None or block.link_share >= LINKED:
            continue
        outer = block.boxes[at - 1].order
        amid = all(within(blocks[near], outer) for near in beside(block.order, body))
        if amid and not EMBEDDED.search(block.boxes[at].names) and block.text not in said:
            found.add(block.order)
    return found


def sub_headings(blocks: Sequence[Block], body: set[int]) -> set[int]:
    """The headings directly between two blocks of the body that stand in their box, but for furniture."""
    found: set[int] = set()
    for before, block, after in zip(blocks, blocks[1:], blocks[2:], strict=False):
        if block.kind is not Kind.HEADING or block.order in body or block.link_share >= LINKED:
            continue
        amid = before.order in body and after.order in body and after.kind is not Kind.HEADING
        same = block.boxes[:-1] == after.boxes[:-1] and within(before, enclosing(block))
        if amid and same and not furniture_rule(block.text):
            found.add(block.order)
    return found


def beside(order: int, body: set[int]) -> tuple[int, int]:
    """The nearest blocks of the body before and after a block; itself where there is none on a side."""
    before = max((other for other in body if other < order), default=order)
    return before, min((other for other in body if other > order), default=order)


def is_view(block: Block) -> bool:
    """Whether a line names a car and the view of it, as captions and picture lists do."""
    found = read_caption(block.text) if len(block.text) < MAX_CAPTION_LINE else None
    return found is not None and found.view is not None


def as_tables(blocks: Sequence[Block], chances: Floats) -> Floats:
    """The chances, with those of a table's cells made one: a table is body as a whole or not at all."""
    tables: dict[int, list[int]] = {}
    for block in blocks:
        if block.kind is Kind.CELL and len(block.text) < MAX_CELL:
            table = next((box.order for box in reversed(block.boxes) if box.tag == "table"), None)
            if table is not None:
                tables.setdefault(table, []).append(block.order)
    whole = chances.copy()
    for cells in tables.values():
        if len(cells) >= LEAST_CELLS:
            weights = np.array([len(blocks[cell].text) + 5.0 for cell in cells])
            whole[cells] = np.round((chances[cells] * weights).sum() / weights.sum(), 3)
    return whole


def step_for(extraction: Extraction) -> Callable[[Sequence[Block], Rules], list[Block]] | None:
    """The step that takes this page's boilerplate; None where the scorer has nothing to say."""
    body = body_of(extraction)
    if body is None:
        return None

    def scored_boilerplate(blocks: Sequence[Block], rules: Rules) -> list[Block]:
        """Without what the scorer finds no part of the article; what later steps act on is left to them."""
        box = box_around(blocks, body)
        lines = caption_lines(blocks, body, box)
        stops = {fold(line) for line in rules.stop_at}
        wanted = body | lines
        kept: list[Block] = []
        shut: int | None = None  # a box whose rest a later step takes by its heading
        for block in blocks:
            if block.order in wanted:
                kept.append(block)
            elif within(block, box) and is_end(block, stops):
                kept.append(block)
                shut = enclosing(block)
            elif shut is not None and within(block, shut) and not is_prose(block):
                kept.append(block)
        # Without its neighbours a caption's line may be none any more: then it must not stay in the text.
        lost = lines & {block.order for block in drop_caption_lines(kept, GENERIC)} if lines else lines
        return [block for block in kept if block.order not in lost]

    return scored_boilerplate


def is_end(block: Block, stops: set[str]) -> bool:
    """Whether a block is a heading from which a later step cuts to the end of the box around it."""
    return is_closing(block) or (len(block.text) < MAX_STOP and fold(block.text) in stops)


def box_around(blocks: Sequence[Block], body: set[int]) -> int | None:
    """The innermost box that holds nearly all of the body; None where no block of it stands in one."""
    held: Counter[int] = Counter()
    for block in blocks:
        if block.order in body:
            for box in block.boxes:
                held[box.order] += len(block.text)
    most = NEARLY_ALL * max(held.values(), default=0)
    # Inner boxes have larger orders than those around them.
    return max((order for order, size in held.items() if size >= most), default=None)


def caption_lines(blocks: Sequence[Block], body: set[int], box: int | None) -> set[int]:
    """The blocks that the step for captions takes, in `box` or in a row that begins beside the body."""
    low, high = min(body) - BESIDE, max(body) + BESIDE
    near = [block for block in blocks if low - REACH <= block.order <= high + REACH]
    left = {block.order for block in drop_caption_lines(near, GENERIC)}
    found: set[int] = set()
    for block in near:
        order = block.order
        if order not in left and (within(block, box) or low <= order <= high or order - 1 in found):
            found.add(order)
    return found


def reasons(extraction: Extraction, order: int, using: Model | None = None) -> tuple[str, ...]:
    """The one to three facts that speak most against block `order`, by name and value: those whose usual
    value
    would raise its chance most. Empty where nothing speaks against it.
    """
    known = using or model()
    at = next((place for place, block in enumerate(extraction.blocks) if block.order == order), None)
    if at is None:
        return ()
    judged = judge(extraction.blocks, extraction.metadata, known)
    early = judged.early[at] < LINE  # then the block's own facts decided, and they say more
    columns = judged.columns if early else judged.columns | judged.more
    names = list(columns)
    row = np.round([column[at] for column in columns.values()], 4)
    variants = np.tile(row[:, None], (1, len(names) + 1))
    for place, name in enumerate(names):
        variants[place, place] = known.usual.get(name, row[place])
    sums = (known.first if early else known.second).sums(variants)
    gains = (sums[:-1] - sums[-1]).tolist()
    ranked = sorted(range(len(names)), key=lambda place: (-gains[place], place))
    return tuple(f"{names[place]} {row[place]:g}" for place in ranked[:3] if gains[place] > 0)
