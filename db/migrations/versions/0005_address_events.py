"""What became of an address each time it was fetched or given up."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("address_id", sa.Integer, sa.ForeignKey("addresses.id"), nullable=False),
        sa.Column("run_id", sa.Integer, sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
    )
    op.create_index("ix_address_events_address_id", "address_events", ["address_id"])


def downgrade() -> None:
    op.drop_table("address_events")
