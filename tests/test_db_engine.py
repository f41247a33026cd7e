import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from processes import processes
from sqlalchemy import Engine, make_url, select, text

from db import alarms, gaps, manners, rhythms, stories, summaries  # noqa: F401 - tables of the metadata
from db.engine import connect, open_store, reading, schema_state, shown, upgrade, writing
from db.errors import SchemaTooNew, SchemaTooOld, StoreError, StoreReadOnly, StoreUnavailable
from db.ledger import Found, begin_run, record_found
from db.models import AddressRow, Base
from db.schema import is_ours, revisions

ROOT = Path(__file__).parent.parent


def one_line(error: BaseException) -> str:
    said = str(error)
    assert "\n" not in said
    return said


def other_database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def test_the_migrations_make_exactly_the_models(store: Engine) -> None:
    with store.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours, "compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_migration_can_be_taken_back(store_url: str) -> None:
    steps = [["downgrade", "base"], ["upgrade", "head"], ["current"]]
    done = subprocess.run(  # as `alembic` does it, three times in one process
        [sys.executable, "-c", f"from alembic.config import main; [main(step) for step in {steps}]"],
        cwd=ROOT,
        env={**os.environ, "CARNEWS_DATABASE_URL": store_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert revisions()[-1] in done.stdout


def test_addresses_of_an_older_store_are_kept_and_visited_by_nobody(store: Engine) -> None:
    with writing(store) as s:
        run = begin_run(s, "motor", "crawl", datetime.now(UTC))
        record_found(s, run, "motor", [Found("https://motor.example/1", "asked")], datetime.now(UTC))
    steps = [["downgrade", "0001"], ["upgrade", "head"]]
    subprocess.run(
        [sys.executable, "-c", f"from alembic.config import main; [main(step) for step in {steps}]"],
        cwd=ROOT,
        env={**os.environ, "CARNEWS_DATABASE_URL": store.url.render_as_string(hide_password=False)},
        check=True,
        capture_output=True,
    )
    with reading(store) as s:
        [row] = s.scalars(select(AddressRow))
    assert (row.url, row.visits, row.next_visit_at) == ("https://motor.example/1", 0, None)


def test_a_missing_file_and_its_folder_are_made(tmp_path: Path) -> None:
    engine = open_store(str(tmp_path / "new" / "folder" / "cars.db"))
    assert schema_state(engine).current == revisions()[-1]
    assert (tmp_path / "new/folder/cars.db").exists()


def test_a_file_name_with_signs_of_urls_is_a_file_name(tmp_path: Path) -> None:
    open_store(str(tmp_path / "50% of a?b#c.db"))
    assert (tmp_path / "50% of a?b#c.db").exists()


def test_sqlite_is_set_up_for_many_writers(sqlite_url: str) -> None:
    with open_store(sqlite_url).connect() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        }
    assert asked == {"journal_mode": "wal", "synchronous": 1, "busy_timeout": 30_000, "foreign_keys": 1}


def test_durable_makes_sqlite_sync_every_commit(sqlite_url: str) -> None:
    with open_store(sqlite_url, durable=True).connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def migrate(url: str) -> str | None:
    engine = connect(url)
    state = upgrade(engine)
    engine.dispose()
    return state.current


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_four_processes_may_migrate_at_once(
    backend: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = str(tmp_path / "new.db") if backend == "sqlite" else request.getfixturevalue("postgres_url")
    with processes(4) as pool:
        assert set(pool.map(migrate, [url] * 4)) == {revisions()[-1]}


def test_a_failed_migration_leaves_nothing_behind(tmp_path: Path) -> None:
    engine = connect(str(tmp_path / "half.db"))
    with engine.begin() as connection:
        connection.execute(text("CREATE VIEW captions AS SELECT 1"))  # in the way of a table
    with pytest.raises(Exception, match="captions"):
        upgrade(engine)
    with engine.begin() as connection:
        left = connection.execute(text("SELECT name FROM sqlite_master")).scalars().all()
        connection.execute(text("DROP VIEW captions"))
    assert left == ["captions"]
    assert upgrade(engine).current == revisions()[-1]


def test_a_store_of_a_newer_carnews_is_refused(store: Engine, store_url: str) -> None:
    with writing(store) as s:
        s.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaTooNew) as caught:
        open_store(store_url)
    assert "9999" in one_line(caught.value)
    assert caught.value.exit_code == 2


def test_an_empty_store_is_refused_without_leave_to_migrate(tmp_path: Path) -> None:
    with pytest.raises(SchemaTooOld) as caught:
        open_store(str(tmp_path / "empty.db"), migrate=False)
    assert one_line(caught.value).endswith("run: carnews db upgrade")


def test_a_failing_transaction_leaves_no_trace(store: Engine) -> None:
    def half() -> None:
        with writing(store) as s:
            s.execute(text("DELETE FROM alembic_version"))
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        half()
    assert schema_state(store).current == revisions()[-1]


def test_reading_sees_one_moment(store: Engine) -> None:
    count = text("SELECT count(*) FROM alembic_version")
    with reading(store) as s:
        assert s.execute(count).scalar() == 1
        with writing(store) as other:
            other.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
        assert s.execute(count).scalar() == 1
    with reading(store) as s:
        assert s.execute(count).scalar() == 2


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("just some notes about cars, long enough to be read as a header" * 20)
    with pytest.raises(StoreError) as caught:
        open_store(str(tmp_path / "notes.db"))
    assert "not a SQLite database" in one_line(caught.value)
    assert "notes.db" in str(caught.value)


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(str(tmp_path))
    assert str(tmp_path) in one_line(caught.value)


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreError) as caught:
        open_store(str(tmp_path / "data" / "cars.db"))
    assert "data" in one_line(caught.value)


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(StoreError, match="in memory"):
        open_store("sqlite://")


@pytest.mark.parametrize("url", ["mysql://u:secret@h/d", "postgresql://u:secret@[h/d", "http://x", ""])
def test_a_url_of_no_use_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert "secret" not in one_line(caught.value)


def test_a_server_that_is_down_is_worth_another_try() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: connections are refused
        with pytest.raises(StoreUnavailable) as caught:
            open_store(f"postgresql://me:secret@127.0.0.1:{taken.getsockname()[1]}/cars")
    assert caught.value.exit_code == 75
    assert "secret" not in one_line(caught.value)
    assert "127.0.0.1" in str(caught.value)


def test_a_host_that_is_not_known_is_named() -> None:
    with pytest.raises(StoreUnavailable) as caught:
        open_store("postgresql://me:secret@nowhere.invalid/cars")
    assert "nowhere.invalid" in one_line(caught.value)


def test_a_missing_database_is_a_wrong_configuration(postgres_server: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(other_database(postgres_server, "no_such_database"))
    assert caught.value.exit_code == 2
    assert "no_such_database" in one_line(caught.value)


def test_passwords_are_never_shown() -> None:
    engine = connect("postgresql://me:secret@h/cars?password=secret2&sslpassword=secret3&sslmode=require")
    assert "secret" not in shown(engine.url)
    assert "sslmode=require" in shown(engine.url)
    assert "secret" not in repr(engine)


def test_a_database_of_another_encoding_is_refused(postgres_server: str, postgres_url: str) -> None:
    admin = connect(postgres_url).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(
            text("CREATE DATABASE ascii_cars ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
        )
    try:
        with pytest.raises(StoreError, match="SQL_ASCII"):
            open_store(other_database(postgres_server, "ascii_cars"))
    finally:
        with admin.connect() as connection:
            connection.execute(text("DROP DATABASE ascii_cars WITH (FORCE)"))
        admin.dispose()


LOCKER = """
import sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
c.execute("COMMIT")
"""


def hold_lock(file: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", LOCKER, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_a_lock_held_for_a_while_is_waited_for(tmp_path: Path, sqlite_url: str) -> None:
    engine = open_store(sqlite_url)
    holder = hold_lock(str(tmp_path / "store.db"))
    with processes(1) as pool:
        waiting = pool.submit(write_once, sqlite_url)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=2)
        holder.communicate("let go\n")
        assert waiting.result(timeout=30) == "written"
    engine.dispose()


def write_once(url: str) -> str:
    engine = open_store(url)
    with writing(engine) as s:
        s.execute(text("UPDATE runs SET note = 'x'"))
    engine.dispose()
    return "written"


def test_a_lock_held_for_ever_is_a_clear_error(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.engine.BUSY_S", 0.2)
    engine = open_store(sqlite_url)
    holder = hold_lock(str(tmp_path / "store.db"))
    with pytest.raises(StoreUnavailable) as caught, writing(engine) as s:
        s.execute(text("UPDATE runs SET note = 'x'"))
    holder.communicate("let go\n")
    assert "lock" in one_line(caught.value)
    assert caught.value.exit_code == 75
    engine.dispose()


READ_ONLY = """
import sys
from db.engine import open_store, reading, writing
from db.errors import StoreReadOnly
from sqlalchemy import text
engine = open_store(sys.argv[1])
with reading(engine) as s:
    print(s.execute(text("SELECT count(*) FROM articles")).scalar())
try:
    with writing(engine) as s:
        s.execute(text("UPDATE runs SET note = 'x'"))
except StoreReadOnly as error:
    print(error)
"""


def as_weak_user(*command: str) -> list[str]:
    """The command without root's right to write what it may not."""
    if os.geteuid() != 0:
        return list(command)
    if not shutil.which("setpriv"):
        pytest.skip("root writes every file, and there is no setpriv to give that right up")
    given_up = "-dac_override,-dac_read_search"
    return ["setpriv", "--bounding-set", given_up, "--inh-caps", given_up, *command]


def test_a_read_only_store_can_be_read_and_says_so_when_written(
    tmp_path: Path, sqlite_template: Path
) -> None:
    folder = tmp_path / "shelf"
    folder.mkdir()
    file = shutil.copy(sqlite_template, folder / "cars.db")
    with sqlite3.connect(file) as plain:  # as a copy for readers: no write-ahead log beside it
        plain.execute("PRAGMA journal_mode = DELETE")
    plain.close()
    file.chmod(0o444)
    folder.chmod(0o555)
    done = subprocess.run(
        as_weak_user(sys.executable, "-c", READ_ONLY, str(file)),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    folder.chmod(0o755)
    assert done.returncode == 0, done.stderr
    count, said = done.stdout.splitlines()
    assert count == "0"
    assert "cannot be written" in said


def test_a_full_disk_is_named(sqlite_url: str) -> None:
    engine = open_store(sqlite_url)
    with engine.connect() as connection:  # the pool hands the same connection out again
        connection.execute(text("PRAGMA max_page_count = 1"))
    with pytest.raises(StoreError, match="disk is full"), writing(engine) as s:
        s.execute(text("CREATE TABLE big AS SELECT randomblob(10000000) AS x"))
    engine.dispose()


def test_the_error_types_say_how_to_exit() -> None:
    kinds = (StoreError, StoreUnavailable, StoreReadOnly, SchemaTooNew)
    codes = {kind.__name__: kind.exit_code for kind in kinds}
    assert codes == {"StoreError": 2, "StoreUnavailable": 75, "StoreReadOnly": 2, "SchemaTooNew": 2}


def test_a_moment_without_zone_is_refused(store: Engine) -> None:
    from db.ledger import begin_run

    with pytest.raises(Exception, match="naive"), writing(store) as s:
        begin_run(s, "motor", "crawl", datetime(2026, 1, 1))  # noqa: DTZ001
    assert datetime.now(UTC).tzinfo
