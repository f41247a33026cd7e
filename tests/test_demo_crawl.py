"""A crawl of the whole made web: the ledger ends as its truth says, nothing but articles is stored."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

import demo

ROOT = Path(__file__).parent.parent
DEADLINE_S = 120  # a site takes two seconds on a free machine


@dataclass(frozen=True)
class Crawled:
    """What a crawl of all three sites left behind."""

    truth: list[demo.DemoPage]
    ledger: dict[str, tuple[str, str | None]]  # state and reason by address
    exit_codes: dict[str, int]
    requested: list[tuple[str, str]]

    def states(self, *urls: str | None) -> set[str]:
        return {self.ledger[url][0] for url in urls if url}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("crawl")
    with demo.serve(0) as web:
        web.write_site_files(folder / "sites")
        codes = {name: crawl(name, folder) for name in web.sites}
        yield Crawled(web.truth, ledger(folder / "made.db"), codes, list(web.requests))


def crawl(site: str, folder: Path) -> int:
    env = os.environ | {
        "CARNEWS_DATABASE_URL": f"sqlite:///{folder / 'made.db'}",
        "CARNEWS_ARCHIVE": str(folder / "archive"),
        "CARNEWS_SITES": str(folder / "sites"),
        "CARNEWS_LOG": str(folder / "log"),
    }
    command = [sys.executable, "-m", "crawler", site]
    ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, timeout=DEADLINE_S, check=False)
    return ended.returncode


def ledger(path: Path) -> dict[str, tuple[str, str | None]]:
    with closing(sqlite3.connect(path)) as store:
        return {
            url: (state, why) for url, state, why in store.execute("select url, state, reason from addresses")
        }


def linked(crawled: Crawled, *kinds: str) -> list[demo.DemoPage]:
    return [page for page in crawled.truth if page.channels and page.kind in kinds]


def test_every_crawl_ends_well(crawled: Crawled) -> None:
    assert set(crawled.exit_codes.values()) == {0}


def test_the_ledger_holds_exactly_the_addresses_that_are_linked(crawled: Crawled) -> None:
    pages = linked(crawled, "article", "not_article", "blocked", "gone", "duplicate")
    assert set(crawled.ledger) == {page.url for page in pages}


def test_every_article_is_stored_once(crawled: Crawled) -> None:
    twins = {page.same_as: page.url for page in linked(crawled, "duplicate")}
    for page in linked(crawled, "article"):
        wanted = {"stored", "duplicate"} if page.url in twins else {"stored"}
        assert crawled.states(page.url, twins.get(page.url)) == wanted, page.url


@pytest.mark.parametrize("kind", ["not_article", "blocked"])
def test_a_page_that_is_no_article_ends_in_its_state_with_its_reason(crawled: Crawled, kind: str) -> None:
    wanted = {page.url: (kind, page.reason) for page in linked(crawled, kind)}
    came = {url: crawled.ledger[url] for url in wanted}
    # What the server says is no HTML is not even asked what it is.
    told = {
        url: (state, re.sub("^not html: .*", "not a page", why or "")) for url, (state, why) in came.items()
    }
    assert told == wanted


def test_pages_that_are_gone_are_known_to_be(crawled: Crawled) -> None:
    gone = [page.url for page in linked(crawled, "gone")]
    assert (len(gone), crawled.states(*gone)) == (3, {"gone"})


def test_a_page_shut_by_robots_txt_is_never_asked_for(crawled: Crawled) -> None:
    (page,) = (page for page in linked(crawled, "blocked") if page.reason == "robots")
    assert crawled.ledger[page.url] == ("blocked", "robots")
    assert not [
        path
        for site, path in crawled.requested
        if site == page.site and page.url.endswith(path) and path != "/"
    ]


def test_no_article_is_asked_for_twice(crawled: Crawled) -> None:
    pages = [(page.site, page.url) for page in linked(crawled, "article", "not_article")]
    moved = {page.same_as for page in linked(crawled, "duplicate")}
    for site, url in pages:
        asked = [
            path for name, path in crawled.requested if name == site and url.endswith(path) and path != "/"
        ]
        assert len(asked) == (2 if url in moved and "crankcase" in site else 1), url
