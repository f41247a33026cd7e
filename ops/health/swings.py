"""How far a share swings and comes back by itself: films come after films, releases after releases.

For each share the evidence against it is added up run by run and starts afresh whenever it is used up; of the
heights that it reached beyond HIGH before it was, the mean and the number are kept. Where every page is drawn
by itself the mean is 1 or less, for such heights are exponentially distributed; where exceptions come in rows
it is as much larger as the rows are long. A swing counts only when it has ended and a while has gone, for it
may be of what is to be found, which may come and go at first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log

from ops.health.blocks import Part

FADING = 4000  # pages after which the past counts half
ENOUGH = 12  # pages before anything is added up
HIGH = 5.0  # what single exceptions seldom reach
QUARTER = 0.25  # of the usual share: the fall that evidence is added up for
PRIOR = 2.0  # swings' weight that what is assumed of the share has
A_WHILE = 10 * 1440  # minutes


@dataclass(slots=True)
class Swing:
    """A share's pages, the evidence now and at its highest in this swing, and past swings: `number`, and
    `heights` beyond HIGH together; the `recent` with when they ended. `in_row` is whether the newest run had
    exceptions only.
    """

    good: float = 0
    total: float = 0
    evidence: float = 0.0
    highest: float = 0.0
    number: float = 0
    heights: float = 0.0
    in_row: bool = False
    recent: list[tuple[int, float]] = field(default_factory=list)

    def note(self, part: Part, counts: Mapping[str, int], now: int) -> int:
        """Takes one run's counts into account; how many rows of exceptions began in it."""
        good, total = counts.get(part.good, 0), counts.get(part.total, 0)
        if not total:
            return 0
        began = round((total - good) * (good + 1) / total) - (self.in_row and good < total)
        self.in_row = not good
        if self.total >= ENOUGH:
            self._add(good, total - good, now)
        self.good, self.total = self.good + good, self.total + total
        if self.total > FADING:
            self.good, self.total = self.good / 2, self.total / 2
            self.number, self.heights = self.number / 2, self.heights / 2
        return max(began, 0)

    def _add(self, good: int, bad: int, now: int) -> None:
        was = (self.good + 0.5) / (self.total + 1)
        told = good * log(QUARTER) + bad * log((1 - QUARTER * was) / (1 - was))
        self.evidence = round(max(0.0, self.evidence + told), 2)
        self.highest = max(self.highest, self.evidence)
        if not self.evidence:
            if self.highest > HIGH:
                self.recent.append((now, round(self.highest - HIGH, 2)))
            self.highest = 0.0
        while self.recent and now - self.recent[0][0] > A_WHILE:
            self.number, self.heights = self.number + 1, self.heights + self.recent.pop(0)[1]

    def forget(self, since: int) -> None:
        """Leaves out of account the swings since then: they were of something wrong."""
        self.recent = [one for one in self.recent if one[0] < since]
        self.evidence = self.highest = 0.0

    def calmed(self, evidence: float, assumed: float) -> float:
        """The evidence as it would be of a share whose pages are drawn one by one.

        `assumed` is the mean height of swings as long as the site's own tell little.
        """
        height = max(1.0, (PRIOR * assumed + self.heights) / (PRIOR + self.number))
        rare = log(max(self.total, 1.0) / (self.number + 1)) - 2.0
        return max(evidence / height, (evidence - HIGH) / height + rare if evidence > HIGH else 0.0)

    def as_row(self) -> list[object]:
        """For the store."""
        return [getattr(self, name) for name in self.__slots__]
