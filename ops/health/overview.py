"""How each site is doing: its last run, what it holds, when it is due."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine

from db.engine import reading
from db.queries import SiteStatus, site_status
from ops.timetable import plan

Row = dict[str, object]
NEVER = "never"
RANK = {"finished": 1, "limit": 1, "running": 1, NEVER: 2}  # every other outcome needs a look


def health(engine: Engine, rhythms: Mapping[str, timedelta], now: datetime) -> list[Row]:
    """One row per site that has a file or stands in the store, those in need of a look first.

    `due_at` is None for a site without a file: the clock does not know it.
    """
    with reading(engine) as s:
        known = {status.site: status for status in site_status(s)}
    due_at = {slot.site: slot.due_at for slot in plan(engine, rhythms, now)}
    rows = [_row(site, known.get(site), due_at.get(site)) for site in sorted({*known, *rhythms})]
    return sorted(rows, key=lambda row: (RANK.get(str(row["last"]), 0), row["site"]))


def totals(rows: Iterable[Row]) -> Row:
    """The sums over all sites, and how many addresses the ledger holds."""
    keys = ("articles", "found", "pending", "failed", "blocked", "not_article")
    numbers = {key: [row.get(key) for row in rows] for key in keys} if (rows := list(rows)) else {}
    return {key: sum(n for n in found if isinstance(n, int)) for key, found in numbers.items()} | {
        "site": "all"
    }


def _row(site: str, status: SiteStatus | None, due_at: datetime | None) -> Row:
    run = status.last_run if status else None
    return {
        "site": site,
        "last": str(run.outcome) if run else NEVER,
        "last_at": run.started_at if run else None,
        "note": run.note if run else None,
        "articles": status.articles if status else 0,
        "newest_at": status.newest_published_at if status else None,
        "found": status.balance.found if status else 0,
        **(dict(status.balance.by_state) if status else {}),
        "reasons": dict(status.balance.by_reason) if status else {},
        "due_at": due_at,
    }
