"""Whoever is killed whenever: clock, worker, crawl or server. What is in the store at the end is the same."""

import asyncio
import json
import os
import random
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from hurt_stores import told
from loopback import Place, Site, serving, until
from machines import Machine, machines
from sqlalchemy import select, text

from db.archive import Archive
from db.engine import open_store, reading
from db.laws import check_ledger
from db.models import AddressRow, Run
from ops.queue import fresh, give_all

DELAY_S = 0.1
ROW = 4  # requests
SITES = ("made0", "made1")
CLOCK = """
import sys
from db.errors import StoreError
from db.settings import settings
from ops.assembly import run_clock
from ops.clock import ClockOptions
from ops.logs import log_to_stderr
log_to_stderr()
try:
    code = run_clock(settings(), ClockOptions({names!r}, at_once=2, look_s=1.0, queue={queue}))
except StoreError as wrong:  # as the command does it
    code = str(wrong)
sys.exit(code)
"""


class Web:
    """The made sites, and what an undisturbed crawl makes of them."""

    def __init__(self, folder: Path, sites: list[Site], place: Place) -> None:
        self.sites = sites
        calm = Place(folder / "calm")
        calm.folder.mkdir()
        for name, site in zip(SITES, sites, strict=True):
            toml = site.toml().replace("delay_s = 0", f"delay_s = {DELAY_S}")
            calm.site(name, toml)
            place.site(name, toml)
            ended = calm.crawl(name)
            assert ended.code == 0, ended.err
            site.asked.clear()
            site.times.clear()
        self.told = told(calm)

    @property
    def asked(self) -> int:
        """How many requests came."""
        return sum(len(site.asked) for site in self.sites)


@pytest.fixture
def served(request: pytest.FixtureRequest) -> Iterator[list[Site]]:
    """The sites, of so many articles each as the test's mark says."""
    with ExitStack() as stack:
        number = getattr(request, "param", 8)
        yield [stack.enter_context(serving(articles=number)) for _ in SITES]


class Killer:
    """Kills one after the other at random moments, and starts it again."""

    def __init__(self, seed: int, web: Web, store: Place, victims: dict[str, Callable[[], None]]) -> None:
        self.dice, self.web, self.store, self.victims = random.Random(seed), web, store, victims
        self.killed: list[str] = []

    def rage(self, times: int) -> None:
        """So many kills, each after some more requests; fewer where nobody asks any more."""
        for _ in range(times):
            goal = self.web.asked + self.dice.randint(1, 5)
            with suppress(AssertionError):  # all is done, or all that was at work waits to be put back
                until(lambda goal=goal: self.web.asked >= goal, 3)
            victim = self.dice.choice(sorted(self.victims))
            self.victims[victim]()
            self.killed.append(victim)

    def a_crawl(self) -> None:
        """Kills the process of one crawl under way, if there is one."""
        engine = open_store(self.store.store)
        with suppress(Exception), reading(engine) as s:
            runs = s.scalars(select(Run).where(Run.outcome == "running")).all()
            pids = [run.pid for run in runs if psutil.pid_exists(run.pid)]
            if pids:
                os.kill(self.dice.choice(pids), signal.SIGKILL)
        engine.dispose()


def restarted(child: subprocess.Popen[str], start: Callable[[], subprocess.Popen[str]]) -> Any:
    child.kill()
    child.wait()
    return start()


def judged(web: Web, store: Place, archives: list[Archive], kills: int) -> None:
    """All that must hold at the end, whatever happened."""
    assert told(store) == web.told
    with store.open() as s:
        assert check_ledger(s) == []
        assert s.scalars(select(Run).where(Run.outcome == "running")).all() == []
        for row in s.scalars(select(AddressRow)):
            position = (row.segment, row.segment_offset, row.segment_length)
            assert all(part is not None for part in position), row.url
            assert any((archive.folder / str(row.segment)).exists() for archive in archives), row.segment
    for site in web.sites:
        asked = [at for path, at in zip(site.asked, site.times, strict=True) if path != "/robots.txt"]
        # two crawls at once would ask twice as often; a busy machine lets single requests come close together
        assert len(asked) > ROW
        assert min(b - a for a, b in zip(asked, asked[ROW:], strict=False)) > ROW * DELAY_S * 0.6
        most = max(site.asked.count(path) for path in site.fetched)
        assert most <= 2 + kills, "a page is asked for again only where its crawl was killed"


def finished(store: Machine) -> None:
    """Has all that is left done, as the next hours would."""
    engine = open_store(store.store)

    def settled() -> bool:
        with reading(engine) as s:
            waiting = s.execute(
                text("SELECT count(*) FROM carnews_queue.procrastinate_jobs WHERE status IN ('todo','doing')")
            ).scalar()
            return not waiting

    def complete() -> bool:
        with reading(engine) as s:
            states = s.scalars(select(AddressRow.state)).all()
            runs = s.scalars(select(Run.outcome).order_by(Run.id.desc()).limit(len(SITES))).all()
            return set(states) == {"stored"} and set(runs) == {"finished"}

    for _ in range(6):
        until(settled, 90)
        if complete():
            break
        asyncio.run(give_all(store.settings, engine, [fresh(name) for name in SITES]))
    until(settled, 90)
    engine.dispose()


def with_workers(
    tmp_path: Path, url: str, served: list[Site], seed: int, kills: int, server: Any = None
) -> None:
    with machines(tmp_path, url, "alpha", "beta") as two:
        alpha, beta = two
        web = Web(tmp_path, served, alpha)
        at_work = {machine.place: machine.worker(2) for machine in two}
        clock = CLOCK.format(names=SITES, queue=True)
        clocks = [alpha.program(clock)]

        def worker(machine: Machine) -> None:
            at_work[machine.place] = restarted(at_work[machine.place], lambda: machine.worker(2))

        def a_clock() -> None:
            clocks.append(restarted(clocks[-1], lambda: alpha.program(clock)))

        def a_server() -> None:
            process = psutil.Process(server.get_pid())
            process.send_signal(signal.SIGQUIT)  # PostgreSQL's immediate shutdown: as if its power went
            process.wait(30)
            server.ensure_postgres_running()

        victims = {
            "alpha": lambda: worker(alpha),
            "beta": lambda: worker(beta),
            "clock": a_clock,
        }
        killer = Killer(seed, web, alpha, victims)
        victims["crawl"] = killer.a_crawl
        if server:
            victims["server"] = a_server
        killer.rage(kills)
        for machine in two:  # whoever is alive at the end goes on
            if at_work[machine.place].poll() is not None:
                worker(machine)
        finished(alpha)
        judged(web, alpha, [Archive(machine.folder / "archive") for machine in two], kills)
        for machine in two:
            for n in range(len(machine.started)):
                assert "Traceback" not in machine.said(n), json.dumps([killer.killed, machine.said(n)])


@pytest.mark.parametrize("served", [5], indirect=True)
def test_kills_among_clock_workers_and_crawls_leave_no_trace(
    tmp_path: Path, migrated_url: str, served: list[Site]
) -> None:
    with_workers(tmp_path, migrated_url, served, seed=3, kills=4)


@pytest.mark.slow
@pytest.mark.parametrize("served", [40], indirect=True)
@pytest.mark.parametrize("seed", range(6))
def test_many_kills_the_servers_among_them_leave_no_trace(
    tmp_path: Path, own_server: Any, own_url: str, served: list[Site], seed: int
) -> None:
    open_store(own_url).dispose()
    with_workers(tmp_path, own_url, served, seed, kills=12, server=own_server)


def on_one_machine(tmp_path: Path, url: str | None, served: list[Site], seed: int, kills: int) -> None:
    with machines(tmp_path, url or f"sqlite:///{tmp_path / 'store.db'}", "alpha") as [alpha]:
        web = Web(tmp_path, served, alpha)
        clock = CLOCK.format(names=SITES, queue=False)
        clocks = [alpha.program(clock)]

        def a_clock() -> None:
            clocks.append(restarted(clocks[-1], lambda: alpha.program(clock)))

        victims: dict[str, Callable[[], None]] = {"clock": a_clock}
        killer = Killer(seed, web, alpha, victims)
        victims["crawl"] = killer.a_crawl
        killer.rage(kills)
        clocks[-1].send_signal(signal.SIGTERM)
        assert clocks[-1].wait(timeout=30) in {0, -signal.SIGTERM}  # the latter before it listens
        for name in SITES:
            ended = alpha.crawl(name)
            assert ended.code == 0, ended.err
        judged(web, alpha, [Archive(alpha.folder / "archive")], kills)


@pytest.mark.parametrize("served", [5], indirect=True)
def test_kills_on_one_machine_leave_no_trace(tmp_path: Path, sqlite_url: str, served: list[Site]) -> None:
    on_one_machine(tmp_path, sqlite_url, served, seed=5, kills=3)


@pytest.mark.slow
@pytest.mark.parametrize("served", [40], indirect=True)
@pytest.mark.parametrize("seed", range(6))
def test_many_kills_on_one_machine_leave_no_trace(
    tmp_path: Path, store_url: str, served: list[Site], seed: int
) -> None:
    on_one_machine(tmp_path, store_url, served, seed, kills=12)
