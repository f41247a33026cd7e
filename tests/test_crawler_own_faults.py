"""Crawls in which our own code fails: raising callbacks and stages, endless loops, memory without bound."""

import asyncio
import os
import sys
from collections.abc import Iterator

import psutil
import pytest
from forked_crawls import Forker, forking
from hurt_stores import flaws, time_passes
from loopback import ROOT, Answer, Place, Site, serving, until

from ops.children import Ended, run_child

PAGES = 6


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving(articles=PAGES) as made:
        yield made


@pytest.fixture(scope="module")
def fork(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[Forker]:
    home = Place(tmp_path_factory.mktemp("home"))
    home.site("made", site.toml())
    home.site("hollow", site.toml().replace("/rss", "/hollow"))
    site.pages["/hollow"] = Answer(b'<rss version="2.0"><channel><title>T</title></channel></rss>')
    with forking(home) as made:
        yield made


RAISING = {
    "every callback": "from crawler.spiders.news import NewsSpider\nNewsSpider.page = lambda *_, **__: 1 / 0",
    "every callback late": (
        "from crawler.spiders import news\ndef page(*_): return 1 / 0\nnews.raw_page = page"
    ),
    "every archiving": "from crawler import stages\nstages.archived = lambda *_: 1 / 0",
    "every cleaning": "from crawler import stages\nstages.cleaned = lambda *_: 1 / 0",
    "every storing": "from crawler import stages\nstages.save = lambda s, run, kept: [1 / 0 for _ in kept]",
}


@pytest.mark.parametrize("what", RAISING)
def test_a_crawl_in_which_everything_raises_is_a_failure_and_heals(
    fork: Forker, place: Place, what: str
) -> None:
    ended = fork.crawl(place, "made", first=RAISING[what])
    assert ended.code == 1, ended.err
    assert "ZeroDivisionError" in ended.err  # a mistake of ours is told with its traceback
    [(outcome, found, balance)] = place.runs()
    assert (outcome, found, balance) == ("failed", PAGES, {"failed": PAGES})
    assert {reason for _, reason in place.states().values()} == {"internal: ZeroDivisionError"}
    assert flaws(place) == []
    time_passes(place)
    assert fork.crawl(place, "made").code == 0
    assert len(place.articles()) == PAGES


def test_a_run_is_closed_though_not_even_failures_can_be_written(fork: Forker, place: Place) -> None:
    ended = fork.crawl(place, "made", first="from crawler import run\nrun.stored = lambda *_: 1 / 0")
    assert ended.code == 1, ended.err
    assert place.runs() == [("failed", PAGES, {"pending": PAGES})]
    assert fork.crawl(place, "made").code == 0
    assert len(place.articles()) == PAGES


def test_a_crawl_whose_items_are_all_dropped_is_a_failure(fork: Forker, place: Place) -> None:
    dropping = (
        "from crawler.pipelines import Cleaned\nfrom scrapy.exceptions import DropItem\n"
        "async def drop(*_): raise DropItem('not wanted')\n"
        "Cleaned.process_item = drop"
    )
    ended = fork.crawl(place, "made", first=dropping)
    assert ended.code == 1, ended.err
    [(_, found, balance)] = place.runs()
    assert (found, balance) == (PAGES, {"failed": PAGES})
    assert {reason for _, reason in place.states().values()} == {"no answer"}


def test_a_site_that_offers_nothing_is_a_failure(fork: Forker, place: Place) -> None:
    ended = fork.crawl(place, "hollow")
    assert ended.code == 1
    assert [(outcome, found) for outcome, found, _ in place.runs()] == [("failed", 0)]
    assert "feed without entries" in ended.err


def test_a_spider_that_cannot_be_imported_is_a_failure(place: Place) -> None:
    (place.folder / "feedparser.py").write_text("raise ImportError('torn installation')")
    ended = place.crawl("made", PYTHONPATH=f"{place.folder}:{ROOT}")
    assert ended.code not in {0, 75}
    assert "torn installation" in ended.err


def test_a_crawl_loads_no_pickle_and_leaves_none(fork: Forker, place: Place) -> None:
    hook = (
        "import sys\n"
        "WATCHED = {'pickle.find_class', 'marshal.loads', 'os.system'}\n"
        "def hook(event, given):\n"
        "    if event in WATCHED and not (event == 'marshal.loads' and 'importlib' in whence()):\n"
        "        print('EVENT', event, given, file=sys.stderr)\n"
        "def whence():\n"
        "    frame, files = sys._getframe(2), ''\n"
        "    while frame: files += frame.f_code.co_filename; frame = frame.f_back\n"
        "    return files\n"
        "sys.addaudithook(hook)\n"
    )
    ended = fork.crawl(place, "made", first=hook)
    assert ended.code == 0, ended.err
    assert "EVENT" not in ended.err
    kept = {path.suffix for path in place.folder.rglob("*") if path.is_file()}
    assert kept <= {".db", ".db-wal", ".db-shm", ".gz", ".toml"}


ENDLESS = """
import sys
from pathlib import Path
from crawler import stages
from crawler.__main__ import main

def endless(work):
    Path(sys.argv[1]).touch()
    while True:
        pass

stages.cleaned = endless
main(["made"])
"""
GREEDY = """
import sys
import crawler.settings as settings
from crawler import stages
from crawler.__main__ import main

settings.MEMUSAGE_CHECK_INTERVAL_SECONDS = 0.1
cleaned, ballast = stages.cleaned, []

def greedy(work):
    ballast or ballast.append(b"x" * (2 << 30))
    return cleaned(work)

stages.cleaned = greedy
sys.exit(main(["made"]))
"""


def test_a_crawl_stuck_in_a_page_is_killed_and_the_next_goes_on(
    site: Site, place: Place, fork: Forker
) -> None:
    place.site("made", site.toml())
    stuck = place.folder / "stuck"
    argv = [sys.executable, "-c", ENDLESS, str(stuck)]

    async def stopped() -> Ended:
        stop = asyncio.Event()
        running = asyncio.ensure_future(run_child(argv, place.environment, 60, stop=stop, grace_s=0.3))
        await asyncio.to_thread(until, stuck.exists)
        stop.set()
        return await running

    ended = asyncio.run(stopped())
    assert ended.stopped
    assert ended.exit_code == -9  # a first, polite request was not heard
    assert fork.crawl(place, "made").code == 0
    assert [outcome for outcome, *_ in place.runs()] == ["died", "finished"]
    assert len(place.articles()) == PAGES


def test_a_crawl_that_takes_two_gigabytes_is_ended_and_its_parent_does_not_grow(
    site: Site, place: Place, fork: Forker
) -> None:
    place.site("made", site.toml())
    us = psutil.Process(os.getpid())
    before = us.memory_info().rss
    ended = asyncio.run(run_child([sys.executable, "-c", GREEDY], place.environment, 60))
    assert us.memory_info().rss - before < 20 << 20
    assert ended.exit_code == 1, ended.err
    [(outcome, found, _)] = place.runs()
    assert (outcome, found) == ("failed", PAGES)
    said = " ".join(ended.err)  # the whole limit, or that of a single page
    assert "memusage_exceeded" in said or "MemoryError" in said
    assert fork.crawl(place, "made").code == 0
