"""A crawl's log: on stderr, or in the site's own file when a parent asked for files; then errors on both."""

import logging

from db.logs import file_name, join, start_logging
from db.settings import Settings

# Scrapy's story of itself; what it warns of still comes through
QUIET = ("scrapy", "twisted", "asyncio", "alembic", "sqlalchemy", "filelock")


def start_log(settings: Settings, site: str, *, to_file: bool = False, level: str = "INFO") -> None:
    """Sends all that is logged from now on to stderr, or into the log folder and errors to stderr."""
    shown = "ERROR" if to_file else level
    start_logging(settings, "crawl", level=shown, file=file_name(site) if to_file else None, site=site)
    _let_others_in(level)


def start_shared_log(settings: Settings, *, to_file: bool = False) -> None:
    """The same for a process that crawls many sites: each line goes to the log of the site it is bound to.

    A sink of loguru's own for each site would cost more than the poll of a quiet one (measured: 10 ms of 30).
    """
    file = "_polls" if to_file else None
    start_logging(settings, "polls", level=None if to_file else "INFO", file=file, by_site=True)
    _let_others_in("INFO")


def _let_others_in(level: str) -> None:
    """Joins in what the standard library's loggers say, those of the engine room from WARNING on."""
    debug = level == "DEBUG"
    least = logging.DEBUG if debug else logging.WARNING
    join(logging.DEBUG if debug else logging.INFO, dict.fromkeys(QUIET, least))
