"""What channels say of articles: evidence beside the page's own word, one row per address and channel."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.addresses import address_key
from db.models import AddressRow, ClaimRow, storable
from db.upserts import upsert

BATCH = 200  # claims a statement; a feed's entry with its text has some 10 kB
TOLD = ("title", "author", "published_at", "modified_at", "text")


class Told(Protocol):
    """A find, for what its channel says of the article; see `db.ledger.Found`."""

    @property
    def url(self) -> str: ...
    @property
    def channel(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Claim:
    """One channel's word on an article, None where it says nothing; `seen_at` when it first said so."""

    channel: str
    title: str | None
    author: str | None
    published_at: datetime | None
    modified_at: datetime | None
    text: str | None
    seen_at: datetime


def record_claims(s: Session, claims: Iterable[Told], now: datetime) -> int:
    """How many of the channels said something new of an address in the ledger; that is now what is kept.

    What a channel repeats costs a look and no write.
    """
    told = {(address_key(claim.url), claim.channel): claim for claim in claims}
    written = 0
    ordered = sorted(told)  # two writers on PostgreSQL lock rows in one order
    for start in range(0, len(ordered), BATCH):
        part = ordered[start : start + BATCH]
        keys = {key for key, _ in part}
        query = select(AddressRow.key, AddressRow.id).where(AddressRow.key.in_(keys))
        ids = {key: number for key, number in s.execute(query)}  # noqa: C416 - a row is no pair to mypy
        held = _held(s, ids.values())
        rows = []
        for key, channel in part:
            row = _row(told[key, channel])
            if key in ids and held.get((ids[key], channel)) != row:
                rows.append({"address_id": ids[key], "channel": channel, "seen_at": now, **row})
        upsert(s, ClaimRow, rows)
        written += len(rows)
    return written


def claims_of(s: Session, address_id: int) -> tuple[Claim, ...]:
    """What the channels say of the address, in the order of their names."""
    rows = s.scalars(select(ClaimRow).where(ClaimRow.address_id == address_id).order_by(ClaimRow.channel))
    return tuple(Claim(**{field.name: getattr(row, field.name) for field in fields(Claim)}) for row in rows)


def _held(s: Session, ids: Iterable[int]) -> dict[tuple[int, str], dict[str, Any]]:
    rows = s.scalars(select(ClaimRow).where(ClaimRow.address_id.in_(set(ids))))
    return {(row.address_id, row.channel): {name: getattr(row, name) for name in TOLD} for row in rows}


def _row(claim: Told) -> dict[str, Any]:
    """The columns of what the channel says, as the database will give them back."""
    values = {name: getattr(claim, name) for name in TOLD}
    return {name: storable(value) if isinstance(value, str) else value for name, value in values.items()}
