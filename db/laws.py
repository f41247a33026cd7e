"""The ledger's laws, asked of the store: what every run and every address must satisfy at any moment."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.addresses import STATES, State
from db.models import AddressRow, ArticleRow, Run
from db.runs import Outcome, count_run, is_alive

BATCH = 1000  # runs in memory at a time
SHOWN = 20  # sentences per law; a store that broke one a thousand times needs no thousand lines


def check_ledger(s: Session) -> list[str]:
    """A sentence for every broken law of the ledger; empty when it balances."""
    laws = (_runs_that_do_not_add_up, _runs_left_running, _unknown_states, _stored_without_article)
    others = (_articles_of_other_addresses, _copies_of_what_is_not_live)
    return [sentence for law in (*laws, *others) for sentence in law(s)]


def _runs_that_do_not_add_up(s: Session) -> Iterator[str]:
    # columns, not objects: a store of some years holds a million runs
    query = select(Run.id, Run.site, Run.outcome, Run.found, Run.balance).order_by(Run.id)
    for id_, site, outcome, found, balance in s.execute(query.execution_options(yield_per=BATCH)):
        total = sum(balance.values()) if outcome != Outcome.RUNNING else count_run(s, id_).found
        if found != total:
            yield f"run {id_} of {site}: found {found} addresses, its states sum to {total}"


def _runs_left_running(s: Session) -> Iterator[str]:
    now = datetime.now(UTC)
    for run in s.scalars(select(Run).where(Run.outcome == Outcome.RUNNING).order_by(Run.id)):
        if not is_alive(run, now):
            yield f"run {run.id} of {run.site}: still marked running, but process {run.pid} is gone"


def _unknown_states(s: Session) -> Iterator[str]:
    wrong = AddressRow.state.not_in(STATES) | AddressRow.last_outcome.not_in(STATES)
    for row in s.scalars(select(AddressRow).where(wrong).order_by(AddressRow.id).limit(SHOWN)):
        yield f"address {row.url}: state {row.state!r}, outcome {row.last_outcome!r} is none we know"


def _stored_without_article(s: Session) -> Iterator[str]:
    held = select(ArticleRow.address_id)
    query = select(AddressRow).where(AddressRow.state == State.STORED, AddressRow.id.not_in(held))
    for row in s.scalars(query.order_by(AddressRow.id).limit(SHOWN)):
        yield f"address {row.url}: is stored, but there is no article"


def _articles_of_other_addresses(s: Session) -> Iterator[str]:
    settled = (State.STORED, State.GONE)
    query = select(AddressRow).join(ArticleRow, ArticleRow.address_id == AddressRow.id)
    for row in s.scalars(query.where(AddressRow.state.not_in(settled)).order_by(AddressRow.id).limit(SHOWN)):
        yield f"address {row.url}: has an article, but its state is {row.state}"
    without = select(func.count()).where(AddressRow.state == State.STORED, AddressRow.segment.is_(None))
    if number := s.scalar(without):
        yield f"{number} stored addresses: no archived page to read them again from"


def _copies_of_what_is_not_live(s: Session) -> Iterator[str]:
    live = select(ArticleRow.key).where(ArticleRow.withdrawn_at.is_(None), ArticleRow.duplicate_of.is_(None))
    query = select(ArticleRow).where(
        ArticleRow.duplicate_of.is_not(None), ArticleRow.duplicate_of.not_in(live)
    )
    for row in s.scalars(query.order_by(ArticleRow.id).limit(SHOWN)):
        yield f"article {row.url}: is a copy of {row.duplicate_of}, which is not live"
