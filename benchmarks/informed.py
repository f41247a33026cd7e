"""What the best informed would see: who knows the true law of a made site, and what its fault will do.

Silence is told by the gap that the site's own law exceeds so many times a month. A share is told by adding up
the likelihood ratio of every page under the true shares, from the best day on: Page's test, which on average
none beats that raises as few false alarms. Each may spend on its one fault all false alarms that the watch
may raise in total, 1 in 100 site-months; pages count as drawn one by one. What they see too late, nobody who
knows less can be blamed for.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from madehealth import COPIES, DAY, DECAY, DRIFT, FEW_COPIES, Kind, MadeSite

from db.summaries import Summary

FALSE = 0.01  # false alarms a site and month
STEP = 5  # minutes


def longest_gap(kind: Kind) -> float:
    """The gap, in expected ones, that sites of the kind exceed FALSE times a month."""
    low, high = 0.0, 60.0
    for _ in range(50):
        gap = (low + high) / 2
        low, high = (gap, high) if 30 * kind.rate * exceeds(kind, gap) > FALSE else (low, gap)
    return high


def exceeds(kind: Kind, gap: float) -> float:
    """How likely a gap of the kind is longer than so many expected ones, as its rate drifts."""
    drifts = [n / 10 for n in range(-40, 41)]
    weights = [math.exp(-n * n / 2) for n in drifts]
    tails = [upper_gamma(kind.form, kind.form * gap * math.exp(-DRIFT * n)) for n in drifts]
    return sum(w * tail for w, tail in zip(weights, tails, strict=True)) / sum(weights)


def upper_gamma(form: float, x: float) -> float:
    """The regularised upper incomplete gamma function, by the series of the lower one or Lentz's fraction."""
    front = math.exp(form * math.log(max(x, 1e-300)) - x - math.lgamma(form))
    if x < form + 1:
        term = total = 1 / form
        n = 1
        while term > 1e-16 * total:
            term *= x / (form + n)
            total, n = total + term, n + 1
        return 1 - front * total
    b, c = x + 1 - form, 1e300
    d = value = 1 / b
    for n in range(1, 500):
        b += 2
        d = 1 / (n * (form - n) * d + b)
        c = b + n * (form - n) / c
        value *= c * d
        if abs(c * d - 1) < 1e-12:
            break
    return front * value


@dataclass(slots=True)
class Informed:
    """Who knows all of a site; `after` is how many minutes it takes them to see its fault."""

    site: MadeSite
    after: int | None = None
    sums: list[float] = field(default_factory=list)  # evidence, by the day on which it may have begun
    began: int = 0

    @property
    def can_tell(self) -> bool:
        """Whether the fault is of those worked out here."""
        return self.site.fault in {"falls silent", *SHARES}

    def see(self, at: int, summary: Summary | None) -> None:
        """Takes into account what one poll saw."""
        if self.after is not None or at < self.site.fault_at or not self.can_tell:
            return
        if self.tells_silence(at) if self.site.fault == "falls silent" else self.tells_share(at, summary):
            self.after = at - self.site.fault_at

    def tells_silence(self, at: int) -> bool:
        """Whether no gap of the site is so long."""
        if not self.began:
            self.began = self.site.last_at
            self.sums = [0.0, longest_gap(self.site.kind)]
        while self.began < at:
            self.sums[0] += self.site.rate_at(self.began) * STEP
            self.began += STEP
        return self.sums[0] >= self.sums[1]

    def tells_share(self, at: int, summary: Summary | None) -> bool:
        """Whether the pages seen speak for the fault as chance never does."""
        good, total, law = SHARES[self.site.fault or ""]
        number = summary.counts[total] if summary else 0
        if not number or summary is None:
            return False
        bad = number - summary.counts[good.format(self.site.lost)]
        if good.startswith("duplicate"):
            bad = number - bad
        today = (at - self.site.fault_at) // DAY
        self.sums += [0.0] * (today + 1 - len(self.sums))
        usual = law(self.site, -1)
        for day in range(today + 1):
            now = law(self.site, today - day + 0.5)
            self.sums[day] += bad * _log(now / max(usual, 1e-9)) + (number - bad) * _log(
                (1 - now) / (1 - usual)
            )
        pages = 30 * self.site.kind.rate * (self.site.kind.batch + 1) / 2
        return max(self.sums) >= math.log(pages / FALSE)


def _log(ratio: float) -> float:
    return math.log(max(ratio, 1e-9))


def _decayed(site: MadeSite, days: float) -> float:
    usual = site.fields[site.lost] * (0.88 + 0.12 * site.special[site.lost])
    return 1 - min(usual, 0.998) * min(1.0, max(0.0, 1 - DECAY * days))


Law = Callable[
    [MadeSite, float], float
]  # the share of bad pages so many days after the fault; before it for -1
SHARES: dict[str, tuple[str, str, Law]] = {
    "feed freezes": ("found.best", "found", lambda site, days: 1.0 if days >= 0 else 1 - site.feed_share),
    "addresses change": ("links.fit", "links", lambda _, days: float(days >= 0)),
    "copies flood": ("duplicate", "articles", lambda _, days: COPIES if days >= 0 else FEW_COPIES),
    "field decays": ("has.{}", "articles", _decayed),
}
