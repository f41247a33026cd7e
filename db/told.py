"""Articles as they are told to readers, with the lists beside them: few statements whatever their number."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from db.models import ArticleRow
from pipeline.article import Caption, caption_json, iso

BATCH = 200  # articles whose parts are fetched together; a few megabytes in memory

# Plain columns: an object of the ORM an article would take longer than all else here together.
SHOWN = (
    ArticleRow.id,
    ArticleRow.key,
    ArticleRow.site,
    ArticleRow.url,
    ArticleRow.title,
    ArticleRow.standfirst,
    ArticleRow.published_at,
    ArticleRow.modified_at,
    ArticleRow.section,
    ArticleRow.language,
    ArticleRow.image,
    ArticleRow.text,
)
TIMES = (ArticleRow.fetched_at, ArticleRow.first_stored_at, ArticleRow.updated_at)

AUTHORS, TAGS, MAKES, CAPTIONS = 0, 1, 2, 3
_NAMED = "SELECT {kind}, article_id, position, name, {none}, {none}, {none}, {none} FROM article_{list}"
_LISTS = (
    *(
        _NAMED.format(kind=kind, list=name, none="CAST(NULL AS TEXT)")
        for kind, name in ((AUTHORS, "authors"), (TAGS, "tags"), (MAKES, "makes"))
    ),
    "SELECT 3, article_id, position, text, subject, view, credit, image FROM captions",
)
_PARTS = [f"{one} WHERE article_id IN ({{numbers}})" for one in _LISTS]
PARTS = {  # served by the tables' primary keys; to a server one way, while SQLite is slow to merge a union
    "sqlite": [f"{one} ORDER BY article_id, position" for one in _PARTS],
    "postgresql": [" UNION ALL ".join(_PARTS) + " ORDER BY 1, 2, 3"],
}
Parts = tuple[defaultdict[int, list[Any]], ...]


def article_rows(
    s: Session, query: Select[ArticleRow], *, times: bool = False, few: bool = False
) -> Iterator[dict[str, Any]]:
    """The articles of `query` under the names of the JSON contract, read in batches and forgotten once given.

    With `times` each tells when its page was fetched and when the store got and changed it. With `few` they
    are fetched at once, which is quicker.
    """
    columns = (*SHOWN, *TIMES) if times else SHOWN
    plain = query.with_only_columns(*columns)
    if not few:
        plain = plain.execution_options(yield_per=BATCH)
    for batch in s.execute(plain).partitions(BATCH):
        parts = _parts(s, [row[0] for row in batch])
        for row in batch:
            yield _json(row, parts)


def _parts(s: Session, numbers: Sequence[int]) -> Parts:
    """The lists of these articles, each in its own order: authors, tags, makes, captions."""
    connection = s.connection()
    parts: Parts = tuple(defaultdict(list) for _ in range(4))
    within = ",".join(map(str, numbers))
    with closing(connection.connection.cursor()) as cursor:
        for statement in PARTS[connection.dialect.name]:
            cursor.execute(statement.format(numbers=within))
            for kind, number, _, *values in cursor.fetchall():
                parts[kind][number].append(caption_json(Caption(*values)) if kind == CAPTIONS else values[0])
    return parts


def _json(row: Sequence[Any], parts: Parts) -> dict[str, Any]:
    """`row` under the names and in the order of `CleanArticle.as_json`, with its id and site in front."""
    (number, key, site, url, title, standfirst, published_at, modified_at,
     section, language, image, text, *times) = row  # fmt: skip
    told = {
        "id": key,
        "site": site,
        "url": url,
        "title": title,
        "standfirst": standfirst,
        "authors": parts[AUTHORS].get(number, []),
        "published_at": iso(published_at),
        "modified_at": iso(modified_at),
        "section": section,
        "tags": parts[TAGS].get(number, []),
        "language": language,
        "image": image,
        "makes": parts[MAKES].get(number, []),
        "text": text.split("\n\n") if text else [],
        "captions": parts[CAPTIONS].get(number, []),
    }
    for column, moment in zip(TIMES, times, strict=False):
        told[column.key] = iso(moment)
    return told
