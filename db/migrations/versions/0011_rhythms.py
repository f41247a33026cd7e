"""What the timetable has to know of each site, one row each; filled from what the store holds."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from db.models import Utc
from db.rhythms import MOST, merged

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
RUNS = sa.table(
    "runs", sa.column("site", sa.Text), sa.column("kind", sa.Text), sa.column("started_at", Utc())
)
ADDRESSES = sa.table(
    "addresses", sa.column("site", sa.Text), sa.column("published_at", Utc()), sa.column("newest_at", Utc())
)


def upgrade() -> None:
    table = op.create_table(
        "rhythms",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("good_at", MOMENT),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("again_at", MOMENT),
        sa.Column("wait_until", MOMENT),
        sa.Column("requests", sa.Double, nullable=False),
        sa.Column("moments", sa.LargeBinary, nullable=False),
    )
    connection = op.get_bind()
    crawled = (
        sa.select(RUNS.c.site, sa.func.min(RUNS.c.started_at), sa.func.max(RUNS.c.started_at))
        .where(RUNS.c.kind == "crawl")
        .group_by(RUNS.c.site)
    )
    for site, since, last_at in connection.execute(crawled).all():
        row = {
            "site": site,
            "since": moment(since),
            "last_at": moment(last_at),
            "failures": 0,
            "requests": 1.0,
        }
        row["moments"] = merged(b"", published(connection, site), moment(last_at))
        connection.execute(sa.insert(table).values(row))


def downgrade() -> None:
    op.drop_table("rhythms")


def published(connection: sa.Connection, site: str) -> list[datetime]:
    """When the site's newest articles appeared, as far as their feeds and sitemaps told."""
    newest = (
        sa.select(ADDRESSES.c.published_at)
        .where(ADDRESSES.c.site == site, ADDRESSES.c.published_at.is_not(None))
        .order_by(ADDRESSES.c.newest_at.desc())
        .limit(MOST)
    )
    return list(connection.scalars(newest))


def moment(value: datetime) -> datetime:
    """`value` with its time zone, which SQLite leaves out."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)
