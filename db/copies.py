"""Finding copies: which articles' texts meet by a band, and which of those are one.

Bands and likenesses depend on two articles' own texts and dates, never on the order in which they came.
`db.groups` makes links of the likenesses.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import Engine, bindparam, delete, insert, or_, select, text
from sqlalchemy.orm import Session

from db.engine import writing
from db.groups import BandRow, LikenessRow, regroup
from db.likeness import WINDOW_DAYS, Compared, likeness
from db.models import ArticleRow
from db.turns import take_turn_to_save

BATCH = 100  # articles that `relink` looks at in one transaction: some tenths of a second
LAST_DAY = date.max.toordinal()

FACTS = (ArticleRow.id, ArticleRow.site, ArticleRow.title, ArticleRow.published_at, ArticleRow.text)

# Who meets whom; served by the index on article_id and the key (band, day, article_id). The day of an
# article without a date is 0, and it is compared with all. The same pairs are found from either side.
_MET = (
    "SELECT a.article_id AS one, b.article_id AS other "
    "FROM article_bands a JOIN article_bands b ON b.band = a.band "
    "WHERE a.article_id IN :numbers AND b.article_id <> a.article_id AND "
)
MEETING = text(
    f"{_MET} b.day BETWEEN CASE WHEN a.day = 0 THEN 0 ELSE a.day - {WINDOW_DAYS} END "
    f"AND CASE WHEN a.day = 0 THEN {LAST_DAY} ELSE a.day + {WINDOW_DAYS} END "
    f"UNION {_MET} b.day = 0 AND a.day <> 0"
).bindparams(bindparam("numbers", expanding=True))
SQLITE_BANDS = "INSERT INTO article_bands (band, day, article_id) VALUES (?, ?, ?)"
POSTGRES_BANDS = (
    "INSERT INTO article_bands (band, day, article_id) "
    "SELECT * FROM unnest(%s::bigint[], %s::integer[], %s::integer[])"
)


def link_copies(s: Session, run_id: int, articles: Sequence[Compared], known: Collection[int] = ()) -> None:
    """Brings bands, likenesses and links in step with these articles as they are now.

    `known` are the numbers of those that were in the store before. A handful of statements, whatever their
    number, and those that make links only where there are copies.
    """
    take_turn_to_save(s)
    s.flush()
    before = _forget(s, known) if known else set()
    long = [one for one in articles if one.shingled.is_long_enough]
    _write_bands(s, long)
    pairs = list(_alike(s, long))
    if pairs:
        names = ("article_id", "other_id", "reason")
        s.execute(insert(LikenessRow), [dict(zip(names, pair, strict=True)) for pair in pairs])
    regroup(s, run_id, before | {one for one, *_ in pairs})


def relink(
    s: Session, run_id: int, since: datetime | None = None, after: int = 0, limit: int = BATCH
) -> int | None:
    """Looks again at the next `limit` articles stored or changed since `since` (None: all of them).

    Gives the number of the last one, to come after in the next call; None when there was none left. Looking
    again changes nothing where texts and rules are the same.
    """
    take_turn_to_save(s)
    query = select(*FACTS).where(ArticleRow.id > after).order_by(ArticleRow.id).limit(limit)
    if since is not None:
        query = query.where(ArticleRow.updated_at >= since)
    found = _compared(s.execute(query))
    if not found:
        return None
    link_copies(s, run_id, found, [one.number for one in found])
    return found[-1].number


def relink_all(engine: Engine, run_id: int, since: datetime | None = None) -> None:
    """`relink` over all of them in short transactions, so that crawls can go on beside it."""
    last: int | None = 0
    while last is not None:
        with writing(engine) as s:
            last = relink(s, run_id, since, last)


def _forget(s: Session, numbers: Collection[int]) -> set[int]:
    """Takes bands and likenesses of these articles away; all numbers that were part of a likeness."""
    ours = or_(LikenessRow.article_id.in_(numbers), LikenessRow.other_id.in_(numbers))
    before = set(s.scalars(select(LikenessRow.article_id).where(ours)))
    if before:
        s.execute(delete(LikenessRow).where(ours))
    s.execute(delete(BandRow).where(BandRow.article_id.in_(numbers)))
    return before


def _write_bands(s: Session, articles: Sequence[Compared]) -> None:
    """One row a band, by the driver itself: they are fifty an article."""
    rows = [(band, one.day, one.number) for one in articles for band in one.shingled.bands()]
    if not rows:
        return
    connection = s.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(SQLITE_BANDS, rows)
    else:
        connection.exec_driver_sql(POSTGRES_BANDS, tuple(map(list, zip(*rows, strict=True))))


def _alike(s: Session, articles: Sequence[Compared]) -> Iterator[tuple[int, int, str]]:
    """The pairs among these and between them and the store that are one, each from both sides."""
    if not articles:
        return
    at_hand = {one.number: one for one in articles}
    met = {(min(pair), max(pair)) for pair in s.execute(MEETING, {"numbers": list(at_hand)})}
    others = {number for pair in met for number in pair} - set(at_hand)
    if others:
        query = select(*FACTS).where(ArticleRow.id.in_(others))
        at_hand |= {one.number: one for one in _compared(s.execute(query))}
    for one, other in sorted(met):
        found = likeness(at_hand[one], at_hand[other])
        if found:
            yield one, other, found
            yield other, one, found


def _compared(rows: Iterable[tuple[int, str, str | None, datetime | None, str]]) -> list[Compared]:
    return [Compared(number, site, title or "", moment, text_) for number, site, title, moment, text_ in rows]
