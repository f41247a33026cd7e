"""What channels say of articles, beside what the pages say."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "address_claims",
        sa.Column(
            "address_id", sa.Integer, sa.ForeignKey("addresses.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("title", sa.Text),
        sa.Column("author", sa.Text),
        sa.Column("published_at", MOMENT),
        sa.Column("modified_at", MOMENT),
        sa.Column("text", sa.Text),
        sa.Column("seen_at", MOMENT, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("address_claims")
