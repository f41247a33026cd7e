"""Politeness that remembers: robots.txt, channels, visits to known pages, and an account per host and day."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_memory()
    create_account()
    for column in (
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("visits", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_visit_at", MOMENT),
    ):
        op.add_column("addresses", column)
    op.create_index("ix_addresses_site_next_visit_at", "addresses", ["site", "next_visit_at"])


def downgrade() -> None:
    op.drop_index("ix_addresses_site_next_visit_at", "addresses")
    for column in ("next_visit_at", "visits", "last_modified", "etag"):
        op.drop_column("addresses", column)
    for table in ("wishes", "host_days", "channels", "robots_files"):
        op.drop_table(table)


def create_memory() -> None:
    op.create_table(
        "robots_files",
        sa.Column("origin", sa.Text, primary_key=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("problem", sa.Text),
        sa.Column("status", sa.Integer),
        sa.Column("text", sa.Text),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("fetched_at", MOMENT),
        sa.Column("fresh_until", MOMENT),
    )
    op.create_table(
        "channels",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("digest", sa.Text),
        sa.Column("sieve", sa.Text, nullable=False),
        sa.Column("children", sa.JSON, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("own", sa.Integer, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT),
        sa.Column("read_at", MOMENT),
        sa.Column("outcome", sa.Text, nullable=False),
    )


def create_account() -> None:
    counts = ("not_modified", "forbidden", "asked_to_wait", "server_errors", "unanswered", "robots_refused")
    op.create_table(
        "host_days",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("host", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("body_bytes", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in counts),
        sa.Column("last_request_at", MOMENT),
    )
    op.create_index("ix_host_days_host_last_request_at", "host_days", ["host", "last_request_at"])
    op.create_table(
        "wishes",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("site", "wish", "source", "value")),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
    )
