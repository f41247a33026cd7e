"""What may be wrong with the whole installation: disk, database files, ledger, a clock that stands still."""

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from db.alarms import ALL, NOTICE, Finding

MEBI = 1 << 20
LEAST_FREE, LEAST_SHARE = 2048 * MEBI, 0.05  # bytes and share of a disk below which there is little room
EASED = 1.3  # an alarm ends only when there is so much more room again
DAYS_LEFT = 14  # at the present pace
LONGEST_WAL = 512 * MEBI  # of SQLite's -wal file; a healthy one stays at some megabytes
STILL, STILL_PARTS = timedelta(hours=3), 3  # without a crawl, and so many of the shortest interval
DOWN = timedelta(minutes=10)  # the database out of reach


@dataclass(frozen=True, slots=True)
class Room:
    """A disk: what it is needed for, its folder, bytes free and in all."""

    use: str
    folder: Path
    free: int
    total: int


def rooms(folders: Mapping[str, Path]) -> list[Room]:
    """The disks of these folders, by what they are for; one that is not there yet is asked by its parent."""
    found = []
    for use, folder in folders.items():
        there = next((path for path in (folder, *folder.parents) if path.exists()), None)
        if there is not None:
            usage = shutil.disk_usage(there)
            found.append(Room(use, folder, usage.free, usage.total))
    return found


def nearly_full(room: Room, was_open: bool, history: Sequence[Sequence[int]], now: datetime) -> list[Finding]:
    """Whether the disk is nearly full, or soon will be; `history` has day and bytes free, oldest first."""
    least = min(LEAST_FREE, LEAST_SHARE * room.total) * (EASED if was_open else 1.0)
    left = days_left(history)
    if room.free < least:
        cause = f"the disk of the {room.use} is nearly full"
    elif left is not None and left < DAYS_LEFT * (EASED if was_open else 1.0):
        cause = f"the disk of the {room.use} will be full in {left:.0f} days"
    else:
        return []
    return [
        Finding(
            ALL,
            "disk",
            room.use,
            cause,
            f"{room.free / MEBI:,.0f} MiB free of {room.total / MEBI:,.0f} in {room.folder}",
            "make room, or move it: CARNEWS_ARCHIVE, CARNEWS_DATABASE_URL",
            now,
            **({} if room.free < least else {"grade": NOTICE}),
        )
    ]


def days_left(history: Sequence[Sequence[int]]) -> float | None:
    """Days until nothing is free at the pace of the last days; None where it does not shrink."""
    if len(history) < 4:
        return None
    (first, before), (last, free) = history[0], history[-1]
    shrunk = (before - free) / max(last - first, 1)
    return free / shrunk if shrunk > MEBI else None


def long_wal(wal_bytes: int, was_open: bool, now: datetime) -> list[Finding]:
    """Whether SQLite's write-ahead log has grown beyond measure: somebody reads for hours."""
    if wal_bytes < LONGEST_WAL / (2 if was_open else 1):
        return []
    return [
        Finding(
            ALL,
            "database",
            "wal",
            "the database's -wal file grows: some reader keeps a transaction open",
            f"it has {wal_bytes / MEBI:,.0f} MiB",
            "end the programs that read the database for hours; it shrinks at the next crawl",
            now,
        )
    ]


def unbalanced(sentences: Sequence[str], now: datetime) -> list[Finding]:
    """An alarm for broken laws of the ledger, told as `db.laws` does."""
    if not sentences:
        return []
    more = f" and {len(sentences) - 1} more" if len(sentences) > 1 else ""
    return [
        Finding(
            ALL,
            "ledger",
            "",
            "the ledger does not balance",
            f"{sentences[0]}{more}",
            "carnews db check tells all of it; keep the database as it is and report it",
            now,
        )
    ]


def stands_still(newest_at: datetime | None, rhythms: Collection[timedelta], now: datetime) -> list[Finding]:
    """Whether no crawl has begun for much longer than any site's rhythm allows; `newest_at` None: never."""
    if not rhythms or newest_at is None:
        return []
    allowed = max(STILL, STILL_PARTS * min(rhythms))
    if now - newest_at < allowed:
        return []
    return [
        Finding(
            ALL,
            "clock",
            "",
            "no crawl has begun for hours",
            f"the last began at {newest_at:%Y-%m-%d %H:%M} UTC; one is asked for every {min(rhythms)}",
            "carnews run (or systemctl status carnews-clock); carnews run --once crawls what is due",
            newest_at,
        )
    ]


def out_of_reach(since: datetime, error: str, now: datetime) -> Finding | None:
    """What to tell when the database cannot be had for long; None before that. No store can keep this one."""
    if now - since < DOWN:
        return None
    return Finding(
        ALL,
        "database",
        "unreachable",
        "the database cannot be reached",
        f"since {since:%Y-%m-%d %H:%M} UTC: {error}",
        "start it, or correct CARNEWS_DATABASE_URL; the clock goes on by itself then",
        since,
    )
