"""Timetables of made sites, drawn from a seed, and what a reader of such a site could have seen."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

from madesites import Event, Habits, TimedSite

T = TypeVar("T")

HOURS = (1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 9, 8, 8, 9, 9, 8, 7, 5, 4, 3, 2, 2, 1)  # who writes when, by hour
EDITED, RENAMED, WITHDRAWN = 0.2, 0.03, 0.03  # shares of all stories
NOTICED = timedelta(hours=1)  # what was to be seen for less than this may be missed
SITES = (45, 45, 30, 30, 20, 20, 12, 12, 8, 8, 5, 5, 5, 3, 3, 2, 1, 1, 0.5, 1 / 7)  # stories a day


@dataclass(frozen=True, slots=True)
class Truth:
    """What there was to see of one site: story numbers, (story, edition) pairs, withdrawn stories."""

    visible: frozenset[int]
    edits: frozenset[tuple[int, int]]
    withdrawn: frozenset[int]


def made_sites(seed: int, start: datetime, days: float, rates: Sequence[float] = SITES) -> list[TimedSite]:
    """A site per rate (stories a day), each with faults of its own."""
    return [made_site(seed, place, rate, start, days) for place, rate in enumerate(rates)]


def made_site(seed: int, place: int, rate: float, start: datetime, days: float) -> TimedSite:
    """The site number `place`; it has told three stories before `start`."""
    drawn = random.Random(f"{seed} {place}")
    events = [Event(start - timedelta(hours=5 * n + 2), "publish", n + 1) for n in range(3)]
    for number, at in enumerate(publishing(drawn, rate, start, days), start=4):
        events += [Event(at, "publish", number), *fates(drawn, at, number)]
    if place % 2:
        events += outage(drawn, start, days)
    if place % 5 == 2:
        at = start + timedelta(days=drawn.uniform(0.2, 0.8) * days)
        events += [Event(at, "throttle", number=1800), Event(at + timedelta(hours=1), "free")]
    if place % 4 == 3:
        events.append(Event(start + timedelta(days=days / 2), "layout"))
    habits = Habits(
        f"Made Motor {place}",
        lies=place % 3 == 1,
        tracked=place % 2 == 0,
        twins=place % 4 == 1,
        resets=place % 4 == 3,
    )
    return TimedSite(f"www.motor{place}.example", habits, events)


def publishing(drawn: random.Random, rate: float, start: datetime, days: float) -> Iterator[datetime]:
    """The moments of new stories, `rate` a day on average, most of them in the morning."""
    at, end = start, start + timedelta(days=days)
    busiest = max(HOURS) / (sum(HOURS) / 24) * rate  # thinned below to the hour's own rate
    while True:
        at += timedelta(days=drawn.expovariate(busiest))
        if at >= end:
            return
        if drawn.random() < HOURS[at.hour] / max(HOURS):
            yield at.replace(microsecond=0)


def fates(drawn: random.Random, at: datetime, number: int) -> Iterator[Event]:
    """What happens to a story after it was published."""
    if drawn.random() < EDITED:
        edited_at = at + timedelta(hours=drawn.uniform(0.1, 20))
        yield Event(edited_at, "edit", number)
        if drawn.random() < EDITED:
            yield Event(edited_at + timedelta(hours=drawn.uniform(0.1, 20)), "edit", number)
    if drawn.random() < RENAMED:
        yield Event(at + timedelta(hours=drawn.uniform(0.2, 10)), "rename", number)
    if drawn.random() < WITHDRAWN:
        gone = drawn.choice((404, 410))
        yield Event(at + timedelta(hours=drawn.uniform(0.5, 40)), "withdraw", number, gone)


def outage(drawn: random.Random, start: datetime, days: float) -> list[Event]:
    """Half an hour to five hours without the site."""
    at = start + timedelta(days=drawn.uniform(0.1, 0.9) * days)
    return [Event(at, "down"), Event(at + timedelta(hours=drawn.uniform(0.5, 5)), "up")]


def truth_of(site: TimedSite, start: datetime, end: datetime) -> Truth:
    """What was to be seen for NOTICED at least between the two moments, the site being up."""
    seen: dict[int, timedelta] = {}
    editions: dict[tuple[int, int], timedelta] = {}
    gone: dict[int, timedelta] = {}
    moments = [start, *(event.at for event in site.events if start < event.at < end), end]
    for since, until in pairwise(moments):
        state = site.state(since)
        if state.down or state.wait_s:
            continue
        for number, story in state.stories.items():
            if story.gone:
                gone[number] = gone.get(number, timedelta()) + until - since
                continue
            seen[number] = seen.get(number, timedelta()) + until - since
            if story.edition:
                pair = (number, story.edition)
                editions[pair] = editions.get(pair, timedelta()) + until - since
    visible = noticed(seen)
    return Truth(visible, noticed(editions), noticed(gone) & visible)


def noticed(spans: dict[T, timedelta]) -> frozenset[T]:
    """What was there long enough."""
    return frozenset(thing for thing, span in spans.items() if span >= NOTICED)
