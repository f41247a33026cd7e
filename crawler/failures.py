"""From what Scrapy raises to the ledger's vocabulary."""

import zlib
from gzip import BadGzipFile
from typing import Any
from urllib.parse import urlsplit

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from crawler import outcomes
from crawler.guard import GUARD
from crawler.outcomes import Outcome
from db.ledger import State

TLS_MODULES = ("OpenSSL", "service_identity", "twisted.internet._sslverify")

REASONS: tuple[tuple[type[Exception], State, str], ...] = (
    (DownloadTimeoutError, State.FAILED, outcomes.TIMEOUT),
    (CannotResolveHostError, State.FAILED, outcomes.DNS),
    (DownloadConnectionRefusedError, State.FAILED, outcomes.CONNECTION),
    (DownloadFailedError, State.FAILED, outcomes.CONNECTION),
    (ResponseDataLossError, State.FAILED, outcomes.TRUNCATED),
    (DownloadCancelledError, State.NOT_ARTICLE, outcomes.TOO_LARGE),
    (UnsupportedURLSchemeError, State.BLOCKED, outcomes.BAD_REDIRECT),
    (NotSupported, State.BLOCKED, outcomes.BAD_REDIRECT),
    (BadGzipFile, State.FAILED, outcomes.BAD_CODING),
    (zlib.error, State.FAILED, outcomes.BAD_CODING),
    (EOFError, State.FAILED, outcomes.BAD_CODING),
)


class Refused(IgnoreRequest):
    """A request we do not make; `outcome` says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


def outcome_of(error: BaseException, url: str) -> Outcome:
    """What the failure of a request to `url` means for its address."""
    if isinstance(error, Refused):
        return error.outcome
    if isinstance(error, CannotResolveHostError) and (urlsplit(url).hostname or "") in GUARD.refused:
        return Outcome(State.BLOCKED, outcomes.PRIVATE)
    if isinstance(error, DownloadFailedError) and is_tls(error):
        return Outcome(State.FAILED, outcomes.TLS)
    for kind, state, reason in REASONS:
        if isinstance(error, kind):
            return Outcome(state, reason)
    if isinstance(error, IgnoreRequest):
        return ignored(str(error))
    return Outcome(State.FAILED, f"error: {type(error).__name__}")


def ignored(why: str) -> Outcome:
    """Scrapy drops some answers with words alone; these are its two."""
    if "max redirections" in why:
        return Outcome(State.FAILED, outcomes.REDIRECTS)
    if "DOWNLOAD_MAXSIZE" in why:
        return Outcome(State.NOT_ARTICLE, outcomes.TOO_LARGE)
    return Outcome(State.FAILED, f"error: {why[:80]}")


def is_tls(error: BaseException) -> bool:
    """Whether encryption or the certificate was the trouble."""
    return any(type(reason).__module__.startswith(TLS_MODULES) for reason in reasons_of(error))


def reasons_of(error: BaseException) -> list[Any]:
    """What Twisted hides behind a failed download."""
    return [getattr(reason, "value", reason) for reason in getattr(error.__cause__, "reasons", ())]
