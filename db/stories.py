"""Stories: the reports of one piece of news across sites, under the one published first.

Articles are looked at in the order of their publication, and each joins the story of the earliest opener of
the last three days that reports the same (`db.sameness`), or opens one. What became of an article so depends
on earlier ones alone, never on when any came into the store; and after a change all is as it was as soon as
three days have passed in which nothing is placed otherwise than before, so that looking again can stop there.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from sqlalchemy import BigInteger, ColumnElement, Engine, ForeignKey, Select, collate, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from db.engine import writing
from db.models import ArticleRow, Base, ChangeRow, MakeRow
from db.sameness import LONGEST_CHARS, SPAN, Report, are_one_story
from db.turns import take_turn
from db.upserts import upsert

BATCH = 200
AT_ONCE = 1000  # articles that `regroup_all` places in one transaction: some seconds at most
NAME = "stories"


class StoryArticle(Base):
    """An article's place: the story is named by the key of the article that opened it."""

    __tablename__ = "story_articles"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    story: Mapped[str] = mapped_column(index=True)
    published_at: Mapped[datetime] = mapped_column(index=True)  # by which it was placed


class Cursor(Base):
    """Up to which change something that follows the change feed has read."""

    __tablename__ = "cursors"

    name: Mapped[str] = mapped_column(primary_key=True)
    change_seq: Mapped[int] = mapped_column(BigInteger)


@dataclass
class Placing:
    """The stories that are open at a moment, and where each article was placed."""

    openers: list[Report] = field(default_factory=list)  # in the order of their publication
    stories: dict[str, str] = field(default_factory=dict)  # article -> story, by their keys

    def place(self, report: Report) -> str:
        """Its story: that of the article it copies or of an opener that reports the same, else its own."""
        self.openers = [one for one in self.openers if report.published_at - one.published_at <= SPAN]
        copied = self.stories.get(report.of or "")
        same = (one.key for one in self.openers if one.key == copied or are_one_story(one, report))
        story = next(same, None)
        if story is None:
            story = report.key
            self.openers.append(report)
        self.stories[report.key] = story
        return story


def regroup_stories(s: Session, *, again: bool = False) -> int:
    """Places the articles that have changed since the last time, and all whose place follows from theirs.

    With `again` all articles of the store. Gives the number of articles placed otherwise than before.
    Articles without a date and withdrawn ones are in no story.
    """
    take_turn(s, NAME)
    s.flush()
    seen = 0 if again else s.scalar(select(Cursor.change_seq).where(Cursor.name == NAME)) or 0
    newest = s.scalar(select(func.max(ChangeRow.change_seq))) or 0
    if newest == seen:
        return 0
    touched = select(ChangeRow.article_id).where(ChangeRow.change_seq > seen, ChangeRow.change_seq <= newest)
    times = _times(s, touched)
    moved = _take_out(s, touched)
    starts = [n for n, moment in enumerate(times) if n == 0 or moment - times[n - 1] > SPAN]
    for start, end in pairwise([*starts, len(times)]):
        moved += _place_from(s, times[start], times[end - 1])
    upsert(s, Cursor, [{"name": NAME, "change_seq": newest}])
    return moved


def regroup_all(engine: Engine, tell: Callable[[str, int, int], None]) -> int:
    """As `regroup_stories` with `again`, in the order of publication and in short transactions.

    `tell` gets "stories", how many articles were placed so far, and how many there are.
    """
    with writing(engine) as s:
        take_turn(s, NAME)
        newest = s.scalar(select(func.max(ChangeRow.change_seq))) or 0
        moved = _take_out(s, select(ArticleRow.id))
        placed = ArticleRow.published_at.is_not(None) & ArticleRow.withdrawn_at.is_(None)
        total = s.scalar(select(func.count()).where(placed)) or 0
        start: datetime | None = s.scalar(select(func.min(ArticleRow.published_at)).where(placed))
    seen = 0
    while start is not None:
        tell(NAME, seen, total)
        with writing(engine) as s:
            take_turn(s, NAME)
            moment = ArticleRow.published_at
            query = select(moment).where(moment >= start, placed).order_by(moment).limit(AT_ONCE)
            times = [time for time in s.scalars(query) if time]
            if not times:  # withdrawn a moment ago
                break
            moved += _place_from(s, start, times[-1])
            start = s.scalar(select(func.min(moment)).where(moment > times[-1], placed))
        seen += len(times)
    with writing(engine) as s:
        take_turn(s, NAME)
        seen_before = s.scalar(select(Cursor.change_seq).where(Cursor.name == NAME)) or 0
        upsert(s, Cursor, [{"name": NAME, "change_seq": max(newest, seen_before)}])
    return moved


def _times(s: Session, touched: Select[int]) -> list[datetime]:
    """When these articles were published, as they are and as they were placed, in order."""
    now = select(ArticleRow.published_at).where(ArticleRow.id.in_(touched))
    then = select(StoryArticle.published_at).where(StoryArticle.article_id.in_(touched))
    return sorted({moment for query in (now, then) for moment in s.scalars(query) if moment})


def _take_out(s: Session, touched: Select[int]) -> int:
    """Takes those of them out of their stories that are withdrawn or have no date any more; how many."""
    out = ArticleRow.published_at.is_(None) | ArticleRow.withdrawn_at.is_not(None)
    gone = select(ArticleRow.id).where(ArticleRow.id.in_(touched), out)
    query = delete(StoryArticle).where(StoryArticle.article_id.in_(gone)).returning(StoryArticle.article_id)
    return len(s.scalars(query).all())


def _place_from(s: Session, first: datetime, last: datetime) -> int:
    """Places all articles from `first` on, until three days after `last` nothing is new any more."""
    placing, moved, rows = _placing_at(s, first), 0, []
    for report, old in _reports(s, ArticleRow.published_at >= first):
        if report.published_at - last > SPAN:
            break
        story = placing.place(report)
        if story != old:
            moved, last = moved + 1, max(last, report.published_at)
        rows.append({"article_id": report.number, "story": story, "published_at": report.published_at})
    upsert(s, StoryArticle, rows)
    return moved


def _placing_at(s: Session, moment: datetime) -> Placing:
    """The stories open at that moment, as they stand in the store."""
    placing = Placing()
    earliest = moment - SPAN if moment.year > 1 else moment
    for report, story in _reports(s, ArticleRow.published_at.between(earliest, moment)):
        if story is None or report.published_at == moment:
            continue
        placing.stories[report.key] = story
        if story == report.key:
            placing.openers.append(report)
    return placing


def _reports(s: Session, when: ColumnElement[bool]) -> Iterator[tuple[Report, str | None]]:
    """The articles of that time in the order in which they are placed, each with the story it is in.

    Copies come after what they may be copies of. Served by the index on (published_at, key).
    """
    copy = ArticleRow.duplicate_of.is_not(None)
    key = collate(ArticleRow.key, "C") if s.get_bind().dialect.name == "postgresql" else ArticleRow.key
    query = (
        select(
            ArticleRow.id,
            ArticleRow.key,
            ArticleRow.title,
            ArticleRow.published_at,
            func.substr(ArticleRow.text, 1, LONGEST_CHARS).label("text"),
            ArticleRow.duplicate_of,
            StoryArticle.story,
        )
        .outerjoin(StoryArticle, StoryArticle.article_id == ArticleRow.id)
        .where(when, ArticleRow.withdrawn_at.is_(None))
        .order_by(ArticleRow.published_at, copy, key)
        .execution_options(yield_per=BATCH)
    )
    for rows in s.execute(query).partitions():
        makes = _makes(s, [row.id for row in rows])
        for row in rows:
            told = frozenset(makes[row.id])
            yield (
                Report(row.id, row.key, row.title or "", row.published_at, told, row.text, row.duplicate_of),
                row.story,
            )


def _makes(s: Session, numbers: Collection[int]) -> dict[int, set[str]]:
    makes: dict[int, set[str]] = defaultdict(set)
    query = select(MakeRow.article_id, MakeRow.name).where(MakeRow.article_id.in_(numbers))
    for number, name in s.execute(query):
        makes[number].add(name)
    return makes
