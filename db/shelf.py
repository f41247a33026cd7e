"""The articles that a batch of pages may touch: read together, decided upon in memory, written together.

A statement costs 0.1 to 0.3 ms of ours beside what the database does with it, so a page must not cost twelve.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from db.changes import Change, Kind, note_changes
from db.models import (
    ArticleRow,
    AuthorRow,
    CaptionRow,
    CutsRow,
    MakeRow,
    PartOfArticle,
    TagRow,
    storable,
)
from db.search import index_articles
from pipeline.article import CleanArticle

Beside = type[PartOfArticle] | type[CutsRow]
BESIDE: tuple[Beside, ...] = (AuthorRow, TagRow, MakeRow, CaptionRow, CutsRow)
CAPTION = ("text", "subject", "view", "credit", "image")
COLUMNS = [column.key for column in ArticleRow.__table__.columns if column.key != "id"]


class Shelf:
    """The articles at hand, those in the store in the order of their ids, then the new ones as they came.

    Nobody else may put articles into the store meanwhile: the caller holds the turn.
    """

    def __init__(
        self, s: Session, addresses: Collection[int], digests: Collection[str], keys: Collection[str]
    ) -> None:
        """Fetches the articles of these addresses, with these words, or under these keys.

        One statement, served by the indexes on the three columns.
        """
        asked = (
            (ArticleRow.address_id, addresses),
            (ArticleRow.text_digest, digests),
            (ArticleRow.key, keys),
        )
        # an empty list among them would make PostgreSQL read the whole table
        wanted = [column.in_(values) for column, values in asked if values]
        rows = s.scalars(select(ArticleRow).where(or_(*wanted))) if wanted else ()
        self._session = s
        self._rows = sorted(rows, key=lambda row: row.id)
        self._new: list[ArticleRow] = []
        self._changes: list[tuple[str, Change]] = []  # by the article's key, in order
        self._lists: dict[str, CleanArticle] = {}  # what is to be written beside an article, by its key

    def of_address(self, address_id: int) -> ArticleRow | None:
        """The article the address holds."""
        return next((row for row in self._rows if row.address_id == address_id), None)

    def of_key(self, key: str) -> ArticleRow | None:
        """The article of this id."""
        return next((row for row in self._rows if row.key == key), None)

    def of_words(self, digest: str) -> Iterator[ArticleRow]:
        """The articles with the same words, the oldest first."""
        return (row for row in self._rows if row.text_digest == digest)

    def add(self, values: dict[str, Any], article: CleanArticle) -> None:
        """Puts up a new article."""
        row = ArticleRow(**values, revision=1, withdrawn_at=None)
        self._changes.append((row.key, Change(Kind.ADDED, row.first_stored_at, 1)))
        self._rows.append(row)
        self._new.append(row)
        self._lists[row.key] = article

    def rewrite(self, row: ArticleRow, values: dict[str, Any], article: CleanArticle, change: Change) -> None:
        """Replaces the columns given, and all lists; `change` says what that is to readers."""
        for name, value in values.items():
            setattr(row, name, value)
        row.revision = change.revision
        self._lists[row.key] = article
        self._changes.append((row.key, change))

    def relist(self, row: ArticleRow, article: CleanArticle) -> None:
        """Writes the lists anew, which readers take for the same: what differs is the receipt."""
        self._lists[row.key] = article

    def restore(self, row: ArticleRow, now: datetime) -> None:
        """Takes back that the article was withdrawn."""
        row.withdrawn_at = None
        self._changes.append((row.key, Change(Kind.RESTORED, now, row.revision)))

    def move(self, row: ArticleRow, address_id: int) -> None:
        """Makes the address the article's home."""
        row.address_id = address_id
        if row not in self._new:
            self._session.flush()  # at once: another article may be about to take the address it left

    def write(self, run_id: int) -> None:
        """Writes what was decided, and each change under its number."""
        s = self._session
        s.flush()
        old = [row.id for row in self._rows if row.key in self._lists and row not in self._new]
        if old:
            for table in BESIDE:
                s.execute(delete(table).where(table.article_id.in_(old)))
        ids = {row.key: row.id for row in self._rows} | self._inserted()
        rows: dict[Beside, list[dict[str, Any]]] = {table: [] for table in BESIDE}
        for key, article in self._lists.items():
            for table, parts in beside(article):
                rows[table] += [{"article_id": ids[key], **part} for part in parts]
        for table, parts in rows.items():
            if parts:
                s.connection().execute(insert(table), parts)
        index_articles(s, [(ids[row.key], row) for row in self._rows if row.key in self._lists])
        note_changes(s, run_id, [(ids[key], change) for key, change in self._changes])
        self._link(run_id, ids)
        self._new, self._lists, self._changes = [], {}, []

    def _link(self, run_id: int, ids: dict[str, int]) -> None:
        """Finds what among the articles that changed are copies, and of which."""
        from db.copies import link_copies  # noqa: PLC0415 - numpy costs readers of the store 0.15 s
        from db.likeness import Compared  # noqa: PLC0415

        changed = {key for key, _ in self._changes}
        rows = [row for row in self._rows if row.key in changed]
        if not rows:
            return
        articles = [
            Compared(ids[row.key], row.site, row.title or "", row.published_at, row.text) for row in rows
        ]
        link_copies(self._session, run_id, articles, [ids[row.key] for row in rows if row not in self._new])

    def _inserted(self) -> dict[str, int]:
        """The new articles' row numbers by their keys, after inserting them."""
        if not self._new:
            return {}
        values = [{name: getattr(row, name) for name in COLUMNS} for row in self._new]
        statement = insert(ArticleRow).returning(ArticleRow.key, ArticleRow.id)
        given = self._session.connection().execute(statement, values)
        return {row.key: row.id for row in given}


def beside(article: CleanArticle) -> Iterator[tuple[Beside, list[dict[str, Any]]]]:
    """The rows that stand beside an article's own, without its number."""
    lists: tuple[tuple[Beside, tuple[str, ...]], ...] = (
        (AuthorRow, article.authors),
        (TagRow, article.tags),
        (MakeRow, article.makes),
    )
    for table, names in lists:
        yield table, [{"position": n, "name": name} for n, name in enumerate(names)]
    captions = enumerate(article.captions)
    yield CaptionRow, [{"position": n} | {name: getattr(c, name) for name in CAPTION} for n, c in captions]
    yield CutsRow, [{"cuts": receipt(article)}]


def receipt(article: CleanArticle) -> list[dict[str, str | None]]:
    """The article's cuts as the database will give them back."""
    cuts = [{"rule": c.rule, "text": c.block.text, "became": c.became} for c in article.cuts]
    whole = "\n".join(value for cut in cuts for value in cut.values() if value)
    if storable(whole) == whole:  # nearly always, and a page may have hundreds
        return cuts
    return [{key: storable(value) if value else value for key, value in cut.items()} for cut in cuts]
