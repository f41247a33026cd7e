"""How long articles wait for us at equal numbers of requests: our rhythm, fixed intervals, the best possible.

    python benchmarks/rhythm.py [--kinds judging|tuning] [--looks 12,24,48] [--sites 39] [--days 70] [--seed 7]

Publishing is made (`madetraces.py`): months of sites whose true rates are known. A request is one look at one
feed. Four policies make the same number of looks at the same sites:

- fixed: one interval for all sites;
- by rate: an interval per site, by the inverse square root of its true mean rate, which is the best that
  fixed intervals can do and takes knowing that rate;
- ours: learns from what it saw, beginning with the newest twenty entries of each feed;
- informed: knows the true rates of every five minutes, changes to come included, and of bursts their law, but
  not the moments. Where articles come independently of each other (all kinds without bursts) what was seen
  says nothing of what comes, so the best policy is a timetable made beforehand, and dynamic programming over
  all slots finds it: backwards in time, for each slot the next look that makes waiting and looks cost least,
  with one price of a look for all sites, chosen so that the looks are as many as ours (Lagrange: no other
  division of so many looks waits less). With bursts it also uses, at each look, the exact expectation of
  what follows, given all articles until then; only what later looks will teach it is left out of account.
"""

import argparse
import heapq
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from madetraces import BEFORE_DAYS, DAY_MIN, JUDGING, SLOT_MIN, TUNING, WEEK_MIN, Floats, Trace, traces

sys.path.insert(0, str(Path(__file__).parent.parent))  # a checkout that is not installed

from ops.habits import learn, prior_per_day
from ops.rhythm import Bounds, backwards, fair_price, next_look, outlooks

START = float(BEFORE_DAYS * DAY_MIN)
SHOWN = 20  # entries of a feed
EVERY_MIN = 30.0  # what all site files say
LEARNING_DAYS = 14  # told apart
LAG_SLOTS = 864  # the informed policy looks at least every third day
Looks = list[Floats]  # of each site, sorted


@dataclass(slots=True)
class Watched:
    """A site as our policy knows it."""

    trace: Trace
    looks: list[float] = field(default_factory=list)

    def known(self, at: float) -> Floats:
        """What was seen by the last look at or before `at`."""
        shown = np.searchsorted(self.trace.moments, START, side="right")
        return self.trace.moments[max(shown - SHOWN, 0) : np.searchsorted(self.trace.moments, at, side="right")]


def ours(sites: Sequence[Trace], per_day: float, days: int) -> Looks:
    """The looks of our policy with a budget of so many a day in all."""
    watched = [Watched(trace) for trace in sites]
    due = [(START + n * EVERY_MIN / len(sites), n) for n in range(len(sites))]
    bounds = [Bounds()] * len(sites)
    price = 2 * EVERY_MIN
    for day in range(days):
        begin = START + day * DAY_MIN
        habits = []
        for site in watched:
            last = site.looks[-1] if site.looks else START
            known = site.known(last) if site.looks else np.empty(0)
            since = min(START, known[0]) if len(known) else START
            habits.append(learn(known, since, max(last, begin), prior_per_day(EVERY_MIN)))
        for _ in range(2 if day else 6):
            ahead = outlooks(habits, bounds, [begin] * len(sites), [price] * len(sites))
            price = fair_price(price, sum(each.looks for each in ahead), per_day)
        ahead = outlooks(habits, bounds, [begin] * len(sites), [price] * len(sites))
        heapq.heapify(due)
        while due[0][0] < begin + DAY_MIN:
            at, n = due[0]
            watched[n].looks.append(at)
            heapq.heapreplace(due, (next_look(ahead[n], at, watched[n].known(at)), n))
    return [np.array(site.looks) for site in watched]


def fixed(sites: Sequence[Trace], shares: Floats, looks: float, begin: float, end: float) -> Looks:
    """Looks at even distances, so many in all, as many of each site as its share."""
    made = []
    for n, share in enumerate(shares / shares.sum()):
        every = (end - begin) / (looks * share)
        made.append(np.arange(begin + every * ((n * 0.618) % 1), end, every))
    return made


def informed(sites: Sequence[Trace], looks: float, begin: float, end: float) -> Looks:
    """The looks of the policy that knows the true rates, so many in all."""
    price, made = 300.0, []
    low, high = 0.0, np.inf
    for _ in range(12):
        made = informed_at(sites, price, begin, end)
        number = sum(map(len, made))
        if abs(number - looks) < 0.004 * looks:
            break
        low, high = (price, high) if number > looks else (low, price)
        guess = price * (number / looks) ** 2
        price = guess if low < guess < high else (low + min(high, 4 * low + 1)) / 2
    return made


def informed_at(sites: Sequence[Trace], price: float, begin: float, end: float) -> Looks:
    """The same at a price of a look."""
    made: Looks = []
    first, slots = int(begin // SLOT_MIN), int((end - begin) // SLOT_MIN)
    busy = [trace.rates.mean() * 288 > 0.5 for trace in sites]
    result: dict[int, Floats] = {}
    for group in (True, False):
        chosen = [n for n in range(len(sites)) if busy[n] is bool(group) or bool(busy[n]) == group]
        if not chosen:
            continue
        true = [true_rates(sites[n]) for n in chosen]
        rates = np.array([each[first : first + slots] for each in true])
        count = len(chosen)
        none = np.zeros((count, slots + 1), dtype=bool)
        most = np.full(count, 288 if group else LAG_SLOTS)
        come, moment, cost, then = backwards(
            rates, np.full(count, price), none, np.ones(count, dtype=int), most
        )
        for row, n in enumerate(chosen):
            if sites[n].follow:
                result[n] = followed(sites[n], true[row], come[row], moment[row], cost[row], begin, int(most[row]))
            else:
                result[n] = begin + sites[n].shift + SLOT_MIN * np.array(walk(then[row]))
    made = [result[n] for n in range(len(sites))]
    return made


def walk(then: Floats) -> list[int]:
    """The boundaries of one site's timetable."""
    at, seen = 0, []
    while at < len(then) - 1:
        at = int(then[at])
        seen.append(at)
    return seen


def true_rates(trace: Trace) -> Floats:
    """What is expected in each slot, with what bursts add on average."""
    if not trace.follow:
        return trace.rates
    fade = np.exp(-(1 - trace.follow) * SLOT_MIN / trace.lag_min)
    gain = trace.follow / (1 - trace.follow) * (1 - fade)  # in the long run follow / (1 - follow)
    felt, added = 0.0, np.empty_like(trace.rates)
    for n, rate in enumerate(trace.rates):
        felt = felt * fade + rate * gain
        added[n] = felt
    return trace.rates + added


def followed(
    trace: Trace, rates: Floats, come: Floats, moment: Floats, cost: Floats, begin: float, most: int
) -> Floats:
    """The looks of the informed policy where what was seen tells of what follows."""
    usual = np.empty_like(rates)
    keep = np.exp(-SLOT_MIN / trace.lag_min)
    felt = 0.0
    for n, rate in enumerate(rates_before(trace, rates)):
        felt = felt * keep + rate * (1 - keep) / SLOT_MIN
        usual[n] = felt * trace.follow
    fade = (1 - trace.follow) / trace.lag_min * SLOT_MIN
    here, looks, last = 0, [], len(come) - 1
    first = int(begin // SLOT_MIN)
    while here < last:
        now = begin + trace.shift + here * SLOT_MIN
        low, high = np.searchsorted(trace.moments, [now - 8 * trace.lag_min, now])
        recent = np.exp((trace.moments[low:high] - now) / trace.lag_min).sum() / trace.lag_min
        extra = trace.follow * recent - usual[first + here - 1]
        at = np.arange(here + 1, min(here + most, last) + 1)
        waits = at * (come[at] - come[here]) - (moment[at] - moment[here])
        after = at - here
        waits = waits + extra * SLOT_MIN * (after / fade - (1 - np.exp(-fade * after)) / fade**2)
        here = int(at[np.argmin(np.maximum(waits, 0) * SLOT_MIN + cost[at])])
        looks.append(begin + trace.shift + here * SLOT_MIN)
    return np.array(looks)


def rates_before(trace: Trace, rates: Floats) -> Floats:
    """The rates themselves: a name for what the echo of the past is made of."""
    return rates


def waits(trace: Trace, looks: Floats, begin: float, end: float) -> Floats:
    """How long each article published between the two moments waited; what was never seen until the end."""
    first, last = np.searchsorted(trace.moments, [begin, end])
    moments = trace.moments[first:last]
    seen = np.append(looks, end)[np.searchsorted(looks, moments, side="right")]
    return np.maximum(seen - moments, 0)


Policy = Callable[[Sequence[Trace], float, float, float], Looks]


def compared(sites: Sequence[Trace], per_day: float, days: int) -> dict[str, dict[str, tuple[Floats, Looks]]]:
    """By stretch of time and policy: all waits, site by site, and the looks."""
    mine = ours(sites, per_day, days)
    told = {}
    learnt = START + LEARNING_DAYS * DAY_MIN
    for name, begin, end in (("first two weeks", START, learnt), ("after", learnt, START + days * DAY_MIN)):
        part = [looks[(looks >= begin) & (looks < end)] for looks in mine]
        number = sum(map(len, part))
        mean = np.array([max(len(waits(t, np.empty(0), begin, end)), 0.5) for t in sites])
        told[name] = {
            "fixed": fixed(sites, np.ones(len(sites)), number, begin, end),
            "by rate": fixed(sites, np.sqrt(mean), number, begin, end),
            "ours": part,
            "informed": informed(sites, number, begin, end),
        }
        told[name] = {
            policy: ([waits(t, looks, begin, end) for t, looks in zip(sites, made, strict=True)], made)
            for policy, made in told[name].items()
        }
    return told
