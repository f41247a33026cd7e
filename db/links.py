"""Looking again at all articles of a store: which are copies, and which tell one story.

A crawl does both for what it stores. A store from before they were looked for, or one that other rules
looked at, is brought up to date here, in short transactions, so that crawls can go on beside it. Looking
again at what is in step changes nothing, so that whoever was killed begins anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, func, select

from db import ledger
from db.changes import Kind
from db.copies import relink
from db.engine import reading, writing
from db.models import ArticleRow, ChangeRow
from db.runs import RELINK, Outcome
from db.stories import regroup_all

ALL_SITES = "*"  # copies and stories join sites: the run is of no single one
Told = Callable[[str, int, int], None]  # what is looked at, how many of them so far, and of how many


@dataclass(frozen=True, slots=True)
class Relinked:
    """How many articles were looked at, became copies, are no copies any more, changed their story."""

    articles: int
    merged: int
    unmerged: int
    stories: int


def relink_store(engine: Engine, tell: Told) -> Relinked:
    """What a look at the whole store changed; one run of the ledger, whose changes are in the feed."""
    with writing(engine) as s:
        run_id = ledger.begin_run(s, ALL_SITES, RELINK, datetime.now(UTC))
    outcome = Outcome.FAILED
    try:
        articles = _relink_all(engine, run_id, tell)
        moved = regroup_all(engine, tell)
        outcome = Outcome.FINISHED
    except KeyboardInterrupt:
        outcome = Outcome.INTERRUPTED
        raise
    finally:
        with writing(engine) as s:
            ledger.end_run(s, run_id, outcome, datetime.now(UTC))
    with reading(engine) as s:
        query = select(ChangeRow.kind, func.count()).where(ChangeRow.run_id == run_id)
        told = {row[0]: row[1] for row in s.execute(query.group_by(ChangeRow.kind))}
    return Relinked(articles, told.get(Kind.MERGED, 0), told.get(Kind.UNMERGED, 0), moved)


def _relink_all(engine: Engine, run_id: int, tell: Told) -> int:
    """Looks for copies of every article; how many articles there were."""
    with reading(engine) as s:
        total = s.scalar(select(func.count()).select_from(ArticleRow)) or 0
    last, seen = 0, 0
    while True:
        tell("copies", seen, total)
        with writing(engine) as s:
            newest = relink(s, run_id, after=last)
            ledger.beat(s, run_id, datetime.now(UTC))
            if newest is None:
                return seen
            between = (ArticleRow.id > last) & (ArticleRow.id <= newest)
            seen += s.scalar(select(func.count()).select_from(ArticleRow).where(between)) or 0
        last = newest
