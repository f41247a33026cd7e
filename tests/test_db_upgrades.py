"""Migrations that are killed, taken back and made again over a store with articles; on both databases."""

import os
import signal
import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from command import Folder, is_one_line
from loopback import ROOT
from made_articles import NOW, Keeper, made
from processes import processes
from sqlalchemy import Engine, event, text

from db import manners, stories  # noqa: F401 - their tables belong to the metadata
from db.engine import connect, open_store, reading, schema_state, upgrade
from db.laws import check_ledger
from db.models import Base
from db.queries import export_rows
from db.reindex import check_index
from db.schema import is_ours, revisions

OLD = "0005"  # before changes, copies, stories, coverage
NEVER = 10_000


def downgrade(url: str, to: str) -> None:
    subprocess.run(
        [sys.executable, "-c", f"from alembic.config import main; main(['downgrade', '{to}'])"],
        cwd=ROOT,
        env={**os.environ, "CARNEWS_DATABASE_URL": url},
        check=True,
        capture_output=True,
    )


def fill(store: Engine) -> list[dict[str, object]]:
    keeper = Keeper(store)
    for n in range(5):
        keeper.save(f"{n}", made(f"Number {n} of the mill has {n + 2} doors. " * 4, title=f"Number {n}"))
    keeper.save("0", made("Number 0 was edited since. " * 4, title="Number 0"), NOW.replace(hour=12))
    return exported(store)


def exported(store: Engine) -> list[dict[str, object]]:
    with reading(store) as s:
        return list(export_rows(s))


def check_upgraded(url: str, articles: list[dict[str, object]]) -> None:
    """Whether the store has today's tables, obeys the laws and holds these articles."""
    store = open_store(url)
    with store.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours, "compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    with reading(store) as s:
        assert [law for law in check_ledger(s) if "still marked running" not in law] == []
        assert s.scalar(text("SELECT count(*) FROM article_feed")) == len(articles)
    assert check_index(store) == []
    assert exported(store) == articles
    store.dispose()


def upgrade_and_die(url: str, at: int) -> int:
    """How many statements an upgrade takes that change something; kills its process before that one."""
    engine, taken = connect(url), 0

    @event.listens_for(engine, "before_cursor_execute")
    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal taken
        taken += statement.lstrip()[:6].upper() not in {"SELECT", "PRAGMA", "BEGIN", "SHOW"}
        if taken == at:
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(engine, "commit")
    def commit(_connection: object) -> None:
        if at < 0 and taken:
            os.kill(os.getpid(), signal.SIGKILL)

    upgrade(engine)
    engine.dispose()
    return taken


def kill_upgrades(url: str, moments: int) -> None:
    """Kills upgrades at so many moments and before the commit; the store stays old until one gets through."""
    articles = fill(store := open_store(url))
    store.dispose()
    downgrade(url, OLD)
    with processes(1) as pool:  # taken back after it has told how many statements there are
        total = pool.submit(upgrade_and_die, url, NEVER).result()
    downgrade(url, OLD)
    assert total > 10
    for at in [*(1 + total * n // moments for n in range(moments)), -1]:
        with processes(1) as pool, pytest.raises(BrokenProcessPool):
            pool.submit(upgrade_and_die, url, at).result()
        engine = connect(url)
        assert schema_state(engine).current == OLD, at
        engine.dispose()
    check_upgraded(url, articles)


def test_an_upgrade_killed_in_its_middle_is_made_by_the_next(store_url: str) -> None:
    kill_upgrades(store_url, 3)


@pytest.mark.slow
def test_an_upgrade_killed_at_thirty_moments_is_made_by_the_next(store_url: str) -> None:
    kill_upgrades(store_url, 30)


def migrate(url: str) -> str | None:
    engine = connect(url)
    state = upgrade(engine)
    engine.dispose()
    return state.current


def test_two_processes_upgrade_an_old_store_and_no_article_is_lost(store_url: str) -> None:
    articles = fill(store := open_store(store_url))
    store.dispose()
    downgrade(store_url, OLD)
    with processes(2) as pool:
        assert list(pool.map(migrate, [store_url] * 2)) == [revisions()[-1]] * 2
    check_upgraded(store_url, articles)


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_a_store_that_lost_a_table_is_named_in_one_line(
    backend: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("sqlite_url" if backend == "sqlite" else "postgres_url")
    store = open_store(url)
    Keeper(store).save("a", made())
    with store.begin() as connection:
        for table in ("captions", "article_makes"):
            connection.execute(text(f"DROP TABLE {table}{' CASCADE' if backend == 'postgresql' else ''}"))
    store.dispose()
    for ended in Folder(tmp_path).each(["articles", "--make", "BMW", "--db", url], ["export", "--db", url]):
        assert is_one_line(ended), ended.err
        assert ended.code == 2
        assert "lacks a table or view of ours" in ended.err
