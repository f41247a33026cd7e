"""The ledger: every address found, in exactly one state, before anything is fetched.

All functions take an open session and commit nothing: the caller's transaction decides what becomes true
together. An address has a lasting `state`; what the run that touched it last made of it is its
`last_outcome`, and a run's balance is the sum over those.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.addresses import (
    ALWAYS,
    STATES,
    Address,
    Range,
    State,
    address_key,
    address_of,
    close_address,
    count_in,
    hand_over,
    is_free,
    note_events,
    published_in,
)
from db.errors import SiteBusy
from db.groups import withdraw
from db.history import Event, History, history
from db.models import AddressRow, Run
from db.rhythms import note_begun
from db.runs import CRAWL, Balance, Outcome, RunRow, close, count_addresses, is_alive, new_run, run_row
from db.turns import take_turn
from db.visits import RETURN, plan_visit, recall_changed

__all__ = [
    "ALWAYS",
    "CRAWL",
    "STATES",
    "Address",
    "Event",
    "Found",
    "History",
    "Range",
    "State",
    "Tally",
    "balance",
    "beat",
    "begin_run",
    "claim",
    "end_run",
    "history",
    "known",
    "record_found",
    "settle",
]

FIRST_WAIT = timedelta(minutes=5)  # before the second attempt; then four times as long each
LONGEST_WAIT = timedelta(hours=24)
ATTEMPTS = 5  # 5 min + 20 min + 80 min + 320 min: a page down for a working day is given up
BATCH = 500


@dataclass(frozen=True, slots=True)
class Found:
    """An address as a feed, sitemap or person named it.

    `url` is canonical; `channel` says where from: "feed:<url>", "sitemap:<url>", "section:<url>",
    "wordpress:<url>", "warc:<name>" or "asked"; `site` whose it is, None where that is the site being
    crawled. The rest is what the finder says of the article, `text` plain.
    """

    url: str
    channel: str
    title: str | None = None
    published_at: datetime | None = None
    site: str | None = None
    modified_at: datetime | None = None
    author: str | None = None
    text: str | None = None

    @property
    def newest_at(self) -> datetime | None:
        """When it was published or, where that is unknown, changed last."""
        return self.published_at or self.modified_at


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of one batch of finds: addresses new to the store, and known ones."""

    new: int
    known: int


def begin_run(s: Session, site: str, kind: str, now: datetime) -> int:
    """The id of a new run of this process, after closing those whose process died.

    `kind` is "crawl", "ingest", "reprocess" or "relink". Raises SiteBusy when a live crawl of the site runs
    already.
    """
    take_turn(s, "begin a run")
    for other in s.scalars(select(Run).where(Run.outcome == Outcome.RUNNING).order_by(Run.id)):
        if not is_alive(other, now):
            close(s, other, Outcome.DIED, now, "its process ended without closing it")
        elif other.site == site and kind == CRAWL == other.kind:
            raise SiteBusy(site, other.pid, other.host, other.started_at)
    run = new_run(site, kind, now)
    s.add(run)
    if kind == CRAWL:
        note_begun(s, site, now)
    s.flush()
    return run.id


def beat(s: Session, run_id: int, now: datetime) -> None:
    """Notes that the run is alive; due at least every 20 s."""
    s.execute(update(Run).where(Run.id == run_id).values(beat_at=now))


def end_run(s: Session, run_id: int, outcome: str, now: datetime, note: str | None = None) -> RunRow:
    """The run, closed with its balance; one that was closed before stays as it was."""
    run = s.get_one(Run, run_id)
    if run.outcome == Outcome.RUNNING:
        close(s, run, Outcome(outcome), now, note)
    return run_row(s, run)


def record_found(s: Session, run_id: int, site: str, finds: Iterable[Found], now: datetime) -> Tally:
    """How many of `finds` were new; those are pending from now on, each address once.

    A known address that needs nothing counts as unchanged for this run; one that another live run holds
    stays that run's. An article that its channel says was changed since we looked is due to be visited.
    """
    by_key = {address_key(find.url): find for find in reversed(list(finds))}
    tally = Tally(0, 0)
    ordered = sorted(by_key)  # two writers on PostgreSQL lock rows in one order
    for start in range(0, len(ordered), BATCH):
        keys = ordered[start : start + BATCH]
        known = set(s.scalars(select(AddressRow.key).where(AddressRow.key.in_(keys))))
        rows = [_new_row(key, by_key[key], site, run_id, now) for key in keys if key not in known]
        new = _insert(s, rows)
        moved = s.execute(
            update(AddressRow)
            .where(
                AddressRow.key.in_(set(keys) - set(new)), AddressRow.last_run_id != run_id, is_free(run_id)
            )
            .values(last_run_id=run_id, last_outcome=_outcome_of_known())
            .returning(AddressRow.id)
        ).all()
        count_in(s, run_id, len(new) + len(moved))
        recall_changed(s, run_id, {key: by_key[key].modified_at for key in known}, now)
        tally = Tally(tally.new + len(new), tally.known + len(keys) - len(new))
    return tally


def claim(  # noqa: PLR0913 - which addresses to claim is what most of them say
    s: Session,
    run_id: int,
    site: str,
    now: datetime,
    limit: int,
    only: Sequence[str] | None = None,
    *,
    again: bool = False,
    published: Range = ALWAYS,
) -> list[Address]:
    """Up to `limit` addresses to fetch now, newest first, never the same twice in one run.

    Pending ones of the site, and failed ones that are due; of these and of what was too old for an earlier
    run, only what may be published in the range, if one is asked for. With `only`, the canonical addresses to
    choose from, of whichever site and due or not; `again` then takes settled ones too.
    """
    free = (AddressRow.claimed_run_id.is_distinct_from(run_id), is_free(run_id))
    pending, failed = AddressRow.state == State.PENDING, AddressRow.state == State.FAILED
    rows: list[AddressRow] = []
    if only is None:
        due = failed & (AddressRow.next_try_at <= now)
        too_old = (AddressRow.state == State.TOO_OLD) & AddressRow.published_at.is_not(None)
        kinds = (pending, due) if published == ALWAYS else (pending, due, too_old)
        for wanted in kinds:  # one by one: each is served by the index on (site, state, newest_at)
            rows += _newest(s, limit, AddressRow.site == site, wanted, *free, *published_in(published))
    else:
        wanted = AddressRow.key.in_([address_key(url) for url in only])
        rows += _newest(s, limit, wanted, *free, *([] if again else [pending | failed]))
    rows = sorted(rows, key=lambda row: (-row.newest_at.timestamp(), row.id))[:limit]
    for row in rows:
        hand_over(s, row, run_id)
        row.claimed_run_id, row.last_outcome = run_id, State.PENDING
    s.flush()
    return [address_of(row) for row in rows]


def known(s: Session, urls: Iterable[str]) -> set[str]:
    """Which of the canonical addresses the ledger has, whatever their state."""
    by_key = {address_key(url): url for url in urls}
    keys = sorted(by_key)
    found: set[str] = set()
    for start in range(0, len(keys), BATCH):
        part = keys[start : start + BATCH]
        found |= {by_key[key] for key in s.scalars(select(AddressRow.key).where(AddressRow.key.in_(part)))}
    return found


def settle(  # noqa: PLR0913 - one address and all that is known of its end
    s: Session,
    run_id: int,
    address_id: int,
    state: str,
    now: datetime,
    reason: str | None = None,
    *,
    retry_at: datetime | None = None,
) -> None:
    """Writes what became of an address without a page to save.

    `failed` sets the next attempt, never before `retry_at` (what the server asked for), or none after the
    fifth.
    """
    row = s.get_one(AddressRow, address_id)
    close_address(s, row, run_id, State(state), now, reason)
    note_events(s, run_id, [(row.id, State(state), now, reason)])
    if state == State.FAILED:
        row.attempts += 1
        due = now + min(FIRST_WAIT * 4 ** (row.attempts - 1), LONGEST_WAIT)
        row.next_try_at = max(due, retry_at or due) if row.attempts < ATTEMPTS else None
    plan_visit(row, now)
    if state == State.GONE and withdraw(s, run_id, row.id, now):
        row.next_visit_at = now + RETURN  # servers err too: one more look before it counts for good


def balance(s: Session, run_id: int | None = None, site: str | None = None) -> Balance:
    """Where the addresses of a run stand, or all (of `site`, if given) when `run_id` is None."""
    if run_id is not None:
        return run_row(s, s.get_one(Run, run_id)).balance
    return count_addresses(s, site)


def _outcome_of_known() -> ColumnElement[str]:
    waiting = AddressRow.state.in_([State.PENDING, State.FAILED])
    return case((waiting, AddressRow.state), else_=State.UNCHANGED.value)


def _newest(s: Session, limit: int, *where: ColumnElement[bool]) -> list[AddressRow]:
    query = select(AddressRow).where(*where).order_by(AddressRow.newest_at.desc(), AddressRow.id).limit(limit)
    return list(s.scalars(query.with_for_update(skip_locked=True)))


def _new_row(key: str, find: Found, site: str, run_id: int, now: datetime) -> dict[str, object]:
    return {
        "key": key,
        "site": find.site or site,
        "url": find.url,
        "channel": find.channel,
        "title": find.title,
        "published_at": find.published_at,
        "newest_at": find.newest_at or now,
        "found_at": now,
        "found_run_id": run_id,
        "state": State.PENDING,
        "attempts": 0,
        "last_run_id": run_id,
        "last_outcome": State.PENDING,
    }


def _insert(s: Session, rows: list[dict[str, object]]) -> list[str]:
    """The keys of the rows that were really new; another process may have been first with some."""
    if not rows:
        return []
    insert = sqlite.insert if s.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(AddressRow).on_conflict_do_nothing(index_elements=["key"])
    return list(s.scalars(statement.returning(AddressRow.key), rows))
