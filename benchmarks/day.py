"""A day of the clock with a thousand sites that publish: what a poll costs, how late articles come, what the
memory does, hour by hour.

    python benchmarks/day.py [--sites 1000] [--looks 12] [--articles 300] [--hours 24] [--quiet] …

All is real: the clock with its timetable and all that goes along, its children, SQLite, Scrapy, TLS, and a
loopback server that shows each story from its moment on, whose CPU is not counted. Each site has eight weeks
of a made trace behind it, of which the timetable has to make what it can; the budget is `--looks` requests a
site. Compressed is one thing: while nothing is under way, time flies (`flying.py`). What is under way takes
the time it takes, and all timers of the clock run as often as in a whole day.
"""

import argparse
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from clock import ROOT, made, name_of
from flying import Ahead
from madetraces import BEFORE_DAYS, JUDGING, Floats, Trace, trace
from quietweb import ETAG, host_of, serving
from rhythm import Looks, fixed, informed, true_rates, waits

from crawler.memory import Memory
from crawler.sites import load_sites
from db.channels import Channel, keep_channels
from db.engine import open_store, writing
from db.ledger import Found, begin_run, claim, end_run, record_found, settle
from db.rhythms import RhythmRow, merged
from db.robots import KeptRobots, keep_robots

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)  # the first day after what the traces tell of the past
ORIGIN = MONDAY - timedelta(days=BEFORE_DAYS)
LIVE = "import flying, pathlib; flying.live_in(pathlib.Path({file!r}))\n"
BUDGET_MS = 50


@dataclass(frozen=True, slots=True)
class Site:
    """One site: moments of its stories in seconds since 1970, before the day and on it, and their law."""

    past: Floats
    day: Floats
    law: Trace


def sites_of(asked: argparse.Namespace, start: datetime) -> list[Site]:
    """Sites whose traces are thinned, all by the same share, to some `--articles` of an average day."""
    days = (start - MONDAY).days + 1
    whole = [trace(JUDGING[n % len(JUDGING)], asked.seed, n, days) for n in range(asked.sites)]
    share = asked.articles * (BEFORE_DAYS + days) / max(sum(len(law.moments) for law in whole), 1)
    rng = np.random.default_rng(asked.seed)
    sites = []
    for law in whole:
        moments = law.moments[rng.random(len(law.moments)) < share]
        kept = np.round(moments * 60 + ORIGIN.timestamp())
        today = kept[kept >= start.timestamp()]
        thinned = replace(law, rates=law.rates * share, moments=moments)
        sites.append(Site(kept[kept < start.timestamp()], today[:0] if asked.quiet else today, thinned))
    return sites


def prepare(folder: Path, sites: Sequence[Site], start: datetime, seed: int) -> None:
    """Gives each site its past: two polls without news, feed and robots.txt known, the old story, the rhythm.

    The last looks lie in the two hours before; what is looked at daily falls due all over the day.
    """
    engine = open_store(f"sqlite:///{folder / 'clock.db'}")
    loaded, drawn = load_sites(folder / "sites").sites, Random(seed)
    with writing(engine) as s:
        for place, site in enumerate(sites):
            name = name_of(place)
            origin = loaded[name].home.rstrip("/")
            read_at = start - timedelta(hours=24 * drawn.random())
            looked_at = start - timedelta(hours=2 * drawn.random())
            run = begin_run(s, name, "crawl", read_at)
            record_found(s, run, name, [Found(f"http://{host_of(place)}/news/1", "feed")], read_at)
            for address in claim(s, run, name, read_at, 1):
                settle(s, run, address.id, "not_article", read_at, "made so")
            end_run(s, run, "finished", read_at)
            for at in (looked_at - timedelta(minutes=1), looked_at):
                end_run(s, begin_run(s, name, "crawl", at), "finished", at)
            told = {
                "sieve": Memory(loaded[name]).sieve,
                "etag": ETAG,
                "read_at": read_at,
                "changed_at": read_at,
            }
            keep_channels(s, name, [Channel("feed", f"{origin}/feed", looked_at, "read", **told)])
            keep_robots(s, KeptRobots(origin, read_at, None, 200, "", fetched_at=read_at))
            row = s.get_one(RhythmRow, name)
            row.since = start - timedelta(days=BEFORE_DAYS)
            row.moments = merged(b"", [datetime.fromtimestamp(at, UTC) for at in site.past], start)
    engine.dispose()


def lived(folder: Path, env: Mapping[str, str], end: datetime) -> tuple[float, list[dict[str, Any]]]:
    """The CPU seconds of the clock and all its children on the day, and its hourly notes."""
    notes = folder / "notes.jsonl"
    words = [folder / "ahead", str(end.timestamp()), notes, folder / "sites"]
    with (folder / "clock.log").open("w") as log:
        clock = subprocess.Popen(
            [sys.executable, ROOT / "benchmarks" / "dayclock.py", *words],
            env=dict(env),
            cwd=folder,
            stderr=log,
        )
        try:
            _, code, used = os.wait4(clock.pid, 0)
        except BaseException:
            clock.send_signal(signal.SIGTERM)
            clock.wait()
            raise
        clock.returncode = code
    assert not code, f"the clock ended with {code}; see {folder / 'clock.log'}"
    told = [json.loads(line) for line in notes.read_text().splitlines()]
    return used.ru_utime + used.ru_stime, told


def looks_in(folder: Path, start: datetime, count: int) -> Looks:
    """When each site was looked at on the day, in minutes since it began."""
    looks: list[list[float]] = [[] for _ in range(count)]
    with closing(sqlite3.connect(folder / "clock.db")) as store:
        for site, at in store.execute("select site, started_at from runs order by started_at"):
            if (since := minutes_after(start, at)) >= 0:
                looks[int(site.partition("-")[2])].append(since)
    return [np.array(each) for each in looks]


def stored_in(folder: Path, start: datetime) -> dict[str, float]:
    """When each article was stored, by its address, in minutes since the day began."""
    with closing(sqlite3.connect(folder / "clock.db")) as store:
        rows = store.execute("select url, first_stored_at from articles").fetchall()
    return {url.partition("://")[2]: minutes_after(start, at) for url, at in rows}


def minutes_after(start: datetime, at: str) -> float:
    """Minutes from `start` to a moment as the store writes it."""
    return (datetime.fromisoformat(at).replace(tzinfo=UTC) - start).total_seconds() / 60


def delays(
    folder: Path, sites: Sequence[Site], start: datetime, length: float
) -> Iterator[tuple[str, float, Floats]]:
    """Each policy with its number of looks and the minutes its articles wait."""
    looks = looks_in(folder, start, len(sites))
    number = sum(map(len, looks))
    stored = stored_in(folder, start)
    ours = []
    for place, site in enumerate(sites):
        for n, at in enumerate((site.day - start.timestamp()) / 60):
            if at < length:  # the old story is number 1
                ours.append(stored.get(f"{host_of(place)}/news/{n + 2}", length) - at)
    yield "ours, until stored", number, np.array(ours)
    begin = (start - ORIGIN).total_seconds() / 60
    laws = [site.law for site in sites]
    rates = np.array([true_rates(law).mean() for law in laws])
    for policy, looked in (
        ("ours, until the look", [at + begin for at in looks]),
        ("fixed intervals", fixed(np.ones(len(sites)), number, begin, begin + length)),
        ("fixed, by true rates", fixed(np.sqrt(rates), number, begin, begin + length)),
        ("informed", informed(laws, number, begin, begin + length)),
    ):
        told = [waits(law, at, begin, begin + length) for law, at in zip(laws, looked, strict=True)]
        yield policy, sum(map(len, looked)), np.concatenate(told)


def table(told: Iterable[tuple[str, float, Floats]]) -> Iterator[str]:
    """Lines: a policy each."""
    yield f"{'minutes from publication':24} {'looks':>6} {'articles':>8} {'mean':>7} {'median':>7} {'p95':>7}"
    for policy, number, found in told:
        middle, most = np.percentile(found, [50, 95])
        yield f"{policy:24} {number:6} {len(found):8} {found.mean():7.1f} {middle:7.1f} {most:7.1f}"


def hourly(notes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Lines: what an hour held."""
    yield f"{'hour':>4} {'wall s':>7} {'polls':>6} {'CPU s':>6} {'clock MB':>9} {'children MB':>11}"
    for hour, (before, now) in enumerate(pairwise(notes), start=1):
        spent_s = cpu(now) - cpu(before)
        yield (
            f"{hour:4} {now['wall_s'] - before['wall_s']:7.0f} {polls(now) - polls(before):6.0f}"
            f" {spent_s:6.1f} {now['clock_mb']:9.1f} {now['children_mb']:11.1f}"
        )


def cpu(note: Mapping[str, Any]) -> float:
    """Seconds of CPU of the clock and its children until then."""
    return float(note["clock_s"] + note["alive_s"] + note.get("polls_s", 0) + note.get("crawls_s", 0))


def polls(note: Mapping[str, Any], kind: str = "") -> float:
    """How many crawls have ended, of those of the kind."""
    return sum(n for name, n in note.items() if name.endswith((" idle", " news")) and kind in name)


def costs(cpu_s: float, end: Mapping[str, Any]) -> tuple[dict[str, str], float]:
    """Lines of what was spent for what, and the milliseconds of an idle poll."""
    number, idle = polls(end), polls(end, "idle")
    shared, own = polls(end, "shared"), polls(end, "own")
    own_ms = 1000 * end.get("crawls_s", 0) / max(own, 1)
    shared_ms = 1000 * end.get("polls_s", 0) / max(shared, 1)
    clock_ms = 1000 * end["clock_s"] / number
    idle_ms = clock_ms + (end.get("shared idle", 0) * shared_ms + end.get("own idle", 0) * own_ms) / max(
        idle, 1
    )
    rows = {
        "CPU of the whole day": f"{cpu_s:.0f} s, {1000 * cpu_s / number:.1f} ms a crawl",
        "  the clock's own": f"{end['clock_s']:.0f} s, {clock_ms:.1f} ms a crawl",
        "    timetables": f"{end['plan_s']:.0f} s, {end['plan']:.0f} times",
        "    judging of sites": f"{end['aftercare_s']:.0f} s, {end['aftercare']:.0f} times",
        "  polls that share a process": f"{shared_ms:.1f} ms each, {counted(end, 'shared')}",
        "  crawls in processes of their own": f"{own_ms:.0f} ms each, {counted(end, 'own')}",
        "CPU an idle poll, all included": f"{idle_ms:.1f} ms (budget {BUDGET_MS})",
    }
    return rows, idle_ms


def counted(end: Mapping[str, Any], kind: str) -> str:
    return f"{end.get(f'{kind} idle', 0):.0f} idle and {end.get(f'{kind} news', 0):.0f} with news"


def report(asked: argparse.Namespace, cpu_s: float, notes: Sequence[Mapping[str, Any]], log: Path) -> float:
    """Prints what was seen of the clock; the milliseconds of an idle poll."""
    rows, idle_ms = costs(cpu_s, notes[-1])
    hours = (notes[-1]["at"] - notes[0]["at"]) / 3600  # fewer than asked for where the clock was told to stop
    lines = log.read_text().splitlines()
    head = {
        "sites, crawls, simulated hours": f"{asked.sites}, {polls(notes[-1]):.0f}, {hours:.1f}",
        "wall time": f"{notes[-1]['wall_s'] / 60:.1f} minutes",
    }
    tail = {"warnings in the clock's log": str(sum(" WARNING" in line or " ERROR" in line for line in lines))}
    print("\n".join(f"{name:36} {value}" for name, value in (head | rows | tail).items()))
    print("\n".join(hourly(notes)))
    return idle_ms


def main(words: Sequence[str] | None = None) -> int:
    """0 where an idle poll keeps its budget."""
    parser = argparse.ArgumentParser(description="A day of the clock with many sites that publish.")
    parser.add_argument("--sites", type=int, default=1000)
    parser.add_argument("--looks", type=float, default=12, help="requests a site and day that are allowed")
    parser.add_argument("--articles", type=float, default=300, help="of all sites in an average day")
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--quiet", action="store_true", help="nothing is published on the day")
    parser.add_argument("--weekday", type=int, default=1, help="0 is Monday")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scheme", choices=("http", "https"), default="https")
    parser.add_argument("--keep", action="store_true", help="keep the folder and say where it is")
    asked = parser.parse_args(words)
    folder = Path(tempfile.mkdtemp(prefix="carnews-day-"))
    start = MONDAY + timedelta(days=asked.weekday)
    sites = sites_of(asked, start)
    (folder / "stories.json").write_text(json.dumps({host_of(n): list(s.day) for n, s in enumerate(sites)}))
    ahead = Ahead(folder / "ahead")
    with serving(folder) as ports:
        env = made(folder, asked.sites, asked.scheme, ports)
        with (folder / "sitecustomize.py").open("a") as customize:
            customize.write(LIVE.format(file=str(folder / "ahead")))
        env |= {"CARNEWS_REQUESTS_PER_DAY": str(round(asked.looks * asked.sites))}
        prepare(folder, sites, start, asked.seed)
        ahead.begin(start)
        cpu_s, notes = lived(folder, env, start + timedelta(hours=asked.hours))
    idle_ms = report(asked, cpu_s, notes, folder / "clock.log")
    if not asked.quiet:
        print("\n".join(table(delays(folder, sites, start, (notes[-1]["at"] - start.timestamp()) / 60))))
    if asked.keep:
        print(folder)
    else:
        shutil.rmtree(folder)
    return 0 if idle_ms <= BUDGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
