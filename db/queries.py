"""The reading side: rows for people and programs, the same from both databases."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isqrt
from typing import Any

from sqlalchemy import Select, collate, func, select
from sqlalchemy.orm import Session

from db.addresses import State, address_key
from db.differences import readable
from db.errors import AmbiguousId, SearchError
from db.models import AddressRow, ArticleRow, CutsRow, MakeRow, RevisionRow, Run
from db.runs import RELINK, REPROCESS, Balance, RunRow, count_addresses, run_row
from db.search import best_first, is_often, matching
from db.snippets import with_snippets
from db.store import article_key
from db.told import BATCH, TIMES, article_rows
from pipeline.article import ARTICLE, iso

SHORTEST_PREFIX = 4
MOST = 2**63 - 1  # rows, as a database counts them
# What it costs to ask an article whether it fits, as a multiple of fetching one that does
SEARCH_PROBE, MAKE_PROBE = 4, 0.2
ID_PREFIX = re.compile(rf"[0-9a-f]{{{SHORTEST_PREFIX},16}}")


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """What the store knows of one site; `last_run` is None for one never crawled."""

    site: str
    articles: int
    newest_published_at: datetime | None
    balance: Balance
    last_run: RunRow | None


def articles(  # noqa: PLR0913 - each narrows the list, all are optional
    s: Session,
    *,
    search: str | None = None,
    site: str | None = None,
    make: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = 50,
    times: bool = False,
    by_relevance: bool = False,
) -> list[dict[str, Any]]:
    """The articles that fit all that is given, newest first, under the names of the JSON contract.

    `search` is in the language of `db.language` and adds a `snippet` to each; `by_relevance` sorts by how
    well an article fits it and how new it is, in an order that is each database's own.

    `since` is inclusive, `until` is not; both leave out articles without a date. `limit` None: all of them;
    `times` as in `article_rows`.
    Served by the index on (published_at, key), with `site` the one on (site, published_at, key), with
    `search` the full-text index. Raises SearchError for a search or limit that means nothing.
    """
    if limit is not None and limit < 0:
        raise SearchError(f"limit {limit}: is below zero; give 0 or more")
    along = None if limit is None or by_relevance else are_found_along(s, limit, search, make)
    query = live(s, search=search, site=site, make=make, along=along)
    if since is not None:
        query = query.where(ArticleRow.published_at >= since)
    if until is not None:
        query = query.where(ArticleRow.published_at < until)
    if by_relevance:
        query = best_first(s, query, search, datetime.now(UTC))
    most = None if limit is None else min(limit, MOST)
    query = query.order_by(ArticleRow.published_at.desc().nulls_last(), ArticleRow.key).limit(most)
    rows = list(article_rows(s, query, times=times, few=most is not None and most <= BATCH))
    return rows if search is None else with_snippets(search, rows)


def live(
    s: Session,
    *,
    search: str | None = None,
    site: str | None = None,
    make: str | None = None,
    along: bool | None = None,
) -> Select[ArticleRow]:
    """The articles that fit all that is given and are neither withdrawn nor copies, in no order yet.

    With `along` written so that the database goes along the articles and asks each whether it fits, with
    False so that it first gathers all that do; None leaves it to the database.
    """
    query = select(ArticleRow).where(ArticleRow.withdrawn_at.is_(None), ArticleRow.duplicate_of.is_(None))
    if search is not None:
        query = query.where(matching(s, search, along=along))
    if site is not None:
        query = query.where(ArticleRow.site == site)
    if make is not None:
        named = select(MakeRow.article_id).where(MakeRow.name == make)
        one = named.where(MakeRow.article_id == ArticleRow.id)
        query = query.where(one.exists() if along else ArticleRow.id.in_(named))
    return query


def are_found_along(s: Session, limit: int, search: str | None, make: str | None) -> bool | None:
    """Whether the newest that fit are found sooner along the newest articles than among all that fit.

    With h of n articles fitting the one way looks at limit * n / h articles, the other at h. Where both a
    search and a make are asked for nobody knows h: None, as where PostgreSQL's planner decides well itself.
    """
    if (search is None) == (make is None) or (make and s.get_bind().dialect.name == "postgresql"):
        return None
    number = s.scalar(select(func.max(ArticleRow.id))) or 0
    if search is not None:
        return is_often(s, search, isqrt(SEARCH_PROBE * limit * number))
    many = isqrt(int(MAKE_PROBE * limit * number))
    named = select(MakeRow.article_id).where(MakeRow.name == make).limit(many)
    return s.scalar(select(func.count()).select_from(named.subquery())) == many > 0


def article(s: Session, id_or_url: str) -> dict[str, Any] | None:
    """One article with its cleaning receipt and times, by its id, four or more digits of it, or its address.

    The address may be the one it was found under or a duplicate's. None when there is none. Raises
    AmbiguousId when the digits begin several ids.
    """
    row = _by_id(s, id_or_url.strip().lower()) or _by_url(s, id_or_url.strip())
    if row is None:
        return None
    (told,) = article_rows(s, select(ArticleRow).where(ArticleRow.id == row.id), few=True)
    cuts = s.scalars(select(CutsRow.cuts).where(CutsRow.article_id == row.id)).one_or_none() or []
    return {
        **told,
        "removed": [cut["text"] for cut in cuts if cut["became"] is None],
        "cuts": cuts,
        "verdict": ARTICLE,
        **{column.key: iso(getattr(row, column.key)) for column in TIMES},
        "revision": row.revision,
        "withdrawn_at": iso(row.withdrawn_at),
        "duplicate_of": row.duplicate_of,
        "duplicate_reason": row.duplicate_reason,
    }


def versions(s: Session, key: str) -> list[dict[str, Any]]:
    """The versions of an article's title and text, the newest first; each but the first with the difference
    from the one before, in lines as `db.differences.readable` gives them.
    """
    row = s.scalar(select(ArticleRow).where(ArticleRow.key == key))
    if row is None:
        return []
    query = select(RevisionRow).where(RevisionRow.article_id == row.id).order_by(RevisionRow.revision)
    rows: list[RevisionRow | ArticleRow] = [*s.scalars(query), row]
    told = []
    for before, one in zip([None, *rows], rows, strict=False):
        what = list(readable(_whole(before), _whole(one))) if before else []
        seen = {"revision": one.revision, "seen_at": iso(one.fetched_at), "rules_version": one.rules_version}
        told.append({**seen, "title": one.title, "text": one.text.split("\n\n"), "difference": what})
    return told[::-1]


def _whole(version: RevisionRow | ArticleRow) -> str:
    return f"{version.title or ''}\n\n{version.text}"


def export_rows(s: Session) -> Iterator[dict[str, Any]]:
    """All live articles, newest first, then by address: the same from any store with the same articles."""
    yield from article_rows(s, in_export_order(s, live(s)))


def in_export_order(s: Session, query: Select[ArticleRow]) -> Select[ArticleRow]:
    """`query` sorted by what the articles say, not by when they came: newest first, then by address."""
    url = collate(ArticleRow.url, "C") if s.get_bind().dialect.name == "postgresql" else ArticleRow.url
    return query.order_by(ArticleRow.published_at.desc().nulls_last(), url)


def runs(
    s: Session,
    site: str | None = None,
    limit: int = 50,
    *,
    outcomes: Sequence[str] = (),
    since: datetime | None = None,
) -> list[RunRow]:
    """The newest runs first, of `site` alone, with one of `outcomes`, begun at `since` or later if given."""
    query = select(Run).order_by(Run.id.desc()).limit(limit)
    if site:
        query = query.where(Run.site == site)
    if outcomes:
        query = query.where(Run.outcome.in_(outcomes))
    if since:
        query = query.where(Run.started_at >= since)
    return [run_row(s, run) for run in s.scalars(query)]


def site_status(s: Session, site: str | None = None) -> list[SiteStatus]:
    """Every site the store knows, in order of name, or `site` alone where the store knows it."""
    counted = select(ArticleRow.site, func.count(), func.max(ArticleRow.published_at)).group_by(
        ArticleRow.site
    )
    of_a_site = Run.kind.not_in((REPROCESS, RELINK))  # these tell nothing of how a site is
    last = select(func.max(Run.id)).where(of_a_site).group_by(Run.site)
    found = select(AddressRow.site).distinct()
    if site is not None:
        counted, last = counted.where(ArticleRow.site == site), last.where(Run.site == site)
        found = found.where(AddressRow.site == site)
    newest = {name: (number, moment) for name, number, moment in s.execute(counted)}
    lasts = {run.site: run_row(s, run) for run in s.scalars(select(Run).where(Run.id.in_(last)))}
    return [
        SiteStatus(name, *newest.get(name, (0, None)), count_addresses(s, name), lasts.get(name))
        for name in sorted({*newest, *lasts, *s.scalars(found)})
    ]


def url_of(s: Session, id_: str) -> str | None:
    """The address of the article whose id begins with these digits; None, and AmbiguousId, as `article`."""
    row = _by_id(s, id_.strip().lower())
    return row.url if row else None


def _by_id(s: Session, digits: str) -> ArticleRow | None:
    if not ID_PREFIX.fullmatch(digits):
        return None
    above = digits + "g"  # after every digit, so that the index on key serves
    query = select(ArticleRow).where(ArticleRow.key >= digits, ArticleRow.key < above).limit(2)
    rows = s.scalars(query).all()
    if len(rows) > 1:
        raise AmbiguousId(f"article {digits}: several ids begin so; give more digits")
    return rows[0] if rows else None


def _by_url(s: Session, url: str) -> ArticleRow | None:
    row = s.scalar(select(ArticleRow).where(ArticleRow.key == article_key(url)))
    if row is not None:
        return row
    address = s.scalar(select(AddressRow).where(AddressRow.key == address_key(url)))
    if address is None:
        return None
    if address.state == State.DUPLICATE and address.reason:
        other = address.reason.removeprefix("of ")
        return s.scalar(select(ArticleRow).where(ArticleRow.key == article_key(other)))
    return s.scalar(select(ArticleRow).where(ArticleRow.address_id == address.id))
