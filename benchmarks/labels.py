"""Which blocks of a page its expected text holds: the answers that `train.py` learns from."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.article import Block, Kind

SHORT = 25  # letters; a shorter block must also begin and end where lines of the expected text do
WINDOW, STRIDE = 20, 10  # letters of a piece of a long block looked for in the expected text
MOST_PLACES = 6  # places looked at per block: more often a line does not recur
Labels = NDArray[np.float64]
Find = tuple[int, int, int, float]  # block, from, to (letters of the expected text), weight


def labels_of(blocks: Sequence[Block], gold: Mapping[str, Any]) -> Labels | None:
    """For each block 1 (body), 0 (not) or NaN (unknown); None where the page has nothing to tell by."""
    texts = [block.text for block in blocks]
    if gold.get("text"):
        rows = rows_of(blocks)
        wholes = ["".join(texts[at] for at in row) for row in rows]
        return np.repeat(by_text(wholes, gold["text"]), [len(row) for row in rows])
    if gold.get("with") or gold.get("without"):
        return by_snippets(texts, gold.get("with") or (), gold.get("without") or ())
    return None


def rows_of(blocks: Sequence[Block]) -> list[list[int]]:
    """The blocks' places, the cells of one table row together: expected texts set a row on one line or on
    several.
    """
    rows: list[list[int]] = []
    last: int | None = None
    for at, block in enumerate(blocks):
        row = next((box.order for box in reversed(block.boxes) if box.tag == "tr"), None)
        row = row if block.kind is Kind.CELL else None
        if row is not None and row == last:
            rows[-1].append(at)
        else:
            rows.append([at])
        last = row
    return rows


def letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def by_snippets(texts: Sequence[str], wanted: Sequence[str], unwanted: Sequence[str]) -> Labels:
    """Labels of the blocks that hold a snippet of one side only; all others stay unknown."""
    found = np.full(len(texts), np.nan)
    sides = [[" ".join(s.split()) for s in snippets if s.strip()] for snippets in (wanted, unwanted)]
    for at, text in enumerate(texts):
        plain = " ".join(text.split())
        right, wrong = (any(snippet in plain for snippet in side) for side in sides)
        if right != wrong:
            found[at] = float(right)
    return found


def by_text(texts: Sequence[str], expected: str) -> Labels:
    """1 for the blocks that make up the expected text: the heaviest row of finds in order, and long blocks
    out of order.
    """
    lines = [line for line in map(letters, expected.split("\n")) if line]
    whole = "".join(lines)
    borders = np.cumsum([0, *map(len, lines)])
    finds = [
        find
        for at, text in enumerate(texts)
        for find in places(at, letters(text), whole, set(borders.tolist()))
    ]
    found = np.zeros(len(texts))
    covered = np.zeros(len(whole) + 1, dtype=bool)
    for at, start, end, _ in in_order(finds):
        found[at] = 1.0
        covered[start:end] = True
    for at, start, end, weight in sorted(finds, key=lambda find: (-find[3], find)):
        if not found[at] and weight >= SHORT and covered[start:end].mean() < 0.2:
            found[at] = 1.0
            covered[start:end] = True
    return found


def places(at: int, text: str, whole: str, borders: set[int]) -> list[Find]:
    """Where a block's letters stand in the expected text: as a whole, or roughly where half of its pieces
    do.
    """
    size = len(text)
    if not size:
        return []
    starts = occurrences(text, whole)
    if size < SHORT:
        both = [(start in borders) + (start + size in borders) for start in starts]
        starts = [
            start for start, ends in zip(starts, both, strict=True) if ends == 2 or (ends and size >= 12)
        ]
    if starts:
        return [(at, start, start + size, float(size)) for start in starts]
    if size < 2 * WINDOW:
        return []
    pieces = range(0, size - WINDOW + 1, STRIDE)
    hits = [(piece, whole.find(text[piece : piece + WINDOW])) for piece in pieces]
    offsets = sorted(place - piece for piece, place in hits if place >= 0)
    share = len(offsets) / len(pieces)
    if share < 0.5:
        return []
    start = max(0, offsets[len(offsets) // 2])
    return [(at, start, start + size, size * share)]


def occurrences(text: str, whole: str) -> list[int]:
    found: list[int] = []
    place = whole.find(text)
    while place >= 0 and len(found) < MOST_PLACES:
        found.append(place)
        place = whole.find(text, place + 1)
    return found


def in_order(finds: Sequence[Find]) -> list[Find]:
    """The heaviest row of finds in which blocks and places both go forward and no place is used twice."""
    ordered = sorted(finds, key=lambda find: (find[0], -find[1]))
    ends: list[int] = []  # ends of rows, rising; `heaviest` rises along with them
    heaviest: list[tuple[float, int]] = []
    before = [-1] * len(ordered)
    at = 0
    while at < len(ordered):
        stop = at
        while stop < len(ordered) and ordered[stop][0] == ordered[at][0]:
            stop += 1
        rows = []
        for number in range(at, stop):
            _, start, end, weight = ordered[number]
            place = bisect_left(ends, start + 1) - 1
            so_far, before[number] = heaviest[place] if place >= 0 else (0.0, -1)
            rows.append((end, so_far + weight, number))
        for end, total, number in rows:
            note(ends, heaviest, end, (total, number))
        at = stop
    row: list[Find] = []
    number = heaviest[-1][1] if heaviest else -1
    while number >= 0:
        row.append(ordered[number])
        number = before[number]
    return row


def note(ends: list[int], heaviest: list[tuple[float, int]], end: int, value: tuple[float, int]) -> None:
    """Keep a row ending at `end`, unless one ending there or earlier is heavier; drop those it beats."""
    place = bisect_left(ends, end)
    known = place if place < len(ends) and ends[place] == end else place - 1
    if known >= 0 and heaviest[known][0] >= value[0]:
        return
    stop = place
    while stop < len(ends) and heaviest[stop][0] <= value[0]:
        stop += 1
    ends[place:stop] = [end]
    heaviest[place:stop] = [value]
