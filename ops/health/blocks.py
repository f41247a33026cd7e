"""Whether a share has fallen: a site's pages in blocks, ever coarser the longer ago, and the test upon them.

The test asks at every border between two blocks how much likelier the pages before and after it are under
two shares than under one (a generalised likelihood ratio). It needs no idea of how far a share falls or how
fast, finds sudden and slow falls alike, tells since when, and knows how little a short past says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log

ALIKE = 4  # blocks of one size; the fifth makes two of them one of double size
MOST_PAGES, MOST_MINUTES = 1500, 90 * 1440  # what lies further back than both is forgotten
LEAST_PAST = 12  # pages before a fall; of fewer nobody knows what is usual
LEAST_FALL, LEAST_PART = 0.1, 0.15  # of a share, in itself and as part of it, that is worth a word
RECENT = 10  # pages that tell how low a share is that falls slowly
CHUNK = 15  # pages
CALM = 4.0  # chunks' weight that what is assumed of a share's restlessness has
SPOTLESS = 45  # pages without an exception: rows of others would have shown


@dataclass(slots=True)
class Block:
    """Pages seen between two moments, in minutes since 1970, and what was counted of them."""

    began: int
    ended: int
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        """How many pages it stands for, new and known ones."""
        return self.counts.get("asked", 0) + self.counts.get("had.text", 0)

    def take(self, later: "Block") -> None:
        """Makes the block that follows a part of this one."""
        self.ended = max(self.ended, later.ended)
        for name, number in later.counts.items():
            self.counts[name] = self.counts.get(name, 0) + number


@dataclass(frozen=True, slots=True)
class Part:
    """One share: of the pages counted as `total` those counted as `good`.

    `known` is how many pages with the share `sound` are assumed before any was seen: for what is alike on all
    sites. `restless` is how much more it varies than by chance, as long as a site's own pages tell little.
    """

    good: str
    total: str
    known: int = 0
    restless: float = 1.0
    sound: float = 0.995


@dataclass(frozen=True, slots=True)
class Fall:
    """A share that fell `since` (minutes since 1970): what it `was`, of how many pages, and what it `is`.

    `sure` is the logarithm of the likelihood ratio, of all parts of which `pieces` has each; `part` is the
    one that says most.
    """

    since: int
    was: float
    of: int
    good: int
    total: int
    sure: float
    part: str
    pieces: dict[str, float] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """What the share is since."""
        return self.good / self.total


def append(blocks: list[Block], new: Block) -> None:
    """Adds a block, and makes of old ones of a size fewer and larger ones.

    Of two runs in one minute the later counts as of the next: by their minutes blocks are told apart.
    """
    if blocks and new.began <= blocks[-1].ended:
        new.began = blocks[-1].ended + 1
        new.ended = max(new.ended, new.began)
    blocks.append(new)
    size = 1
    while size <= 1 << 12:
        alike = [n for n, block in enumerate(blocks) if size <= max(block.pages, 1) < 2 * size]
        if len(alike) > ALIKE and alike[1] == alike[0] + 1:
            blocks[alike[0]].take(blocks.pop(alike[1]))
        elif len(alike) > 2 * ALIKE:  # apart from each other: then the oldest joins its neighbour
            at = alike[0]
            blocks[max(at - 1, 0)].take(blocks.pop(max(at, 1)))
        size *= 2
    while (
        sum(b.pages for b in blocks) - blocks[0].pages > MOST_PAGES
        and new.ended - blocks[0].ended > MOST_MINUTES
    ):
        del blocks[0]


def fall(blocks: Sequence[Block], parts: Sequence[Part], least_past: int = LEAST_PAST) -> Fall | None:
    """The likeliest fall of these shares, their evidence added up; None where none fell worth a word."""
    return max(falls(blocks, parts, least_past), key=lambda one: one.sure, default=None)


def falls(blocks: Sequence[Block], parts: Sequence[Part], least_past: int = LEAST_PAST) -> list[Fall]:
    """The falls of these shares, one for each border after which any of them is lower; the newest first."""
    seen: dict[int, list[tuple[float, Part, float, int, int, int]]] = {}
    for part in parts:
        for at, was, of, good, total in _falls(blocks, part, least_past, is_alone=len(parts) == 1):
            sure = ratio(was * of, of, good, total)
            seen.setdefault(at, []).append((sure, part, was, of, good, total))
    return [_fall(blocks[at].began, told) for at, told in seen.items()]


def _fall(since: int, told: Sequence[tuple[float, Part, float, int, int, int]]) -> Fall:
    _, part, was, of, good, total = max(told, key=lambda one: one[0])
    pieces = {one[1].good: one[0] for one in told}
    return Fall(since, was, of, good, total, sum(pieces.values()), part.good, pieces)


def _falls(
    blocks: Sequence[Block], part: Part, least_past: int, *, is_alone: bool
) -> Iterator[tuple[int, float, int, int, int]]:
    """The borders after which the share is lower, or falls until it is, by as much as is worth a word: share
    and number of pages before, good ones and number after. Where it `is_alone` those beside none of its pages
    tell nothing more.
    """
    goods = [block.counts.get(part.good, 0) for block in blocks]
    totals = [block.counts.get(part.total, 0) for block in blocks]
    of, was_good = part.known + sum(totals), part.sound * part.known + sum(goods)
    good, total, lowest = 0, 0, 1.0
    for at in range(len(blocks) - 1, 0, -1):
        if not totals[at] and (is_alone or not total):
            continue
        good, total = good + goods[at], total + totals[at]
        if total >= RECENT:
            lowest = min(lowest, good / total)
        of, was_good = of - totals[at], was_good - goods[at]
        if of < least_past:
            return
        was = was_good / of
        if good / total < was and min(lowest, good / total) <= was - max(LEAST_FALL, LEAST_PART * was):
            yield at, was, of, good, total


def ratio(good: float, total: float, later_good: float, later_total: float) -> float:
    """The logarithm of how much likelier two shares are than one."""
    both_good, both = good + later_good, total + later_total
    return _likely(good, total) + _likely(later_good, later_total) - _likely(both_good, both)


def _likely(good: float, total: float) -> float:
    bad = total - good
    told = good * log(good / total) if good > 0 else 0.0
    return told + (bad * log(bad / total) if bad > 1e-9 else 0.0)


def restlessness(blocks: Sequence[Block], part: Part, until: int) -> float:
    """By how much the share varies more than it would if pages were drawn one by one; 1 or more.

    Films and releases come in rows: looked at a page at a time they betray nothing, so blocks are taken
    together until they have CHUNK pages.
    """
    chunks: list[tuple[int, int]] = []
    good = total = 0
    for block in blocks:
        if block.began < until:
            good += block.counts.get(part.good, 0)
            total += block.counts.get(part.total, 0)
            if total >= CHUNK:
                chunks.append((good, total))
                good = total = 0
    goods, totals = sum(good for good, _ in chunks), sum(total for _, total in chunks)
    if goods == totals and totals >= SPOTLESS:
        return 1.0
    if len(chunks) < 2 or not 0 < goods < totals:
        return part.restless
    was = goods / totals
    spread = sum((good - was * total) ** 2 / (total * was * (1 - was)) for good, total in chunks)
    return max(1.0, (CALM * part.restless + spread) / (CALM + len(chunks) - 1))


def spotless(blocks: Sequence[Block], part: Part, until: int) -> bool:
    """Whether so many pages until then were without an exception that rows of them would have shown."""
    past = [block.counts for block in blocks if block.began < until]
    total = sum(counts.get(part.total, 0) for counts in past)
    return total >= SPOTLESS and total == sum(counts.get(part.good, 0) for counts in past)


def recovered(blocks: Sequence[Block], parts: Sequence[Part], fallen: Fall, least: int, sure: float) -> bool:
    """Whether the newest pages are again as before the fall, in any part that fell: so many at least, and
    so surely other than those before them.
    """
    for part in parts:
        if part.good not in fallen.pieces:
            continue
        past = [b for b in blocks if b.began < fallen.since]
        since = [b for b in blocks if b.began >= fallen.since and b.counts.get(part.total, 0)]
        of = part.known + sum(b.counts.get(part.total, 0) for b in past)
        was = (part.sound * part.known + sum(b.counts.get(part.good, 0) for b in past)) / max(of, 1)
        all_good = sum(b.counts.get(part.good, 0) for b in since)
        all_total = sum(b.counts[part.total] for b in since)
        good = total = 0
        for block in reversed(since):
            good += block.counts.get(part.good, 0)
            total += block.counts[part.total]
            if total < least or good / total < was - max(LEAST_FALL, LEAST_PART * was):
                continue
            if total == all_total or ratio(good, total, all_good - good, all_total - total) >= sure:
                return True
    return False


def without(blocks: Sequence[Block], stretches: Sequence[Sequence[int]]) -> Sequence[Block]:
    """The blocks that end in none of these stretches, each from its first minute to its last."""
    if not stretches:
        return blocks
    return [b for b in blocks if not any(began <= b.ended <= ended for began, ended in stretches)]


def as_rows(blocks: Sequence[Block]) -> list[list[object]]:
    """For the store."""
    return [[block.began, block.ended, block.counts] for block in blocks]


def from_rows(rows: Sequence[Sequence[object]]) -> list[Block]:
    """The inverse of `as_rows`."""
    return [Block(_int(began), _int(ended), dict(_counts(counts))) for began, ended, counts in rows]


def _int(value: object) -> int:
    assert isinstance(value, int), "as written by as_rows"
    return value


def _counts(value: object) -> Mapping[str, int]:
    assert isinstance(value, dict), "as written by as_rows"
    return value
