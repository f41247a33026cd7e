"""What the timetable has to know of each site: when it published, when it was looked at, how that went.

Brought up to date as crawls begin and end, so that a timetable costs one row a site.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from db.gaps import note_look
from db.manners import ChannelRow
from db.models import AddressRow, ArticleRow, Base, Run

GOOD = ("finished", "limit")
BAD = ("unreachable", "failed", "died")
MOST = 2000  # moments kept of a site, and for how long: what the habits in `ops` learn from
KEPT_FOR = timedelta(weeks=12)
LATE = timedelta(days=1)  # what is dated longer before the last look was not overlooked but dug up
WAIT = re.compile(r"asked to wait until ([-\d]{10} [:\d]{8}) UTC")  # as crawls note it


class RhythmRow(Base):
    """One site as the timetable sees it."""

    __tablename__ = "rhythms"

    site: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]  # its first crawl
    last_at: Mapped[datetime]  # its last crawl began
    good_at: Mapped[datetime | None]  # its last good crawl began
    failures: Mapped[int] = mapped_column(default=0)  # crawls in a row that went wrong
    again_at: Mapped[datetime | None]  # when a page that waits may be fetched
    wait_until: Mapped[datetime | None]  # what the site asked for
    requests: Mapped[float] = mapped_column(
        default=1.0
    )  # for feeds, sitemaps and listings, a look on average
    moments: Mapped[bytes] = mapped_column(default=b"")  # when it published: seconds, four bytes each, sorted


def rhythm_rows(s: Session, sites: Iterable[str] | None = None) -> dict[str, RhythmRow]:
    """The rows of these sites, None meaning all; one statement."""
    query = select(RhythmRow)
    if sites is not None:
        query = query.where(RhythmRow.site.in_(sorted(sites)))
    return {row.site: row for row in s.scalars(query)}


def note_begun(s: Session, site: str, now: datetime) -> None:
    """Notes that a crawl of the site begins."""
    row = s.get(RhythmRow, site)
    if row is None:
        s.add(RhythmRow(site=site, since=now, last_at=now, failures=0, requests=1.0, moments=b""))
    else:
        row.last_at = now


def note_ended(s: Session, run: Run) -> None:
    """Notes how the crawl ended, and when what it found was published. To be called once it is closed."""
    row = s.get(RhythmRow, run.site)
    if row is None:  # begun before there was this table
        row = RhythmRow(site=run.site, since=run.started_at, last_at=run.started_at, failures=0, requests=1.0)
        row.moments = b""
        s.add(row)
    asked = WAIT.search(run.note or "")
    row.wait_until = datetime.fromisoformat(asked[1]).replace(tzinfo=UTC) if asked else None
    row.again_at = run.ended_at if run.outcome in {"limit", "interrupted"} else _next_try(s, run)
    if run.outcome in BAD:
        row.failures += 1
    elif run.outcome in GOOD:
        note_look(s, run, row.good_at, row.failures)
        row.failures = 0
        row.requests = 0.8 * row.requests + 0.2 * max(_looks(s, run), 1)
        row.moments = merged(row.moments, _published(s, run, row.good_at), run.started_at)
        row.good_at = run.started_at


def seconds(moments: bytes) -> "np.ndarray[tuple[int], np.dtype[np.uint32]]":
    """What a row keeps as seconds since 1970."""
    return np.frombuffer(moments, dtype="<u4")


def merged(moments: bytes, new: Sequence[datetime], now: datetime) -> bytes:
    """The row's moments with new ones, without those that are too old."""
    oldest = (now - KEPT_FOR).timestamp()
    fresh = np.array([at for moment in new if (at := moment.timestamp()) >= oldest], dtype="<u4")
    together = np.sort(np.concatenate([seconds(moments), fresh]))
    return together[together >= oldest][-MOST:].tobytes()


def _published(s: Session, run: Run, before: datetime | None) -> list[datetime]:
    """When what the crawl was the first to find appeared; `before` is the last good look.

    What is dated before that look but was not shown then appeared after it: feeds are cached, dates rounded
    to the day. What has no date appeared between the two.
    """
    dated = func.coalesce(AddressRow.published_at, ArticleRow.published_at)
    query = (
        select(dated, AddressRow.found_at)
        .outerjoin(ArticleRow, ArticleRow.address_id == AddressRow.id)
        .where(
            AddressRow.last_run_id == run.id, AddressRow.found_run_id == run.id, AddressRow.site == run.site
        )
    )
    appeared = []
    for published_at, found_at in s.execute(query):
        if published_at is None:
            if before is not None:
                appeared.append(before + (found_at - before) / 2)
        elif before is None or published_at < before - LATE:
            appeared.append(published_at)
        else:
            appeared.append(min(max(published_at, before), max(found_at, before)))
    return appeared


def _next_try(s: Session, run: Run) -> datetime | None:
    """When the first of the pages that failed in this run may be tried again."""
    return s.scalar(
        select(func.min(AddressRow.next_try_at)).where(
            AddressRow.last_run_id == run.id, AddressRow.last_outcome == "failed"
        )
    )


def _looks(s: Session, run: Run) -> int:
    """How many feeds, sitemaps and listings the crawl asked."""
    asked = select(func.count()).where(ChannelRow.site == run.site, ChannelRow.checked_at >= run.started_at)
    return s.scalar(asked) or 0
