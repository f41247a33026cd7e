"""One row of the ledger: its states, who may touch it, and what closing it writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from db.archive import Position
from db.models import AddressEvent, AddressRow, ArticleRow, Run, storable
from db.runs import Outcome

Range = tuple[datetime | None, datetime | None]  # from this moment on, and before that one; None is no bound
ALWAYS: Range = (None, None)
REASON_CHARS = 500  # a reason is a phrase; what a server wrote in an error page may be anything


class State(StrEnum):
    """Where an address stands; all but `pending` and a `failed` one with attempts left are settled."""

    PENDING = "pending"
    STORED = "stored"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    NOT_ARTICLE = "not_article"
    BLOCKED = "blocked"
    TOO_OLD = "too_old"
    FAILED = "failed"
    GONE = "gone"


STATES = tuple(State)


@dataclass(frozen=True, slots=True)
class Address:
    """One row of the ledger; `position` and `fetched_at` are of its newest good page, None before it."""

    id: int
    site: str
    url: str
    channel: str
    title: str | None
    published_at: datetime | None
    found_at: datetime
    state: State
    reason: str | None
    attempts: int
    next_try_at: datetime | None
    settled_at: datetime | None
    last_run_id: int
    last_outcome: State
    page_url: str | None
    fetched_at: datetime | None
    position: Position | None
    etag: str | None = None  # of that page, as last_modified
    last_modified: str | None = None


def address_key(url: str) -> str:
    """32 hex digits that stand for `url` in indexes; PostgreSQL's cannot hold an address of 3 kB."""
    return blake2b(storable(url).encode(), digest_size=16).hexdigest()


def close_address(
    s: Session,
    row: AddressRow,
    run_id: int,
    outcome: State,
    now: datetime,
    reason: str | None,
) -> None:
    """Writes into `row` what the run made of it; the one place that sets an outcome.

    An address whose article is stored stays `stored` unless it is gone: a failing server takes no article
    away. Where it is gone it stays gone until its page comes back: a failing server brings none either.
    """
    hand_over(s, row, run_id)
    row.state, row.last_outcome = _lasting(s, row, outcome), outcome
    if outcome is not State.UNCHANGED or row.state == State.STORED:  # why it is no article stays true
        row.reason = reason[:REASON_CHARS] if reason else None
    row.settled_at, row.next_try_at = None if outcome is State.PENDING else now, None


def note_events(s: Session, run_id: int, ends: Iterable[tuple[int, State, datetime, str | None]]) -> None:
    """Keeps for the addresses' histories how they ended, given as (id, outcome, when, why)."""
    rows = [
        {
            "address_id": id_,
            "run_id": run_id,
            "at": at,
            "outcome": outcome,
            "reason": why and why[:REASON_CHARS],
        }
        for id_, outcome, at, why in ends
    ]
    if rows:
        s.connection().execute(insert(AddressEvent), rows)


def note_date(s: Session, address_id: int, published_at: datetime | None) -> None:
    """Keeps the date a page itself names; what channels say of it is kept apart, as claims."""
    if published_at is not None:
        row = s.get_one(AddressRow, address_id)
        row.published_at = row.newest_at = published_at


def published_in(asked: Range) -> list[ColumnElement[bool]]:
    """That an article may lie in the range, as far as one knows before its page is read.

    `newest_at` is never before the publication: it is that, the last change, or when the address was found.
    """
    since, until = asked
    within = [AddressRow.newest_at >= since] if since else []
    if until:
        within.append(AddressRow.published_at.is_(None) | (AddressRow.published_at < until))
    return within


def hand_over(s: Session, row: AddressRow, run_id: int) -> None:
    """Makes `row` count for this run, unless another live run holds it."""
    if row.last_run_id != run_id and s.get_one(Run, row.last_run_id).outcome != Outcome.RUNNING:
        row.last_run_id = run_id
        count_in(s, run_id, 1)


def within_reach(away: Iterable[str]) -> list[ColumnElement[bool]]:
    """That an address's page lies in none of the archives at these places (`db.archive.place_of`)."""
    day, signs = "_" * 14, str.maketrans({"_": r"\_"})
    return [
        AddressRow.segment.not_like(f"carnews-{day}-{place.translate(signs)}-%-%", escape="\\")
        for place in away
    ]


def rows_of(s: Session, ids: Iterable[int]) -> dict[int, AddressRow]:
    """The rows with these numbers, in one statement; NoResultFound when one is missing."""
    rows = {row.id: row for row in s.scalars(select(AddressRow).where(AddressRow.id.in_(set(ids))))}
    return {number: rows.get(number) or s.get_one(AddressRow, number) for number in ids}


def address_of(row: AddressRow) -> Address:
    """`row` as frozen data."""
    position = None
    if row.segment is not None and row.segment_offset is not None and row.segment_length is not None:
        position = Position(row.segment, row.segment_offset, row.segment_length)
    return Address(
        id=row.id,
        site=row.site,
        url=row.url,
        channel=row.channel,
        title=row.title,
        published_at=row.published_at,
        found_at=row.found_at,
        state=State(row.state),
        reason=row.reason,
        attempts=row.attempts,
        next_try_at=row.next_try_at,
        settled_at=row.settled_at,
        last_run_id=row.last_run_id,
        last_outcome=State(row.last_outcome),
        page_url=row.page_url,
        fetched_at=row.fetched_at,
        position=position,
        etag=row.etag,
        last_modified=row.last_modified,
    )


def _lasting(s: Session, row: AddressRow, outcome: State) -> State:
    """The state that stays when a run made `outcome` of `row`."""
    was = State(row.state)
    if was == State.GONE and outcome != State.STORED and _holds_article(s, row):
        return was
    if outcome == State.UNCHANGED and was not in {State.PENDING, State.FAILED}:
        return was
    if was == State.STORED and outcome not in {State.PENDING, State.GONE}:
        return was
    return outcome


def _holds_article(s: Session, row: AddressRow) -> bool:
    """Whether an article is kept under the address; served by the index on `articles.address_id`."""
    return s.scalar(select(ArticleRow.id).where(ArticleRow.address_id == row.id)) is not None


def is_free(run_id: int) -> ColumnElement[bool]:
    """That no other live run holds the address, which would spoil that run's balance."""
    live = select(Run.id).where(Run.outcome == Outcome.RUNNING, Run.id != run_id)
    return AddressRow.last_run_id.not_in(live)


def count_in(s: Session, run_id: int, number: int) -> None:
    """Counts `number` more addresses to the run, apart from their rows so that the two can disagree."""
    s.execute(update(Run).where(Run.id == run_id).values(found=Run.found + number))
