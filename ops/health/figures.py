"""The figures of many sites by few statements: last crawls, channels, what waits. Served by indexes alone."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Text, func, or_, select, text
from sqlalchemy.orm import Session

from crawler.sites import Site
from db.addresses import State
from db.manners import ChannelRow
from db.models import AddressRow, Run, Utc
from db.runs import Outcome
from ops.health.look import ChannelLook, Look

IN_USE = timedelta(days=2)  # a channel not asked for so long is in use no more, as in source_channels
# The rows of a JSON list of names: the one thing that the databases spell differently.
WANTED = {
    "sqlite": "SELECT value AS site FROM json_each(:sites)",
    "postgresql": "SELECT value AS site FROM json_array_elements_text(CAST(:sites AS json))",
}
OF_SITE = "FROM runs r WHERE r.site = w.site AND r.kind = 'crawl'"
GOOD = "r.outcome IN ('finished', 'limit')"
BAD = "r.outcome IN ('unreachable', 'failed', 'died', 'interrupted')"
CRAWLS = f"""
WITH wanted AS ({{wanted}}), w AS (
    SELECT w.site,
           (SELECT r.id {OF_SITE} AND r.outcome <> 'running' ORDER BY r.id DESC LIMIT 1) AS last_id,
           (SELECT r.id {OF_SITE} AND {GOOD} ORDER BY r.id DESC LIMIT 1) AS good_id,
           (SELECT r.id {OF_SITE} ORDER BY r.id LIMIT 1) AS first_id
    FROM wanted w
)
SELECT w.site, l.outcome, l.note, g.started_at AS looked_at, f.started_at AS first_at,
       (SELECT count(*) FROM (SELECT 1 {OF_SITE} AND {GOOD} LIMIT 3) t) AS good,
       (SELECT count(*) {OF_SITE} AND {BAD} AND r.id > coalesce(w.good_id, 0)) AS failures,
       (SELECT min(r.started_at) {OF_SITE} AND {BAD} AND r.id > coalesce(w.good_id, 0)) AS failing_since
FROM w JOIN runs f ON f.id = w.first_id
LEFT JOIN runs l ON l.id = w.last_id LEFT JOIN runs g ON g.id = w.good_id
"""  # noqa: S608 - nothing but the constants above goes in
COLUMNS: dict[str, Any] = {
    "site": Text(),
    "outcome": Text(),
    "note": Text(),
    "looked_at": Utc(),
    "first_at": Utc(),
    "good": Integer(),
    "failures": Integer(),
    "failing_since": Utc(),
}


def looks_of(s: Session, sites: Mapping[str, Site], now: datetime) -> dict[str, Look]:
    """How these sites stand in the store; one never crawled is left out."""
    names = sorted(sites)
    channels, waiting = _channels(s, sites, now), _waiting(s, names)
    query = text(CRAWLS.format(wanted=WANTED[s.get_bind().dialect.name])).columns(**COLUMNS)
    looks = {}
    for row in s.execute(query, {"sites": json.dumps(names)}):
        looks[row.site] = Look(
            first_at=minutes(row.first_at),
            looked_at=minutes(row.looked_at) if row.looked_at else None,
            good=row.good,
            failures=row.failures,
            failing_since=minutes(row.failing_since) if row.failing_since else 0,
            outcome=row.outcome or "",
            failing=row.note or "" if row.failures else "",
            channels=channels.get(row.site, ()),
            waiting=waiting.get(row.site, 0),
        )
    return looks


def _channels(s: Session, sites: Mapping[str, Site], now: datetime) -> dict[str, tuple[ChannelLook, ...]]:
    """By site its channels in use, in the order of its file, then those that a channel leads on to."""
    row = ChannelRow
    query = select(row.site, row.kind, row.url, row.outcome, row.checked_at, row.read_at, row.changed_at)
    found: dict[str, list[ChannelLook]] = {}
    for site, kind, url, outcome, checked_at, read_at, changed_at in s.execute(
        query.where(row.site.in_(sorted(sites)), row.checked_at >= now - IN_USE)
    ):
        read, changed = (minutes(at) if at else None for at in (read_at, changed_at))
        found.setdefault(site, []).append(ChannelLook(kind, url, outcome, minutes(checked_at), read, changed))
    ordered = {}
    for site, channels in found.items():
        place = {url: number for number, (_, url) in enumerate(sites[site].channels)}
        ordered[site] = tuple(sorted(channels, key=lambda c: (place.get(c.url, len(place)), c.url)))
    return ordered


def _waiting(s: Session, names: Sequence[str]) -> dict[str, int]:
    """By site how many addresses wait; served by the index on (site, state, newest_at)."""
    row = AddressRow
    query = select(row.site, func.count().label("number")).where(
        row.site.in_(names), row.state == State.PENDING
    )
    return {told.site: told.number for told in s.execute(query.group_by(row.site))}


def newest_page(s: Session, site: str, state: State) -> str | None:
    """The address of the site's newest page in this state; served by the index on these."""
    row = AddressRow
    query = select(row.url).where(row.site == site, row.state == state).order_by(row.newest_at.desc())
    return s.scalar(query.limit(1))


def newest_crawl(s: Session) -> datetime | None:
    """When the newest crawl of all began; None before the first. Walks the newest runs only."""
    return s.scalar(select(Run.started_at).where(Run.kind == "crawl").order_by(Run.id.desc()).limit(1))


def unbalanced_runs(
    s: Session, after: int, again: Collection[int] = (), limit: int = 5000
) -> tuple[dict[int, str], int]:
    """Sentences for runs after number `after`, and those of `again`, whose sums do not come out, by their
    numbers; and up to which number all have ended.
    """
    row = Run
    query = select(row.id, row.site, row.outcome, row.found, row.balance).where(
        or_(row.id > after, row.id.in_(list(again)))
    )
    wrong, known, waits = {}, after, False
    for id_, site, outcome, found, balance in s.execute(query.order_by(row.id).limit(limit)):
        total = sum(balance.values())
        if outcome == Outcome.RUNNING:
            waits = True
        elif found != total:
            wrong[id_] = f"run {id_} of {site}: found {found} addresses, its states sum to {total}"
        if not waits:
            known = max(known, id_)
    return wrong, known


def minutes(moment: datetime) -> int:
    """A moment as minutes since 1970."""
    return int(moment.timestamp() // 60)
