"""The clock with a thousand quiet sites: what a poll costs, how late it comes, what the memory does.

    python benchmarks/clock.py [--sites 1000] [--rounds 4] [--every 60] [--scheme https]

All is real: the clock, its children, SQLite, Scrapy, TLS; the sites live on one loopback server, whose CPU is
not counted. Each site has the past of a quiet one when the clock starts; a round polls each once.
A day of a thousand sites at half an hour is 48 rounds: the default is a twelfth of it, thirty times as dense.
The timetable is a plain one, `--every` seconds after the last start, so that the load is known.
"""

import argparse
import json
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import psutil
from quietweb import ETAG, net_of, serving, toml_of, written

from crawler.memory import Memory
from crawler.sites import load_sites
from db.channels import Channel, keep_channels
from db.engine import open_store, writing
from db.ledger import begin_run, end_run
from db.robots import KeptRobots, keep_robots

ROOT = Path(__file__).parent.parent
PROGRAM = """
import sys
from datetime import timedelta
import ops.roster
from db.engine import reading
from db.rhythms import rhythm_rows
from db.settings import settings
from ops.assembly import run_clock
from ops.clock import ClockOptions
from ops.logs import log_to_stderr
from ops.timetable import Slot

def plan(engine, rhythms, now):
    every = timedelta(seconds=float(sys.argv[1]))
    with reading(engine) as s:
        rows = rhythm_rows(s, rhythms)
    slots = (Slot(site, every, rows[site].last_at + every) for site in rhythms)
    return sorted(slots, key=lambda slot: slot.due_at)

ops.roster.LEAST_S = 0.0
log_to_stderr()
raise SystemExit(run_clock(settings(), ClockOptions(tuple(sys.argv[2:])), plan=plan))
"""
# every Python that starts with the folder on its path lives in the made internet
CUSTOMIZE = """
import json, pathlib, madenet
told = json.loads(pathlib.Path({file!r}).read_text())
net = madenet.inside(madenet.Net(**told | {{"ports": {{int(a): b for a, b in told["ports"].items()}}}}))
net.__enter__()
"""
SETTLED = 0.2  # of the polls: what memory does before is growing up


@dataclass
class Seen:
    """What was seen of the clock and its children: RSS in MB at each look, by the polls done until then."""

    clock: list[tuple[int, float]] = field(default_factory=list)
    children: list[float] = field(default_factory=list)
    clock_cpu_s: float = 0.0


def made(folder: Path, count: int, scheme: str, ports: Mapping[int, int]) -> dict[str, str]:
    """The environment of the clock; `folder` gets the site files."""
    (folder / "sites").mkdir()
    for place in range(count):
        (folder / "sites" / f"{name_of(place)}.toml").write_text(toml_of(place, scheme, "30m"))
    file = written(net_of(count, dict(ports)), folder)
    (folder / "sitecustomize.py").write_text(CUSTOMIZE.format(file=str(file)))
    (folder / "clock_program.py").write_text(PROGRAM)
    return {
        **os.environ,
        "CARNEWS_DATABASE_URL": f"sqlite:///{folder / 'clock.db'}",
        "CARNEWS_ARCHIVE": str(folder / "archive"),
        "CARNEWS_SITES": str(folder / "sites"),
        "CARNEWS_LOG": str(folder / "log"),
        "SSL_CERT_FILE": str(folder / "authority.pem"),
        "PYTHONPATH": os.pathsep.join(map(str, (folder, ROOT, ROOT / "benchmarks"))),
    }


def name_of(place: int) -> str:
    """The name of the site number `place`."""
    return f"quiet-{place}"


def prepare(folder: Path, count: int) -> None:
    """Gives each site the past of a quiet one: two polls without news, its feed and robots.txt known."""
    engine = open_store(f"sqlite:///{folder / 'clock.db'}")
    sites = load_sites(folder / "sites").sites
    for at in (datetime.now(UTC) - timedelta(minutes=2), datetime.now(UTC) - timedelta(minutes=1)):
        with writing(engine) as s:
            for name in map(name_of, range(count)):
                end_run(s, begin_run(s, name, "crawl", at), "finished", at)
                site, origin = sites[name], sites[name].home.rstrip("/")
                told = {"sieve": Memory(site).sieve, "etag": ETAG, "read_at": at, "changed_at": at}
                keep_channels(s, name, [Channel("feed", f"{origin}/feed", at, "read", **told)])
                keep_robots(s, KeptRobots(origin, at, None, 200, "", fetched_at=at))
    engine.dispose()


def run(env: Mapping[str, str], folder: Path, count: int, polls: int, every_s: float) -> tuple[float, Seen]:
    """The CPU seconds of a clock and all its children until `polls` were made, and what was seen of them."""
    names = [name_of(place) for place in range(count)]
    seen = Seen()
    before = runs_in(folder)
    with (folder / "clock.log").open("w") as log:
        clock = subprocess.Popen(
            [sys.executable, "-m", "clock_program", str(every_s), *names],
            env=dict(env),
            cwd=folder,
            stderr=log,
        )
        process = psutil.Process(clock.pid)
        while (done := runs_in(folder) - before) < polls:
            assert clock.poll() is None, "the clock has ended; see clock.log"
            look(process, done, seen)
            time.sleep(1)
        clock.send_signal(signal.SIGTERM)
        _, _, used = os.wait4(clock.pid, 0)
        clock.returncode = 0
    return used.ru_utime + used.ru_stime, seen


def look(process: psutil.Process, done: int, seen: Seen) -> None:
    """Notes what clock and children hold."""
    with suppress(psutil.Error):
        seen.clock.append((done, process.memory_info().rss / 2**20))
        seen.clock_cpu_s = sum(process.cpu_times()[:2])
        seen.children.append(sum(child.memory_info().rss for child in process.children()) / 2**20)


def runs_in(folder: Path) -> int:
    """How many runs have ended."""
    with closing(sqlite3.connect(folder / "clock.db", timeout=30)) as store:
        return int(store.execute("select count(*) from runs where ended_at is not null").fetchone()[0])


def delays(folder: Path, rounds: int, every_s: float) -> list[float]:
    """Seconds from due to done of every poll that the clock made, the first of each site left out."""
    with closing(sqlite3.connect(folder / "clock.db")) as store:
        rows = store.execute("select site, started_at, ended_at from runs order by site, id").fetchall()
    by_site: dict[str, list[tuple[datetime, datetime]]] = {}
    for site, started, ended in rows:
        if ended:
            moments = (datetime.fromisoformat(started), datetime.fromisoformat(ended))
            by_site.setdefault(site, []).append(moments)
    late = []
    for runs in by_site.values():
        mine = runs[2 : 2 + rounds]
        for (began, _), (_, ended) in pairwise(mine):
            late.append((ended - began).total_seconds() - every_s)
    return sorted(late)


def report(asked: argparse.Namespace, cpu_s: float, seen: Seen, folder: Path) -> None:
    """Prints the table."""
    polls = asked.sites * asked.rounds
    late = delays(folder, asked.rounds, asked.every)
    settled = [rss for done, rss in seen.clock if done >= polls * SETTLED]
    half = len(settled) // 2
    grown = statistics.mean(settled[half:]) - statistics.mean(settled[:half])
    lines = (folder / "clock.log").read_text().splitlines()
    rows = {
        "sites, polls": f"{asked.sites}, {polls} over {asked.scheme}",
        "CPU a poll, all included": f"{1000 * cpu_s / polls:.1f} ms (budget 50)",
        "  of it the clock's own": f"{1000 * seen.clock_cpu_s / polls:.1f} ms",
        "clock, RSS at most": f"{max(rss for _, rss in seen.clock):.0f} MB",
        "clock, RSS second half - first": f"{grown:+.1f} MB",
        "children together, RSS at most": f"{max(seen.children):.0f} MB",
        "warnings in the clock's log": str(sum(" WARNING" in line or " ERROR" in line for line in lines)),
    }
    if late:
        shares = ((0.5, "half"), (0.9, "nine of ten"), (0.99, "99 of 100"), (1, "all"))
        told = (f"{name} {late[min(int(len(late) * share), len(late) - 1)]:.1f}" for share, name in shares)
        rows["seconds from due to done, within"] = ", ".join(told)
    print("\n".join(f"{name:36} {value}" for name, value in rows.items()))


def main(words: Sequence[str] | None = None) -> int:
    """0 where a poll keeps its budget."""
    parser = argparse.ArgumentParser(description="The clock with many quiet sites.")
    parser.add_argument("--sites", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--every", type=float, default=60, help="seconds between two polls of a site")
    parser.add_argument("--scheme", choices=("http", "https"), default="https")
    parser.add_argument("--keep", action="store_true", help="keep the folder and say where it is")
    asked = parser.parse_args(words)
    folder = Path(tempfile.mkdtemp(prefix="carnews-clock-"))
    with serving(folder) as ports:
        env = made(folder, asked.sites, asked.scheme, ports)
        prepare(folder, asked.sites)
        cpu_s, seen = run(env, folder, asked.sites, asked.sites * asked.rounds, asked.every)
    report(asked, cpu_s, seen, folder)
    print(json.dumps({"folder": str(folder)}) if asked.keep else "", end="")
    if not asked.keep:
        subprocess.run(["rm", "-r", str(folder)], check=True)
    return 0 if 1000 * cpu_s / (asked.sites * asked.rounds) <= 50 else 1


if __name__ == "__main__":
    sys.exit(main())
