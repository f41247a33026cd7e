"""The articles as they leave the store: all of them, or those that changed after a number."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from db.changes import newest_change
from db.errors import StoreError
from db.models import ArticleRow, ChangeRow
from db.queries import in_export_order, live
from db.told import article_rows

BATCH = 500


class UnknownChange(StoreError):  # noqa: N818 - named for what it says
    """A change number that this store has not given yet: it is another store's."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which articles are to leave; None narrows nothing, `since` leaves out what did not change after it."""

    since: int | None = None
    search: str | None = None
    site: str | None = None
    make: str | None = None


def complete_to(s: Session, since: int | None = None) -> int:
    """The number of the last change that an export from this transaction holds.

    Raises UnknownChange where `since` is greater: the reader has seen changes that are not in this store.
    """
    newest = newest_change(s)
    if since is not None and since > newest:
        raise UnknownChange(
            f"change {since}: this store's last one is {newest}; start again without a number"
        )
    return newest


def exported(s: Session, wanted: Wanted, *, times: bool = False) -> Iterator[dict[str, Any]]:
    """The live articles that are wanted, the newest first, then by address, in constant memory.

    The same rows in the same order from both databases. Which articles fit a search or a make is decided by
    what they say now.
    """
    query = live(s, search=wanted.search, site=wanted.site, make=wanted.make)
    yield from article_rows(s, in_export_order(s, _changed(query, wanted.since)), times=times)


def withdrawals(s: Session, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """A line for each article that changed after `since` and is live no more, withdrawn or a copy of another;
    of a whole export none.
    """
    if wanted.since is None:
        return
    query = select(ArticleRow).where(
        ArticleRow.withdrawn_at.is_not(None) | ArticleRow.duplicate_of.is_not(None)
    )
    if wanted.site is not None:
        query = query.where(ArticleRow.site == wanted.site)
    ordered = in_export_order(s, _changed(query, wanted.since))
    columns = ordered.with_only_columns(
        ArticleRow.key, ArticleRow.site, ArticleRow.url, ArticleRow.duplicate_of
    )
    for key, site, url, copy_of in s.execute(columns.execution_options(yield_per=BATCH)):
        gone = {"id": key, "site": site, "url": url, "withdrawn": True}
        yield {**gone, "duplicate_of": copy_of} if copy_of else gone


def _changed(query: Select[ArticleRow], since: int | None) -> Select[ArticleRow]:
    if since is None:
        return query
    changed = select(ChangeRow.article_id).where(ChangeRow.change_seq > since)
    return query.where(ArticleRow.id.in_(changed))
