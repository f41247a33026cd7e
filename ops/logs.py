"""The clock's log: one event a line on standard error, times in UTC; other libraries' warnings join in."""

import logging
import sys

from loguru import logger

FORMAT = "{time:YYYY-MM-DD HH:mm:ss!UTC} {level: <7} {message}"


class ToLoguru(logging.Handler):
    """Hands standard library records to loguru."""

    def emit(self, record: logging.LogRecord) -> None:
        # the finished message, never as a format: braces in it must not be read
        logger.opt(depth=6, exception=record.exc_info).log(record.levelname, "{}", record.getMessage())


def log_to_stderr(*, quiet: bool = False) -> None:
    """Sets up this process's log; `quiet` keeps warnings and errors only."""
    logger.remove()
    # diagnose would print the values of variables, a database's password among them
    logger.add(
        sys.stderr, format=FORMAT, level="WARNING" if quiet else "INFO", diagnose=False, backtrace=False
    )
    logging.basicConfig(handlers=[ToLoguru()], level=logging.WARNING, force=True)
