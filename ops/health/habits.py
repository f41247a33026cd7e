"""What is known of one site from all that its runs saw, and how one more run changes that."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from statistics import median
from typing import Any

from db.summaries import Summary
from ops.health.blocks import Block, Fall, append, as_rows, from_rows
from ops.health.rhythm import DAY, Rhythm
from ops.health.shares import SHARES
from ops.health.swings import Swing

SHORT = 0.4  # of the usual length: teasers; the store calls a page that lost so much degraded
LENGTHS = 80  # texts whose lengths are kept, to know what is usual
FIRST_PAGES = 80  # as how many pages a first look counts at most: what it brings is old
LEARNING = 3 * DAY  # after a site's first pages every place is usual
SETTLED = 14 * DAY  # after so long, and so many pages, a new place is one
OFTEN = 5
PLACES = 24  # places kept of one field


@dataclass(slots=True)
class Habits:
    """What is known of a site. Moments are minutes since 1970.

    `places` have by field and place how often, since when; `lengths` are those of usual texts; `falls` the
    open alarms on shares, by kind and subject; `asked_at` is when a known page was last asked for because
    nothing came, `doubted_at` when some were because something seemed wrong.
    """

    blocks: list[Block] = field(default_factory=list)
    rhythm: Rhythm = field(default_factory=Rhythm)
    places: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    lengths: list[int] = field(default_factory=list)
    falls: dict[str, Fall] = field(default_factory=dict)
    open: dict[str, int] = field(default_factory=dict)
    passed: dict[str, list[list[int]]] = field(default_factory=dict)  # stretches that count no more, by share
    waiting: list[list[int]] = field(default_factory=list)
    swings: dict[str, Swing] = field(default_factory=dict)
    began: int = 0
    paged_at: int = 0  # when a page was last read
    asked_at: int = 0
    doubted_at: int = 0
    is_doubtful: bool = False  # not kept: whether the newest pages seem wrong

    def learn(self, summary: Summary, now: int, season: Mapping[int, float] | None = None) -> None:
        """Takes into account what one more run saw; `now` is when it ended."""
        counts = Counter(summary.counts)
        if not self.began:
            self.began = now
            scale(counts)
        counts["original"] = counts["articles"] - counts["duplicate"]
        counts["measured"] = len(summary.chars)
        counts["long"] = self._lengths(summary.chars)
        for name, seen in summary.places.items():
            usual = self._places(name, seen, now)
            counts[f"placed.{name}"], counts[f"usual.{name}"] = seen.total(), usual
        counts = Counter({name: number for name, number in counts.items() if number})
        if counts["asked"] or counts["had.text"]:
            self.paged_at = now
        for share in SHARES:
            part = share.parts[0]
            began = self.swings.setdefault(share.name, Swing()).note(part, counts, now)
            if share.kind == "field" and counts[part.total]:
                counts[f"apart.{share.subject}"] = counts[part.total] - began
        append(self.blocks, Block(now, now, dict(counts)))
        self.rhythm.learn(summary.published, season)

    def _lengths(self, chars: list[int]) -> int:
        """How many of these texts are as long as usual; such make what is usual."""
        if not chars:
            return 0
        usual = median(self.lengths) if len(self.lengths) >= 5 else median([*self.lengths, *chars])
        good = [number for number in chars if number >= SHORT * usual]
        self.lengths = [*self.lengths, *good][-LENGTHS:]
        return len(good)

    def _places(self, name: str, seen: Counter[str], now: int) -> int:
        """On how many pages the field stood in a usual place."""
        known = self.places.setdefault(name, {})
        learning = (
            now - self.began <= LEARNING or sum(number for number, _ in known.values()) < FIRST_PAGES // 4
        )
        usual = 0
        for place, number in seen.items():
            row = known.setdefault(place, [0, self.began if learning else now])
            row[0] += number
            if row[1] == self.began or (now - row[1] >= SETTLED and row[0] >= OFTEN):
                usual += number
        if len(known) > PLACES:
            rarest = sorted(known, key=lambda place: (known[place][0], -known[place][1]))
            for place in rarest[: len(known) - PLACES]:
                known.pop(place)
        return usual

    def a_month(self, name: str, now: int) -> float:
        """How many pages counted so are seen in thirty days, as far as can be told."""
        if not self.blocks:
            return 0.0
        span = max(now - self.blocks[0].began, 7 * DAY)
        return sum(block.counts.get(name, 0) for block in self.blocks[1:]) * 30 * DAY / span

    def as_row(self) -> dict[str, Any]:
        """For the store."""
        return {
            "blocks": as_rows(self.blocks),
            "rhythm": self.rhythm.as_row(),
            "places": self.places,
            "lengths": self.lengths,
            "falls": {name: asdict(fall) for name, fall in self.falls.items()},
            "open": self.open,
            "passed": self.passed,
            "waiting": self.waiting,
            "swings": {name: swing.as_row() for name, swing in self.swings.items()},
            "began": self.began,
            "paged_at": self.paged_at,
            "asked_at": self.asked_at,
            "doubted_at": self.doubted_at,
        }


KNOWN = frozenset(each.name for each in fields(Habits))  # older rows may tell of more


def habits_from(row: Mapping[str, Any] | None) -> Habits:
    """The inverse of `as_row`; of None the habits of a site of which nothing is known."""
    if row is None:
        return Habits()
    return Habits(
        **{
            **{name: told for name, told in row.items() if name in KNOWN},
            "blocks": from_rows(row["blocks"]),
            "rhythm": Rhythm(**row["rhythm"]),
            "falls": {name: Fall(**fall) for name, fall in row["falls"].items()},
            "swings": {name: _swing(told) for name, told in row.get("swings", {}).items()},
        }
    )


def _swing(told: Sequence[Any]) -> Swing:
    swing = Swing(**dict(zip(Swing.__slots__, told, strict=True)))
    swing.recent = [(at, height) for at, height in swing.recent]
    return swing


def scale(counts: Counter[str]) -> None:
    """Makes a first look that brought thousands count as some pages."""
    pages = max(counts["asked"], 1)
    if pages > FIRST_PAGES:
        for name, number in counts.items():
            counts[name] = round(number * FIRST_PAGES / pages)
