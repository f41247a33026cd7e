"""The account a crawl keeps of what it asks of each host and what its site wishes, until it is noted."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from scrapy.crawler import Crawler
from sqlalchemy.orm import Session

from crawler.outcomes import REFUSED
from crawler.sites import host_and_port
from db.account import HostDay, Wish, note_days, note_wishes


@dataclass(slots=True)
class Account:
    """What was asked and what was wished since the store last noted it."""

    days: dict[tuple[str, date], HostDay] = field(default_factory=dict)
    wishes: Counter[Wish] = field(default_factory=Counter)
    stated_at: dict[Wish, str] = field(default_factory=dict)

    def of(self, url: str, now: datetime) -> HostDay:
        """The count for the host of `url` on the day of `now`."""
        host = host_and_port(url)
        return self.days.setdefault((host, now.date()), HostDay(host, now.date()))

    def sent(self, url: str, now: datetime) -> None:
        """Counts a request that leaves now."""
        day = self.of(url, now)
        day.requests += 1
        day.last_request_at = now

    def answered(self, url: str, status: int, body_bytes: int, now: datetime) -> None:
        """Counts an answer."""
        day = self.of(url, now)
        day.body_bytes += body_bytes
        day.not_modified += status == 304
        day.forbidden += status in REFUSED
        day.asked_to_wait += status == 429
        day.server_errors += status >= 500

    def wish(self, wish: Wish, url: str) -> None:
        """Counts an answer, that at `url`, which states a wish."""
        self.wishes[wish] += 1
        self.stated_at[wish] = url

    def taken(self) -> "Account":
        """What was counted so far, of which this one is relieved."""
        taken = Account(self.days, self.wishes, self.stated_at)
        self.days, self.wishes, self.stated_at = {}, Counter(), {}
        return taken

    def note(self, s: Session, site: str, now: datetime) -> None:
        """Writes it down."""
        note_days(s, site, self.days.values())
        note_wishes(s, site, [(wish, self.stated_at[wish], n) for wish, n in self.wishes.items()], now)


def account_of(crawler: Crawler) -> Account | None:
    """The account of the crawl; None in `scrapy shell`."""
    run = getattr(crawler.spider, "run", None)
    return run.account if run else None
