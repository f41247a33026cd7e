"""The way to the store that the crawls of one process share: one engine, one thread for all transactions."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine

from db.engine import open_store
from db.settings import Settings


class Desk:
    """Opened at first use, on its own thread; `shared` says that crawls come and go while it stays.

    Opening an engine, looking at its schema and starting a thread cost more than the poll of a quiet site
    (measured: 8 ms of 30).
    """

    def __init__(self, settings: Settings, *, shared: bool = False) -> None:
        self.settings, self.shared = settings, shared
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._engine: Engine | None = None

    def engine(self) -> Engine:
        """The open store; to be called on the thread. Raises StoreError, and tries again at the next call."""
        if self._engine is None:
            self._engine = open_store(self.settings.database_url, durable=self.settings.durable)
        return self._engine

    def close(self) -> None:
        """Waits for what is under way and lets go of thread and store; safe to call twice."""
        self.thread.shutdown()
        if self._engine is not None:
            self._engine.dispose()
