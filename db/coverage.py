"""The views on coverage as rows: whether a site is complete, what is missing, what its channels answer."""

from typing import Any

from sqlalchemy import Integer, String, TableClause, column, select, table
from sqlalchemy.orm import Session

from db.models import Utc


def _view(name: str, **kinds: tuple[str, ...]) -> TableClause:
    types: dict[str, Any] = {"texts": String, "moments": Utc, "numbers": Integer}
    return table(name, *(column(each, types[kind]()) for kind, names in kinds.items() for each in names))


COVERAGE = _view(
    "source_coverage",
    texts=("site", "last_outcome", "missing"),
    moments=("complete_up_to", "last_crawl_at"),
    numbers=("channels", "channels_failing", "waiting", "pages_lost"),
)
GAPS = _view(
    "source_gaps", texts=("site", "kind", "url", "reason"), moments=("since", "until"), numbers=("times",)
)
CHANNELS = _view(
    "source_channels",
    texts=("site", "kind", "url", "outcome"),
    moments=("last_success_at", "checked_at", "changed_at"),
)


def coverage_of(s: Session, site: str) -> dict[str, Any] | None:
    """How complete the site is; None for one of which nothing is known."""
    row = s.execute(select(COVERAGE).where(COVERAGE.c.site == site)).mappings().one_or_none()
    return dict(row) if row else None


def gaps_of(s: Session, site: str, limit: int = 20) -> list[dict[str, Any]]:
    """What is known to be missing of the site: what lasts first, then the newest."""
    query = select(GAPS).where(GAPS.c.site == site)
    ordered = query.order_by(GAPS.c.until.is_not(None), GAPS.c.since.desc().nulls_last(), GAPS.c.url)
    return [dict(row) for row in s.execute(ordered.limit(limit)).mappings()]


def channels_of_site(s: Session, site: str) -> list[dict[str, Any]]:
    """What the site's feeds, sitemaps and listings answered last, those that failed first."""
    query = select(CHANNELS).where(CHANNELS.c.site == site)
    failing = CHANNELS.c.outcome.in_(("read", "unchanged"))
    return [
        dict(row) for row in s.execute(query.order_by(failing, CHANNELS.c.kind, CHANNELS.c.url)).mappings()
    ]
