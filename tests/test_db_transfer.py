"""A store copied into another database: all of it, both ways, through kills, never over something else."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command import Folder
from loopback import ROOT
from made_articles import NOW, Keeper, counted, made
from sqlalchemy import Engine, event, select, text

from db import rows
from db import transfer as moving
from db.engine import connect, open_store, reading, writing
from db.errors import StoreUnavailable
from db.laws import check_ledger
from db.ledger import begin_run, end_run
from db.manners import ChannelRow
from db.models import AddressRow, ArticleRow, CutsRow, Run, SiteLines
from db.queries import articles
from db.reindex import check_index
from db.rows import StrangeTable
from db.transfer import SourceBusy, TransferError, transfer

WORDS = 'Zoë’s "Škoda" – 東京モーターショー 🚗 \u202e\\u0000 \t end'


def filled(url: str, number: int = 12) -> Engine:
    """A store of some articles with all that text, JSON, moments and bytes can hold."""
    store = open_store(url)
    keeper = Keeper(store)
    for n in range(number):
        story = made(f"Of {n}: {counted(f'one {n}')}.", f"And {counted(f'two {n}')}.", title=f"{n} {WORDS}")
        keeper.save(f"{n}", story)
    later = NOW + timedelta(hours=1)
    keeper.save("0", made(f"Of 0, corrected: {counted('three')}.", title="Zero\0 again"), later)
    keeper.save("list", made(verdict="listing"))
    with writing(store) as s:
        lines = bytes(range(256)) * 3
        s.add(SiteLines(site="motor", run_id=keeper.run_id, pages=3, counts=lines))
        cuts = s.get_one(CutsRow, 1)
        cuts.cuts = [{"rule": WORDS, "text": "a\0b", "became": None}]
        moment = datetime(2026, 10, 25, 1, 30, 0, 123456, tzinfo=UTC)
        s.add(
            ChannelRow(
                site="motor",
                key="k",
                kind="feed",
                url="https://motor.example/rss",
                sieve="",
                entries=0,
                own=0,
                children=[WORDS, 1.5, None],
                checked_at=moment,
                outcome="read",
            )
        )
        end_run(s, keeper.run_id, "finished", NOW)
    return store


def everything(store: Engine) -> dict[str, tuple[int, int]]:
    with reading(store) as s:
        return {table.name: rows.summed(s, table) for table in rows.all_tables(store)}


@pytest.fixture(params=["sqlite", "postgresql"])
def both(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_url: str, postgres_url: str
) -> Iterator[tuple[Engine, Engine]]:
    """A filled store, and an empty database of the other kind."""
    if request.param == "sqlite":
        engines = filled(sqlite_url), connect(postgres_url)
    else:
        engines = filled(postgres_url), connect(f"sqlite:///{tmp_path / 'new' / 'other.db'}")
    yield engines
    for engine in engines:
        engine.dispose()


def test_a_copy_holds_every_row_and_goes_on_as_the_source_would(both: tuple[Engine, Engine]) -> None:
    source, target = both
    done = transfer(source, target)
    assert everything(source) == everything(target)
    assert done.articles == 12
    assert check_index(target) == []
    with reading(target) as s:
        assert check_ledger(s) == []
        assert len(articles(s, search="東京モーターショー")) == 11
        assert s.get_one(CutsRow, 1).cuts == [{"rule": WORDS, "text": "a\0b", "became": None}]
    open_store(target.url.render_as_string(hide_password=False), migrate=False).dispose()
    with reading(source) as s:
        newest = max(s.scalars(select(Run.id)))
    keeper = Keeper(target)  # the next numbers follow the old ones
    assert keeper.run_id == newest + 1
    keeper.save("new", made(f"New: {counted('new')}.", title="New"))


def test_a_copy_back_is_the_store_it_came_from(both: tuple[Engine, Engine], tmp_path: Path) -> None:
    source, there = both
    transfer(source, there)
    back = connect(f"sqlite:///{tmp_path / 'back.db'}")
    transfer(there, back)
    assert everything(back) == everything(source)


def test_both_export_the_same_bytes(tmp_path: Path, postgres_url: str) -> None:
    here = Folder(tmp_path)
    filled(here.store).dispose()
    ended = here.carnews("db", "copy", "store.db", postgres_url)
    assert ended.code == 0, ended.err
    assert "CARNEWS_DATABASE_URL=postgresql" in ended.out
    assert "\narticles: " in ended.err
    words = ["export", "--format", "jsonl", "--times"]
    old, new = here.carnews(*words), here.carnews(*words, "--db", postgres_url)
    assert old.out == new.out
    assert len(old.out.splitlines()) == 12


def test_a_database_with_anything_in_it_is_refused(both: tuple[Engine, Engine]) -> None:
    source, target = both
    filled(target.url.render_as_string(hide_password=False), 1).dispose()
    before = everything(target)
    with pytest.raises(TransferError, match="is not empty"):
        transfer(source, target)
    assert everything(target) == before


def test_a_source_at_work_is_refused(both: tuple[Engine, Engine]) -> None:
    source, target = both
    with writing(source) as s:
        begin_run(s, "motor", "crawl", datetime.now(UTC))
    with pytest.raises(SourceBusy, match="works on it"):
        transfer(source, target)


def test_a_strange_table_is_not_left_behind_in_silence(both: tuple[Engine, Engine]) -> None:
    source, target = both
    with writing(source) as s:
        s.execute(text("CREATE TABLE notes_of_mine (id integer primary key)"))
    with pytest.raises(StrangeTable, match="notes_of_mine"):
        transfer(source, target)


PROGRAM = """
import os, signal, sys
from db import rows
from db import rows, transfer as moving
from db.engine import connect, open_store
rows.BATCH = 3
left = int(sys.argv[3])
def told(come):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
moving.transfer(open_store(sys.argv[1]), connect(sys.argv[2]), told)
"""


def killed_copy(source: Engine, target: Engine, step: int) -> int:
    urls = [engine.url.render_as_string(hide_password=False) for engine in (source, target)]
    words = [sys.executable, "-c", PROGRAM, *urls, str(step)]
    return subprocess.run(words, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False).returncode


def test_a_killed_copy_cannot_be_opened_and_goes_on(
    both: tuple[Engine, Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = both
    target_url = target.url.render_as_string(hide_password=False)
    for step in (3, 20):  # the second goes on after the first
        assert killed_copy(source, target, step) == -signal.SIGKILL
        with pytest.raises(StoreUnavailable, match="has not ended"):
            open_store(target_url)
    inserts = statements(target)
    transfer(source, target)
    assert not [said for said in inserts if said.startswith("INSERT INTO runs")]
    assert everything(source) == everything(target)


def test_a_source_that_changed_since_has_the_copy_begin_anew(both: tuple[Engine, Engine]) -> None:
    source, target = both
    assert killed_copy(source, target, 40) == -signal.SIGKILL
    with writing(source) as s:
        s.execute(text("UPDATE articles SET title = 'Another'"))
        s.execute(text("UPDATE runs SET beat_at = :at"), {"at": "2026-10-25 02:00:00.000000+00"})
    transfer(source, target)
    assert everything(source) == everything(target)


def test_a_difference_is_found_and_the_next_copy_begins_anew(
    both: tuple[Engine, Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = both

    def spoil(store: Engine) -> None:
        with writing(store) as s:
            s.execute(text("UPDATE addresses SET attempts = 7 WHERE id = 1"))

    with monkeypatch.context() as patch:
        patch.setattr(moving, "reindex", spoil)
        with pytest.raises(TransferError, match="addresses"):
            transfer(source, target)
    with pytest.raises(StoreUnavailable, match="has not ended"):
        open_store(target.url.render_as_string(hide_password=False))
    transfer(source, target)
    with reading(target) as s:
        assert s.get_one(AddressRow, 1).attempts == 0
        assert s.scalars(select(ArticleRow.title).where(ArticleRow.title == "Zero again")).all()


def statements(engine: Engine) -> list[str]:
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *words: said.append(words[2]))
    return said


def test_one_database_is_not_copied_onto_itself(tmp_path: Path) -> None:
    here = Folder(tmp_path)
    filled(here.store).dispose()
    ended = here.carnews("db", "copy", "store.db", "store.db")
    assert ended.code == 2
    assert "is both" in ended.err
