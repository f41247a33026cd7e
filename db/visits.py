"""Looking again at articles we have: they are corrected, go on growing, and are sometimes taken back.

Most of that happens soon after an article appeared, so the looks at one fall behind each other and then end,
unless a feed or sitemap says that its page has changed.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.addresses import Address, State, address_of, hand_over, is_free
from db.models import AddressRow

# From being stored to the one look that is taken unasked: most corrections and withdrawals come within a day,
# and one more request an article is what a publisher may be asked for it. All other looks need a reason:
# a channel that dates the page anew, or a sitemap of all stories from which it is missing.
GAPS = (timedelta(hours=24),)
MOST_MISSED = 3  # looks at a page that a sitemap leaves out though it is there
RECENT = timedelta(days=7)  # an article older than this when we first see it is from an archive: no looks
# Before a stated change counts, doubled by every look already taken: a sitemap that dates all its pages anew
# every hour costs each page seven looks in five days, then ever fewer.
REST = timedelta(hours=1)
RETURN = timedelta(days=1)  # after a page was gone for the first time
SKEW = timedelta(days=1)  # a change stated further in the future is no date to act upon


def plan_visit(row: AddressRow, now: datetime, published_at: datetime | None = None) -> None:
    """Sets when the page of `row`, just settled, is looked at again; never where it holds no article.

    `published_at` as the page says, where it does. A look that failed counts as one, so that their number is
    bounded; one that was not due changes nothing.
    """
    if row.state != State.STORED:
        row.next_visit_at = None
    elif row.next_visit_at is None:
        if not row.visits and now - (published_at or row.newest_at) <= RECENT:
            row.next_visit_at = now + GAPS[0]
    elif row.next_visit_at <= now:
        row.visits += 1
        row.next_visit_at = now + GAPS[row.visits] if row.visits < len(GAPS) else None


def recall_changed(s: Session, run_id: int, stated: Mapping[str, datetime | None], now: datetime) -> None:
    """Makes the articles due whose page, by the address's key, is stated to have changed since we looked."""
    told = {key: moment for key, moment in stated.items() if moment}
    if not told:
        return
    row = AddressRow
    query = select(row.id, row.key, row.settled_at, row.visits).where(
        row.key.in_(sorted(told)), row.state == State.STORED, is_free(run_id)
    )
    due = [id_ for id_, key, at, visits in s.execute(query) if is_due(told[key], at, visits, now)]
    if due:
        s.execute(update(row).where(row.id.in_(due)).values(next_visit_at=now))


def recall_missing(s: Session, run_id: int, site: str, listed: Mapping[str, datetime], now: datetime) -> None:
    """Makes recent articles of the site due that are not `listed`, though stories before and after are."""
    row = AddressRow
    query = select(row.id, row.url).where(
        row.site == site,
        row.state == State.STORED,
        row.newest_at > max(min(listed.values()), now - RECENT),
        row.newest_at < max(listed.values()),
        row.visits < MOST_MISSED,
        is_free(run_id),
    )
    missing = [id_ for id_, url in s.execute(query) if url not in listed]
    if missing and len(missing) <= len(listed):  # a sitemap that lost most of its stories is broken
        s.execute(update(row).where(row.id.in_(missing)).values(next_visit_at=now))


def is_due(modified_at: datetime, settled_at: datetime | None, visits: int, now: datetime) -> bool:
    """Whether a channel's word that a page changed at `modified_at` sends us there at once."""
    if settled_at is None or not settled_at < modified_at <= now + SKEW:
        return False
    return now - settled_at >= REST * (1 << min(visits, 20))


def claim_visits(s: Session, run_id: int, site: str, now: datetime, limit: int) -> list[Address]:
    """Up to `limit` articles of the site to look at again now, those waiting longest first."""
    query = (
        select(AddressRow)
        .where(
            AddressRow.site == site,
            AddressRow.next_visit_at <= now,
            AddressRow.state.in_([State.STORED, State.GONE]),
        )
        .where(AddressRow.claimed_run_id.is_distinct_from(run_id), is_free(run_id))
        .order_by(AddressRow.next_visit_at, AddressRow.id)
        .limit(limit)
    )
    rows = list(s.scalars(query.with_for_update(skip_locked=True)))
    for row in rows:
        hand_over(s, row, run_id)
        row.claimed_run_id, row.last_outcome = run_id, State.PENDING
    s.flush()
    return [address_of(row) for row in rows]


def recall_known(s: Session, site: str, number: int, now: datetime) -> int:
    """How many of the site's newest articles were made due that nobody has looked at for a day.

    Whether they still read as they did tells whether the site's pages have changed. Served by the index on
    (site, state, newest_at).
    """
    row = AddressRow
    query = select(row.id).where(
        row.site == site,
        row.state == State.STORED,
        row.next_visit_at.is_(None),
        row.settled_at < now - GAPS[0],
    )
    ids = list(s.scalars(query.order_by(row.newest_at.desc(), row.id).limit(number)))
    if ids:
        s.execute(update(row).where(row.id.in_(ids)).values(next_visit_at=now))
    return len(ids)
