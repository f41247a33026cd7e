"""What a host's robots.txt allows us, after RFC 9309: an answer we cannot get means hands off."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from protego import Protego

from crawler.outcomes import NOT_MODIFIED
from crawler.validators import validators
from db.robots import KeptRobots

TOKEN = "carnews"  # the name that robots.txt rules address us by; first word of the user agent # noqa: S105
READ_BYTES = 500 * 1024  # what RFC 9309 wants read at least; the rest of a longer file is not looked at
MAX_DELAY_S = 3600.0  # who asks for more between two pages does not want to be crawled for news
REDIRECTS = 5  # RFC 9309: at least five hops; more count as no answer
KEPT_FOR = timedelta(hours=24)  # RFC 9309: a copy should not serve longer, nor ours stand in for an answer


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host for us; `closed` is the reason why nothing at all may be fetched."""

    rules: Protego | None = None
    closed: str | None = None

    @property
    def delay_s(self) -> float:
        """Seconds the host wants between two requests, 0 where it asks for none; pages per time count too."""
        if self.rules is None:
            return 0.0
        rate = self.rules.request_rate(TOKEN)
        asked = (self.rules.crawl_delay(TOKEN) or 0.0, rate.seconds / rate.requests if rate else 0.0)
        return max(0.0, *(float(delay) for delay in asked if math.isfinite(delay)))

    def why_not(self, url: str) -> str | None:
        """The reason why `url` must not be fetched; None where it may."""
        if self.closed:
            return self.closed
        if self.rules is not None and not self.rules.can_fetch(url, TOKEN):
            return "robots"
        return f"robots: asks for {self.delay_s:.0f} s between pages" if self.delay_s > MAX_DELAY_S else None


OPEN = Robots()


def robots_from(status: int, body: bytes) -> Robots:
    """The rules an answer means: 4xx none, anything else but a 200 that the host is closed to us."""
    return robots_of(status, text_of(body))


def robots_of(status: int, text: str) -> Robots:
    """The same for an answer whose text was read before."""
    if 200 <= status < 300:
        return Robots(Protego.parse(text))
    if 400 <= status < 500 and status != 429:
        return OPEN
    return unreachable(f"http {status}")


def text_of(body: bytes) -> str:
    """The lines of a robots.txt that are looked at; half a line at the bound could turn its meaning round."""
    read = body[:READ_BYTES]
    if len(body) > READ_BYTES:
        read = read[: max(read.rfind(b"\n"), read.rfind(b"\r")) + 1]
    return read.decode("utf-8-sig", "replace").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def unreachable(why: str) -> Robots:
    """No rules could be had, so nothing is allowed."""
    return Robots(closed=f"robots unreachable: {why}")


def answered(
    kept: KeptRobots, status: int, body: bytes, headers: Mapping[str, str], now: datetime
) -> KeptRobots:
    """What is kept after an answer: itself where it is good, else the former copy and what was wrong."""
    etag, modified = validators(headers)
    if status == NOT_MODIFIED and kept.status is not None:
        confirmed = replace(kept, etag=etag or kept.etag, last_modified=modified or kept.last_modified)
        return replace(confirmed, asked_at=now, problem=None, fetched_at=now, fresh_until=fresh(headers, now))
    text = text_of(body) if 200 <= status < 300 else ""
    if closed := robots_of(status, text).closed:
        return replace(kept, asked_at=now, problem=closed)
    return KeptRobots(kept.origin, now, None, status, text, etag, modified, now, fresh(headers, now))


def fresh(headers: Mapping[str, str], now: datetime) -> datetime:
    """Until when an answer that came now serves unasked: a day, or less where Cache-Control says so."""
    told = headers.get("cache-control", "").lower()
    if re.search(r"\bno-(?:cache|store)\b", told):
        return now
    most = re.search(r'\bmax-age\s*=\s*"?(\d{1,9})', told)
    if most is None:
        return now + KEPT_FOR
    age = headers.get("age", "").strip()
    spent = int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0
    return now + min(KEPT_FOR, timedelta(seconds=max(0, int(most[1]) - spent)))


def is_fresh(kept: KeptRobots, now: datetime) -> bool:
    """Whether the copy serves without asking; one from the future, by a clock set back, does not."""
    if kept.fetched_at is None or kept.fresh_until is None:
        return False
    return kept.fetched_at <= now < kept.fresh_until


def copy_of(kept: KeptRobots, now: datetime) -> Robots:
    """The rules that hold: the copy's, unless the last request failed and the copy is older than a day."""
    if kept.fetched_at is None or kept.status is None:
        return Robots(closed=kept.problem)
    if kept.problem and not timedelta(0) <= now - kept.fetched_at <= KEPT_FOR:
        return Robots(closed=kept.problem)
    return robots_of(kept.status, kept.text or "")
