"""A crawl's log: on stderr, or in the site's own file when a parent asked for files; then errors on both."""

import logging

from db.logs import join, start_logging
from db.settings import Settings

# Scrapy's story of itself; what it warns of still comes through
QUIET = ("scrapy", "twisted", "asyncio", "alembic", "sqlalchemy", "filelock")


def start_log(settings: Settings, site: str, *, to_file: bool = False, level: str = "INFO") -> None:
    """Sends all that is logged from now on to stderr, or into the log folder and errors to stderr."""
    shown = "ERROR" if to_file else level
    start_logging(settings, "crawl", level=shown, file=site.replace(":", "_") if to_file else None, site=site)
    least = logging.DEBUG if level == "DEBUG" else logging.WARNING
    join(logging.INFO if level != "DEBUG" else logging.DEBUG, dict.fromkeys(QUIET, least))
