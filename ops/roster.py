"""What the clock remembers of each site while it runs, beside what the store holds of its past."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine

from ops.crew import Ending
from ops.history import quiet_streaks
from ops.sitefiles import SiteFiles
from ops.timetable import Slot

Plan = Callable[[Engine, Mapping[str, timedelta], datetime], list[Slot]]
QUIET_RUNS = 2  # so many crawls in a row with little news, and a site is polled together with others
LEAST_S = 30.0  # after a crawl of a site, whatever the timetable says
BACK_SHARE = 0.5  # of the interval: so long a site waits whose crawl could not even begin


@dataclass(slots=True)
class Record:
    """One site: its place in the timetable and how its last crawls went.

    `not_before` is a moment of the event loop's clock, which nobody sets; `start_at` the start it waits for,
    which counts whatever the timetable says where it is `fixed`.
    """

    slot: Slot
    quiet: int = 0
    alone: bool = False
    busy: bool = False
    not_before: float = 0.0
    start_at: datetime | None = None
    fixed: bool = False

    @property
    def shared(self) -> bool:
        """Whether it may be polled by a process together with others."""
        return self.quiet >= QUIET_RUNS and not self.alone

    def note(self, end: Ending, now_s: float) -> None:
        """Learns from the end of its crawl, at a moment of the event loop's clock."""
        self.quiet = min(self.quiet + 1, QUIET_RUNS) if end.quiet else 0
        self.alone = self.alone or end.alone
        back_s = self.slot.every.total_seconds() * BACK_SHARE if end.outcome is None else 0.0
        self.not_before = now_s + max(LEAST_S, back_s)

    def start_after(self, now: datetime, now_s: float) -> datetime:
        """When it may start: when it is due, and not too soon after its last crawl."""
        if self.fixed and self.start_at:
            return self.start_at
        rest_s = self.not_before - now_s
        return max(self.slot.due_at, now + timedelta(seconds=rest_s)) if rest_s > 0 else self.slot.due_at


@dataclass
class Roster:
    """All sites that have a file."""

    engine: Engine
    files: SiteFiles
    ask: Plan
    records: dict[str, Record] = field(default_factory=dict)

    async def plan(self, now: datetime, sites: Collection[str] | None = None) -> list[Slot]:
        """The timetable of `sites`, None meaning all, the longest overdue first. Raises StoreError.

        Sites without a file are left out; those seen for the first time get a record.
        """
        rhythms = self.files.rhythms
        if sites is not None:
            rhythms = {site: rhythms[site] for site in sites if site in rhythms}
        slots = await asyncio.to_thread(self.ask, self.engine, rhythms, now)
        new = [slot.site for slot in slots if slot.site not in self.records]
        streaks = await asyncio.to_thread(quiet_streaks, self.engine, new, QUIET_RUNS)
        for slot in slots:
            record = self.records.setdefault(slot.site, Record(slot, streaks.get(slot.site, 0)))
            record.slot = slot
        return slots

    def set_back(self, by: timedelta) -> None:
        """Moves all starts along with the time of day, which was set back.

        By the store the last crawls lie in the future now, so until the next one it is no help.
        """
        for record in self.records.values():
            if record.start_at:
                record.start_at, record.fixed = record.start_at - by, True

    def forget_gone(self) -> list[str]:
        """The sites whose file is gone; they are remembered no longer."""
        gone = [site for site in self.records if site not in self.files.rhythms]
        for site in gone:
            del self.records[site]
        return gone
