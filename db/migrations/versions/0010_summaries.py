"""What each run saw of its site in figures, and what was learnt from that."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
UNLEARNT = sa.text("learnt_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "run_summaries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.Integer, sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("told", sa.JSON, nullable=False),
        sa.Column("learnt_at", MOMENT),
        sa.UniqueConstraint("run_id", name="uq_run_summaries_run_id"),
    )
    op.create_index(
        "ix_run_summaries_unlearnt",
        "run_summaries",
        ["id"],
        sqlite_where=UNLEARNT,
        postgresql_where=UNLEARNT,
    )
    op.create_index("ix_run_summaries_site_id", "run_summaries", ["site", "id"])
    op.create_table(
        "site_habits",
        sa.Column("site", sa.Text, primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("told", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("site_habits")
    op.drop_table("run_summaries")
