"""All that is known of one address: where it stands, what became of it each time, and what is said of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.addresses import Address, State, address_key, address_of
from db.claims import Claim, claims_of
from db.models import AddressEvent, AddressRow, Run
from db.runs import RunRow, run_row


@dataclass(frozen=True, slots=True)
class Event:
    """How one run left an address."""

    at: datetime
    run_id: int
    outcome: State
    reason: str | None


@dataclass(frozen=True, slots=True)
class History:
    """What is known of one address: its row, the runs that had to do with it, what became of it each time,
    oldest first, and what channels say of it.
    """

    address: Address
    runs: tuple[RunRow, ...]
    events: tuple[Event, ...] = ()
    claims: tuple[Claim, ...] = ()


def history(s: Session, url: str) -> History | None:
    """What is known of the canonical address `url`; None when it was never found."""
    row = s.scalar(select(AddressRow).where(AddressRow.key == address_key(url)))
    if row is None:
        return None
    told = s.scalars(select(AddressEvent).where(AddressEvent.address_id == row.id).order_by(AddressEvent.id))
    events = tuple(Event(e.at, e.run_id, State(e.outcome), e.reason) for e in told)
    ids = {row.found_run_id, row.claimed_run_id, row.last_run_id, *(event.run_id for event in events)}
    runs = s.scalars(select(Run).where(Run.id.in_(ids)).order_by(Run.id))
    return History(address_of(row), tuple(run_row(s, run) for run in runs), events, claims_of(s, row.id))
