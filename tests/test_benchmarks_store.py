"""What fills the benchmark's store does what saving does, and the benchmark tells what it measured."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import store as benchmark
import storereads
from made_articles import NOW
from madebulk import PostgresFiller, SqliteFiller
from madefill import ready, save_pages
from madestock import Stock
from sqlalchemy import Engine, select, text

from db import ledger
from db.engine import open_store, reading, writing
from db.models import ArticleRow
from db.search import matching

PAGES = 900  # copies and edits go 334 and 400 pages back
TIMES = ("found_at", "newest_at", "settled_at", "first_stored_at", "updated_at", "next_visit_at", "at")
NUMBERS = ("id", "address_id", "article_id", "other_id", "change_seq")
TABLES = (
    "addresses", "address_events", "articles", "changes", "revisions", "article_authors", "article_tags",
    "article_makes", "captions", "article_cuts", "article_bands", "likenesses",
)  # fmt: skip


def begun(url: str) -> tuple[Engine, int]:
    engine = open_store(url)
    with writing(engine) as s:
        return engine, ledger.begin_run(s, "made", "ingest", NOW)


@pytest.mark.parametrize("rebuild", [pytest.param(False, marks=pytest.mark.slow), True])
def test_a_filled_store_holds_what_a_saved_one_does(new_url: Callable[[], str], rebuild: bool) -> None:
    stock = Stock()
    saved, run_id = begun(new_url())
    for start in range(0, PAGES, 50):
        save_pages(saved, run_id, [stock.page(n) for n in range(start, start + 50)])
    filled, run_id = begun(new_url())
    is_sqlite = filled.dialect.name == "sqlite"
    filler = SqliteFiller(filled, run_id) if is_sqlite else PostgresFiller(filled, run_id, rebuild=rebuild)
    for start in range(0, PAGES, 450):
        filler.fill(*ready(stock, start, start + 450))
    filler.close()
    assert held(filled) == held(saved)
    for search in ("ren OR mö", "la ba"):
        assert hits(filled, search) == hits(saved, search) != set()
    for engine in (saved, filled):
        engine.dispose()


def test_the_benchmark_prints_what_saving_and_asking_cost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"WINDOW": 50, "WINDOWS": 1, "WARM": 10, "AROUND": 25}.items():
        monkeypatch.setattr(benchmark, name, value)
    for name in ("REPEATS", "SLOW_REPEATS"):
        monkeypatch.setattr(storereads, name, 1)
    missed = benchmark.run(["sqlite"], [200], tmp_path, until=float("inf"))
    shown = capsys.readouterr().out
    assert "== SQLite" in shown
    assert "asking at 200" in shown
    assert "search, common word" in shown
    assert all(line.startswith("SQLite: ") for line in missed)


def held(engine: Engine) -> dict[str, Any]:
    """All rows of all tables, without numbers and times of the store's own, articles named by their keys."""
    with reading(engine) as s:
        keys = dict(s.execute(text("SELECT id, key FROM articles")).all())
        addresses = dict(s.execute(text("SELECT id, key FROM addresses")).all())
        rows: dict[str, Any] = {}
        for table in TABLES:
            found = []
            for row in s.execute(text(f"SELECT * FROM {table}")).mappings():
                told = {name: value for name, value in row.items() if name not in {*TIMES, *NUMBERS}}
                told |= {name: keys[row[name]] for name in ("article_id", "other_id") if name in row}
                told |= {"address": addresses[row["address_id"]]} if "address_id" in row else {}
                found.append(sorted((name, str(value)) for name, value in told.items()))
            rows[table] = sorted(found)
        return rows


def hits(engine: Engine, search: str) -> set[str]:
    with reading(engine) as s:
        return set(s.scalars(select(ArticleRow.key).where(matching(s, search))))
