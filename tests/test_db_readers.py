"""Readers while others write: no error, no half article, and on SQLite a log that stays short."""

import logging
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from command import Folder
from crowd import TURNS, Writer, at_once, engines
from made_articles import NOW, Keeper, made
from sqlalchemy import Engine, text

from db import wal
from db.engine import open_store, reading
from db.queries import articles
from db.wal import check_log, log_bytes

WRITERS, READERS = 4, 4
STEP = re.compile(r"step\d+")
WHOLE = text(
    "SELECT f.id, f.title, f.text, CAST(f.authors AS TEXT) AS authors, CAST(f.tags AS TEXT) AS tags, "
    "c.text AS caption FROM article_feed f LEFT JOIN article_captions c ON c.article_id = f.id"
)
LAST = text(
    "SELECT r.article_id, r.revision, r.title, r.text "
    "FROM article_revisions r JOIN article_feed f ON f.id = r.article_id"
)


def look_for_halves(engine: Engine) -> None:
    """Fails where the parts of an article were not all written by the same step."""
    with reading(engine) as s:
        captions: dict[str, int] = {}
        steps: dict[str, str] = {}
        for row in s.execute(WHOLE).mappings():
            named = {step for value in row.values() for step in STEP.findall(str(value))}
            assert len(named) == 1, dict(row)
            captions[row["id"]] = captions.get(row["id"], 0) + 1
            (steps[row["id"]],) = named
        assert set(captions.values()) <= {3}
        newest: dict[str, tuple[int, str]] = {}
        for row in s.execute(LAST):
            newest[row.article_id] = max(newest.get(row.article_id, (0, "")), (row.revision, row.text))
        assert {key: STEP.findall(words)[-1] for key, (_, words) in newest.items()} == steps
        for step in sorted(set(steps.values()))[:3]:
            hits = {row["id"] for row in articles(s, search=step, limit=1000)}
            assert hits == {key for key, other in steps.items() if other == step}


def checkpoints(engine: Engine) -> Callable[[], None]:
    """What moves the log of a SQLite file into the file, as any other program may at any time."""
    kinds = iter(["PASSIVE", "FULL", "RESTART", "TRUNCATE"] * 10_000)

    def move() -> None:
        if engine.dialect.name == "sqlite":
            connection = engine.raw_connection()
            connection.cursor().execute(f"PRAGMA wal_checkpoint({next(kinds)})").fetchone()
            connection.close()

    return move


def test_readers_see_whole_articles_only_and_no_error_while_others_write(store_url: str) -> None:
    with engines(store_url, WRITERS + READERS + 1) as made_ones:
        writers = [Writer(engine, n).step for n, engine in enumerate(made_ones[:WRITERS])]
        looks = [lambda engine=engine: look_for_halves(engine) for engine in made_ones[WRITERS:-1]]
        at_once(writers, [*looks, checkpoints(made_ones[-1])], lambda n: n == TURNS)
        look_for_halves(made_ones[0])


def test_the_log_stays_short_though_readers_overlap(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(wal, "LONG_BYTES", 6_000_000)  # SQLite begins by itself at four
    longest = 0

    def look(engine: Engine) -> None:
        nonlocal longest
        longest = max(longest, log_bytes(engine))
        with reading(engine) as s:
            s.execute(text("SELECT title, text FROM article_feed ORDER BY published_at DESC LIMIT 50")).all()

    with engines(sqlite_url, WRITERS + READERS) as made_ones:
        writers = [Writer(engine, n).step for n, engine in enumerate(made_ones[:WRITERS])]
        looks = [lambda engine=engine: look(engine) for engine in made_ones[WRITERS:]]
        at_once(writers, looks, lambda n: n == 2 * TURNS)
    assert longest < 4 * wal.LONG_BYTES
    assert not caplog.records


def grow(store: Engine, monkeypatch: pytest.MonkeyPatch) -> Keeper:
    """Writes until the log is as long as one that is told of, which here is not very."""
    monkeypatch.setattr(wal, "LONG_BYTES", 500_000)
    monkeypatch.setattr(wal, "LOUD_BYTES", 2_000_000)
    monkeypatch.setattr(wal, "PATIENCE_MS", 5)
    keeper, n = Keeper(store), 0
    while log_bytes(store) < 3 * wal.LOUD_BYTES:
        keeper.save_all([(f"{n}-{m}", made(f"Number {n} {m}. " * 9), NOW) for m in range(20)])
        n += 1
    return keeper


def test_a_reader_that_forgets_to_end_is_told_of_and_waited_for_by_nobody(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store, other = open_store(sqlite_url), open_store(sqlite_url)
    with reading(other) as s:
        s.execute(text("SELECT count(*) FROM articles")).all()
        with caplog.at_level(logging.WARNING):
            keeper = grow(store, monkeypatch)
        [first, *more] = [record.getMessage() for record in caplog.records]
        assert first.startswith(f"database {store.url.database}: its -wal file has 2 MB, for a reader")
        assert len(more) <= 2  # told again when it has doubled, not at every commit
        assert check_log(store)
    monkeypatch.setattr(wal, "AGAIN_S", 0)
    keeper.save("after", made())
    assert log_bytes(store) < wal.LONG_BYTES
    assert check_log(store) == []
    store.dispose()
    other.dispose()


def test_a_check_of_the_store_tells_of_a_long_log(tmp_path: Path, sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    with reading(store) as s:
        s.execute(text("SELECT count(*) FROM articles")).all()
        Keeper(store).save("a", made())
        with Path(f"{store.url.database}-wal").open("ab") as log:
            log.truncate(wal.LOUD_BYTES)  # sparse: as long as one that a reader has let grow
        ended = Folder(tmp_path).carnews("db", "check")
    assert ended.code == 1
    assert "-wal file has 256 MB" in ended.err
    store.dispose()
