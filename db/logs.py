"""How every process logs: lines for people or JSON lines, on standard error or in a file, without secrets.

In this room because crawls and clock share it. Values of variables are never printed (loguru's `diagnose`),
for one of them may be a password; what is known to be secret, or looks it, is struck out of every line.
"""

import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from loguru import logger
from sqlalchemy.engine import make_url

from db.logfile import LogFile
from db.settings import Settings

if TYPE_CHECKING:
    from loguru import Record

STRUCK = "***"
SHORTEST = 6  # a shorter part of a secret address stands in ordinary words too
THIS_MACHINE = {"localhost", "127.0.0.1"}  # hosts that are no secret and stand in many a line
LEVELS = {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}
PATTERNS = (
    (re.compile(r"(://[^\s/:@]*:)[^\s/@]+(?=@)"), rf"\g<1>{STRUCK}"),  # user:password@ of any address
    (
        re.compile(
            r"(\b(?:set-)?cookie|\b(?:proxy-)?authorization)(['\"]?\s*[:=]\s*)(?=\S).*", re.IGNORECASE
        ),
        rf"\g<1>\g<2>{STRUCK}",
    ),
    (
        re.compile(
            r"(\b(?:password|passwd|pwd|secret|api_?key|(?:access_?)?token)\s*=\s*)[^\s&'\"]+", re.IGNORECASE
        ),
        rf"\g<1>{STRUCK}",
    ),
)
_secrets: set[str] = set()  # of this process, the same for all it logs


def keep_secret(*addresses: str) -> None:
    """Has every part of these addresses that may be a secret struck out of all that is logged from now on.

    Of a service's address anything but its scheme may be: keys stand in its user, host, path and query.
    """
    for address in addresses:
        _, _, rest = address.partition("://")
        place, _, query = rest.partition("?")
        values = [pair.partition("=")[2] for pair in query.split("&")]
        parts = {address, rest, *re.split(r"[/:@]", place), *values} - THIS_MACHINE
        _secrets.update(spelt for part in parts for spelt in (part, unquote(part)) if len(spelt) >= SHORTEST)


def redacted(text: str) -> str:
    """`text` without what is known to be secret or looks like a password, cookie or key."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, STRUCK)
    for pattern, instead in PATTERNS:
        text = pattern.sub(instead, text)
    return text


class Intercept(logging.Handler):
    """Hands the standard library's records to loguru, as finished text: braces in it are not read."""

    def emit(self, record: logging.LogRecord) -> None:
        level: str | int = record.levelname if record.levelname in LEVELS else record.levelno
        logger.opt(exception=record.exc_info).bind(logger=record.name).log(level, "{}", record.getMessage())


def start_logging(
    settings: Settings,
    process: str,
    *,
    level: str | None,
    file: str | None = None,
    by_site: bool = False,
    **facts: str,
) -> None:
    """Sends all that is logged from now on to standard error from `level` on, as the settings want it.

    `process` and `facts` stand in each JSON line. With `file`, a name, lines from INFO on go into that file
    of the log folder as well, `.log` for people and `.jsonl` for programs; `by_site`: a line that is bound to
    a `site` goes into that site's instead. `level` None: only what no file takes goes to standard error.
    """
    database = make_url(settings.database_url)
    told = {key: value for key, value in database.query.items() if "pass" in key}
    for secret in (database.password, *told.values()):
        _secrets.update(part for part in (str(secret), unquote(str(secret))) if secret and len(part) > 3)
    as_json = settings.log_format == "json"
    shape: Callable[[Record], str] = partial(_json_line, process, facts) if as_json else _plain_line
    logger.remove()
    if level:
        logger.add(_stderr, format=shape, level=level, diagnose=False, backtrace=False)
    if file:
        seen_from = logger.level(level or "CRITICAL").no + (level is None)
        ending = ".jsonl" if as_json else ".log"
        sink = LogFolder(settings.log, file, ending, seen_from, by_site=by_site)
        least = min(level or "INFO", "INFO", key=lambda name: logger.level(name).no)
        logger.add(sink.write, format=shape, level=least, diagnose=False, backtrace=False)
    logging.captureWarnings(capture=True)


class LogFolder:
    """Log files by name: with `by_site` a line bound to a site goes to that site's, every other to `name`'s.

    Only the file of `name` stays open, for a process may poll a thousand sites.
    """

    def __init__(self, folder: Path, name: str, ending: str, seen_from: int, *, by_site: bool) -> None:
        self.folder, self.name, self.ending, self.seen_from = folder, name, ending, seen_from
        self.by_site = by_site
        self._files: dict[str, LogFile] = {}

    def write(self, message: Any) -> None:
        """Writes one line, as loguru's sinks do."""
        record = message.record
        site = record["extra"].get("site") if self.by_site else None
        name = file_name(str(site)) if site else self.name
        if name not in self._files:
            self._files[name] = LogFile(self.folder / f"{name}{self.ending}")
        self._files[name].write(str(message), seen=record["level"].no >= self.seen_from)
        if name != self.name:
            self._files[name].close()


def file_name(site: str) -> str:
    """A site's name as part of a file's name."""
    return re.sub(r"[^\w.-]", "_", site).lstrip(".") or "_"


def join(level: int, quiet: dict[str, int]) -> None:
    """Has what libraries log from `level` on join in, those named in `quiet` from their own level on."""
    logging.basicConfig(handlers=[Intercept()], level=level, force=True)
    for name, least in quiet.items():
        logging.getLogger(name).setLevel(least)


def _stderr(message: Any) -> None:
    if sys.stderr is not None:
        sys.stderr.write(message)


def _plain_line(record: "Record") -> str:
    at = record["time"].astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    text = f"{at} {record['level'].name: <7} {record['message']}"
    return _finished(record, redacted("\n".join(filter(None, [text, _fault(record)]))))


def _json_line(process: str, facts: dict[str, str], record: "Record") -> str:
    at = record["time"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    told: dict[str, object] = {"at": at, "level": record["level"].name, "process": process}
    own = {key: value for key, value in record["extra"].items() if key != "line"}
    told |= {"pid": os.getpid(), **facts, **own, "message": record["message"]}
    if fault := _fault(record):
        told["error"] = fault
    clean = {
        key: value if isinstance(value, int | float) else redacted(str(value)) for key, value in told.items()
    }
    return _finished(record, json.dumps(clean, ensure_ascii=False))


def _finished(record: "Record", text: str) -> str:
    """The format that gives `text` as it is: loguru reads what a format function returns as a format."""
    record["extra"]["line"] = text
    return "{extra[line]}\n"


def _fault(record: "Record") -> str:
    """The traceback of what was raised, without values; empty where nothing was."""
    if (wrong := record["exception"]) is None or wrong.value is None:
        return ""
    return "".join(traceback.format_exception(wrong.type, wrong.value, wrong.traceback)).rstrip()
