"""What a power cut leaves of a store: of SQLite's files copies as the disk may hold them, of PostgreSQL what
there is after its server stopped at once.
"""

import os
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psutil
import pytest
from hurt_stores import flaws
from loopback import ROOT, Place, end_of, serving, until
from sqlalchemy import text
from test_crawler_stores import hold_at

from db.engine import open_store, reading
from db.laws import check_ledger
from db.reindex import check_index

PAGES = 20  # of a crawl

# Saves article after article and tells the number of each when its commit has returned; with it the salt of
# SQLite's log and the number of its last frame, as they stand in the index of the log.
WRITER = """
import sys
from pathlib import Path
from made_articles import Keeper, counted, made
from db.engine import open_store

url, first, durable = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "durable"
engine = open_store(url, durable=durable)
keeper, index = Keeper(engine), Path(f"{engine.url.database}-shm")
for n in range(first, 100_000):
    words = [counted(f"{n} {line}") for line in range(3)]
    keeper.save(str(n), made(*words, title=f"Number {n}", tags=(f"t{n}",)))
    head = index.read_bytes()[:48] if index.exists() else bytes(48)
    print(n, head[32:40].hex(), int.from_bytes(head[16:20], sys.byteorder), flush=True)
"""


@dataclass
class WriterProcess:
    """The program above at work, and what it has told."""

    process: subprocess.Popen[bytes]
    told: list[tuple[int, str, int]] = field(default_factory=list)
    rest: bytes = b""  # of a line that has not come whole

    @property
    def acknowledged(self) -> list[tuple[int, str, int]]:
        """Number, salt and frames of each commit that has returned so far."""
        assert self.process.stdout
        *lines, self.rest = (self.rest + (self.process.stdout.read() or b"")).split(b"\n")
        for number, salt, frames in (line.decode().split() for line in lines):
            self.told.append((int(number), salt, int(frames)))
        return self.told

    @contextmanager
    def held(self) -> Iterator[None]:
        """Stopped wherever it is, amid whatever it writes."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitpid(self.process.pid, os.WUNTRACED)
        yield
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def writer(url: str, first: int = 0, durable: str = "") -> Iterator[WriterProcess]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, url, str(first), durable],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    os.set_blocking(process.stdout.fileno(), False)
    try:
        yield WriterProcess(process)
    finally:
        process.kill()
        process.communicate()


def check_store(url: str) -> int:
    """How many articles the store has, all of them whole and the first ones; fails where it is unsound."""
    engine = open_store(url)
    with reading(engine) as s:
        if engine.dialect.name == "sqlite":
            assert s.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
            assert s.execute(text("PRAGMA foreign_key_check")).all() == []
        assert [law for law in check_ledger(s) if "still marked running" not in law] == []
        urls = s.scalars(text("SELECT url FROM article_feed")).all()
        numbers = sorted(int(url.rpartition("/")[2]) for url in urls)
        changes = s.scalars(text("SELECT change_seq FROM article_changes ORDER BY 1")).all()
        tags = s.scalar(text("SELECT count(*) FROM article_tags"))
    assert numbers == list(range(len(numbers)))
    assert changes == list(range(1, len(numbers) + 1))
    assert tags == len(numbers)
    assert check_index(engine) == []
    engine.dispose()
    return len(numbers)


@dataclass(frozen=True)
class Disk:
    """A SQLite store's log in a moment, and how much of it must be on the disk.

    Before a checkpoint touches the file, SQLite syncs the log, so what it has begun to move is there. So is,
    in a durable store, all that was acknowledged. What came after may be there or not, or be half written.
    """

    file: Path
    log: bytes
    synced: int
    promised: int

    def after_a_cut(self, folder: Path, draw: Random, *, durable: bool) -> str:
        """The URL of a copy as a power cut in this moment may leave it."""
        keep = draw.randint(self.promised if durable else self.synced, len(self.log))
        lost = len(self.log) - keep
        return self.copy(folder, self.log[:keep] + draw.choice((b"", bytes(lost), draw.randbytes(lost))))

    def copy(self, folder: Path, log: bytes) -> str:
        folder.mkdir(parents=True)
        shutil.copy(self.file, folder / "store.db")
        (folder / "store.db-wal").write_bytes(log)
        return f"sqlite:///{folder / 'store.db'}"


def disk_of(file: Path, acknowledged: list[tuple[int, str, int]]) -> Disk:
    """The store in `file` while nobody writes."""
    log = file.with_name(f"{file.name}-wal").read_bytes()
    index = file.with_name(f"{file.name}-shm").read_bytes()
    salt = index[32:40]
    if salt != log[16:24]:  # about to begin anew: all of it was moved, and synced before
        return Disk(file, log, len(log), len(log))
    frame = 24 + struct.unpack(">I", log[8:12])[0]
    moved = int.from_bytes(index[128:132], sys.byteorder)
    told = [frames for _, was, frames in acknowledged if was == salt.hex()]
    return Disk(file, log, 32 + moved * frame, 32 + max([moved, *told]) * frame)


def cut_power(url: str, folder: Path, cuts: int, durable: str) -> list[int]:
    """Of each cut of the power while a process writes, how many acknowledged commits are missing after it."""
    file, draw, missing = Path(url.removeprefix("sqlite:///")), Random(len(durable)), []
    with writer(url, durable=durable) as busy:
        for number in range(cuts):
            before = len(busy.acknowledged)
            until(lambda: len(busy.acknowledged) > before + draw.randint(0, 8))  # noqa: B023 - called at once
            with busy.held():
                acknowledged = list(busy.acknowledged)
                disk = disk_of(file, acknowledged)
                killed = disk.copy(folder / f"killed {number}", disk.log)
                cut = disk.after_a_cut(folder / f"cut {number}", draw, durable=bool(durable))
            assert check_store(killed) >= len(acknowledged)  # a kill takes nothing from any store
            missing.append(max(0, len(acknowledged) - check_store(cut)))
    return missing


@pytest.mark.parametrize("durable", ["", "durable"])
def test_after_a_power_cut_a_file_is_sound_and_lacks_only_the_newest(
    sqlite_url: str, tmp_path: Path, durable: str
) -> None:
    missing = cut_power(sqlite_url, tmp_path / "copies", 10, durable)
    assert (max(missing) > 0) == (not durable)


@pytest.mark.slow
@pytest.mark.parametrize("durable", ["", "durable"])
def test_after_a_hundred_power_cuts_a_file_is_sound(sqlite_url: str, tmp_path: Path, durable: str) -> None:
    missing = cut_power(sqlite_url, tmp_path / "copies", 100, durable)
    lossy = [number for number in missing if number]
    print(f"{durable or 'normal'}: {len(lossy)} of {len(missing)} cuts lost commits, at most {max(missing)}")
    assert (max(missing) > 0) == (not durable)


def stop_at_once(server: Any) -> None:
    """What PostgreSQL calls an immediate shutdown: nothing is written any more, as if the power went."""
    process = psutil.Process(server.get_pid())
    process.send_signal(signal.SIGQUIT)
    process.wait(30)


def cut_power_of(server: Any, url: str, cuts: int) -> None:
    """Stops the server so many times while a process writes, which then goes on where it was."""
    draw, first = Random(5), 0
    for _ in range(cuts):
        enough = draw.randint(5, 25)
        with writer(url, first) as busy:
            until(lambda: len(busy.acknowledged) > enough)  # noqa: B023 - called at once
            stop_at_once(server)
            busy.process.wait(30)
            last = busy.acknowledged[-1][0]
        server.ensure_postgres_running()
        assert check_store(url) in {last + 1, last + 2}  # the one whose acknowledgment was lost may be there
        first = last + 1
    with writer(url, first) as busy:  # what may be there already is saved again, and not doubled
        until(lambda: len(busy.acknowledged) > 2)
    assert check_store(url) > first + 2


def test_a_server_stopped_at_once_has_all_that_it_acknowledged(own_server: Any, own_url: str) -> None:
    open_store(own_url).dispose()
    cut_power_of(own_server, own_url, 1)


@pytest.mark.slow
def test_a_server_stopped_at_once_again_and_again_has_all_that_it_acknowledged(
    own_server: Any, own_url: str
) -> None:
    open_store(own_url).dispose()
    cut_power_of(own_server, own_url, 10)


def test_a_server_that_restarts_in_mid_crawl_is_survived_or_asks_to_try_again(
    tmp_path: Path, own_server: Any, own_url: str
) -> None:
    with serving(articles=PAGES) as site:
        place = Place(tmp_path, own_url)
        place.site("made", site.toml())
        hold_at(site, 10)
        child = place.start("crawler", "made")
        until(lambda: "/news/2026/10" in site.asked)
        until(lambda: len(place.articles()) == len(site.fetched) - 1)
        kept = place.articles()
        stop_at_once(own_server)
        own_server.ensure_postgres_running()
        site.gate.set()
        ended = end_of(child)
        assert ended.code in {0, 75}, ended.err
        assert "Traceback" not in ended.err
        assert set(kept) <= set(place.articles())
        assert flaws(place, running=True) == []
        assert place.crawl("made").code == 0
        assert len(place.articles()) == PAGES
        assert flaws(place) == []
