"""One clock per store: a lock that the operating system or PostgreSQL drops when its holder dies."""

import asyncio
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Protocol

from loguru import logger
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from db.engine import explained, shown
from db.errors import StoreError

ADVISORY_KEY = 0x636172636C6F636B  # "carclock": PostgreSQL's advisory locks are known by a number
TRY_S = 1.0  # between two attempts of one that stands by: so long a dead clock's place stays empty
# PostgreSQL's default, two hours, is how long the lease of a machine that lost its network would last
KEEP_ALIVE = {"tcp_keepalives_idle": 20, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3}


class ClockBusy(Exception):  # noqa: N818  # named for what it says
    """Another clock runs on this store; stop it, or give this one another store with --db."""

    exit_code = 75

    def __init__(self, store: str) -> None:
        super().__init__(
            f"{store}: another clock runs on it; stop that one, or give another store with --db, or stand by "
            "with --wait"
        )


class Lease(Protocol):
    """The right to be the store's clock."""

    def take(self) -> bool:
        """Whether it is ours now; False where another clock has it. Raises StoreError."""

    def held(self) -> bool:
        """Whether it is still ours."""

    def drop(self) -> None:
        """Gives it back, where it is ours."""


def lease_of(engine: Engine) -> Lease:
    """The store's one lease.

    Two clocks could not crawl one site at once, for the ledger forbids it; they would only ask it twice.
    """
    if engine.dialect.name == "sqlite":
        return FileLease(Path(f"{engine.url.database}.clock"))
    return ServerLease(engine)


class FileLease:
    """A lock on a file beside the database."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def take(self) -> bool:
        self.drop()
        file = self.path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def held(self) -> bool:
        try:  # a lock on a file that somebody deleted keeps nobody out
            return self._file is not None and os.path.samestat(
                self.path.stat(), os.fstat(self._file.fileno())
            )
        except OSError:
            return False

    def drop(self) -> None:
        if self._file:
            self._file.close()
            self._file = None


class ServerLease:
    """An advisory lock of a connection that is kept for it; the server drops it with the connection."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._connection: Connection | None = None

    def take(self) -> bool:
        self.drop()
        with explained(self.engine):
            connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()  # closed with the lease, never given to others by the pool
            try:
                for name, value in KEEP_ALIVE.items():
                    connection.execute(text(f"SET {name} = {value}"))
                mine = connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_KEY})
            except BaseException:
                connection.close()
                raise
        if mine:
            self._connection = connection
        else:
            connection.close()
        return bool(mine)

    def held(self) -> bool:
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True

    def drop(self) -> None:
        if self._connection is not None:
            with suppress(DBAPIError):
                self._connection.close()
            self._connection = None


@contextmanager
def only_clock(engine: Engine) -> Iterator[Lease]:
    """Holds the store's lease; raises ClockBusy where someone else does."""
    lease = lease_of(engine)
    if not lease.take():
        raise ClockBusy(store_of(engine))
    try:
        yield lease
    finally:
        lease.drop()


def store_of(engine: Engine) -> str:
    """How a message names the store."""
    return f"database {shown(engine.url)}"


async def stand_by(lease: Lease, store: str, stop: asyncio.Event) -> bool:
    """Returns once the lease is ours, with True, or `stop` is set."""
    told = False
    while not stop.is_set():
        try:
            if await asyncio.to_thread(lease.take):
                logger.info("took the place of the clock on {}", store)
                return True
            trouble = f"{store}: another clock runs on it"
        except StoreError as error:
            trouble = str(error)
        if not told:
            logger.info("standing by, {}", trouble)
        told = True
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), TRY_S)
    return False
