"""The lease of a store's one clock, with real processes: who stands by, takes over, and finds out."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from command import Folder
from loopback import Site, end_of, serving, until
from sqlalchemy import text

from db.engine import open_store
from ops.lease import FileLease, ServerLease


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(articles=2) as made:
        yield made


def folder(tmp_path: Path, url: str, site: Site) -> Folder:
    """A folder whose one site is `made`."""
    here = Folder(tmp_path, url)
    here.site("made", site.toml())
    return here


def heard(clock: subprocess.Popen[str], words: str) -> str:
    """What the clock logs up to the line with those words."""
    assert clock.stderr is not None
    said = ""
    while words not in said:
        line = clock.stderr.readline()
        assert line, f"the clock ended without {words!r}: {said}"
        said += line
    return said


def test_who_stands_by_takes_over_from_a_killed_clock(tmp_path: Path, store_url: str, site: Site) -> None:
    here = folder(tmp_path, store_url, site)
    first = here.start("carnews", "run", "--sites", "made")
    heard(first, "done made")
    second = here.start("carnews", "run", "--sites", "made", "--wait")
    heard(second, "standing by")
    assert here.runs() == [("finished", 2, {"stored": 2})]
    first.kill()
    first.communicate()
    heard(second, "took the place")
    heard(second, "clock started")
    second.send_signal(signal.SIGTERM)
    assert end_of(second).code == 0
    assert len(here.runs()) == 1  # it was crawled just now, and the second clock knows


def test_who_stands_by_can_be_told_to_end(tmp_path: Path, store_url: str, site: Site) -> None:
    here = folder(tmp_path, store_url, site)
    first = here.start("carnews", "run", "--sites", "made")
    heard(first, "clock started")
    second = here.start("carnews", "run", "--sites", "made", "--wait")
    heard(second, "standing by")
    second.send_signal(signal.SIGTERM)
    assert end_of(second).code == 0
    first.send_signal(signal.SIGTERM)
    assert end_of(first).code == 0


def test_a_clock_whose_server_restarts_waits_for_its_lease_and_goes_on(
    tmp_path: Path, site: Site, own_server: Any
) -> None:
    here = folder(tmp_path, own_server.get_uri(), site)
    open_store(here.store).dispose()
    clock = here.start("carnews", "run", "--sites", "made")
    heard(clock, "done made")
    server = psutil.Process(own_server.get_pid())
    server.send_signal(signal.SIGINT)  # what PostgreSQL calls a fast shutdown
    server.wait(30)
    heard(clock, "is lost")
    own_server.ensure_postgres_running()
    said = heard(clock, "ours again")
    assert "Traceback" not in said
    clock.send_signal(signal.SIGTERM)
    assert end_of(clock).code == 0


def test_a_lease_whose_connection_the_server_ended_is_not_held_and_can_be_taken_again(
    postgres_url: str,
) -> None:
    engine = open_store(postgres_url)
    lease, other = ServerLease(engine), ServerLease(engine)
    assert lease.take()
    assert lease.held()
    assert not other.take()
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    with engine.connect() as connection:
        connection.execute(text(f"{others} AND pid <> pg_backend_pid()"))
    until(lambda: not lease.held())
    assert other.take()
    assert not lease.take()
    other.drop()
    assert lease.take()
    lease.drop()
    engine.dispose()


def test_a_lease_whose_file_was_deleted_is_not_held(tmp_path: Path) -> None:
    lease = FileLease(tmp_path / "store.db.clock")
    assert lease.take()
    assert lease.held()
    lease.path.unlink()
    assert not lease.held()
    assert lease.take()
    assert lease.held()
    lease.drop()
