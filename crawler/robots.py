"""What a host's robots.txt allows us, after RFC 9309: an answer we cannot get means hands off."""

import math
from dataclasses import dataclass

from protego import Protego

TOKEN = "carnews"  # the name that robots.txt rules address us by; first word of the user agent # noqa: S105
READ_BYTES = 500 * 1024  # what RFC 9309 wants read at least; the rest of a longer file is not looked at
MAX_DELAY_S = 3600.0  # who asks for more between two pages does not want to be crawled for news
REDIRECTS = 5  # RFC 9309: at least five hops; more count as no answer


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
    if 200 <= status < 300:
        text = body[:READ_BYTES].decode("utf-8-sig", "replace").replace("\0", "")
        return Robots(Protego.parse(text.replace("\r\n", "\n").replace("\r", "\n")))
    if 400 <= status < 500 and status != 429:
        return OPEN
    return unreachable(f"http {status}")


def unreachable(why: str) -> Robots:
    """No rules could be had, so nothing is allowed."""
    return Robots(closed=f"robots unreachable: {why}")
