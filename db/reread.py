"""Which archived pages to read again, and how the store held what they were last read as."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from db.addresses import Address, State, address_key, address_of, rows_of, within_reach
from db.differences import SHOWN
from db.engine import writing
from db.models import AddressEvent, AddressRow, ArticleRow, AuthorRow, MakeRow, Run, TagRow
from pipeline.article import WALLS

MOST_KNOWN = 500_000
LISTS: dict[str, type[AuthorRow | TagRow | MakeRow]] = {
    "authors": AuthorRow,
    "tags": TagRow,
    "makes": MakeRow,
}
REFUSED = (AddressRow.state == State.NOT_ARTICLE) | (
    (AddressRow.state == State.BLOCKED) & AddressRow.reason.in_(sorted(WALLS))
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which pages of the store are meant: of one site, fetched since, read by a version of the rules, and not
    in the archives of the places `away`.

    None chooses all. A page that is no article has no version, so `rule` chooses none of those.
    """

    site: str | None = None
    since: datetime | None = None
    rule: str | None = None
    away: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """An address as it stood: its state, why, and the columns of its article, None where it holds none."""

    url: str
    state: State
    reason: str | None
    article: Mapping[str, Any] | None


def sites_with_pages(s: Session) -> list[str]:
    """The names under which there are archived pages."""
    query = select(AddressRow.site).where(AddressRow.segment.is_not(None)).distinct()
    return sorted(s.scalars(query))


def segments_of(s: Session, site: str) -> list[str]:
    """The archive's files in which pages of the site lie."""
    query = select(AddressRow.segment).where(AddressRow.site == site, AddressRow.segment.is_not(None))
    return [segment for segment in s.scalars(query.distinct()) if segment]


def any_address(s: Session, site: str) -> str | None:
    """One address of the site, always the same; None where there is none."""
    return s.scalar(select(AddressRow.url).where(AddressRow.site == site).order_by(AddressRow.id).limit(1))


def pages_of(s: Session, site: str, away: Sequence[str] = ()) -> list[int]:
    """The numbers of the site's addresses whose page is or may be an article, the newest pages first."""
    query = _readable(select(AddressRow.id), site, *within_reach(away))
    return list(s.scalars(query.order_by(AddressRow.fetched_at.desc(), AddressRow.id.desc())))


def chosen_pages(s: Session, site: str, chosen: Chosen) -> int:
    """How many of those are chosen."""
    query = _readable(select(func.count()).select_from(AddressRow), site, *_chosen(chosen))
    return s.scalar(query) or 0


def stale_pages(s: Session, site: str, chosen: Chosen, version: str) -> list[int]:
    """The numbers of the chosen addresses that were not read by this version of the rules, in their order."""
    seen = exists().where(
        AddressEvent.address_id == AddressRow.id,
        AddressEvent.reason == read_by(version),
        AddressEvent.at >= AddressRow.fetched_at,
    )
    stale = or_(ArticleRow.rules_version != version, and_(ArticleRow.id.is_(None), ~seen))
    query = _readable(select(AddressRow.id), site, *_chosen(chosen), stale)
    return list(s.scalars(query.order_by(AddressRow.id)))


def read_by(version: str) -> str:
    """How the history of an address says that its page is no article by these rules either."""
    return f"no article by rules {version}"


def is_of_other_rules(s: Session, site: str, written: str, away: Sequence[str] = ()) -> bool:
    """Whether an article of the site was read by other rules than the version `written` of people's; those
    whose pages lie away from here do not count.
    """
    by_these = or_(
        ArticleRow.rules_version == written,
        ArticleRow.rules_version.startswith(f"{written}+", autoescape=True),
    )
    query = _readable(
        select(AddressRow.id), site, AddressRow.state == State.STORED, ~by_these, *within_reach(away)
    )
    return s.scalar(query.limit(1)) is not None


def addresses_of(s: Session, numbers: Sequence[int]) -> list[Address]:
    """The addresses with these numbers, in that order."""
    rows = rows_of(s, numbers)
    return [address_of(rows[number]) for number in numbers]


def held_by(s: Session, numbers: Sequence[int]) -> dict[int, Held]:
    """How these addresses stand; an article's lists as one line each."""
    query = select(ArticleRow).where(ArticleRow.address_id.in_(list(numbers)))
    articles: dict[int, dict[str, Any]] = {
        row.address_id: {name: getattr(row, name) for name in ("key", "url", *SHOWN)}
        | dict.fromkeys(LISTS, "")
        for row in s.scalars(query)
    }
    for list_name, part in LISTS.items():
        named = select(ArticleRow.address_id, part.name).join(part, part.article_id == ArticleRow.id)
        order = ArticleRow.address_id, part.position
        for number, name in s.execute(named.where(ArticleRow.address_id.in_(list(numbers))).order_by(*order)):
            articles[number][list_name] = ", ".join(filter(None, [articles[number][list_name], name]))
    return {
        number: Held(row.url, State(row.state), row.reason, articles.get(number))
        for number, row in rows_of(s, numbers).items()
    }


def fetched(s: Session, urls: Iterable[str]) -> set[str]:
    """Which of the canonical addresses have a page in the archive; as many as a batch has."""
    by_key = {address_key(url): url for url in urls}
    if not by_key:
        return set()
    query = select(AddressRow.key).where(AddressRow.key.in_(sorted(by_key)), AddressRow.segment.is_not(None))
    return {by_key[key] for key in s.scalars(query)}


def fetched_by(s: Session, site: str, kind: str) -> dict[str, datetime]:
    """When the pages were fetched that runs of this kind and name touched last, by their addresses' keys.

    At most MOST_KNOWN, some 100 MB; served by the indexes on (site, id) of runs and on last_run_id.
    """
    runs = select(Run.id).where(Run.site == site, Run.kind == kind)
    query = select(AddressRow.key, AddressRow.fetched_at).where(
        AddressRow.last_run_id.in_(runs), AddressRow.fetched_at.is_not(None)
    )
    return {key: moment for key, moment in s.execute(query.limit(MOST_KNOWN)) if moment}


@contextmanager
def trying(engine: Engine) -> Iterator[Session]:
    """One write transaction that is taken back at its end: what would happen, and nothing has."""
    with writing(engine) as s:
        yield s
        s.rollback()


def _readable(query: Any, site: str, *where: ColumnElement[bool]) -> Any:
    """The query over addresses of the site with an archived page that is, or was found not to be, an article;
    its article beside each.
    """
    joined = query.outerjoin(ArticleRow, ArticleRow.address_id == AddressRow.id)
    kinds = (AddressRow.state == State.STORED) | REFUSED
    return joined.where(AddressRow.site == site, AddressRow.segment.is_not(None), kinds, *where)


def _chosen(chosen: Chosen) -> list[ColumnElement[bool]]:
    where = within_reach(chosen.away)
    if chosen.since:
        where.append(AddressRow.fetched_at >= chosen.since)
    if rule := chosen.rule:
        by = ArticleRow.rules_version
        begins = [by.startswith(rule + sign, autoescape=True) for sign in "/+"]
        where.append(or_(by == rule, *begins))
    return where
