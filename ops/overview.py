"""How all sites are doing, worst first, and one of them from close by; as rows, read and never written."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from db.account import politeness_rows
from db.addresses import STATES
from db.alarms import ALARM, ALL, Alarm, Finding, open_alarms
from db.coverage import channels_of_site, coverage_of, gaps_of
from db.engine import reading
from db.queries import SiteStatus, runs, site_status
from db.runs import RunRow
from db.summaries import HabitsRow
from ops.health import silence_of
from ops.health.backlog import Backlog, backlog_of, unattended
from ops.health.figures import newest_crawl
from ops.health.installation import stands_still
from ops.timetable import Slot, learnt, plan

Row = dict[str, Any]
NEVER = "never"
SOUND = {"finished", "limit", "running"}  # every other outcome needs a look
RUNS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Overview:
    """All sites as rows, those in need of a look first, and the alarms that last.

    `looked_at` is when somebody last looked for what is wrong; None: nobody yet.
    """

    rows: Sequence[Row]
    alarms: Sequence[Alarm]
    looked_at: datetime | None = None
    backlog: Backlog | None = None  # None: the store has no queue

    @property
    def wrong(self) -> int:
        """How many alarms last; notices are none."""
        return sum(alarm.grade == ALARM for alarm in self.alarms)


@dataclass(frozen=True, slots=True)
class CloseUp:
    """One site: its row, its alarms, and what its last runs, channels and gaps tell."""

    row: Row
    alarms: Sequence[Alarm]
    runs: Sequence[RunRow]
    channels: Sequence[Row]
    coverage: Row | None
    gaps: Sequence[Row]
    days: Sequence[Row]
    rhythm: Sequence[str] = ()  # how it publishes and how that went, in words

    def as_json(self) -> Row:
        """All of it as one nested row."""
        told = [asdict(alarm) for alarm in self.alarms]
        parts = {"channels": list(self.channels), "coverage": self.coverage, "gaps": list(self.gaps)}
        return {**self.row, "alarms": told, **parts, "days": list(self.days), "rhythm": list(self.rhythm)}


def overview(engine: Engine, rhythms: Mapping[str, timedelta], now: datetime) -> Overview:
    """Every site that has a file or stands in the store.

    `due_at` is None for a site without a file: the clock does not know it.
    """
    with reading(engine) as s:
        known = {status.site: status for status in site_status(s)}
        looked_at = s.scalar(select(HabitsRow.at).where(HabitsRow.site == ALL))
        backlog, held = backlog_of(s, now), open_alarms(s)
        newest_at = newest_crawl(s) if looked_at else None  # whoever crawls by hand needs no clock
    still = stands_still(newest_at, list(rhythms.values()), now)
    alarms = _with_new(held, [*still, *unattended(backlog, now)], now)
    slots = {slot.site: slot for slot in plan(engine, rhythms, now)}
    of = defaultdict(list)
    for alarm in alarms:
        of[alarm.site].append(alarm)
    rows = [_row(site, known.get(site), slots.get(site), of[site]) for site in sorted({*known, *rhythms})]
    rows.sort(key=lambda row: (_rank(row, of[row["site"]]), row["site"]))
    return Overview(rows, alarms, looked_at, backlog)


def _with_new(held: Sequence[Alarm], found: Sequence[Finding], now: datetime) -> list[Alarm]:
    """The alarms, and what is found now and is none yet: where a clock stands still nobody else notices."""
    keys = {(alarm.site, alarm.kind, alarm.subject) for alarm in held}
    new = [Alarm(0, **asdict(one), noticed_at=now, seen_at=now) for one in found if one.key not in keys]
    return [*new, *held]


def close_up(engine: Engine, rhythms: Mapping[str, timedelta], site: str, now: datetime) -> CloseUp | None:
    """The site from close by; None where neither a file nor the store knows it."""
    with reading(engine) as s:
        known = next(iter(site_status(s, site)), None)
        if known is None and site not in rhythms:
            return None
        alarms = open_alarms(s, site)
        days = [row for row in politeness_rows(s, site) if row["record"] == "day"]
        parts = runs(s, site, limit=RUNS_SHOWN), channels_of_site(s, site), coverage_of(s, site)
        gaps = gaps_of(s, site)
    slots = [slot for slot in plan(engine, rhythms, now) if slot.site == site]
    told = learnt(engine, site, rhythms[site], now) if site in rhythms else []
    row = _row(site, known, slots[0] if slots else None, alarms)
    row["silence"] = silence_of(engine, [site], now).get(site)
    return CloseUp(row, alarms, *parts, gaps, days, told)


def totals(rows: Sequence[Row]) -> Row:
    """The sums over all sites, and how many addresses the ledger holds."""
    keys = ("articles", "found", "pending", "failed", "blocked", "not_article")
    return {"site": "all"} | {key: sum(row.get(key) or 0 for row in rows) for key in keys}


def _row(site: str, status: SiteStatus | None, slot: Slot | None, alarms: Sequence[Alarm]) -> Row:
    run = status.last_run if status else None
    return {
        "site": site,
        "alarms": [alarm.kind for alarm in alarms if alarm.grade == ALARM],
        "notices": [alarm.kind for alarm in alarms if alarm.grade != ALARM],
        "since": min((alarm.began_at for alarm in alarms if alarm.grade == ALARM), default=None),
        "last": str(run.outcome) if run else NEVER,
        "last_at": run.started_at if run else None,
        "note": run.note if run else None,
        "articles": status.articles if status else 0,
        "newest_at": status.newest_published_at if status else None,
        "found": status.balance.found if status else 0,
        **dict.fromkeys(map(str, STATES), 0),
        **(dict(status.balance.by_state) if status else {}),
        "reasons": dict(status.balance.by_reason) if status else {},
        "every": slot.every.total_seconds() if slot else None,
        "due_at": slot.due_at if slot else None,
        "because": _because(slot, run) if slot else None,
    }


def _because(slot: Slot, run: RunRow | None) -> str:
    """Why the site is due then: what the timetable says, else its rhythm."""
    if slot.because:
        return slot.because
    every = f"every {int(slot.every.total_seconds() // 60)} min"
    return f"{every}, after its last crawl" if run else "it was never crawled"


def _rank(row: Row, alarms: Sequence[Alarm]) -> int:
    """0 for what needs somebody now, then what may, then what was never tried, then the sound."""
    if any(alarm.grade == ALARM for alarm in alarms):
        return 0
    if row["last"] not in {*SOUND, NEVER}:
        return 1
    return 2 if alarms else 3 if row["last"] == NEVER else 4
