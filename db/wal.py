"""SQLite's write-ahead log, kept short although somebody always reads.

SQLite moves the log into the file by itself, but begins it anew only at a moment at which nobody reads from
it. Readers that overlap, each of them short, thus let it grow without end: four that asked for the newest 200
in turn made 99 MB of it in 924 changes. A writer that waits a moment with nobody else writing gets past them.
"""

import logging
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from sqlalchemy import Engine

MEGABYTE = 1_000_000
LONG_BYTES = 32 * MEGABYTE  # at 4 MB SQLite begins to move it; beyond this, opening and reading get slower
LOUD_BYTES = 8 * LONG_BYTES  # a log that could not be shortened before it was this long is told of
PATIENCE_MS = 500  # how long writers wait for readers to end; short, for a reader of hours is waited for too

AGAIN_S = 30  # after a vain try; sooner where the log has grown by as much again as is long


@dataclass(frozen=True, slots=True)
class VainTry:
    """When a log could not be emptied, how long it was then, and at which length that is told next."""

    at: float
    size: int
    told_at: int


_vain: dict[str, VainTry] = {}  # by database


def shorten_log(engine: Engine) -> None:
    """Moves a long log into the file and empties it; leaves it where a reader does not end in time.

    Called after each commit: costs a look at the file's length. That a log cannot be emptied is told in a
    warning once it has LOUD_BYTES, and whenever it has doubled since.
    """
    name, size = engine.url.database or "", log_bytes(engine)
    if size < LONG_BYTES:
        return
    last = _vain.get(name)
    if last and size < last.size + LONG_BYTES and monotonic() < last.at + AGAIN_S:
        return
    if _emptied(engine):
        _vain.pop(name, None)
        return
    told_at = last.told_at if last else LOUD_BYTES
    if size >= told_at:
        logging.getLogger(__name__).warning(_sentence(engine, size))
        told_at = 2 * size
    _vain[name] = VainTry(monotonic(), size, told_at)


def check_log(engine: Engine) -> list[str]:
    """A sentence where the log is long and cannot be emptied: a reader has forgotten to end; else nothing."""
    size = log_bytes(engine)
    return [_sentence(engine, size)] if size >= LOUD_BYTES and not _emptied(engine) else []


def _sentence(engine: Engine, size: int) -> str:
    return (
        f"database {engine.url.database}: its -wal file has {size // MEGABYTE} MB, for a reader keeps a "
        "transaction open; end that reader, and the file shrinks by itself"
    )


def log_bytes(engine: Engine) -> int:
    """The length of the log; 0 on PostgreSQL, which keeps its own in bounds, and where there is none."""
    if engine.dialect.name != "sqlite":
        return 0
    with suppress(FileNotFoundError):
        return Path(f"{engine.url.database}-wal").stat().st_size
    return 0


def _emptied(engine: Engine) -> bool:
    """Whether the log could be emptied within PATIENCE_MS."""
    with closing(engine.raw_connection()) as connection:
        run = connection.cursor().execute
        (patience,) = run("PRAGMA busy_timeout").fetchone()
        run(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        try:
            (busy, *_) = run("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:  # what is wrong with the disk the next commit says
            busy = True
        finally:
            run(f"PRAGMA busy_timeout = {patience}")
    return not busy
