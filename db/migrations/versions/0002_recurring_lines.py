"""What a site's pages have in common: the lines of its newest pages, and how often each was counted."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_lines",
        sa.Column("address_id", sa.Integer, sa.ForeignKey("addresses.id"), primary_key=True),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Integer, sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("lines", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_page_lines_site_fetched_at", "page_lines", ["site", "fetched_at"])
    op.create_table(
        "site_lines",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("run_id", sa.Integer, sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("counts", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("site_lines")
    op.drop_table("page_lines")
