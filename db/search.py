"""Full-text search: words and "phrases" over title, standfirst and text, the same on both databases."""

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import BindParameter, ColumnElement, bindparam, text
from sqlalchemy.orm import Session

from db.errors import SearchError
from db.models import ArticleRow, storable

WORD = re.compile(r"[^\W_]+")
PART = re.compile(r'"([^"]*)"|([^\s"]+)')
INDEXED_CHARS = 150_000  # PostgreSQL refuses a tsvector above 1 MiB; four bytes a letter stay below
TERMS = 32
GAP = " fieldgap "  # no phrase may run from the title into the standfirst

WRITE_WORDS = text(
    "INSERT INTO article_search (article_id, words) VALUES (:id, to_tsvector('simple', :words)) "
    "ON CONFLICT (article_id) DO UPDATE SET words = excluded.words"
)


def words_of(text_: str) -> str:
    """The words of `text_`, lower case, without accents, parted by single spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text_.casefold()) if not unicodedata.combining(c))
    return " ".join(WORD.findall(bare))


def index_articles(s: Session, rows: Iterable[tuple[int, ArticleRow]]) -> None:
    """Brings the index in step with numbered rows in one transaction; on SQLite triggers have done it."""
    if s.get_bind().dialect.name != "postgresql":
        return
    words = [{"id": number, "words": indexed(row)} for number, row in rows]
    if words:
        s.execute(WRITE_WORDS, words)


def indexed(row: ArticleRow) -> str:
    """The words of the article as PostgreSQL's index takes them."""
    return GAP.join(words_of(field or "") for field in (row.title, row.standfirst, row.text))[:INDEXED_CHARS]


def matching(s: Session, search: str) -> ColumnElement[bool]:
    """The condition that an article holds every word and every "phrase" of `search`.

    Served by the full-text index. Raises SearchError for a quote that never closes or no word at all.
    """
    terms = terms_of(search)
    if s.get_bind().dialect.name == "sqlite":
        query = " ".join(f'"{term}"' for term in terms)
        found = text("SELECT rowid FROM article_search WHERE article_search MATCH :query")
        return ArticleRow.id.in_(found.bindparams(query=query).columns(ArticleRow.id))
    tests = " && ".join(f"phraseto_tsquery('simple', :term{n})" for n in range(len(terms)))
    found = text(f"SELECT article_id FROM article_search WHERE words @@ ({tests})")  # noqa: S608 - numbered names only
    bound: list[BindParameter[str]] = [bindparam(f"term{n}", term) for n, term in enumerate(terms)]
    return ArticleRow.id.in_(found.bindparams(*bound).columns(ArticleRow.id))


def terms_of(search: str) -> list[str]:
    """The words and phrases asked for, each as plain words: `"Model Y" e-tron` gives "model y", "e tron"."""
    search = storable(search)
    if search.count('"') % 2:
        raise SearchError(f'search {search!r}: a quote is never closed; write "words like this"')
    parts = (words_of(phrase or word) for phrase, word in PART.findall(search))
    terms = [part for part in parts if part]
    if not terms:
        raise SearchError(f"search {search!r}: holds no word; give one or more words")
    if len(terms) > TERMS:
        raise SearchError(f"search of {len(terms)} words: too long; give at most {TERMS}")
    return terms
