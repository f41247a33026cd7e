"""How long articles wait for us at equal numbers of requests: our rhythm, fixed intervals, the best possible.

    python benchmarks/rhythm.py [--kinds judging|tuning] [--looks 12,24,48] [--sites 26] [--days 70]

Publishing is made (`madetraces.py`): months of sites whose true rates are known. A request is one look at one
feed. Four policies make the same number of looks at the same sites:

- fixed: one interval for all sites;
- by rate: an interval per site, by the inverse square root of its true mean rate, which is the best that
  fixed intervals can do and takes knowing that rate;
- ours: learns from what it saw, beginning with the newest twenty entries of each feed;
- informed: knows the true rates of every five minutes, changes to come included, and of bursts their law, but
  not the moments. Where articles come independently of each other (all kinds without bursts) what was seen
  says nothing of what comes, so the best policy is a timetable made beforehand, and dynamic programming over
  all slots finds it, with one price of a look for all sites, chosen so that the looks are as many as ours
  (Lagrange: no other division of so many looks waits less). With bursts it also uses, at each look, the exact
  expectation of what follows; only what later looks will teach it is left out of account.
"""

import argparse
import heapq
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from madetraces import BEFORE_DAYS, DAY_MIN, JUDGING, SLOT_MIN, TUNING, Floats, Trace, traces

sys.path.insert(0, str(Path(__file__).parent.parent))  # a checkout that is not installed

from ops.habits import Habit, learn, prior_per_day
from ops.rhythm import Bounds, backwards, fair_price, next_look, outlooks

START = float(BEFORE_DAYS * DAY_MIN)
SHOWN = 20  # entries of a feed
EVERY_MIN = 30.0  # what all site files say
LEARNING_DAYS = 14  # told apart
FIRST_HOURS = (0, 1, 2, 4, 8, 16, 24, 32, 40)  # when it is learnt anew at first; then daily
LAG_SLOTS = 864  # the informed policy looks at least every third day
POLICIES = ("fixed", "by rate", "ours", "informed")
Looks = list[Floats]  # of each site, sorted


@dataclass(slots=True)
class Watched:
    """A site as our policy knows it."""

    trace: Trace
    looks: list[float] = field(default_factory=list)

    def known(self, at: float) -> Floats:
        """What was seen by the last look at or before `at`."""
        shown = np.searchsorted(self.trace.moments, START, side="right")
        return self.trace.moments[
            max(shown - SHOWN, 0) : np.searchsorted(self.trace.moments, at, side="right")
        ]

    def learnt(self, at: float) -> tuple[Habit, Bounds]:
        """Its habit by then, and how long it may be left alone."""
        known = self.known(at) if self.looks else np.empty(0)
        since = min(START, known[0]) if len(known) else START
        return learn(known, since, at, prior_per_day(EVERY_MIN)), Bounds().of_known(at - since, EVERY_MIN)


def spans(days: int) -> Iterator[tuple[float, float]]:
    """From when to when what was learnt serves: there is much more to learn from in the first days."""
    hours = [*FIRST_HOURS, *range(48, 24 * days + 1, 24)]
    return pairwise(START + 60.0 * hour for hour in hours if hour <= 24 * days)


def ours(sites: Sequence[Trace], per_day: float, days: int) -> Looks:
    """The looks of our policy with a budget of so many a day in all."""
    watched = [Watched(trace) for trace in sites]
    due = [(START + n * EVERY_MIN / len(sites), n) for n in range(len(sites))]
    price = 2 * EVERY_MIN
    for begin, end in spans(days):
        last = [site.looks[-1] if site.looks else begin for site in watched]
        habits, bounds = zip(*map(Watched.learnt, watched, last), strict=True)
        for _ in range(4):  # as the timetable does it
            ahead = outlooks(habits, bounds, last, [price] * len(sites))
            expected = sum(each.looks for each in ahead)
            price = fair_price(price, expected, per_day)
            if abs(expected - per_day) < 0.03 * per_day:
                break
        ahead = outlooks(habits, bounds, last, [price] * len(sites))
        if begin > START:  # a look that was set before gets another moment by what is known now
            nexts = map(next_look, ahead, last, map(Watched.known, watched, last))
            due = [(max(at, begin), n) for n, at in enumerate(nexts)]
        heapq.heapify(due)
        while due[0][0] < end:
            at, n = due[0]
            watched[n].looks.append(at)
            heapq.heapreplace(due, (next_look(ahead[n], at, watched[n].known(at)), n))
    return [np.array(site.looks) for site in watched]


def fixed(shares: Floats, looks: float, begin: float, end: float) -> Looks:
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
    first, slots = int(begin // SLOT_MIN), int((end - begin) // SLOT_MIN)
    made: Looks = [np.empty(0)] * len(sites)
    for most in (DAY_MIN // SLOT_MIN, LAG_SLOTS):  # sites with little need a longer view
        chosen = [n for n, site in enumerate(sites) if (site.rates.mean() * 288 > 0.5) == (most < LAG_SLOTS)]
        if not chosen:
            continue
        true = [true_rates(sites[n]) for n in chosen]
        rates = np.array([each[first : first + slots] for each in true])
        one, count = np.ones(len(chosen), dtype=np.int64), len(chosen)
        never = np.zeros((count, slots + 1), dtype=bool)
        come, moment, cost, then = backwards(rates, price * one, never, one, most * one)
        for row, n in enumerate(chosen):
            if sites[n].follow:
                made[n] = followed(sites[n], true[row], (come[row], moment[row], cost[row]), begin, most)
            else:
                made[n] = begin + sites[n].shift + SLOT_MIN * np.array(walk(then[row]), dtype=np.float64)
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
    trace: Trace, rates: Floats, sums: tuple[Floats, Floats, Floats], begin: float, most: int
) -> Floats:
    """The looks of the informed policy where what was seen tells of what follows."""
    come, moment, cost = sums
    usual = np.empty_like(rates)
    keep = np.exp(-SLOT_MIN / trace.lag_min)
    felt = 0.0
    for n, rate in enumerate(rates):
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


def waits(trace: Trace, looks: Floats, begin: float, end: float) -> Floats:
    """How long each article published between the two moments waited; what was never seen until the end."""
    first, last = np.searchsorted(trace.moments, [begin, end])
    moments = trace.moments[first:last]
    seen = np.append(looks, end)[np.searchsorted(looks, moments, side="right")]
    return np.maximum(seen - moments, 0)


Outcome = dict[str, tuple[Looks, Looks]]  # by policy: all waits and all looks, site by site


def compared(sites: Sequence[Trace], per_day: float, days: int) -> dict[str, Outcome]:
    """What each policy came to in the first two weeks, after, in all; all make as many looks as ours did."""
    mine = ours(sites, per_day, days)
    learnt, end = START + LEARNING_DAYS * DAY_MIN, START + days * DAY_MIN
    first, after = outcome(sites, mine, START, learnt), outcome(sites, mine, learnt, end)
    return {"first two weeks": first, "after": after, "whole": together(first, after)}


def together(first: Outcome, then: Outcome) -> Outcome:
    """The outcome of two stretches as one."""

    def joined(policy: str, part: int) -> Looks:
        return [np.concatenate(each) for each in zip(first[policy][part], then[policy][part], strict=True)]

    return {policy: (joined(policy, 0), joined(policy, 1)) for policy in POLICIES}


def outcome(sites: Sequence[Trace], mine: Looks, begin: float, end: float) -> Outcome:
    """The same of one stretch of time."""
    part = [looks[(looks >= begin) & (looks < end)] for looks in mine]
    number = sum(map(len, part))
    came = np.array([max(len(waits(site, np.empty(0), begin, end)), 0.5) for site in sites])
    made = (
        fixed(np.ones(len(sites)), number, begin, end),
        fixed(np.sqrt(came), number, begin, end),
        part,
        informed(sites, number, begin, end),
    )
    return {
        policy: ([waits(site, at, begin, end) for site, at in zip(sites, looks, strict=True)], looks)
        for policy, looks in zip(POLICIES, made, strict=True)
    }


def table(per_site: float, told: dict[str, Outcome]) -> Iterator[str]:
    """Lines: a stretch of time and a policy each."""
    for stretch, found in told.items():
        means = {policy: float(np.concatenate(found[policy][0]).mean()) for policy in POLICIES}
        for policy in POLICIES:
            all_waits = np.concatenate(found[policy][0])
            yield (
                f"{per_site:5.0f}  {stretch:16} {policy:9} {sum(map(len, found[policy][1])):7}"
                f" {means[policy]:7.1f} {np.percentile(all_waits, 95):7.1f}"
                f" {means[policy] / means['fixed']:8.2f} {means[policy] / means['informed']:9.2f}"
            )


def by_kind(sites: Sequence[Trace], found: Outcome) -> Iterator[str]:
    """Lines: a kind of site each, mean wait and all looks of each policy."""
    kinds = sorted({site.kind for site in sites})
    for kind in kinds:
        those = [n for n, site in enumerate(sites) if site.kind == kind]
        cells = []
        for policy in POLICIES:
            all_waits, looks = found[policy]
            mean = np.concatenate([all_waits[n] for n in those]).mean()
            cells.append(f"{mean:7.1f} ({sum(len(looks[n]) for n in those):6})")
        yield f"{kind:16} {' '.join(cells)}"


def main(words: Sequence[str] | None = None) -> int:
    """0 where, once learnt, articles wait at most half as long as with fixed intervals and at most 1.25 times
    as long as with the informed policy.
    """
    parser = argparse.ArgumentParser(
        description="How long articles wait for us, at equal numbers of requests."
    )
    parser.add_argument("--kinds", choices=("judging", "tuning"), default="judging")
    parser.add_argument("--looks", default="12,24,48", help="looks a site and day on average, one table each")
    parser.add_argument("--sites", type=int, default=26)
    parser.add_argument("--days", type=int, default=70)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args(words)
    began = time.process_time()
    sites = traces(JUDGING if asked.kinds == "judging" else TUNING, asked.seed, asked.sites, asked.days)
    heads = f"{'in all':>7} {'mean':>7} {'p95':>7} {'/ fixed':>8} {'/ inform.':>9}"
    print(f"{'looks':>5}  {'':16} {'policy':9} {heads}")
    good = True
    for per_site in map(float, asked.looks.split(",")):
        told = compared(sites, per_site * asked.sites, asked.days)
        print("\n".join(table(per_site, told)))
        mean = {policy: float(np.concatenate(told["after"][policy][0]).mean()) for policy in POLICIES}
        good &= mean["ours"] <= 0.5 * mean["fixed"] and mean["ours"] <= 1.25 * mean["informed"]
    print(f"\n{'mean (looks)':16} " + " ".join(f"{policy:>16}" for policy in POLICIES))
    print("\n".join(by_kind(sites, told["after"])))
    print(f"{time.process_time() - began:.0f} s of CPU; minutes from publication to the look that finds it")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
