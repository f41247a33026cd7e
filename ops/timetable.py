"""Which site is due when: arithmetic over its rhythm and what the store holds of its past."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from ops.history import last_crawls

MIN_EVERY = timedelta(minutes=1)  # no publisher wants more
EARLY_SHARE = 0.1  # a site crawled by hand just now is not due again for 0.9 of its interval


@dataclass(frozen=True, slots=True)
class Slot:
    """One site's place in the timetable; `due_at` may lie in the past, `because` says in words why then."""

    site: str
    every: timedelta
    due_at: datetime
    because: str = ""


def plan(engine: Engine, rhythms: Mapping[str, timedelta], now: datetime) -> list[Slot]:
    """The timetable of these sites as the store's history makes it, the longest overdue first."""
    return timetable(rhythms, last_crawls(engine, rhythms), now)


def next_due(every: timedelta, last_at: datetime | None, now: datetime) -> datetime:
    """When a site last crawled at `last_at` (None: never) is due again: at once where it never was.

    A last run in the future means that the clock was set back; then one interval from now.
    """
    if last_at is None:
        return now
    return min(last_at, now) + every


def timetable(
    rhythms: Mapping[str, timedelta], last_runs: Mapping[str, datetime], now: datetime
) -> list[Slot]:
    """A slot for every site, the longest overdue first."""
    slots = [
        Slot(site, max(every, MIN_EVERY), next_due(max(every, MIN_EVERY), last_runs.get(site), now))
        for site, every in rhythms.items()
    ]
    return sorted(slots, key=lambda slot: (slot.due_at, slot.site))


def due(slots: Iterable[Slot], now: datetime) -> list[Slot]:
    """The slots whose time has come, a tenth of the interval early included."""
    return [slot for slot in slots if slot.due_at <= now + slot.every * EARLY_SHARE]
