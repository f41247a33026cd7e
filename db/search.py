"""Full-text search over title, standfirst and text, the same on both databases."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Float, Integer, Select, TextClause, case, column, extract, func, text
from sqlalchemy.orm import Session

from db.errors import SearchError
from db.language import Asked, Term, asked_for, words_of
from db.models import ArticleRow

INDEXED_CHARS = 150_000  # PostgreSQL refuses a tsvector above 1 MiB; four bytes a letter stay below
FIELDS = ("title", "standfirst", "text")
GAP = " -1 "  # no phrase may run from a field into the next, and no search asks for signs
FADES_IN_DAYS = 90.0  # after so long an article counts for half of what a new one does
UNDATED_DAYS = 365.0

WRITE = {
    "sqlite": "INSERT OR REPLACE INTO article_search (rowid, title, standfirst, text) "
    "VALUES (:id, :title, :standfirst, :text)",
    "postgresql": "INSERT INTO article_search (article_id, words) "
    "VALUES (:id, to_tsvector('simple', :words)) "
    "ON CONFLICT (article_id) DO UPDATE SET words = excluded.words",
}
FOUND = {
    "sqlite": "SELECT rowid AS id FROM article_search WHERE article_search MATCH :query",
    "postgresql": "SELECT article_id AS id FROM article_search WHERE words @@ to_tsquery('simple', :query)",
}
# The same as a question to each article along the way, and as a list made before any article is looked at:
# PostgreSQL's planner knows nothing of how many articles hold a rare word, and went along all for 31 hits.
ALONG = "EXISTS (SELECT 1 FROM article_search WHERE rowid = articles.id AND article_search MATCH :query)"
GATHERED = f"articles.id = ANY(ARRAY({FOUND['postgresql']}))"
COUNTED = "SELECT count(*) FROM ({found} LIMIT :most) AS hits"
# A hit in the title counts eight times one in the text, on SQLite; PostgreSQL's index knows no fields.
SCORED = {
    "sqlite": "SELECT rowid AS id, -bm25(article_search, 8.0, 4.0, 1.0) AS score "
    "FROM article_search WHERE article_search MATCH :query",
    "postgresql": "SELECT article_id AS id, ts_rank_cd(words, q, 1) AS score "
    "FROM article_search, to_tsquery('simple', :query) AS q WHERE words @@ q",
}


def index_articles(s: Session, rows: Iterable[tuple[int, ArticleRow]]) -> None:
    """Brings the index in step with numbered rows, in the transaction that writes them."""
    words = [{"id": number, **indexed(row)} for number, row in rows]
    if words:
        s.execute(text(WRITE[s.get_bind().dialect.name]), words)


def indexed(row: Any) -> dict[str, str]:
    """The words of an article as the index takes them, by field, and `words` in one; `row` has the fields."""
    fields = {name: words_of(getattr(row, name) or "") for name in FIELDS}
    return {**fields, "words": GAP.join(fields.values())[:INDEXED_CHARS]}


def matching(s: Session, search: str, *, along: bool | None = None) -> ColumnElement[bool]:
    """The condition that an article is what `search` asks for, in the words of `db.language`.

    Served by the full-text index. `along` tells whether so many fit that they are soon met along the
    articles; None leaves it to the database. Raises SearchError for a search that means nothing.
    """
    backend = s.get_bind().dialect.name
    own = {"sqlite": ALONG if along else None, "postgresql": GATHERED if along is False else None}[backend]
    if own:
        bound = _bound(s, {backend: own}, asked_for(search))
        return cast("ColumnElement[bool]", bound)
    return ArticleRow.id.in_(_bound(s, FOUND, asked_for(search)).columns(ArticleRow.id))


def is_often(s: Session, search: str, many: int) -> bool:
    """Whether so many articles fit the search; the index tells a microsecond each.

    PostgreSQL is kept from reading the words of articles instead: to its planner that looks like nothing, for
    it does not count what it costs to unpack them (0.1 s where the index takes 3 ms).
    """
    backend = s.get_bind().dialect.name
    counted = _bound(s, {backend: COUNTED.format(found=FOUND[backend])}, asked_for(search))
    if backend == "postgresql":
        s.execute(text("SET LOCAL enable_seqscan TO off"))
    number = int(s.execute(counted, {"most": many}).scalar_one())
    if backend == "postgresql":
        s.execute(text("SET LOCAL enable_seqscan TO DEFAULT"))
    return number == many > 0


def best_first(
    s: Session, query: Select[ArticleRow], search: str | None, now: datetime
) -> Select[ArticleRow]:
    """`query` sorted by how well its articles fit `search`, new ones before old ones that fit as well.

    Raises SearchError without a search.
    """
    if search is None:
        raise SearchError("sort by relevance: to what? give words to search for")
    found = _bound(s, SCORED, asked_for(search)).columns(column("id", Integer), column("score", Float))
    hits = found.subquery()
    return query.join(hits, hits.c.id == ArticleRow.id).order_by((hits.c.score * _freshness(s, now)).desc())


def _freshness(s: Session, now: datetime) -> ColumnElement[Any]:
    """1 for an article of this moment, a half after `FADES_IN_DAYS`, a quarter after three times as long."""
    published = ArticleRow.published_at
    if s.get_bind().dialect.name == "sqlite":
        age = func.julianday(now.strftime("%Y-%m-%d %H:%M:%S")) - func.julianday(published)
    else:
        age = extract("epoch", func.to_timestamp(now.timestamp()) - published) / 86400.0
    days = case((published.is_(None), UNDATED_DAYS), (age < 0, 0.0), else_=age)
    return FADES_IN_DAYS / (days + FADES_IN_DAYS)


def _bound(s: Session, statements: dict[str, str], asked: Asked) -> TextClause:
    backend = s.get_bind().dialect.name
    query = _fts5(asked) if backend == "sqlite" else _tsquery(asked)
    return text(statements[backend]).bindparams(query=query)


def _fts5(asked: Asked) -> str:
    def one_of(terms: Iterable[Term]) -> str:
        return " OR ".join(f'"{" ".join(term.words)}"{" *" if term.is_prefix else ""}' for term in terms)

    query = " AND ".join(f"({one_of(group)})" for group in asked.wanted)
    return f"({query}) NOT ({one_of(asked.unwanted)})" if asked.unwanted else query


def _tsquery(asked: Asked) -> str:
    def one_of(terms: Iterable[Term]) -> str:
        return " | ".join(
            " <-> ".join(f"'{word}'" for word in term.words) + (":*" if term.is_prefix else "")
            for term in terms
        )

    query = " & ".join(f"({one_of(group)})" for group in asked.wanted)
    return f"{query} & !({one_of(asked.unwanted)})" if asked.unwanted else query
