"""Pages archived on several machines of one store: each reads its own, and says where the others lie."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command import Folder, is_one_line
from sqlalchemy import Engine, select
from test_crawler_reprocess import DROP, FOOT, NOTICE, book, page

from crawler.ingest import ingest
from crawler.recall import recalled
from crawler.reprocess import CURRENT, ELSEWHERE, LOST, reprocess
from crawler.sites import SiteBook
from db.archive import Archive
from db.engine import open_store, reading
from db.errors import ArchivedElsewhere
from db.laws import check_ledger
from db.models import ArticleRow
from db.queries import export_rows

PAGES = 8  # on each machine


def taken(folder: Path, store: Engine, archive: Archive, site: SiteBook, first: int) -> None:
    """Takes so many pages, archiving them there."""
    with Archive(folder / f"pages-{archive.place}") as made:
        for n in range(first, first + PAGES):
            made.put(page(n, NOTICE + FOOT))
        files = sorted(made.folder.glob("*.warc.gz"))
    with archive:
        assert ingest(files, store, archive, book=site).problems == []


@pytest.fixture
def apart(tmp_path: Path, store: Engine) -> tuple[Engine, list[Archive]]:
    """A store whose pages lie half on alpha, half on beta-2."""
    archives = [Archive(tmp_path / place, place=place) for place in ("alpha", "beta-2")]
    for n, archive in enumerate(archives):
        taken(tmp_path, store, archive, book(tmp_path / "sites"), n * PAGES)
    return store, archives


@pytest.fixture
def together(tmp_path: Path, new_url: Callable[[], str]) -> Iterator[Engine]:
    """A store with the same pages in one archive, read again by other rules."""
    engine = open_store(new_url())
    folder = tmp_path / "one"
    folder.mkdir()
    archive = Archive(folder / "archive", place="all")
    for n in range(2):
        taken(folder / f"{n}", engine, archive, book(tmp_path / "sites"), n * PAGES)
    reprocess(engine, archive, book(tmp_path / "other", DROP))
    yield engine
    engine.dispose()


def rows(store: Engine) -> list[object]:
    with reading(store) as s:
        assert check_ledger(s) == []
        return list(export_rows(s))


def test_a_page_of_another_machine_is_not_lost_but_there(apart: tuple[Engine, list[Archive]]) -> None:
    store, [alpha, beta] = apart
    site = SiteBook({}, ())
    with reading(store) as s:
        assert recalled(s, alpha, site, "https://motor.example/news/0")[1] is not None
        with pytest.raises(ArchivedElsewhere, match=r"archived on alpha, in carnews-\d+-alpha-") as told:
            recalled(s, beta, site, "https://motor.example/news/0")
    assert told.value.place == "alpha"


def test_each_machine_reads_its_own_pages_again(
    apart: tuple[Engine, list[Archive]], together: Engine, tmp_path: Path
) -> None:
    store, [alpha, beta] = apart
    anew = book(tmp_path / "other", DROP)
    told = [reprocess(store, archive, anew) for archive in (alpha, beta, alpha, beta)]
    assert [t.problems for t in told] == [[]] * 4
    assert [t.sites["motor"][ELSEWHERE] for t in told] == [PAGES] * 4
    assert [t.sites["motor"][LOST] for t in told] == [0] * 4
    assert told[3].sites["motor"][CURRENT] == PAGES  # by then nothing is left to do
    with reading(store) as s:
        assert len(set(s.scalars(select(ArticleRow.rules_version)))) == 1
    assert rows(store) == rows(together)


def test_copied_or_shared_segments_are_here(apart: tuple[Engine, list[Archive]], tmp_path: Path) -> None:
    store, [alpha, beta] = apart
    for file in beta.folder.glob("*.warc.gz"):
        (alpha.folder / file.name).write_bytes(file.read_bytes())
    told = reprocess(store, alpha, book(tmp_path / "other", DROP))
    assert told.problems == []
    assert told.sites["motor"][ELSEWHERE] == 0
    assert sum(told.sites["motor"].values()) == 2 * PAGES


def test_a_missing_file_of_this_machine_is_lost(apart: tuple[Engine, list[Archive]], tmp_path: Path) -> None:
    store, [alpha, _] = apart
    for file in alpha.folder.glob("*.warc.gz"):
        file.unlink()
    told = reprocess(store, alpha, book(tmp_path / "other", DROP))
    assert told.sites["motor"][LOST] == PAGES
    assert "restore the file" in told.problems[0]


def test_the_command_says_in_one_line_where_a_page_is(tmp_path: Path) -> None:
    here = Folder(tmp_path)
    (tmp_path / "page.html").write_bytes(page(1).body)
    url = "https://motor.example/news/1"
    assert here.carnews("ingest", "page.html", "--url", url, CARNEWS_PLACE="alpha").code == 0
    beta = {"CARNEWS_PLACE": "beta", "CARNEWS_ARCHIVE": str(tmp_path / "other")}
    ended = here.carnews("explain", url, **beta)
    assert ended.code == 2
    assert is_one_line(ended)
    assert "archived on alpha" in ended.err
    assert here.carnews("explain", url).code == 0  # a folder that calls itself otherwise has it all the same
    table = here.carnews("reprocess", **beta)
    assert table.code == 0
    assert "elsewhere" in table.out
