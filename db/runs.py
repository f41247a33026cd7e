"""What a run is: how it ended, whether it still lives, and where the addresses it touched stand."""

import os
import socket
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import psutil
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.models import AddressRow, Run
from db.rhythms import note_ended

CRAWL = "crawl"  # the kind of run a site has one of at a time; an ingest asks no server for pages
REPROCESS = "reprocess"  # the kind of run that reads archived pages again and asks no server
RELINK = "relink"  # the kind of run that looks for copies and stories among all articles
SILENT_S = 60  # a run beats at least every 20 s; a minute of silence from another machine: it died


class Outcome(StrEnum):
    """How a run ended; `running` until it has."""

    RUNNING = "running"
    FINISHED = "finished"
    LIMIT = "limit"
    INTERRUPTED = "interrupted"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    DIED = "died"


@dataclass(frozen=True, slots=True)
class Balance:
    """Where the addresses of a run, a site or the whole store stand.

    `found` is the sum over `by_state`. `by_reason` counts under "state: reason", the reason without what
    names a single page.
    """

    found: int = 0
    by_state: Mapping[str, int] = field(default_factory=dict)
    by_reason: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run as the store tells it; `ended_at` is None while it runs."""

    id: int
    site: str
    kind: str
    outcome: Outcome
    started_at: datetime
    ended_at: datetime | None
    note: str | None
    pid: int
    host: str
    balance: Balance


def new_run(site: str, kind: str, now: datetime) -> Run:
    """A run of this process, not yet in the store."""
    return Run(
        site=site,
        kind=kind,
        pid=os.getpid(),
        host=socket.gethostname(),
        process_at=process_began(os.getpid()) or now,
        started_at=now,
        beat_at=now,
        outcome=Outcome.RUNNING,
        found=0,
    )


def process_began(pid: int) -> datetime | None:
    """When the process `pid` of this machine began; None when it is gone or a zombie."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return datetime.fromtimestamp(process.create_time(), UTC)
    except psutil.Error:
        return None


def is_alive(run: Run, now: datetime) -> bool:
    """Whether the process of a `running` run still works on it.

    On this machine the process itself is asked, on another the age of its last beat.
    """
    if run.host == socket.gethostname():
        began = process_began(run.pid)
        # another start means the number was given to another process
        return began is not None and abs(began - run.process_at) < timedelta(seconds=2)
    return now - run.beat_at < timedelta(seconds=SILENT_S)


def count_run(s: Session, run_id: int) -> Balance:
    """Where the addresses stand that the run touched and no later one did."""
    return _count(s, AddressRow.last_outcome, AddressRow.last_run_id == run_id)


def count_addresses(s: Session, site: str | None = None) -> Balance:
    """Where all addresses stand, or those of one site."""
    return _count(s, AddressRow.state, *([AddressRow.site == site] if site else []))


def _count(s: Session, state: InstrumentedAttribute[str], *where: ColumnElement[bool]) -> Balance:
    query = select(state, AddressRow.reason, func.count()).where(*where).group_by(state, AddressRow.reason)
    by_state: Counter[str] = Counter()
    by_reason: Counter[str] = Counter()
    for name, reason, number in s.execute(query):
        by_state[name] += number
        if reason:
            by_reason[f"{name}: {general(reason)}"] += number
    return Balance(by_state.total(), dict(sorted(by_state.items())), dict(sorted(by_reason.items())))


def general(reason: str) -> str:
    """`reason` without what names a single page: "of https://…" and what follows a colon go."""
    return "of another" if reason.startswith("of ") else reason.partition(": ")[0]


def close(s: Session, run: Run, outcome: Outcome, now: datetime, note: str | None) -> None:
    """Writes the end of `run`: how, when, and where the addresses stand that it touched.

    `run.found` was counted up as addresses came to the run, so that it can disagree with their sum.
    """
    s.flush()
    sums = count_run(s, run.id)
    run.outcome, run.ended_at, run.note = outcome, now, note
    run.balance, run.reasons = dict(sums.by_state), dict(sums.by_reason)
    if run.kind == CRAWL:
        note_ended(s, run)
    s.flush()


def run_row(s: Session, run: Run) -> RunRow:
    """`run` as frozen data, its addresses counted now while it runs."""
    counted = run if run.outcome != Outcome.RUNNING else None
    return RunRow(
        id=run.id,
        site=run.site,
        kind=run.kind,
        outcome=Outcome(run.outcome),
        started_at=run.started_at,
        ended_at=run.ended_at,
        note=run.note,
        pid=run.pid,
        host=run.host,
        balance=Balance(run.found, counted.balance, counted.reasons) if counted else count_run(s, run.id),
    )
