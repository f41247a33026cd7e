"""What is wrong and what was: alarms with their beginnings and ends."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("ended_at IS NULL")
ALARMS = """
CREATE VIEW source_alarms AS
SELECT site, kind, subject, grade, cause, evidence, remedy, began_at, noticed_at, seen_at, ended_at
FROM alarms
"""


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("site", "kind", "subject")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("cause", "evidence", "remedy", "grade")),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("began_at", "noticed_at", "seen_at")),
        *(sa.Column(name, MOMENT) for name in ("ended_at", "told_at", "end_told_at")),
    )
    op.create_index(
        "ix_alarms_open",
        "alarms",
        ["site", "kind", "subject"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_alarms_site_id", "alarms", ["site", "id"])
    op.execute(sa.text(ALARMS))


def downgrade() -> None:
    op.execute("DROP VIEW source_alarms")
    op.drop_table("alarms")
