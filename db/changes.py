"""The change feed: every change of an article gets the next number, in the order in which it is committed.

Numbers are given inside the turn "save", which ends with the transaction: whoever commits later has the
greater number, on both databases, and a reader who has seen one has seen all before it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from db.models import ArticleRow, ChangeRow, RevisionRow
from db.turns import take_turn_to_save
from pipeline.article import iso

BATCH = 500


class Kind(StrEnum):
    """What happened to an article."""

    ADDED = "added"
    EDITED = "edited"  # by its publisher
    CORRECTED = "corrected"  # by its publisher, in figures alone
    REEXTRACTED = "re-extracted"  # by us: the page says the same, our reading is another
    DETAILS = "details"  # neither title nor text, but authors, tags, captions, times or the like
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"
    MERGED = "merged"  # found to be a copy of an article that is live
    UNMERGED = "unmerged"  # no copy any more: live again


@dataclass(frozen=True, slots=True)
class Change:
    """One change on its way into the store.

    `revision` is the article's number after it, `fields` are the columns that differ, `figures` what was
    corrected as {"what", "was", "now"}, `before` the version it replaces, None where title and text stay.
    """

    kind: Kind
    at: datetime
    revision: int
    fields: tuple[str, ...] = ()
    figures: tuple[Mapping[str, str], ...] = ()
    before: Mapping[str, Any] | None = None


def note_changes(s: Session, run_id: int, changes: Sequence[tuple[int, Change]]) -> None:
    """Writes changes given as (number of the article's row, change), each with the next number."""
    if not changes:
        return
    take_turn_to_save(s)
    last = s.scalar(select(func.max(ChangeRow.change_seq))) or 0
    rows = [
        {
            "change_seq": seq,
            "article_id": number,
            "kind": change.kind,
            "at": change.at,
            "run_id": run_id,
            "revision": change.revision,
            "fields": list(change.fields),
            "figures": [dict(figure) for figure in change.figures],
        }
        for seq, (number, change) in enumerate(changes, last + 1)
    ]
    older = [{"article_id": n, **change.before} for n, change in changes if change.before is not None]
    if older:
        s.connection().execute(insert(RevisionRow), older)
    s.connection().execute(insert(ChangeRow), rows)


def changes(s: Session, since: int = 0, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """The changes after number `since` in order, under the names of the view `article_changes`."""
    query = (
        select(
            ChangeRow.change_seq,
            ChangeRow.kind,
            ChangeRow.at,
            ArticleRow.key,
            ArticleRow.site,
            ArticleRow.url,
            ArticleRow.title,
            ChangeRow.revision,
            ChangeRow.fields,
            ChangeRow.figures,
        )
        .join(ArticleRow, ArticleRow.id == ChangeRow.article_id)
        .where(ChangeRow.change_seq > since)
        .order_by(ChangeRow.change_seq)
        .limit(limit)
    )
    if limit is None or limit > BATCH:  # fewer are fetched at once, which is quicker
        query = query.execution_options(yield_per=BATCH)
    for seq, kind, at, key, site, url, title, revision, fields, figures in s.execute(query):
        yield {
            "change_seq": seq,
            "kind": kind,
            "changed_at": iso(at),
            "article_id": key,
            "site": site,
            "url": url,
            "title": title,
            "revision": revision,
            "fields": fields,
            "figures": figures,
        }


def newest_change(s: Session) -> int:
    """The number of the last change; 0 in an empty store."""
    return s.scalar(select(func.max(ChangeRow.change_seq))) or 0
