"""What became of a fetch, in the one vocabulary the ledger and `carnews status` use.

A reason is short and without the address, so that reasons can be counted; figures follow a colon.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from db.ledger import State

NOT_MODIFIED = 304
GONE = {404, 410}
REFUSED = {401, 403, 451}
ASKS_TO_WAIT = {429, 503}
HTML = {"text/html", "application/xhtml+xml"}
MAX_WAIT_S = 7 * 86400  # a Retry-After further off is a mistake or a wish to be forgotten; the ledger's cap

ROBOTS = "robots"
ROBOTS_UNREACHABLE = "robots unreachable"
OFF_SITE = "off-site"
PRIVATE = "private address"
TIMEOUT = "timeout"
DNS = "dns"
CONNECTION = "connection"
TLS = "tls"
TOO_LARGE = "too large"
REDIRECTS = "too many redirects"
NAMED_USER = "address with a user name"
BAD_REDIRECT = "redirect to something else than http"
LONG_ADDRESS = "address too long"
TRUNCATED = "answer cut short"
BAD_CODING = "not compressed as it says"
NO_ANSWER = "no answer"
NOT_HTML = "not html"

NO_CONTACT = {ROBOTS_UNREACHABLE, TIMEOUT, DNS, CONNECTION, TLS}  # the server was not reached at all


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an address ends in this run; `retry_at` only where the server named the time."""

    state: State
    reason: str
    retry_at: datetime | None = None

    @property
    def no_contact(self) -> bool:
        """Whether the site did not answer at all: enough of these in a row end a crawl."""
        return self.reason.partition(":")[0] in NO_CONTACT


STOPPED = Outcome(State.PENDING, "the crawl has ended")  # not asked for any more, so nothing to settle


def of_status(status: int, content_type: str, retry_after: str | None, now: datetime) -> Outcome | None:
    """What an answer's status and type alone decide; None where it may be a page worth reading."""
    if status in ASKS_TO_WAIT:
        return Outcome(State.FAILED, f"http {status}", retry_time(retry_after, now))
    if told := verdict_of(status):
        return Outcome(*told)
    kind = content_type.partition(";")[0].strip().lower()
    if kind and kind not in HTML:
        return Outcome(State.NOT_ARTICLE, f"{NOT_HTML}: {kind[:60]}")
    return None


def verdict_of(status: int) -> tuple[State, str] | None:
    """State and reason that follow from a status alone; None for one that brings a page."""
    if status in GONE:
        return State.GONE, f"http {status}"
    if status in REFUSED:
        return State.FAILED, f"refused: http {status}"
    if status == NOT_MODIFIED:  # where nobody asked for it; a wanted one is no verdict but an answer
        return State.FAILED, "http 304"
    if 300 <= status < 400:
        return State.BLOCKED, BAD_REDIRECT
    return (State.FAILED, f"http {status}") if status >= 400 else None


def retry_time(retry_after: str | None, now: datetime) -> datetime | None:
    """The moment a Retry-After header names, as seconds or as a date; None where it names none."""
    if not retry_after:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return now + timedelta(seconds=min(int(text[:9]), MAX_WAIT_S))
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(now, min(moment.astimezone(UTC), now + timedelta(seconds=MAX_WAIT_S)))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
