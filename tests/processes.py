"""Several processes at once, without each of them importing all there is."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

# What the functions given to the pool stand on; SQLAlchemy and Alembic alone take a second to import.
PRELOADED = [
    "pytest",
    "hypothesis",
    "alembic.command",
    "db.engine",
    "db.ledger",
    "db.store",
    "db.laws",
    "db.queries",
]


def processes(number: int) -> ProcessPoolExecutor:
    """A pool of fresh processes that share nothing with this one, forked from one that has only imported."""
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return ProcessPoolExecutor(number, mp_context=context)
