"""Which site is due when: its rhythm as learnt from its past, within what its file and the budget allow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Engine

from db.engine import reading
from db.rhythms import RhythmRow, rhythm_rows, seconds
from db.settings import settings
from ops.foresight import BATCH, Known, foresight_of
from ops.habits import EPOCH, Habit, minutes
from ops.rhythm import Bounds, Outlook, next_look, out_of_quiet

MIN_EVERY = timedelta(minutes=1)  # no publisher wants more
AT_MOST, AT_LEAST = timedelta(minutes=5), timedelta(days=1)  # where the file does not say
EARLY = timedelta(seconds=20)  # what is due so soon is due
MOST_WAIT = timedelta(hours=12)  # after a failed crawl, however many there were
RETRY = timedelta(minutes=30)  # at the least between a page's failure and a crawl for its sake
TRIAL = timedelta(days=7)  # a site that shows nothing for so long publishes nothing


class Rhythm(timedelta):
    """How often a site wants to be looked at: an interval as a hint, and the bounds of what is learnt."""

    at_most: timedelta
    at_least: timedelta
    quiet: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, crawl: Any) -> "Rhythm":
        """The rhythm that a site file's `[crawl]` asks for."""
        every: timedelta = crawl.every
        made = cls(days=every.days, seconds=every.seconds)
        made.at_most = crawl.at_most or min(AT_MOST, every)
        made.at_least = crawl.at_least or max(AT_LEAST, every)
        made.quiet = crawl.quiet_hours
        return made

    def __eq__(self, other: object) -> bool:
        same = isinstance(other, timedelta) and super().__eq__(other)
        return same and (not isinstance(other, Rhythm) or bounds_of(self) == bounds_of(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = timedelta.__hash__


@dataclass(frozen=True, slots=True)
class Slot:
    """One site's place in the timetable; `due_at` may lie in the past, `because` says in words why then.

    `every` is how long it is from the last look to the next.
    """

    site: str
    every: timedelta
    due_at: datetime
    because: str = ""


def plan(
    engine: Engine, rhythms: Mapping[str, timedelta], now: datetime, *, per_day: float | None = None
) -> list[Slot]:
    """The timetable of these sites as the store's history makes it, the longest overdue first.

    `per_day` is how many requests looks may cost in a day, None what the settings say, else as many as if
    each site were looked at in its file's interval. What was worked out is kept while it holds
    (`ops.foresight`): asking for one of the sites costs no look at the others. Raises StoreError.
    """
    rhythms = {site: max(every, MIN_EVERY) for site, every in rhythms.items()}
    with reading(engine) as s:
        rows = rhythm_rows(s, rhythms if len(rhythms) < BATCH else None)
    known = [known_of(rows[site], every, now) for site, every in rhythms.items() if site in rows]
    kept = foresight_of(engine)
    price = kept.priced(known, now, per_day if per_day is not None else settings().requests_per_day)
    slots = [Slot(site, every, now, "never crawled") for site, every in rhythms.items() if site not in rows]
    ahead = kept.foreseen(known, price)
    slots += [slot_of(site, each, now) for site, each in zip(known, ahead, strict=True)]
    return sorted(slots, key=lambda slot: (slot.due_at, slot.site))


def due(slots: Iterable[Slot], now: datetime) -> list[Slot]:
    """The slots whose time has come."""
    return [slot for slot in slots if slot.due_at <= now + EARLY]


def known_of(row: RhythmRow, every: timedelta, now: datetime) -> Known:
    """The row as the arithmetic wants it."""
    moments = seconds(row.moments) / 60 - EPOCH.timestamp() / 60
    last = minutes(min(row.last_at, now))  # one in the future: the clock was set back
    first = minutes(row.since)
    since = min(first, float(moments[0])) if len(moments) else first
    bounds = bounds_of(every).of_known(last - since, every.total_seconds() / 60)
    return Known(row, every, bounds, moments, since, last)


def bounds_of(every: timedelta) -> Bounds:
    """The bounds of a rhythm; of a mere interval those of a file that says no more."""
    if isinstance(every, Rhythm):
        least, most, quiet = every.at_most, every.at_least, every.quiet
    else:
        least, most, quiet = min(AT_MOST, every), max(AT_LEAST, every), ()
    return Bounds(least.total_seconds() / 60, most.total_seconds() / 60, quiet)


def slot_of(site: Known, ahead: Outlook, now: datetime) -> Slot:
    """The site's next look and why then."""
    row = site.row
    last_at = min(row.last_at, now)
    if row.failures:
        wait = min(site.every * 2 ** min(row.failures - 1, 20), max(MOST_WAIT, site.every))
        due_at, why = last_at + wait, f"{row.failures} crawls in a row went wrong"
    elif not len(site.moments) and now - row.since < TRIAL:
        due_at, why = last_at + site.every, "its file says so; nothing is known yet of when it publishes"
    else:
        due_at = moment(next_look(ahead, site.last, site.seen))
        why = expected(site, ahead.habit, last_at, due_at)
    again_at = row.again_at and max(row.again_at, last_at + min(site.every, RETRY))
    if again_at and again_at < due_at and not row.failures:
        due_at, why = again_at, "pages wait to be fetched"
    if row.wait_until and row.wait_until > due_at:
        due_at, why = row.wait_until, "the site asked to be left alone until then"
    quiet = moment(out_of_quiet(site.bounds, minutes(due_at)))
    if quiet > due_at + timedelta(seconds=1):
        due_at, why = quiet, f"its quiet hours end then; {why}"
    return Slot(row.site, max(due_at - last_at, MIN_EVERY), due_at, why)


def expected(site: Known, habit: Habit, last_at: datetime, due_at: datetime) -> str:
    """What the rhythm expects between two looks, in words."""
    first = habit.slot(minutes(last_at))
    number = max(habit.slot(minutes(due_at)) - first, 1)
    come = float(habit.rates(first, number).sum())
    said = f"{come:.1f} articles are expected {between(last_at, due_at)}"
    extra = habit.excess(site.seen, site.last) * 60
    if extra > 1:
        said += f", and more after the news just seen ({extra:.1f} an hour)"
    if due_at - last_at >= timedelta(minutes=site.bounds.most_min - 5):
        said += "; it is asked so often at least"
    elif due_at - last_at <= timedelta(minutes=site.bounds.least_min + 5):
        said += "; it is asked no more often"
    return said


def between(begin: datetime, end: datetime) -> str:
    """The stretch in words, in UTC."""
    if begin.date() == end.date():
        return f"between {begin:%H:%M} and {end:%H:%M} UTC on {begin:%A}s"
    return f"between {begin:%A} {begin:%H:%M} and {end:%A} {end:%H:%M} UTC"


def moment(at: float) -> datetime:
    """Minutes since EPOCH as a moment, to the second."""
    return EPOCH + timedelta(seconds=round(at * 60))


def explain(engine: Engine, rhythms: Mapping[str, timedelta], site: str, now: datetime) -> list[str]:
    """Lines that tell how the site publishes, how that went lately, and when it is looked at next and why.

    `rhythms` are those of all sites, as for `plan`. Raises StoreError; KeyError for a site not among them.
    """
    slot = next(slot for slot in plan(engine, rhythms, now) if slot.site == site)
    next_one = f"next {slot.due_at:%Y-%m-%d %H:%M} UTC because {slot.because}"
    return [next_one, *learnt(engine, site, rhythms[site], now)]


def learnt(engine: Engine, site: str, every: timedelta, now: datetime) -> list[str]:
    """The same without the next look, which costs a timetable of all sites; empty before the first crawl."""
    with reading(engine) as s:
        row = rhythm_rows(s, [site]).get(site)
    if row is None:
        return []
    known = known_of(row, max(every, MIN_EVERY), now)
    habit = known.learn()
    since = f"{moment(known.since):%Y-%m-%d}"
    lines = [f"publishes {habit.per_day:.1f} a day, by {len(known.moments)} articles since {since}"]
    days = habit.week.reshape(7, -1).sum(1)
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    lines.append("by day: " + ", ".join(f"{name} {n:.1f}" for name, n in zip(names, days, strict=True)))
    hours = habit.week.reshape(7, 24, 12).sum((0, 2))
    busy = np.sort(np.argsort(hours)[::-1][:6])
    lines.append(
        f"most between {', '.join(f'{h}-{h + 1}' for h in busy)} h UTC: {hours[busy].sum() / hours.sum():.0%}"
    )
    if habit.follow >= 0.1:
        lines.append(f"in bursts: an article brings {habit.follow:.1f} more within {habit.lag_min:.0f} min")
    lines.append(f"a look costs {row.requests:.1f} requests; {row.failures} crawls in a row went wrong")
    return lines
