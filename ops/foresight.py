"""What was worked out of each site's coming days, kept while it holds: most looks teach nothing new."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Engine

from db.rhythms import RhythmRow
from ops.habits import DAY_MIN, SLOT_MIN, Floats, Habit, learn, prior_per_day
from ops.rhythm import Bounds, Outlook, fair_price, outlooks

PRICE_FOR = timedelta(hours=1)  # how long a price holds
NEAR = 0.05  # a look that costs so little more or less is put where it was: half as much of the budget
SAMPLE = 100  # sites by which the price is found where there are more
HOLDS_MIN = float(DAY_MIN)  # what is expected of the days to come is worked out once a day
ANEW_MIN = 60.0  # and when there are new articles to learn from, though not more often than this
MORE = 1.1  # unless there are so many times as many
BATCH = 200  # sites whose weeks are looked through together; some 20 MB


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A site's row as the arithmetic wants it; times in minutes since EPOCH."""

    row: RhythmRow
    every: timedelta
    bounds: Bounds
    moments: Floats
    since: float
    last: float

    @property
    def seen(self) -> Floats:
        """When it published until the last look."""
        return self.moments[self.moments <= self.last]

    def learn(self) -> Habit:
        """Its habit by all that was seen."""
        prior = prior_per_day(self.every.total_seconds() / 60)
        return learn(self.seen, self.since, self.last, prior)


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """A site's habit, and what it was learnt from and when."""

    habit: Habit
    moments: bytes
    basis: tuple[float, timedelta]
    at: float

    def holds(self, site: Known) -> bool:
        """Whether it still does for the site as it is now."""
        passed, before = site.last - self.at, len(self.moments)
        if self.basis != (site.since, site.every) or not 0 <= passed < HOLDS_MIN:
            return False
        if self.moments == site.row.moments:
            return True
        return passed < ANEW_MIN and before <= len(site.row.moments) <= before * MORE


@dataclass(frozen=True, slots=True)
class Price:
    """What a request costs, in article-minutes of waiting, as found for these sites and this budget."""

    at: datetime
    sites: frozenset[str]
    budget: float
    value: float

    def holds(self, sites: Sequence[Known], budget: float, now: datetime) -> bool:
        """Whether it does for some of its sites, or for all where the budget is the same."""
        if not timedelta() <= now - self.at < PRICE_FOR:
            return False
        if len(sites) < len(self.sites):
            return True
        return self.budget == budget and self.sites == frozenset(site.row.site for site in sites)


@dataclass(slots=True)
class Foresight:
    """All that is kept of the sites in one store."""

    price: Price | None = None
    habits: dict[str, Learnt] = field(default_factory=dict)
    ahead: dict[str, Outlook] = field(default_factory=dict)

    def priced(self, sites: Sequence[Known], now: datetime, per_day: float | None) -> float:
        """The price at which the looks at these sites cost `per_day` requests, over a week; None or 0: as
        many as if each were looked at in its file's interval.
        """
        budget = per_day or sum(site.row.requests * timedelta(days=1) / site.every for site in sites)
        kept = self.price
        if kept and kept.holds(sites, budget, now):
            return kept.value
        price = kept.value if kept else 60.0
        sample = sites[:: max(len(sites) // SAMPLE, 1)]
        share = sum(site.row.requests for site in sample) / (sum(site.row.requests for site in sites) or 1)
        for _ in range(4 if sites else 0):
            ahead = self._weeks(sample, price)
            spent = sum(a.looks * k.row.requests for a, k in zip(ahead, sample, strict=True))
            price = fair_price(price, spent / share, budget)
            if abs(spent / share - budget) < 0.03 * budget:
                break
        price = min(max(price, 0.05), 1e7)
        self.price = Price(now, frozenset(site.row.site for site in sites), budget, price)
        return price

    def foreseen(self, sites: Sequence[Known], price: float) -> list[Outlook]:
        """What is ahead of each site at this price of a request, from its last look on."""
        found = {site.row.site: self._kept(site, price) for site in sites}
        stale = [site for site in sites if found[site.row.site] is None]
        for batch in (stale[at : at + BATCH] for at in range(0, len(stale), BATCH)):
            for site, ahead in zip(batch, self._weeks(batch, price), strict=True):
                found[site.row.site] = self.ahead[site.row.site] = shortened(ahead)
        return [ahead for ahead in found.values() if ahead is not None]

    def _kept(self, site: Known, price: float) -> Outlook | None:
        """What was foreseen before, if it still holds."""
        ahead, learnt = self.ahead.get(site.row.site), self.habits.get(site.row.site)
        if ahead is None or learnt is None or ahead.habit is not learnt.habit or not learnt.holds(site):
            return None
        is_near = abs(price * site.row.requests - ahead.price) <= NEAR * ahead.price
        passed = ahead.habit.slot(site.last) - ahead.first
        holds = is_near and ahead.bounds == site.bounds and 0 <= passed * SLOT_MIN <= HOLDS_MIN
        return ahead if holds else None

    def _habit(self, site: Known) -> Habit:
        kept = self.habits.get(site.row.site)
        if kept is None or not kept.holds(site):
            basis = (site.since, site.every)
            kept = Learnt(site.learn(), site.row.moments, basis, site.last)
            self.habits[site.row.site] = kept
        return kept.habit

    def _weeks(self, sites: Sequence[Known], price: float) -> list[Outlook]:
        """The coming week of each site after its last look, a request costing so much."""
        return outlooks(
            [self._habit(site) for site in sites],
            [site.bounds for site in sites],
            [site.last for site in sites],
            [price * site.row.requests for site in sites],
        )


def shortened(ahead: Outlook) -> Outlook:
    """As much of it as is asked for while it holds."""
    slots = int((HOLDS_MIN + ahead.bounds.most_min) / SLOT_MIN) + 3
    come, moment, cost = (np.copy(part[:slots]) for part in (ahead.come, ahead.moment, ahead.cost))
    return replace(ahead, come=come, moment=moment, cost=cost)


_kept: WeakKeyDictionary[Engine, Foresight] = WeakKeyDictionary()


def foresight_of(engine: Engine) -> Foresight:
    """What is kept of the sites in this store."""
    return _kept.setdefault(engine, Foresight())
