"""A small crawl that is killed at its n-th step, for n = 1, 2, 3 … until a run gets through.

Run as a program: `killed_crawl.py DATABASE_URL FOLDER STRIDE`; a stride of 2 takes every other n. A step is
every statement sent to the database, every commit, and every half and whole record written to the archive.
Each round forks a crawl that kills itself at step n, sometimes a second that does so while going on, and one
that is left in peace; then it prints one JSON line: n, whether a crawl was killed, and what the store holds.
"""

import json
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from made_articles import LONG, made, page_at
from sqlalchemy import Engine, event, select, text

from db import ledger
from db.addresses import address_of
from db.archive import Archive
from db.engine import open_store, reading, writing
from db.errors import StoreError
from db.laws import check_ledger
from db.ledger import Found
from db.models import AddressRow, Base
from db.queries import export_rows
from db.store import Kept, save
from pipeline.article import CleanArticle

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BATCH = 3
PLACE = "https://motor.example/"
OTHER = tuple(part.replace("saloon", "estate") for part in LONG)

# address -> the article its page holds, or the failure its server answers with
WEB: dict[str, CleanArticle | str] = {
    "one": made(*LONG, title="One"),
    "two": made(*OTHER, title="Two"),
    "one-again": made(*LONG, title="One, again"),
    "two?ref=feed": made(*OTHER, "And a word more.", title="Two", url=PLACE + "two"),
    "list": made(verdict="listing"),
    "down": "http 503",
}


def crawl(engine: Engine, archive: Archive) -> None:
    with writing(engine) as s:
        run = ledger.begin_run(s, "motor", "crawl", NOW)
    with writing(engine) as s:
        ledger.record_found(s, run, "motor", [Found(PLACE + name, "feed:x") for name in WEB], NOW)
    while True:
        with writing(engine) as s:
            claimed = ledger.claim(s, run, "motor", NOW, BATCH)
        if not claimed:
            break
        fetched = [(address, WEB[address.url.removeprefix(PLACE)]) for address in claimed]
        pages = {
            a.id: page_at(a.url, a.url.encode() * 20) for a, found in fetched if not isinstance(found, str)
        }
        positions = {number: archive.put(page) for number, page in pages.items()}
        with writing(engine) as s:
            for address, found in fetched:
                if isinstance(found, str):
                    ledger.settle(s, run, address.id, "failed", NOW, found)
            kept = [
                Kept(address.id, address.url, found, positions[address.id], NOW, "motor", "1")
                for address, found in fetched
                if not isinstance(found, str)
            ]
            save(s, run, kept)
    with writing(engine) as s:
        ledger.end_run(s, run, "finished", NOW)


class Steps:
    """Counts steps, and kills this process at the one given (0: never)."""

    def __init__(self, fatal: int) -> None:
        self.fatal, self.taken = fatal, 0

    def take(self, *_: object) -> None:
        self.taken += 1
        if self.taken == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)


class SteppingArchive(Archive):
    """Hands the system half a record, takes a step, then the rest, and takes another."""

    steps: Steps

    def _append(self, file, member) -> None:
        half = len(member) // 2
        super()._append(file, member[:half])
        self.steps.take()
        super()._append(file, member[half:])
        self.steps.take()


def forked_crawl(engine: Engine, folder: Path, fatal: int) -> bool:
    """Whether a crawl in a child process was killed at its step `fatal`.

    The child makes its own connections, but inherits the statements compiled so far: half of a round's time.
    """
    engine.dispose()  # no connection may live in two processes
    child = os.fork()
    if child == 0:
        steps = Steps(fatal)
        event.listen(engine, "before_cursor_execute", steps.take)
        event.listen(engine, "commit", steps.take)
        with SteppingArchive(folder) as archive:
            archive.steps = steps
            crawl(engine, archive)
        engine.dispose()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert status == 0
    return False


def told(engine: Engine, folder: Path) -> dict[str, object]:
    """Everything that must not depend on where the crawl was killed, and what must hold after it."""
    archive = Archive(folder)
    with reading(engine) as s:
        addresses = [address_of(row) for row in s.scalars(select(AddressRow).order_by(AddressRow.key))]
        unread = [
            a.url for a in addresses if a.position and archive.read(a.position).body != a.url.encode() * 20
        ]
        return {
            "export": list(export_rows(s)),
            "ledger": [(a.url, a.state, a.reason, a.attempts, bool(a.position)) for a in addresses],
            "broken laws": check_ledger(s),
            "unreadable": unread,
            "running": s.execute(text("SELECT count(*) FROM runs WHERE outcome = 'running'")).scalar(),
        }


def empty(engine: Engine, folder: Path) -> None:
    with writing(engine) as s:
        for table in reversed(Base.metadata.sorted_tables):
            s.execute(table.delete())
    for file in folder.glob("*"):
        file.unlink()


def main(url: str, folder: Path, stride: int) -> None:
    engine = open_store(url)
    if engine.dialect.name == "sqlite":  # what a killed process wrote is with the system: no need of the disk
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))
        engine.dispose()
    fatal = 0
    while True:
        empty(engine, folder)
        killed = forked_crawl(engine, folder, fatal)
        if killed:
            if fatal % 5 == 0:
                forked_crawl(engine, folder, fatal)
            assert not forked_crawl(engine, folder, 0)
        print(json.dumps({"n": fatal, "killed": killed, **told(engine, folder)}), flush=True)
        if fatal and not killed:
            return
        if not fatal:  # once in this process, so that every child inherits it compiled
            empty(engine, folder)
            with Archive(folder) as archive:
                crawl(engine, archive)
        fatal += stride if fatal else 1


if __name__ == "__main__":
    try:
        main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
    except StoreError as wrong:
        sys.exit(str(wrong))
