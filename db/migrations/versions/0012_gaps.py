"""Stretches of time that may have been missed and what became of each, told by the views on coverage."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OLD = import_module("db.migrations.versions.0008_coverage_and_search")
# The views of 0008 with columns appended, and rows of the kind "stretch". Of crawls that failed, the stretch
# noted by the next good one knows what became of what they missed; where that one still showed all, it is no
# row of its own.
GAPS = """
CREATE VIEW source_gaps AS
WITH told AS ({before})
SELECT t.*,
       CASE WHEN t.kind = 'page' THEN 'lost' WHEN t.until IS NULL THEN 'open' ELSE g.state END AS state,
       g.how, g.settled_at
FROM told t LEFT JOIN gaps g ON t.kind = 'crawl' AND g.id = (
    SELECT min(n.id) FROM gaps n WHERE n.site = t.site AND n.since <= t.since AND n.noted_at >= t.until)
UNION ALL
SELECT site, 'stretch', NULL, since, until, tries, why, state, how, settled_at FROM gaps
WHERE settled_at IS NULL OR settled_at > noted_at
"""
COVERAGE = """
CREATE VIEW source_coverage AS
WITH told_before AS ({before})
SELECT b.*, coalesce(h.number, 0) AS holes
FROM told_before b
LEFT JOIN (SELECT site, count(*) AS number FROM gaps WHERE state <> 'repaired' GROUP BY site) h
    ON h.site = b.site
"""


def upgrade() -> None:
    op.create_table(
        "gaps",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("how", sa.Text),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_try_at", MOMENT),
    )
    op.create_index("ix_gaps_site_state", "gaps", ["site", "state"])
    op.create_index("ix_gaps_state", "gaps", ["state"])
    drop_views()
    gaps, coverage = old_views()
    op.execute(sa.text(GAPS.format(before=query_of(gaps))))
    op.execute(sa.text(COVERAGE.format(before=query_of(coverage))))


def downgrade() -> None:
    drop_views()
    for view in old_views():
        op.execute(sa.text(view))
    op.drop_table("gaps")


def drop_views() -> None:
    """Drops the two views, the one that stands on the other first."""
    for view in ("source_coverage", "source_gaps"):
        op.execute(f"DROP VIEW {view}")


def old_views() -> tuple[str, str]:
    """How 0008 made the two."""
    children = OLD.OWN[op.get_bind().dialect.name]["children"]
    return OLD.GAPS.format(), OLD.COVERAGE.format(children=children)


def query_of(view: str) -> str:
    """What a view selects."""
    return view.partition(" AS\n")[2]
