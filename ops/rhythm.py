"""When to look at a site next, so that all articles of all sites together wait the least for so many looks.

A look costs `price`, in article-minutes of waiting; one price for all sites makes their looks comparable, and
the price that spends the budget is the best one (Lagrange). Between two looks an article expected in slot i
waits until the second. Where the rate is even, the best distance follows: sqrt(2 price / rate), so that
looks go with the square root of what comes. Where it is not, going backwards in time slot by slot finds the
moments that cost least. Nothing here knows a clock or a database.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ops.habits import DAY_MIN, SLOT_MIN, SLOTS, Floats, Habit

AHEAD = SLOTS + 288  # slots looked ahead: a week whose looks are counted, and a day that shapes its end


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a site allows, in minutes: not sooner after the last look, not later, and not in quiet hours.

    `quiet` are stretches of the day in UTC, (begin, end) in minutes after midnight, end before begin over it.
    """

    least_min: float = 5.0
    most_min: float = float(DAY_MIN)
    quiet: tuple[tuple[int, int], ...] = ()

    def of_known(self, known_min: float, every_min: float) -> "Bounds":
        """The bounds of a site of which so many minutes are known: it is never left alone for longer than
        half of them, or its file's interval. What a few hours foretell of a day is a guess.
        """
        most = max(known_min / 2, every_min, self.least_min)
        return self if most >= self.most_min else replace(self, most_min=most)


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """A site's coming week as it looked at slot `first`: what it brings, and what it will cost in all from
    each slot on, looking at the best moments.

    `come` and `moment` are running sums of articles expected and of articles times slot numbers.
    """

    habit: Habit
    bounds: Bounds
    first: int
    price: float
    come: Floats
    moment: Floats
    cost: Floats
    looks: float  # a day, over the week


def outlooks(
    habits: Sequence[Habit],
    bounds: Sequence[Bounds],
    since: Sequence[float],
    price: Sequence[float],
    ahead: int = AHEAD,
) -> list[Outlook]:
    """The outlook of each site from the slot on that `since` lies in; `price` is of one look at each."""
    if not habits:
        return []
    firsts = [habit.slot(at) for habit, at in zip(habits, since, strict=True)]
    rates = np.array([habit.rates(first, ahead) for habit, first in zip(habits, firsts, strict=True)])
    silent = np.array(
        [silent_slots(b, h, first, ahead + 1) for h, b, first in zip(habits, bounds, firsts, strict=True)]
    )
    least = np.array([slots_of(each.least_min) for each in bounds])
    most = np.array([slots_of(each.most_min) for each in bounds])
    come, moment, cost, then = backwards(rates, np.asarray(price), silent, least, most)
    week = min(ahead, SLOTS)
    looks = walked(then, week) / (week * SLOT_MIN / DAY_MIN)
    return [
        Outlook(h, b, first, float(price[n]), come[n], moment[n], cost[n], float(looks[n]))
        for n, (h, b, first) in enumerate(zip(habits, bounds, firsts, strict=True))
    ]


def backwards(
    rates: Floats, price: Floats, silent: NDArray[np.bool_], least: NDArray[np.int64], most: NDArray[np.int64]
) -> tuple[Floats, Floats, Floats, NDArray[np.int32]]:
    """Running sums of articles and of articles times slots; what all costs from each slot boundary on, having
    just looked; and at which boundary to look then. One row a site, the columns are boundaries between slots.

    The end is open: what comes after the last look costs nothing, so that nothing near it should be believed.
    """
    sites, slots = rates.shape
    place = np.arange(slots + 1, dtype=np.float64)
    come = np.concatenate([np.zeros((sites, 1)), rates.cumsum(1)], axis=1)
    moment = np.concatenate([np.zeros((sites, 1)), (rates * (place[:-1] + 0.5)).cumsum(1)], axis=1)
    window = int(most.max())
    ease = np.where(silent, np.inf, place * come - moment)  # plus price and what follows, once known
    due = np.full((sites, slots + 1 + window), np.inf)
    cost = np.zeros((sites, slots + 1))
    then = np.full((sites, slots + 1), slots, dtype=np.int32)
    reach = np.arange(1, window + 1)
    shut = np.where((reach < least[:, None]) | (reach > most[:, None]), np.inf, 0.0)
    far = np.concatenate([place, slots + 1.0 + np.arange(window)])
    rows = np.arange(sites)
    toll = price / SLOT_MIN
    due[:, slots] = ease[:, slots]
    for slot in range(slots - 1, -1, -1):
        options = (
            due[:, slot + 1 : slot + 1 + window] - come[:, slot, None] * far[slot + 1 : slot + 1 + window]
        )
        options += shut
        best = options.argmin(1)
        least_cost = options[rows, best] + moment[:, slot]
        stuck = ~np.isfinite(least_cost)
        cost[:, slot] = np.where(stuck, cost[:, slot + 1], least_cost)
        then[:, slot] = np.where(stuck, then[:, slot + 1], slot + 1 + best)
        due[:, slot] = ease[:, slot] + toll + cost[:, slot]
    return come, moment, cost * SLOT_MIN, then


def walked(then: NDArray[np.int32], until: int) -> Floats:
    """How many looks each site gets before boundary `until`, beginning with one at 0."""
    rows = np.arange(len(then))
    at = np.zeros(len(then), dtype=np.int64)
    looks = np.zeros(len(then))
    while (going := at < until).any():
        looks += going
        at = np.where(going, then[rows, at], at)
    return looks


def next_look(outlook: Outlook, last: float, moments: Floats) -> float:
    """When to look again after the look at `last`, in minutes since EPOCH, knowing what was published until
    then; the outlook has to reach a day beyond.
    """
    habit, bounds = outlook.habit, outlook.bounds
    begin = max((last - habit.shift) / SLOT_MIN - outlook.first, 0.0)  # in slots, as all that follows
    lowest = int(np.ceil(begin + bounds.least_min / SLOT_MIN))
    highest = max(int(begin + bounds.most_min / SLOT_MIN), lowest)
    at = np.arange(lowest, min(highest, len(outlook.come) - 1) + 1)
    here = int(begin)
    share = begin - here
    come = outlook.come[here] + share * (outlook.come[here + 1] - outlook.come[here])
    moment = outlook.moment[here] + share * (outlook.moment[here + 1] - outlook.moment[here])
    waits = at * (outlook.come[at] - come) - (outlook.moment[at] - moment)
    extra = habit.excess(moments, last)
    if extra:
        waits = np.maximum(waits + echo(habit, extra, at - begin), 0.0)
    total = waits * SLOT_MIN + outlook.cost[at]
    total[silent_slots(bounds, habit, outlook.first + lowest, len(at))] = np.inf
    best = int(np.argmin(total))
    if not np.isfinite(total[best]):
        return out_of_quiet(bounds, last + bounds.most_min)
    return (outlook.first + int(at[best])) * SLOT_MIN + float(habit.shift)


def echo(habit: Habit, extra: float, after: NDArray[np.floating[Any]]) -> Floats:
    """How long the articles of a burst, `extra` a minute at first, will have waited so many slots later."""
    fade = (1 - habit.follow) / habit.lag_min * SLOT_MIN  # a slot
    waits: Floats = extra * SLOT_MIN * (after / fade - (1 - np.exp(-fade * after)) / fade**2)
    return waits


def silent_slots(bounds: Bounds, habit: Habit, first: int, number: int) -> NDArray[np.bool_]:
    """Whether the beginnings of so many slots from `first` on lie in the site's quiet hours."""
    silent = np.zeros(number, dtype=bool)
    if bounds.quiet:
        day = ((first + np.arange(number)) * SLOT_MIN + habit.shift) % DAY_MIN
        for begin, end in bounds.quiet:
            inside = (day >= begin) & (day < end) if begin < end else (day >= begin) | (day < end)
            silent |= inside
    return silent


def out_of_quiet(bounds: Bounds, at: float) -> float:
    """`at`, or the end of the quiet hours it lies in."""
    for _ in range(len(bounds.quiet) + 1):  # one stretch may end in another
        for begin, end in bounds.quiet:
            day = at % DAY_MIN
            if (begin <= day < end) if begin < end else (day >= begin or day < end):
                at += (end - day) % DAY_MIN
    return at


def slots_of(minutes: float) -> int:
    """So many slots, one at least."""
    return max(round(minutes / SLOT_MIN), 1)


def fair_price(price: float, looks: float, budget: float) -> float:
    """The price nearer to the one that spends the budget, after `price` led to so many looks.

    Looks go with the inverse square root of their price; at the bounds of sites they do not, so again.
    """
    return price * float(np.clip(looks / budget, 0.2, 5.0)) ** 2
