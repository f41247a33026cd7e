"""One clock per store: a lock that the operating system or PostgreSQL drops when its holder dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from db.engine import shown

ADVISORY_KEY = 0x636172636C6F636B  # "carclock": PostgreSQL's advisory locks are known by a number


class ClockBusy(Exception):  # noqa: N818  # named for what it says
    """Another clock runs on this store; stop it, or give this one another store with --db."""

    exit_code = 75

    def __init__(self, store: str) -> None:
        super().__init__(f"{store}: another clock runs on it; stop that one, or give another store with --db")


@contextmanager
def only_clock(engine: Engine) -> Iterator[None]:
    """Holds the store's one clock lease; raises `ClockBusy` where someone else does.

    Two clocks could not crawl one site at once, for the ledger forbids it; they would only ask it twice.
    """
    store = f"database {shown(engine.url)}"
    if engine.dialect.name == "sqlite":
        with _file_lock(Path(f"{engine.url.database}.clock"), store):
            yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_KEY}):
            raise ClockBusy(store)
        try:
            yield
        finally:  # the pool keeps the connection, and with it the lock; a server that went took both
            with suppress(DBAPIError):
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_KEY})


@contextmanager
def _file_lock(path: Path, store: str) -> Iterator[None]:
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ClockBusy(store) from None
        yield
