"""Workers as processes on one PostgreSQL: who does what, who takes over, and what no site ever sees."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from loopback import Site, serving, until
from machines import Machine, machines
from sqlalchemy import create_engine, text

from db.models import Run


@pytest.fixture
def two(tmp_path: Path, postgres_url: str) -> Iterator[list[Machine]]:
    with machines(tmp_path, postgres_url, "alpha", "beta") as made:
        yield made


@pytest.fixture
def sites(two: list[Machine]) -> Iterator[list[Site]]:
    """Three sites that want 0.2 s between two requests."""
    with ExitStack() as open_sites:
        made = [open_sites.enter_context(serving(articles=4)) for _ in range(3)]
        for n, site in enumerate(made):
            two[0].site(f"made{n}", site.toml().replace("delay_s = 0", "delay_s = 0.2"))
        yield made


def waiting(machine: Machine) -> list[tuple[str, str]]:
    """The jobs in the queue, as (status, name)."""
    engine = create_engine(machine.store.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT status::text, queueing_lock FROM carnews_queue.procrastinate_jobs ORDER BY id")
        ).all()
    engine.dispose()
    return sorted((row[0], row[1].rpartition(" ")[0]) for row in rows)


def gaps(site: Site) -> list[float]:
    """The seconds between two requests in a row; robots.txt is asked before any delay is known."""
    times = [at for path, at in zip(site.asked, site.times, strict=True) if path != "/robots.txt"]
    return [b - a for a, b in pairwise(times)]


def alive(machine: Machine) -> list[Run]:
    with machine.open() as s:
        runs = s.query(Run).filter(Run.outcome == "running").all()
        return [run for run in runs if psutil.pid_exists(run.pid)]


def test_workers_of_two_machines_do_what_a_clock_leaves(two: list[Machine], sites: list[Site]) -> None:
    alpha, beta = two
    left = alpha.clock()
    assert left.code == 0, left.err
    assert left.err.count("queued made") == 3
    assert waiting(alpha) == [("todo", f"fresh made{n}") for n in range(3)]
    again = alpha.clock()  # nothing is left twice
    assert again.err.count("waits already made") == 3
    alpha.worker()
    beta.worker()
    until(lambda: len([run for run in alpha.runs() if run[0] == "finished"]) == 3)
    until(lambda: waiting(alpha) == [])
    assert len(alpha.articles()) == 12
    for site in sites:
        assert sorted(site.asked) == sorted(set(site.asked))
        assert min(gaps(site)) > 0.19
    assert list((alpha.folder / "archive").glob("*-alpha-*")) or list((beta.folder / "archive").glob("*"))
    assert "due 0 of 3" in alpha.clock().err


def test_the_job_of_a_killed_worker_is_done_by_another(two: list[Machine], sites: list[Site]) -> None:
    alpha, beta = two
    site = sites[0]
    for n in (1, 2):
        (alpha.folder.parent / "sites" / f"made{n}.toml").unlink()
    held = site.pages["/news/2026/2"]
    site.gate.clear()
    site.pages["/news/2026/2"] = lambda: (site.gate.wait(), held)[1]
    first = alpha.worker()
    assert alpha.clock().code == 0
    until(lambda: "/news/2026/2" in site.asked)
    [run] = alive(alpha)
    first.kill()
    first.wait()
    beta.worker()
    until(lambda: not psutil.pid_exists(run.pid), 5)
    site.gate.set()
    until(lambda: "finished" in [outcome for outcome, *_ in alpha.runs()], 30)
    until(lambda: waiting(alpha) == [])
    assert "put back" in beta.said()
    assert sorted(outcome for outcome, *_ in alpha.runs()) == ["died", "finished"]
    assert len(alpha.articles()) == 4
    assert min(gaps(site)) > 0.19


def test_a_worker_told_to_end_gives_its_job_back(two: list[Machine], sites: list[Site]) -> None:
    alpha, beta = two
    site = sites[0]
    held = site.pages["/news/2026/1"]
    site.gate.clear()
    site.pages["/news/2026/1"] = lambda: (site.gate.wait(), held)[1]
    first = alpha.worker(3)
    assert alpha.clock().code == 0
    until(lambda: "/news/2026/1" in site.asked)
    first.send_signal(signal.SIGTERM)
    assert first.wait(timeout=20) == 0
    assert "worker stopped" in alpha.said()
    assert ("todo", "fresh made0") in waiting(alpha)
    assert alive(alpha) == []
    site.gate.set()
    ended = beta.work_once()
    assert ended.code == 0, ended.err
    assert waiting(beta) == []
    assert len(beta.articles()) == 12


def test_fresh_pages_come_before_old_ones_and_these_before_reading_again(
    two: list[Machine], sites: list[Site]
) -> None:
    alpha, _ = two
    assert alpha.carnews("crawl", "made2").code == 0
    for words in (["reprocess", "--queue"], ["crawl", "made1", "--since", "2026-10-01", "--queue"]):
        ended = alpha.carnews(*words)
        assert ended.code == 0, ended.err
        assert "1 job queued" in ended.err
    assert alpha.clock().err.count("queued made") == 2
    ended = alpha.work_once("--jobs", "1")
    assert ended.code == 0, ended.err
    begun = [line for line in ended.err.splitlines() if " crawl " in line or " reprocess " in line]
    said = [" ".join(line.split()[3:]) for line in begun]
    assert sorted(said[:2]) == ["crawl made0 (fresh)", "crawl made1 (fresh)"]
    assert said[2:] == ["crawl made1 (backfill)", "reprocess made2"]


def test_a_worker_takes_only_what_it_is_for(two: list[Machine], sites: list[Site]) -> None:
    alpha, beta = two
    assert alpha.carnews("crawl", "made1", "--since", "2026-10-01", "--queue").code == 0
    assert alpha.clock().code == 0
    ended = alpha.work_once("--only", "backfill")
    assert ended.code == 0, ended.err
    assert waiting(alpha) == [("todo", "backfill made1"), *[("todo", f"fresh made{n}") for n in range(3)]]
    assert beta.work_once("--only", "fresh,backfill").code == 0
    assert waiting(alpha) == []
    ended = alpha.work_once("--only", "old")
    assert (ended.code, ended.err.count("\n")) == (2, 1)


def test_a_failed_crawl_is_left_to_the_rhythm(two: list[Machine], sites: list[Site]) -> None:
    alpha, _ = two
    sites[0].pages["/robots.txt"] = lambda: 1 / 0
    assert alpha.clock().code == 0
    ended = alpha.work_once()
    assert ended.code == 1, ended.err
    assert waiting(alpha) == []
    assert len(alpha.runs()) == 3


def test_a_job_whose_site_was_crawled_meanwhile_asks_it_nothing(
    two: list[Machine], sites: list[Site]
) -> None:
    alpha, beta = two
    assert alpha.clock().code == 0
    assert alpha.carnews("crawl", "made0").code == 0
    asked = len(sites[0].asked)
    ended = beta.work_once()
    assert ended.code == 0, ended.err
    assert "not due made0: crawled meanwhile" in ended.err
    assert len(sites[0].asked) == asked


def test_no_job_holds_a_secret_or_an_address_of_the_database(two: list[Machine], sites: list[Site]) -> None:
    alpha, _ = two
    assert alpha.clock().code == 0
    engine = create_engine(alpha.store.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        args = connection.execute(text("SELECT args FROM carnews_queue.procrastinate_jobs")).scalars().all()
    engine.dispose()
    assert [sorted(arg) for arg in args] == [["asked_at", "kind", "options", "site"]] * 3


def test_a_sqlite_store_has_no_queue_and_says_what_has(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    here = Machine(tmp_path / "one")
    here.site(
        "made", 'title = "Made"\nhome = "http://127.0.0.1:9/"\n[find]\nfeeds = ["http://127.0.0.1:9/rss"]\n'
    )
    for words in (["work"], ["run", "--queue", "--sites", "made"], ["crawl", "made", "--queue"]):
        ended = here.carnews(*words)
        assert ended.code == 2
        assert ended.err.splitlines()[-1].startswith("carnews: database ")
        assert "needs PostgreSQL; `carnews db copy` takes a store there" in ended.err
        assert "Traceback" not in ended.err
