"""Crawls and ingests whose disk fills up or whose database goes away in their middle."""

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from loopback import ROOT, Answer, Ended, Place, Site, article, end_of, serving, until
from sqlalchemy import create_engine, make_url, select, text

from db.archive import Archive
from db.laws import check_ledger
from db.models import Run

ARTICLES = 40


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(articles=ARTICLES) as made:
        yield made


@pytest.fixture
def place(tmp_path: Path, sqlite_url: str, site: Site) -> Place:
    made = Place(tmp_path)
    assert made.store == sqlite_url
    made.site("made", site.toml())
    return made


def limited(place: Place, most_bytes: int, *words: str) -> Ended:
    """A child to which the disk is full wherever a file grows beyond so many bytes."""
    small = f'ulimit -f {most_bytes // 1024}; exec "$@"'
    child = subprocess.Popen(
        ["bash", "-c", small, "-", sys.executable, "-m", *words],
        cwd=ROOT,
        env=place.environment | {"CARNEWS_LOG": str(place.folder / "log")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return end_of(child)


def is_one_line(ended: Ended) -> bool:
    return len(ended.err.splitlines()) == 1 and "Traceback" not in ended.err


def all_is_there(place: Place) -> bool:
    return len({row[0] for row in place.articles()}) == ARTICLES


def test_an_archive_without_room_ends_the_crawl_and_keeps_what_it_took(place: Place, site: Site) -> None:
    for n in range(ARTICLES):  # an archive that outgrows the database
        filler = random.Random(n).randbytes(50_000).hex()
        site.pages[f"/news/2026/{n}"] = Answer(article(n) + f"<!-- {filler} -->".encode())
    ended = limited(place, 600_000, "crawler", "made")
    assert ended.code == 75
    assert is_one_line(ended), ended.err
    assert "archive" in ended.err
    assert "make room" in ended.err
    kept = place.articles()
    assert 0 < len(kept) < ARTICLES
    [(outcome, found, balance)] = place.runs()
    assert (outcome, found) == ("failed", ARTICLES)
    assert balance == {"stored": len(kept), "pending": ARTICLES - len(kept)}
    assert len(list(Archive(place.folder / "archive"))) >= len(kept)
    assert place.crawl("made").code == 0
    assert all_is_there(place)


def test_a_database_without_room_ends_the_crawl_and_keeps_what_it_took(place: Place) -> None:
    size = (place.folder / "store.db").stat().st_size
    ended = limited(place, size + 50_000, "crawler", "made")
    assert ended.code in {1, 75}
    assert is_one_line(ended), ended.err
    assert "store.db" in ended.err
    with place.open() as s:
        assert [law for law in check_ledger(s) if "running" not in law] == []
    assert place.crawl("made").code == 0
    assert all_is_there(place)


def test_an_ingest_without_room_keeps_what_it_took(place: Place, tmp_path: Path) -> None:
    assert place.crawl("made").code == 0
    [pages] = (tmp_path / "archive").glob("*.warc.gz")
    fresh = Place(tmp_path / "fresh")
    fresh.folder.mkdir()
    with fresh.open():
        size = (fresh.folder / "store.db").stat().st_size
    ended = limited(fresh, size + 50_000, "carnews", "ingest", str(pages))
    assert ended.code in {1, 75}
    assert is_one_line(ended), ended.err
    again = fresh.run("carnews", "ingest", str(pages))
    assert again.code == 0, again.err
    assert all_is_there(fresh)


@pytest.fixture
def server(postgres_url: str) -> Iterator[Callable[[bool], None]]:
    """Opens and closes the database: closed, it ends every connection and refuses new ones."""
    url = make_url(postgres_url)
    admin = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")

    def let_in(allowed: bool) -> None:
        with admin.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS {allowed}"))
            if not allowed:
                connection.execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
                    {"name": url.database},
                )

    yield let_in
    let_in(True)
    admin.dispose()


def test_a_crawl_whose_database_goes_away_asks_to_try_later_and_loses_nothing(
    tmp_path: Path, site: Site, postgres_url: str, server: Callable[[bool], None]
) -> None:
    place = Place(tmp_path, postgres_url)
    place.site("made", site.toml())

    def held() -> Answer:
        site.gate.wait(30)
        return Answer(article(20))

    site.pages["/news/2026/20"] = held
    site.gate.clear()
    child = place.start("crawler", "made", CARNEWS_LOG=str(tmp_path / "log"))
    until(lambda: "/news/2026/20" in site.asked)
    until(lambda: len(place.articles()) >= len(site.fetched) - 1)
    kept = len(place.articles())
    server(False)
    site.gate.set()
    ended = end_of(child)
    assert ended.code == 75
    assert is_one_line(ended), ended.err
    assert "try again" in ended.err
    server(True)
    assert len(place.articles()) == kept
    assert place.crawl("made").code == 0
    assert all_is_there(place)
    with place.open() as s:
        outcomes = list(s.scalars(select(Run.outcome).order_by(Run.id)))
        assert check_ledger(s) == []
    assert outcomes == ["died", "finished"]
