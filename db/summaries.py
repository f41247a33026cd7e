"""What each crawl saw of its site, in figures, and what was learnt of the site from all of them.

A summary is written in the transaction that ends its run; whoever watches reads those not learnt yet, so that
no look at a site's health ever counts articles or addresses.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, delete, exists, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from db.models import AddressRow, ArticleRow, AuthorRow, Base, CaptionRow, MakeRow, PartOfArticle, Run, TagRow
from db.upserts import upsert

KEPT_FOR = timedelta(days=60)  # a summary once learnt, for people who ask what a run saw
FORGOTTEN = 100  # at most at a time, of many times a day
MOST = 300  # texts and dates of one run that are kept: a first crawl brings thousands
FIELDS = (
    *("title", "standfirst", "published_at", "authors", "section", "tags", "language", "image"),
    *("captions", "makes"),
)

UNLEARNT = text("learnt_at IS NULL")


class SummaryRow(Base):
    """What one run saw; one of which nothing is to be said has no row."""

    __tablename__ = "run_summaries"
    __table_args__ = (
        Index("ix_run_summaries_unlearnt", "id", sqlite_where=UNLEARNT, postgresql_where=UNLEARNT),
        Index(None, "site", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), unique=True)
    site: Mapped[str]
    at: Mapped[datetime]
    told: Mapped[dict[str, Any]] = mapped_column(JSON)
    learnt_at: Mapped[datetime | None]


class HabitsRow(Base):
    """What was learnt of one site from all its summaries: its rhythm, and how its pages used to be."""

    __tablename__ = "site_habits"

    site: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    told: Mapped[dict[str, Any]] = mapped_column(JSON)


@dataclass(slots=True)
class Summary:
    """What one run saw of its site.

    `counts` are of pages, under names that `ops.health.shares` puts together; `places` tell by field how
    often it stood where; `chars` are the lengths of new articles' texts, `published` their dates in
    minutes since 1970. `rules` is the version of the rules that read the pages.
    """

    site: str
    run_id: int = 0
    at: datetime | None = None
    rules: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    places: dict[str, Counter[str]] = field(default_factory=dict)
    chars: list[int] = field(default_factory=list)
    published: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.counts)


@dataclass(frozen=True, slots=True)
class Held:
    """What the store has of an address before a page of it is kept; `fields` None: no article.

    `chars` is the length of the article's text.
    """

    channel: str
    fields: frozenset[str] | None = None
    chars: int = 0


def held_before(s: Session, address_ids: Collection[int]) -> dict[int, Held]:
    """By address what the store has of it; served by primary keys and the index on `articles.address_id`."""
    columns = [getattr(ArticleRow, name).is_not(None) for name in FIELDS if hasattr(ArticleRow, name)]
    parts: dict[str, type[PartOfArticle]] = {
        "authors": AuthorRow,
        "tags": TagRow,
        "captions": CaptionRow,
        "makes": MakeRow,
    }
    lists = [exists().where(part.article_id == ArticleRow.id) for part in parts.values()]
    names = [name for name in FIELDS if hasattr(ArticleRow, name)] + list(parts)
    query = (
        select(AddressRow.id, AddressRow.channel, func.length(ArticleRow.text), *columns, *lists)
        .outerjoin(ArticleRow, ArticleRow.address_id == AddressRow.id)
        .where(AddressRow.id.in_(sorted(address_ids)))
    )
    held = {}
    for id_, channel, chars, *has in s.execute(query):
        there = frozenset(name for name, one in zip(names, has, strict=True) if one)
        held[id_] = Held(channel, there if chars is not None else None, chars or 0)
    return held


def keep_summary(s: Session, summary: Summary, run_id: int, rules: str, now: datetime) -> None:
    """Writes what the run, whose pages these rules read, saw; unless that is nothing."""
    if not summary:
        return
    told = {
        "rules": rules,
        "counts": dict(sorted(summary.counts.items())),
        "places": {name: dict(counts.most_common(20)) for name, counts in sorted(summary.places.items())},
        "chars": summary.chars[:MOST],
        "published": sorted(summary.published)[-MOST:],
    }
    s.add(SummaryRow(run_id=run_id, site=summary.site, at=now, told=told))


def unlearnt(s: Session, limit: int = 2000) -> list[tuple[int, Summary]]:
    """Ids and contents of the oldest summaries that nobody has learnt from; served by a partial index."""
    query = select(SummaryRow).where(SummaryRow.learnt_at.is_(None)).order_by(SummaryRow.id).limit(limit)
    return [(row.id, _summary(row)) for row in s.scalars(query)]


def mark_learnt(s: Session, ids: Sequence[int], now: datetime) -> bool:
    """Whether nobody else had learnt from any of these; also forgets those learnt long ago."""
    if not ids:
        return True
    fresh = update(SummaryRow).where(SummaryRow.id.in_(ids), SummaryRow.learnt_at.is_(None))
    marked = s.execute(fresh.values(learnt_at=now)).rowcount  # type: ignore[attr-defined]
    # in the order of ids, for they have an index and none is needed on `at`
    oldest = s.execute(select(SummaryRow.id, SummaryRow.at).order_by(SummaryRow.id).limit(FORGOTTEN)).all()
    if old := [row.id for row in oldest if row.at < now - KEPT_FOR]:
        s.execute(delete(SummaryRow).where(SummaryRow.id.in_(old), SummaryRow.learnt_at.is_not(None)))
    return bool(marked == len(ids))


def fell_since(s: Session, site: str) -> datetime | None:
    """When the run began that saw what fell last of the site's shares; None where none has fallen."""
    falls = habits_of(s, [site]).get(site, {}).get("falls", {})
    if not falls:
        return None
    at = datetime.fromtimestamp(60 * max(fall["since"] for fall in falls.values()), UTC)
    row = SummaryRow
    began = select(Run.started_at).join(row, row.run_id == Run.id).where(row.site == site, row.at >= at)
    return s.scalar(began.order_by(row.id).limit(1)) or at


def habits_of(s: Session, sites: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What was learnt, by site; sites of which nothing was are left out."""
    query = select(HabitsRow.site, HabitsRow.told).where(HabitsRow.site.in_(sorted(sites)))
    return {row.site: row.told for row in s.execute(query)}


def keep_habits(s: Session, habits: Mapping[str, Mapping[str, Any]], now: datetime) -> None:
    """Puts these in the place of what was known of the sites."""
    upsert(s, HabitsRow, [{"site": site, "at": now, "told": dict(told)} for site, told in habits.items()])


def _summary(row: SummaryRow) -> Summary:
    told = row.told
    return Summary(
        site=row.site,
        run_id=row.run_id,
        at=row.at,
        rules=told["rules"],
        counts=Counter(told["counts"]),
        places={name: Counter(counts) for name, counts in told["places"].items()},
        chars=told["chars"],
        published=told["published"],
    )
