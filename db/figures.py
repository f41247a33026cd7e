"""The store in numbers, for those who watch it: one statement for all sites, each served by an index."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from db.manners import HostDayRow
from db.models import AddressRow, ArticleRow, Run
from db.runs import Outcome

COUNTS = ("requests", "not_modified", "forbidden", "asked_to_wait", "server_errors", "unanswered")
GOOD = (Outcome.FINISHED, Outcome.LIMIT)


@dataclass(slots=True)
class SiteFigures:
    """One site in numbers. `articles` were ever stored, `live` of them readers see; bytes are of bodies."""

    articles: int = 0
    live: int = 0
    addresses: Counter[str] = field(default_factory=Counter)  # by state
    runs: Counter[tuple[str, str]] = field(default_factory=Counter)  # by kind and outcome
    requests: Mapping[str, int] = field(default_factory=dict)  # by the names of `COUNTS`
    body_bytes: int = 0
    robots_refused: int = 0
    last_crawl_at: datetime | None = None
    last_success_at: datetime | None = None


def figures(s: Session) -> dict[str, SiteFigures]:
    """Every site that the store knows, by name."""
    found: dict[str, SiteFigures] = defaultdict(SiteFigures)
    for fill in (_articles, _addresses, _runs, _requests):
        fill(s, found)
    return dict(sorted(found.items()))


def _articles(s: Session, found: dict[str, SiteFigures]) -> None:
    live = ArticleRow.withdrawn_at.is_(None) & ArticleRow.duplicate_of.is_(None)
    query = select(ArticleRow.site, func.count(), func.count().filter(live)).group_by(ArticleRow.site)
    for site, ever, now in s.execute(query):
        found[site].articles, found[site].live = ever, now


def _addresses(s: Session, found: dict[str, SiteFigures]) -> None:
    query = select(AddressRow.site, AddressRow.state, func.count())
    for site, state, number in s.execute(query.group_by(AddressRow.site, AddressRow.state)):
        found[site].addresses[state] = number


def _runs(s: Session, found: dict[str, SiteFigures]) -> None:
    ends = func.max(Run.started_at), func.max(Run.ended_at)
    query = select(Run.site, Run.kind, Run.outcome, func.count(), *ends)
    for site, kind, outcome, number, started_at, ended_at in s.execute(
        query.group_by(Run.site, Run.kind, Run.outcome)
    ):
        told = found[site]
        told.runs[kind, outcome] = number
        if kind == "crawl":
            told.last_crawl_at = _later(told.last_crawl_at, started_at)
            if outcome in GOOD:
                told.last_success_at = _later(told.last_success_at, ended_at)


def _requests(s: Session, found: dict[str, SiteFigures]) -> None:
    names = (*COUNTS, "body_bytes", "robots_refused")
    sums = [func.sum(getattr(HostDayRow, name)) for name in names]
    for site, *numbers in s.execute(select(HostDayRow.site, *sums).group_by(HostDayRow.site)):
        counted = dict(zip(names, map(int, numbers), strict=True))
        told = found[site]
        told.requests = {name: counted[name] for name in COUNTS}
        told.body_bytes, told.robots_refused = counted["body_bytes"], counted["robots_refused"]


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((moment for moment in (one, other) if moment), default=None)


def sizes(engine: Engine, archive: Path) -> dict[str, int]:
    """The bytes that `database`, `wal` (SQLite's, to be folded into it) and `archive` take on disk."""
    found = {"archive": sum(_file_sizes(archive))}
    if engine.dialect.name == "sqlite":
        file = Path(str(engine.url.database))
        return found | {"database": _size(file), "wal": _size(file.with_name(file.name + "-wal"))}
    with engine.connect() as connection:
        held = connection.scalar(text("SELECT pg_database_size(current_database())"))
    return found | {"database": int(held or 0)}


def _file_sizes(folder: Path) -> Iterator[int]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield _size(path)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # gone meanwhile
        return 0
