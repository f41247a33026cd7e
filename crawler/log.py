"""Log lines for people: on stderr, or in the site's own file when a parent asked for files.

Each process writes its own file, so rotation loses nothing. Values of variables are never printed
(`diagnose`), for one of them may be a password.
"""

import logging
import sys
from pathlib import Path

from loguru import logger

SHAPE = "{time:YYYY-MM-DD HH:mm:ss} {level: <7} {message}"
FILE_BYTES = 10 * 1024 * 1024
FILES_KEPT = 3
# Scrapy's story of itself; what it warns of still comes through
QUIET = ("scrapy", "twisted", "asyncio", "alembic", "sqlalchemy", "filelock")


class Intercept(logging.Handler):
    """Hands the standard library's records to loguru, as finished text."""

    def emit(self, record: logging.LogRecord) -> None:
        level: str | int = record.levelname if record.levelname in LEVELS else record.levelno
        logger.opt(exception=record.exc_info).log(level, "{}", record.getMessage())


LEVELS = {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}


def start_log(site: str, folder: Path | None = None, *, level: str = "INFO") -> None:
    """Sends all that is logged from now on to stderr, or to `<folder>/<site>.log` and errors to stderr."""
    logger.remove()
    if folder:  # first, so that what loguru says of a full disk never stands behind the reason we give
        logger.add(
            folder / f"{site.replace(':', '_')}.log",
            format=SHAPE,
            level=level,
            rotation=FILE_BYTES,
            retention=FILES_KEPT,
            diagnose=False,
            backtrace=False,
        )
    logger.add(sys.stderr, format=SHAPE, level="ERROR" if folder else level, diagnose=False, backtrace=False)
    logging.basicConfig(handlers=[Intercept()], level=logging.INFO, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.DEBUG if level == "DEBUG" else logging.WARNING)
