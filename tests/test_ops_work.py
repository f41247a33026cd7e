"""Workers as processes on one PostgreSQL: who does what, who takes over, and what no site ever sees."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from loopback import Site, serving, until
from machines import Machine, machines
from sqlalchemy import create_engine, select, text

from db.engine import open_store, writing
from db.ledger import begin_run, end_run
from db.models import Run
from ops.launch import CrawlOptions
from ops.queue import Job, Kind, backfill, fresh, give_all

DELAY_S = 0.15


@pytest.fixture
def two(tmp_path: Path, migrated_url: str) -> Iterator[list[Machine]]:
    with machines(tmp_path, migrated_url, "alpha", "beta") as made:
        yield made


@pytest.fixture
def sites(two: list[Machine]) -> Iterator[list[Site]]:
    """Two sites that want some time between two requests."""
    with ExitStack() as open_sites:
        made = [open_sites.enter_context(serving(articles=3)) for _ in range(2)]
        for n, site in enumerate(made):
            two[0].site(f"made{n}", site.toml().replace("delay_s = 0", f"delay_s = {DELAY_S}"))
        yield made


def held(site: Site, path: str) -> None:
    """Has the page wait for the site's gate."""
    page = site.pages[path]
    site.gate.clear()
    site.pages[path] = lambda: (site.gate.wait(), page)[1]


def leave(machine: Machine, *jobs: Job) -> int:
    """How many of the jobs wait now that did not before."""
    engine = open_store(machine.store)
    try:
        return asyncio.run(give_all(machine.settings, engine, jobs))
    finally:
        engine.dispose()


def asked_of(machine: Machine, query: str) -> list[tuple[object, ...]]:
    engine = create_engine(machine.store.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        rows = connection.execute(text(query)).all()
    engine.dispose()
    return [tuple(row) for row in rows]


def waiting(machine: Machine) -> list[str]:
    """The jobs in the queue, by kind and site."""
    jobs = asked_of(
        machine, "SELECT queueing_lock FROM carnews_queue.procrastinate_jobs ORDER BY status, queueing_lock"
    )
    return [str(name).rpartition(" ")[0] for (name,) in jobs]


def outcomes(machine: Machine) -> list[str]:
    return [str(outcome) for (outcome,) in asked_of(machine, "SELECT outcome FROM runs ORDER BY id")]


def gaps(site: Site) -> list[float]:
    """The seconds between two requests in a row; robots.txt is asked before any delay is known."""
    times = [at for path, at in zip(site.asked, site.times, strict=True) if path != "/robots.txt"]
    return [b - a for a, b in pairwise(times)]


def alive(machine: Machine) -> list[Run]:
    with machine.open() as s:
        runs = s.scalars(select(Run).where(Run.outcome == "running")).all()
        return [run for run in runs if psutil.pid_exists(run.pid)]


def test_workers_of_two_machines_do_what_a_clock_leaves(two: list[Machine], sites: list[Site]) -> None:
    alpha, beta = two
    left = alpha.clock()
    assert left.code == 0, left.err
    assert left.err.count("queued made") == 2
    assert waiting(alpha) == ["fresh made0", "fresh made1"]
    assert leave(alpha, fresh("made0"), fresh("made1")) == 0  # nothing is left twice
    alpha.worker()
    beta.worker()
    until(lambda: outcomes(alpha) == ["finished"] * 2 and waiting(alpha) == [])
    assert len(alpha.articles()) == 6
    for site in sites:
        assert sorted(site.asked) == sorted(set(site.asked))
        assert min(gaps(site)) > DELAY_S * 0.6
    segments = [path.name.split("-")[2] for machine in two for path in machine.folder.glob("archive/*")]
    assert sorted(segments) == ["alpha", "beta"]


def test_the_job_of_a_killed_worker_is_done_by_another(two: list[Machine], sites: list[Site]) -> None:
    alpha, beta = two
    site = sites[0]
    held(site, "/news/2026/1")
    first = alpha.worker()
    leave(alpha, fresh("made0"))
    until(lambda: "/news/2026/1" in site.asked)
    [run] = alive(alpha)
    first.kill()
    first.wait()
    beta.worker()
    until(lambda: not psutil.pid_exists(run.pid), 15)
    site.gate.set()
    until(lambda: outcomes(alpha) == ["died", "finished"] and waiting(alpha) == [])
    assert "put back fresh made0" in beta.said()
    assert len(alpha.articles()) == 3
    assert len(alpha.runs()) == 2  # and the ledger balances
    assert min(gaps(site)) > DELAY_S * 0.6


def test_a_worker_told_to_end_gives_its_job_back(two: list[Machine], sites: list[Site]) -> None:
    alpha, beta = two
    held(sites[0], "/news/2026/1")
    first = alpha.worker(2)
    leave(alpha, fresh("made0"), fresh("made1"))
    until(lambda: "/news/2026/1" in sites[0].asked and waiting(alpha) == ["fresh made0"])
    first.send_signal(signal.SIGTERM)
    assert first.wait(timeout=20) == 0
    assert "worker stopped" in alpha.said()
    assert waiting(alpha) == ["fresh made0"]
    assert alive(alpha) == []
    sites[0].gate.set()
    beta.worker()
    until(lambda: outcomes(alpha)[-1] == "finished" and waiting(alpha) == [])
    assert len(beta.articles()) == 6


def test_fresh_pages_come_before_old_ones_and_these_before_reading_again(
    two: list[Machine], sites: list[Site]
) -> None:
    alpha, _ = two
    since = backfill("made1", CrawlOptions(since=datetime(2026, 10, 1, tzinfo=UTC)))
    leave(alpha, Job(Kind.REPROCESS, "made0", place="alpha"), since, fresh("made1"))
    assert leave(alpha, Job(Kind.REPROCESS, "made0", place="beta")) == 1
    ended = alpha.carnews("work", "--once", "--jobs", "1")
    begun = [
        " ".join(line.split()[3:])
        for line in ended.err.splitlines()
        if "INFO" in line and " done " not in line
    ]
    assert begun[1:-1] == ["crawl made1", "crawl made1 back", "reprocess made0"]
    assert waiting(alpha) == ["reprocess@beta made0"]  # that is not for this machine


def test_a_worker_takes_only_what_it_is_for(two: list[Machine], sites: list[Site]) -> None:
    alpha, _ = two
    twice = [backfill("made0", CrawlOptions(max_articles=n)) for n in (1, 2)]
    leave(alpha, *twice, fresh("made1"))
    ended = alpha.carnews("work", "--once", "--only", "reprocess,backfill")
    assert ended.code == 0, ended.err
    assert waiting(alpha) == ["fresh made1"]  # of a site's jobs one had to wait for the other
    assert len(alpha.articles()) == 3
    ended = alpha.carnews("work", "--once", "--only", "old")
    assert (ended.code, ended.err.count("\n")) == (2, 1)


def test_what_is_done_or_failed_is_not_done_again(two: list[Machine], sites: list[Site]) -> None:
    """A crawl by hand meanwhile spares the site the queued one; a failed one is left to the rhythm."""
    alpha, beta = two
    sites[1].pages["/robots.txt"] = lambda: 1 / 0  # type: ignore[assignment,return-value]
    leave(alpha, fresh("made0"), fresh("made1"))
    engine = open_store(alpha.store)
    with writing(engine) as s:
        end_run(s, begin_run(s, "made0", "crawl", datetime.now(UTC)), "finished", datetime.now(UTC))
    engine.dispose()
    ended = beta.carnews("work", "--once")
    assert ended.code == 75, ended.err
    assert "not due made0: crawled meanwhile" in ended.err
    assert sites[0].asked == []
    assert waiting(alpha) == []
    assert outcomes(alpha) == ["finished", "unreachable"]


def test_no_job_holds_a_secret_or_an_address_of_the_database(two: list[Machine], sites: list[Site]) -> None:
    alpha, _ = two
    leave(alpha, fresh("made0"), backfill("made1", CrawlOptions(urls=("http://made.example/1",))))
    jobs = asked_of(alpha, "SELECT args FROM carnews_queue.procrastinate_jobs ORDER BY id")
    assert [sorted(args) for (args,) in jobs] == [["asked_at", "kind", "options", "shared", "site"]] * 2
    assert [args["options"] for (args,) in jobs] == [{}, {"urls": ["http://made.example/1"]}]


def test_a_sqlite_store_has_no_queue_and_says_what_has(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    here = Machine(tmp_path / "one")
    here.site(
        "made", 'title = "M"\nhome = "http://127.0.0.1:9/"\n[find]\nfeeds = ["http://127.0.0.1:9/rss"]\n'
    )
    words = [["work"], ["run", "--queue", "--sites", "made"], ["crawl", "made", "--queue"]]
    for ended in here.each(*words):
        assert ended.code == 2
        assert ended.err.splitlines()[-1].startswith("carnews: database ")
        assert "needs PostgreSQL; `carnews db copy` takes a store there" in ended.err
        assert "Traceback" not in ended.err
