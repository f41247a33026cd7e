"""The logs of the processes that watch, clock and workers: on standard error and in a file."""

import logging

from loguru import logger

from db.logs import join, start_logging
from db.settings import Settings, settings


def log_as(process: str, conf: Settings, *, quiet: bool = False) -> None:
    """Sets up this process's log; `quiet` keeps warnings and errors only, in the file all stands.

    `process` names the file too: `clock` logs to `data/log/clock.log`.
    """
    start_logging(conf, process, level="WARNING" if quiet else "INFO", file=process)
    join(logging.WARNING, {})


def log_to_stderr(*, quiet: bool = False) -> None:
    """The same without a file, for programs that have none."""
    start_logging(settings(), "carnews", level="WARNING" if quiet else "INFO")
    join(logging.WARNING, {})


def log_fault(wrong: BaseException) -> None:
    """Logs what ends this process although nobody foresaw it, with its traceback."""
    logger.opt(exception=wrong).critical("ended by a fault of our own: {}", type(wrong).__name__)
