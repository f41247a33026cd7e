"""What waits in the shared queue, and whether anybody takes it; by plain SQL, as its engine is an extra."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.alarms import ALL, NOTICE, Finding

SCHEMA = "carnews_queue"  # PostgreSQL's word for a folder of tables; the store's lie in another
ALIVE = timedelta(minutes=1)  # a worker beats every ten seconds
UNATTENDED = timedelta(minutes=10)  # jobs that wait so long while no worker is alive
STUCK = timedelta(hours=6)  # and while workers are, but none does anything of that queue
THERE = text(f"SELECT to_regclass('{SCHEMA}.procrastinate_jobs') IS NOT NULL")
WORKERS = text(f"SELECT count(*) FROM {SCHEMA}.procrastinate_workers WHERE last_heartbeat > :since")  # noqa: S608 - ours
WAITING = text(f"""
SELECT queue_name AS queue, count(*) FILTER (WHERE status = 'todo') AS waiting,
       count(*) FILTER (WHERE status = 'doing') AS doing,
       min(CAST(args ->> 'asked_at' AS timestamptz)) FILTER (WHERE status = 'todo') AS oldest_at
FROM {SCHEMA}.procrastinate_jobs WHERE status IN ('todo', 'doing') GROUP BY queue_name ORDER BY queue_name
""")  # noqa: S608 - nothing but the constant goes in


@dataclass(frozen=True, slots=True)
class Line:
    """The jobs of one queue: how many wait, since when the oldest, and how many are at work."""

    queue: str
    waiting: int
    doing: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """All jobs, and how many workers are alive."""

    lines: tuple[Line, ...]
    workers: int

    @property
    def waiting(self) -> int:
        """How many jobs nobody has begun."""
        return sum(line.waiting for line in self.lines)

    @property
    def oldest_at(self) -> datetime | None:
        """Since when the oldest of those waits."""
        return min((line.oldest_at for line in self.lines if line.oldest_at), default=None)

    @property
    def by_queue(self) -> str:
        """How many wait in each queue, in words."""
        return ", ".join(f"{line.queue} {line.waiting}" for line in self.lines if line.waiting)


def backlog_of(s: Session, now: datetime) -> Backlog | None:
    """The queue as it stands; None where the store has none."""
    if s.get_bind().dialect.name != "postgresql" or not s.scalar(THERE):
        return None
    lines = tuple(Line(**row) for row in s.execute(WAITING).mappings())
    return Backlog(lines, s.scalar(WORKERS, {"since": now - ALIVE}) or 0)


def unattended(backlog: Backlog | None, now: datetime) -> Iterable[Finding]:
    """An alarm where jobs wait and no worker is alive, notices where the workers alive pass a queue by."""
    oldest_at = backlog.oldest_at if backlog else None
    if backlog is None or oldest_at is None:
        return
    if not backlog.workers:
        if now - oldest_at >= UNATTENDED:
            told = f"{backlog.waiting} waiting: {backlog.by_queue}"
            do = "start one: carnews work (or systemctl status carnews-worker on the machines that have one)"
            yield _finding("", "jobs wait in the queue and no worker is alive", told, do, oldest_at)
        return
    for line in backlog.lines:
        if line.oldest_at and not line.doing and now - line.oldest_at >= STUCK:
            kind, _, place = line.queue.partition("@")
            do = f"carnews work on {place}, where the pages lie" if place else f"carnews work --only {kind}"
            cause = f"jobs wait in the queue {line.queue} and no worker takes them"
            told = f"{line.waiting} waiting; {backlog.workers} alive"
            yield _finding(line.queue, cause, told, do, line.oldest_at, NOTICE)


def _finding(subject: str, cause: str, told: str, do: str, since: datetime, grade: str = "alarm") -> Finding:
    evidence = f"{told}; the oldest since {since:%Y-%m-%d %H:%M} UTC"
    return Finding(ALL, "queue", subject, cause, evidence, do, since, grade)
