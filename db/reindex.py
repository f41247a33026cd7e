"""Whether the full-text index says what the articles say, and how to make it anew."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from db.engine import reading, writing
from db.errors import StoreReadOnly
from db.models import ArticleRow
from db.search import FIELDS, index_articles, indexed
from db.turns import take_turn_to_save

BATCH = 200
# articles not in the index and, on SQLite, entries of no article, which PostgreSQL cannot have
MISSING = {
    "sqlite": "SELECT "
    "(SELECT count(*) FROM articles WHERE id NOT IN (SELECT id FROM article_search_content)) + "
    "(SELECT count(*) FROM article_search_content WHERE id NOT IN (SELECT id FROM articles))",
    "postgresql": "SELECT count(*) FROM articles WHERE id NOT IN (SELECT article_id FROM article_search)",
}
HELD = text("SELECT title, standfirst, text FROM article_search WHERE rowid = :id")
OTHER_WORDS = text(
    "SELECT count(*) FROM unnest(CAST(:ids AS integer[]), CAST(:words AS text[])) AS a (id, words) "
    "JOIN article_search s ON s.article_id = a.id WHERE s.words <> to_tsvector('simple', a.words)"
)
CHECK_FTS5 = text("INSERT INTO article_search (article_search) VALUES ('integrity-check')")
REMEDY = "run: carnews db reindex"


def check_index(engine: Engine) -> list[str]:
    """A sentence for each way in which the index is out of step with the articles; empty when it is in step.

    Reads every article.
    """
    with reading(engine) as s:
        missing = s.execute(text(MISSING[engine.dialect.name])).scalar_one()
        others = _others_of_postgres if engine.dialect.name == "postgresql" else _others_of_sqlite
        other = sum(others(s, rows) for rows in _batches(s))
    told = [f"search index: {missing} articles missing or too many; {REMEDY}"] if missing else []
    if other:
        told.append(f"search index: {other} articles with other words than theirs; {REMEDY}")
    if engine.dialect.name == "sqlite" and not _fts5_is_sound(engine):
        told.append(f"search index: is damaged; {REMEDY}")
    return told


def reindex(engine: Engine) -> int:
    """Makes the index anew in one transaction, searches seeing the old one until it ends; how many articles
    it holds then.
    """
    with writing(engine) as s:
        take_turn_to_save(s)  # else an article may be saved between its reading and its indexing
        s.execute(text("DELETE FROM article_search"))
        number = 0
        for rows in _batches(s):
            index_articles(s, [(row.id, row) for row in rows])
            number += len(rows)
        return number


def _others_of_postgres(s: Session, rows: Sequence[ArticleRow]) -> int:
    words = {"ids": [row.id for row in rows], "words": [indexed(row)["words"] for row in rows]}
    return int(s.execute(OTHER_WORDS, words).scalar_one())


def _others_of_sqlite(s: Session, rows: Sequence[ArticleRow]) -> int:
    held = [(row, s.execute(HELD, {"id": row.id}).one_or_none()) for row in rows]
    return sum(1 for row, words in held if words and tuple(words) != tuple(indexed(row)[f] for f in FIELDS))


def _batches(s: Session) -> Iterator[Sequence[ArticleRow]]:
    """All articles in the order of their numbers, a few at a time, none kept."""
    last = 0
    while rows := s.scalars(
        select(ArticleRow).where(ArticleRow.id > last).order_by(ArticleRow.id).limit(BATCH)
    ).all():
        yield rows
        last = rows[-1].id
        s.expunge_all()


def _fts5_is_sound(engine: Engine) -> bool:
    """SQLite's own check, which is a write to it though nothing changes."""
    with suppress(StoreReadOnly), writing(engine) as s:
        try:
            s.execute(CHECK_FTS5)
        except DatabaseError as wrong:
            if "malformed" not in str(wrong.orig):
                raise
            return False
    return True
