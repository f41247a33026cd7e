"""Opening the database and its transactions, with both databases set up to behave alike."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db.errors import SchemaTooOld, StoreError, StoreReadOnly, StoreUnavailable
from db.schema import SchemaState, migrate_once, schema_of
from db.settings import database_url
from db.wal import shorten_log

BUSY_S = 30  # writers of one SQLite file were seen to wait 2 s; a crawl must survive a slow back-up too
STATEMENT_MS = 120_000  # no statement of ours takes seconds; one that does must not hold its locks for ever
CONNECT_S = 10
# whatever server, database or user have set: psycopg reads no moments of another style
SESSION = (
    "timezone=UTC",
    "datestyle=ISO",
    "standard_conforming_strings=on",
    r"default_transaction_isolation=read\ committed",
)
# libpq's: a server that a cut cable took away is known to be gone in 20 s, not after a quarter of an hour. A
# crawl beats every 15 s, so one cut off from the store ends before another may begin (`db.runs.SILENT_S`).
ALIVE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
}


def open_store(url: str, *, migrate: bool = True, durable: bool = False) -> Engine:
    """An engine on the database at `url`, its tables up to date.

    Creates a missing SQLite file and its folder. With `migrate` false an empty or old schema raises
    SchemaTooOld. `durable` makes each SQLite commit survive a power cut.
    Raises StoreUnavailable, StoreReadOnly, SchemaTooNew or another StoreError, each one line.
    """
    engine = connect(url, durable=durable)
    try:
        with explained(engine):
            if engine.dialect.name == "postgresql":
                refuse_other_encodings(engine)
            if migrate:
                upgrade(engine)
            else:
                _refuse_old_schema(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def connect(url: str, *, durable: bool = False) -> Engine:
    """An engine on the database at `url`, set up as ours but with its schema not looked at."""
    target = make_url(database_url(url))
    if target.get_backend_name() == "sqlite":
        return _sqlite_engine(target, durable=durable)
    return _postgres_engine(target)


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One write transaction, committed at the end and rolled back by any exception.

    On SQLite it holds the one write lock from its first statement, so keep it short.
    """
    with (
        explained(engine),
        Session(engine.execution_options(carnews_writes=True), expire_on_commit=False) as s,
        s.begin(),
    ):
        yield s
    shorten_log(engine)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One read transaction: every query in it sees the store as of its first."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with explained(engine), Session(engine, expire_on_commit=False) as s, s.begin():
        yield s


def upgrade(engine: Engine) -> SchemaState:
    """The schema's state after bringing it to the newest version; one process migrates, others wait.

    Raises SchemaTooNew when a newer carnews wrote it.
    """
    with explained(engine):
        state = schema_state(engine)
        if not state.is_old:
            return state
        with engine.execution_options(carnews_writes=True).begin() as connection:
            return migrate_once(connection, shown(engine.url))


def schema_state(engine: Engine) -> SchemaState:
    """Which version the schema has and which this carnews needs; raises SchemaTooNew for a newer one."""
    with explained(engine), engine.connect() as connection:
        return schema_of(connection, shown(engine.url))


def shown(url: URL) -> str:
    """`url` as it may be shown to people: a file's path, or a server's address without its password."""
    if url.get_backend_name() == "sqlite":
        return url.database or ":memory:"
    safe = {key: value for key, value in url.query.items() if "pass" not in key}
    plain = url.set(drivername=url.get_backend_name(), query=safe)
    return plain.render_as_string(hide_password=True)


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turns what a driver says about a broken store into our one-line errors; lets all else pass."""
    try:
        yield
    except (DBAPIError, engine.dialect.loaded_dbapi.Error) as wrong:  # the latter from the driver itself
        error = _explanation(shown(engine.url), str(getattr(wrong, "orig", wrong)))
        if error is None:
            raise
        raise error from wrong


# what a driver's message holds -> which error, and its remedy; first fit wins
EXPLANATIONS: tuple[tuple[str, type[StoreError], str], ...] = (
    (
        "database is locked",
        StoreUnavailable,
        f"another program has held its lock for {BUSY_S} s; close it, then try again",
    ),
    ("readonly database", StoreReadOnly, "it cannot be written; check the permissions of file and folder"),
    ("read-only transaction", StoreReadOnly, "the server is read-only; give the primary's address"),
    ("disk is full", StoreUnavailable, "its disk is full; make room, then try again"),
    ("No space left", StoreUnavailable, "the server's disk is full; make room, then try again"),
    ("file is not a database", StoreError, "not a SQLite database; give another file name"),
    ("disk image is malformed", StoreError, "the file is damaged; restore it from a back-up"),
    ("unable to open database file", StoreError, "cannot be opened; check path and permissions"),
    ("disk I/O error", StoreUnavailable, "the disk does not read or write; check it, then try again"),
    ("password", StoreError, "the server refused user or password; correct the URL or ~/.pgpass"),
    ("authentication failed", StoreError, "the server refused the user; correct the URL"),
    ("permission denied", StoreError, "the user may not do this; grant it rights on the database"),
    ("no such table", StoreError, "it lacks a table or view of ours; restore it from a back-up"),
    ('relation "', StoreError, "it lacks a table or view of ours; restore it from a back-up"),
    ("does not exist", StoreError, "no such database or user there; correct the URL or create it"),
    ("lock timeout", StoreUnavailable, f"a lock was held for {BUSY_S} s; try again later"),
    ("statement timeout", StoreUnavailable, f"no answer in {STATEMENT_MS // 1000} s; try again later"),
    ("deadlock detected", StoreUnavailable, "two writers crossed; try again"),
    ("connect", StoreUnavailable, "the server does not answer; start it or correct the URL, then try again"),
    ("server closed", StoreUnavailable, "the server went away; try again"),
    ("terminating", StoreUnavailable, "the server went away; try again"),
    ("starting up", StoreUnavailable, "the server is starting; try again"),
    ("shutting down", StoreUnavailable, "the server is stopping; try again later"),
    ("could not translate host name", StoreUnavailable, "the host is not known; correct the URL"),
    ("resolve host", StoreUnavailable, "the host is not known; correct the URL"),
)


def _explanation(name: str, said: str) -> StoreError | None:
    """Our error for what a driver `said` about the database `name`; None when it speaks of other things."""
    for part, kind, remedy in EXPLANATIONS:
        if part in said:
            return kind(f"database {name}: {remedy}")
    return None


def _sqlite_engine(url: URL, *, durable: bool) -> Engine:
    if not url.database or ":memory:" in url.database:
        raise StoreError("database sqlite://: one in memory cannot be shared by processes; give a file")
    folder = Path(url.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise StoreError(
            f"database {url.database}: folder cannot be made ({wrong.strerror}); give another path"
        ) from None
    engine = create_engine(url, connect_args={"timeout": BUSY_S}, json_deserializer=_read_json)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions: `begin` below does
        run = connection.execute
        if run("PRAGMA journal_mode").fetchone()[0] != "wal":
            _switch_to_wal(connection)
        run(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        run("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("carnews_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _switch_to_wal(connection: Any) -> None:
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as wrong:
        if "readonly" not in str(wrong):  # a file that may only be read is read as it is
            raise


def _postgres_engine(url: URL) -> Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    limits = f"-c statement_timeout={STATEMENT_MS} -c lock_timeout={BUSY_S * 1000}"
    options = " ".join((limits, *(f"-c {setting}" for setting in SESSION)))
    # passwords among the parameters: SQLAlchemy masks only the one before the @
    secret = {key: value for key, value in url.query.items() if "pass" in key}
    url = url.difference_update_query(secret)
    arguments = {
        "connect_timeout": CONNECT_S,
        **ALIVE,
        "client_encoding": "utf8",
        "options": options,
        **secret,
    }
    try:
        return create_engine(url, pool_pre_ping=True, connect_args=arguments)
    except ModuleNotFoundError as wrong:
        raise StoreError(
            f"database {shown(url)}: its driver is missing; run: pip install 'carnews[postgres]'"
        ) from wrong


def _read_json(stored: str) -> Any:
    """What the JSON says; most lists in a store are empty, and need no parser."""
    return [] if stored == "[]" else json.loads(stored)


def _refuse_old_schema(engine: Engine) -> None:
    state = schema_state(engine)
    if state.is_old:
        raise SchemaTooOld(
            f"database {shown(engine.url)}: schema is {state.current or 'empty'}, this carnews needs "
            f"{state.head}; run: carnews db upgrade"
        )


def refuse_other_encodings(engine: Engine) -> None:
    """Raises StoreError where a PostgreSQL database keeps text in anything but UTF-8."""
    with engine.connect() as connection:
        encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise StoreError(
            f"database {shown(engine.url)}: its encoding is {encoding}; create it with ENCODING 'UTF8'"
        )
