"""Log lines for people: on stderr, or in the site's own file when a parent asked for files.

Each process writes its own file, so rotation loses nothing. Values of variables are never printed
(`diagnose`), for one of them may be a password.
"""

import logging
import sys
from datetime import UTC, datetime
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
    _let_others_in(logging.DEBUG if level == "DEBUG" else logging.WARNING)


def start_shared_log(folder: Path | None) -> None:
    """The same for a process that crawls many sites: each line goes to the log of the site it is bound to.

    A sink of loguru's own for each site would cost more than the poll of a quiet one (measured: 10 ms of 30).
    """
    logger.remove()
    if folder:
        logger.add(SiteLogs(folder), format=SHAPE, level="INFO", diagnose=False, backtrace=False)
    else:
        logger.add(sys.stderr, format=SHAPE, level="INFO", diagnose=False, backtrace=False)
    _let_others_in(logging.WARNING)


class SiteLogs:
    """Writes a line to `<site>.log` in the folder, `_polls.log` where nobody knows whose it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, message: str) -> None:
        site = message.record["extra"].get("site", "_polls")  # type: ignore[attr-defined]  # loguru's own str
        path = self.folder / f"{site.replace(':', '_')}.log"
        with path.open("a", encoding="utf-8") as file:
            file.write(message)
            full = file.tell() > FILE_BYTES
        if full:
            put_away(path)


def put_away(path: Path) -> None:
    """Gives a full log the name that loguru would give it, and deletes the oldest of those."""
    path.rename(path.with_suffix(f".{datetime.now(UTC):%Y-%m-%d_%H-%M-%S_%f}.log"))
    for old in sorted(path.parent.glob(f"{path.stem}.*.log"))[:-FILES_KEPT]:
        old.unlink(missing_ok=True)


def _let_others_in(quiet: int) -> None:
    """Joins in what the standard library's loggers say, those of the engine room from level `quiet` on."""
    logging.basicConfig(handlers=[Intercept()], level=logging.INFO, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(quiet)
