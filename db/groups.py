"""Of articles found to be one the earliest is live, and the others are linked to it with the reason.

Links follow from the likenesses in the store alone, never from who came first. In the order of publication
(those without a date last, of equal ones the longest, then by id) each article is live unless it is like one
that is live already: a chain of likenesses never makes one of two articles that are not alike themselves.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import BigInteger, ForeignKey, Row, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from db.changes import Change, Kind, note_changes
from db.models import ArticleRow, Base
from db.turns import take_turn_to_save

Likenesses = Mapping[int, Mapping[int, str]]  # article -> article it is like -> reason
Link = tuple[str, str] | None  # the live article's key, and the reason

FACTS = (
    ArticleRow.id,
    ArticleRow.key,
    ArticleRow.published_at,
    ArticleRow.withdrawn_at,
    ArticleRow.duplicate_of,
    ArticleRow.duplicate_reason,
    ArticleRow.revision,
    func.length(ArticleRow.text).label("chars"),
)


class BandRow(Base):
    """One of the numbers by which articles with like texts meet (`db.shingles`)."""

    __tablename__ = "article_bands"
    __table_args__ = ({"sqlite_with_rowid": False},)

    band: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True)  # of publication, counted from year 1; 0: not dated
    article_id: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class LikenessRow(Base):
    """Two articles found to be one by their texts; each pair stands here from both sides."""

    __tablename__ = "likenesses"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    reason: Mapped[str]


def regroup(s: Session, run_id: int, numbers: Collection[int]) -> None:
    """Brings the links in step with the likenesses, for these rows of `articles` and all that hang on them.

    A withdrawn article is neither live nor a copy. Writes a change `merged` or `unmerged` for each link that
    is new or gone.
    """
    if not numbers:
        return
    take_turn_to_save(s)
    s.flush()
    likenesses = _around(s, numbers)
    query = select(*FACTS).where(ArticleRow.id.in_({*numbers, *likenesses}))
    rows = sorted(s.execute(query).all(), key=_rank)
    links = links_of([row for row in rows if row.withdrawn_at is None], likenesses)
    now, changes = datetime.now(UTC), []
    for row in rows:
        link = links.get(row.id)
        if link == ((row.duplicate_of, row.duplicate_reason) if row.duplicate_of else None):
            continue
        key, reason = link or (None, None)
        change = update(ArticleRow).where(ArticleRow.id == row.id)
        s.execute(change.values(duplicate_of=key, duplicate_reason=reason))
        if row.withdrawn_at is None:  # else readers have been told that it is gone
            changes.append((row.id, Change(Kind.MERGED if link else Kind.UNMERGED, now, row.revision)))
    note_changes(s, run_id, changes)


def withdraw(s: Session, run_id: int, address_id: int, now: datetime) -> bool:
    """Marks the article of an address as taken back by its publisher; True where it was not so before.

    Its copies, if it has any, are grouped anew without it.
    """
    row = s.scalar(select(ArticleRow).where(ArticleRow.address_id == address_id))
    if row is None or row.withdrawn_at is not None:
        return False
    row.withdrawn_at = now
    note_changes(s, run_id, [(row.id, Change(Kind.WITHDRAWN, now, row.revision))])
    regroup(s, run_id, [row.id])
    return True


def links_of(rows: Sequence[Row[*tuple[object, ...]]], likenesses: Likenesses) -> dict[int, Link]:
    """The link of each of these rows, which come in the order of their rank; None for the live ones."""
    links: dict[int, Link] = {}
    live: dict[int, str] = {}
    for row in rows:
        like = likenesses.get(row.id, {})
        of = next((number for number in live if number in like), None)
        links[row.id] = None if of is None else (live[of], like[of])
        if of is None:
            live[row.id] = row.key
    return links


def _rank(row: Row[*tuple[object, ...]]) -> tuple[bool, float, int, str]:
    moment = row.published_at
    return (moment is None, moment.timestamp() if moment else 0.0, -row.chars, row.key)


def _around(s: Session, numbers: Collection[int]) -> Likenesses:
    """All likenesses that lead away from these articles, step by step; served by the primary key."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    seen: set[int] = set()
    edge = set(numbers)
    while edge:
        query = select(LikenessRow.article_id, LikenessRow.other_id, LikenessRow.reason)
        for one, other, reason in s.execute(query.where(LikenessRow.article_id.in_(edge))):
            found[one][other] = reason
        seen |= edge
        edge = {other for one in edge if one in found for other in found[one]} - seen
    return found
