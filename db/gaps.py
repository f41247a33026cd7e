"""Stretches of time in which news may have come and gone unseen: noted, repaired or given up.

A look shows what was published since the one before if its channels reach back to what was known then. Where
they do not, after a downtime of ours or theirs, there is a hole from the look before to the oldest article
shown. Whatever crawl reaches back over it later, by a sitemap or a listing, fills it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from db.models import AddressEvent, AddressRow, Base, Run

OPEN, REPAIRED, LOST = "open", "repaired", "lost"
LANDMARKS = (
    4  # the newest articles known before a hole; half of them shown again prove that a crawl reached it
)
TRIES = 3
FIRST_WAIT = timedelta(hours=1)  # after the first try; then four times as long each


class GapRow(Base):
    """One stretch of a site's time that was, or may have been, missed."""

    __tablename__ = "gaps"
    __table_args__ = (Index(None, "site", "state"), Index(None, "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime]
    why: Mapped[str]
    state: Mapped[str]
    how: Mapped[str | None]  # it ended
    noted_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Gap:
    """An open gap that wants a crawl; `tries` were made in vain."""

    id: int
    site: str
    since: datetime
    until: datetime
    why: str
    tries: int


def note_look(s: Session, run: Run, before: datetime | None, failures: int) -> None:
    """Notes what a good crawl says of the time since the last good one, begun at `before`, with so many that
    failed between; and which older gaps it filled. To be called when the crawl is closed.
    """
    at = run.ended_at or run.started_at
    for gap in s.scalars(select(GapRow).where(GapRow.site == run.site, GapRow.state == OPEN)):
        if reaches(s, run, gap.since):
            _settle(gap, REPAIRED, f"crawl {run.id} reached back over it", at)
    if before is None or before >= run.started_at:
        return
    oldest = _oldest_new(s, run, before)
    is_hole = oldest is not None and not reaches(s, run, before)
    if not (is_hole or failures):
        return
    why = f"{failures} crawls went wrong" if failures else "channels had run ahead"
    until = oldest if is_hole and oldest else run.started_at
    gap = GapRow(site=run.site, since=before, until=until, why=why, state=OPEN, noted_at=at, tries=0)
    if is_hole:
        gap.next_try_at = at
    else:
        _settle(gap, REPAIRED, f"the channels of crawl {run.id} still showed all of it", at)
    s.add(gap)


def reaches(s: Session, run: Run, since: datetime) -> bool:
    """Whether the crawl's channels showed half of the newest articles known before `since`, which it did not
    fetch for another reason; of a site of which none was known nothing can be missed.
    """
    newest = (
        select(AddressRow.id, AddressRow.last_run_id)
        .where(AddressRow.site == run.site, AddressRow.state == "stored", AddressRow.newest_at < since)
        .order_by(AddressRow.newest_at.desc())
        .limit(LANDMARKS)
    )
    known = {row.id: row.last_run_id for row in s.execute(newest)}
    shown = [address for address, last_run in known.items() if last_run == run.id]
    if shown:
        fetched = select(AddressEvent.address_id).where(
            AddressEvent.address_id.in_(shown), AddressEvent.run_id == run.id
        )
        shown = sorted(set(shown) - set(s.scalars(fetched)))
    return len(shown) * 2 >= len(known)


def open_gaps(s: Session, now: datetime) -> list[Gap]:
    """The open gaps whose next try is due, the newest first: its articles are the likeliest to be there."""
    query = (
        select(GapRow)
        .where(GapRow.state == OPEN, GapRow.next_try_at <= now)
        .order_by(GapRow.until.desc(), GapRow.id)
    )
    return [Gap(row.id, row.site, row.since, row.until, row.why, row.tries) for row in s.scalars(query)]


def note_try(s: Session, gap_id: int, now: datetime) -> None:
    """Notes that a crawl for the gap's sake begins; should it not reach, the next one has to wait."""
    row = s.get_one(GapRow, gap_id)
    row.next_try_at = now + FIRST_WAIT * 4**row.tries
    row.tries += 1


def give_up(s: Session, gap_id: int, how: str, now: datetime) -> None:
    """Notes that the gap is lost."""
    row = s.get_one(GapRow, gap_id)
    if row.state == OPEN:
        _settle(row, LOST, how, now)


def _settle(gap: GapRow, state: str, how: str, now: datetime) -> None:
    gap.state, gap.how, gap.settled_at, gap.next_try_at = state, how, now, None


def _oldest_new(s: Session, run: Run, before: datetime) -> datetime | None:
    """When the oldest article was published that this crawl was the first to find, of those that have a date
    and came after `before`.
    """
    return s.scalar(
        select(func.min(AddressRow.published_at)).where(
            AddressRow.last_run_id == run.id,
            AddressRow.found_run_id == run.id,
            AddressRow.site == run.site,
            AddressRow.published_at > before,
        )
    )
