"""The account of politeness: what was asked of each host on each day, and what each site wishes."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.manners import HostDayRow, WishRow
from db.upserts import upsert

VALUE_CHARS = 300  # of a wish; part of a key, and what a server writes there may be anything


@dataclass(slots=True)
class HostDay:
    """What was asked of one host on one day, UTC, and what came of it; bytes are of bodies on the wire."""

    host: str
    day: date
    requests: int = 0
    body_bytes: int = 0
    not_modified: int = 0
    forbidden: int = 0
    asked_to_wait: int = 0
    server_errors: int = 0
    unanswered: int = 0
    robots_refused: int = 0
    last_request_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a site states it wants, such as ("noai", "") or ("crawl-delay", "10"), and where it said so."""

    wish: str
    value: str
    source: str


COUNTS = [name for name in HostDay.__slots__ if name not in {"host", "day", "last_request_at"}]


def note_days(s: Session, site: str, days: Iterable[HostDay]) -> None:
    """Adds what `days` count since they were last noted; a day without a request leaves its last one be."""
    rows = [{"site": site, **asdict(day)} for day in days]
    upsert(s, HostDayRow, [row for row in rows if row["last_request_at"]], added=COUNTS)
    silent = [row for row in rows if not row["last_request_at"]]
    upsert(s, HostDayRow, silent, added=COUNTS, kept=["last_request_at"])


def note_wishes(s: Session, site: str, wishes: Iterable[tuple[Wish, str, int]], now: datetime) -> None:
    """Notes wishes, each with the last address that stated it and the number of answers that did."""
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for wish, url, seen in wishes:
        told = {**asdict(wish), "value": wish.value[:VALUE_CHARS]}
        row = rows.setdefault(
            (told["wish"], told["source"], told["value"]),
            {"site": site, **told, "seen": 0, "url": url, "first_seen_at": now, "last_seen_at": now},
        )
        row["seen"] += seen
    upsert(s, WishRow, list(rows.values()), added=["seen"], kept=["first_seen_at"])


def last_request_at(s: Session, site: str, hosts: Collection[str]) -> datetime | None:
    """When a crawl of `site`, or of any of `hosts` for whichever site, sent its last request; None: never."""
    mine = select(func.max(HostDayRow.last_request_at)).where(HostDayRow.site == site)
    theirs = select(func.max(HostDayRow.last_request_at)).where(HostDayRow.host.in_(sorted(hosts)))
    moments = [moment for query in (mine, theirs) if (moment := s.scalar(query))]
    return max(moments, default=None)


def last_stated_at(s: Session, site: str, source: str) -> datetime | None:
    """When `source` last stated a wish of the site; None: never."""
    query = select(func.max(WishRow.last_seen_at))
    return s.scalar(query.where(WishRow.site == site, WishRow.source == source))


def politeness_rows(s: Session, site: str | None = None) -> list[dict[str, Any]]:
    """The account as rows of one shape, of one site or of all: first the wishes, then the days, newest first.

    `record` tells which of the two a row is; the columns of the other are None in it.
    """
    wishes = select(WishRow).order_by(WishRow.site, WishRow.wish, WishRow.source, WishRow.value)
    days = select(HostDayRow).order_by(HostDayRow.day.desc(), HostDayRow.site, HostDayRow.host)
    if site is not None:
        wishes, days = wishes.where(WishRow.site == site), days.where(HostDayRow.site == site)
    told = [("wish", row) for row in s.scalars(wishes)] + [("day", row) for row in s.scalars(days)]
    return [{"record": record, **{name: getattr(row, name, None) for name in ROW}} for record, row in told]


ROW = (
    "site",
    *("wish", "value", "source", "seen", "url", "first_seen_at", "last_seen_at"),
    *("host", "day", *COUNTS, "last_request_at"),
)
