"""Crawls whose store is locked, stops at once in their middle, or lies on a disk that is full."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from forked_crawls import Forker, forking
from hurt_stores import flaws
from loopback import Answer, Place, Site, article, end_of, serving, until

from db.engine import open_store

PAGES = 20


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(articles=PAGES) as made:
        yield made


@pytest.fixture
def place(tmp_path: Path, sqlite_url: str, site: Site) -> Place:
    made = Place(tmp_path)
    assert made.store == sqlite_url
    made.site("made", site.toml())
    return made


@pytest.fixture
def fork(place: Place) -> Iterator[Forker]:
    with forking(place) as made:
        yield made


@contextmanager
def locked(place: Place) -> Iterator[sqlite3.Connection]:
    """Holds the file's one write lock."""
    holder = sqlite3.connect(place.folder / "store.db", isolation_level=None, check_same_thread=False)
    try:
        yield holder
    finally:
        holder.close()


def hold_at(site: Site, number: int) -> None:
    """Makes the page of that number wait for the gate, which it closes."""
    site.gate.clear()

    def held() -> Answer:
        site.gate.wait(30)
        return Answer(article(number))

    site.pages[f"/news/2026/{number}"] = held


def test_a_crawl_waits_for_a_lock_and_goes_on(place: Place, site: Site) -> None:
    hold_at(site, 10)
    with locked(place) as holder:
        child = place.start("crawler", "made")
        until(lambda: "/news/2026/10" in site.asked)
        until(lambda: len(place.articles()) == len(site.fetched) - 1)
        holder.execute("BEGIN IMMEDIATE")
        kept = len(place.articles())
        site.gate.set()
        until(lambda: len(site.fetched) == PAGES)
        kept_meanwhile = len(place.articles())
        holder.execute("COMMIT")
    ended = end_of(child)
    assert ended.code == 0, ended.err
    assert "ERROR" not in ended.err
    assert kept_meanwhile == kept
    assert len(place.articles()) == PAGES
    assert flaws(place) == []


@pytest.mark.parametrize("when", ["at the beginning", "in the middle"])
def test_a_lock_held_for_ever_ends_the_crawl_with_nothing_half_written(
    place: Place, site: Site, fork: Forker, when: str
) -> None:
    with locked(place) as holder:
        if when == "at the beginning":
            holder.execute("BEGIN IMMEDIATE")
        else:
            site.pages["/news/2026/10"] = lambda: (holder.execute("BEGIN IMMEDIATE"), Answer(article(10)))[1]
        began = time.monotonic()
        ended = fork.crawl(place, "made", first="import db.engine\ndb.engine.BUSY_S = 0.5")
        assert time.monotonic() - began < 20  # the crawl's own time-out, not the 30 s of others
    assert ended.code == 75
    assert "Traceback" not in ended.err
    assert "another program has held its lock" in ended.err
    kept = len(place.articles())
    assert kept < PAGES
    assert flaws(place, running=True) == []
    site.pages["/news/2026/10"] = Answer(article(10))
    assert fork.crawl(place, "made").code == 0
    assert len(place.articles()) == PAGES
    assert flaws(place) == []


def test_a_log_that_takes_no_more_does_not_stop_the_crawl(place: Place) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    log = place.folder / "log"
    log.mkdir()
    (log / "made.log").symlink_to("/dev/full")
    ended = place.crawl("made", CARNEWS_LOG=str(log))
    assert ended.code == 0, ended.err
    assert len(place.articles()) == PAGES


SMALL_DISK = """
mount -t tmpfs -o size="$1"k tmpfs "$2" || exit 99
cp -r "$3"/. "$2"
"$4" -m crawler made
code=$?
rm -f "$2"/filler
cp -r "$2"/. "$3"
exit $code
"""


@pytest.mark.parametrize("free_kb", [pytest.param(40, marks=pytest.mark.slow), 200])
def test_a_disk_that_fills_up_under_store_archive_and_log_loses_nothing(
    place: Place, fork: Forker, tmp_path: Path, free_kb: int
) -> None:
    if not shutil.which("unshare") or subprocess.run(["unshare", "-m", "true"], check=False).returncode:
        pytest.skip("may not mount a small disk")
    disk = Place(tmp_path / "disk")
    disk.folder.mkdir()
    saved = tmp_path / "saved"
    saved.mkdir()
    shutil.copy(tmp_path / "store.db", saved)
    shutil.copytree(tmp_path / "sites", saved / "sites")
    size = sum(-(-path.stat().st_size // 4096) * 4 for path in saved.rglob("*.*")) + 16
    words = [str(size + free_kb), str(disk.folder), str(saved), sys.executable]
    child = subprocess.Popen(
        ["unshare", "-m", "sh", "-c", SMALL_DISK, "-", *words],
        env=disk.environment | {"CARNEWS_LOG": str(disk.folder / "log")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    ended = end_of(child)
    if ended.code == 99:
        pytest.skip("may not mount a small disk")
    after = Place(saved)
    assert ended.code == 75
    assert "make room" in ended.err.splitlines()[-1]  # before it, the log may tell its own trouble at length
    assert len(after.articles()) < PAGES
    assert flaws(after, running=True) == []
    again = fork.crawl(after, "made")
    assert again.code == 0, again.err
    assert len(after.articles()) == PAGES
    assert flaws(after) == []


@pytest.mark.slow
def test_a_server_stopped_at_once_in_the_middle_of_a_crawl_loses_nothing(
    tmp_path: Path, site: Site, own_server: Any
) -> None:
    place = Place(tmp_path, own_server.get_uri())
    place.site("made", site.toml())
    open_store(place.store).dispose()
    hold_at(site, 10)
    child = place.start("crawler", "made")
    until(lambda: "/news/2026/10" in site.asked)
    until(lambda: len(place.articles()) == len(site.fetched) - 1)
    kept = place.articles()
    server = psutil.Process(own_server.get_pid())
    server.send_signal(signal.SIGQUIT)  # what PostgreSQL calls an immediate shutdown
    server.wait(30)
    site.gate.set()
    ended = end_of(child)
    assert ended.code == 75
    assert "Traceback" not in ended.err
    assert "try again" in ended.err
    own_server.ensure_postgres_running()
    assert own_server.get_uri() == place.database
    assert set(kept) <= set(place.articles())
    assert flaws(place, running=True) == []
    assert place.crawl("made").code == 0
    assert len(place.articles()) == PAGES
    assert flaws(place) == []
