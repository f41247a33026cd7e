"""Every change of an article under a number of its own, the versions it replaced, and what was withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

LISTS = {
    "sqlite": "(SELECT json_group_array(name) FROM (SELECT name FROM {table} p "
    "WHERE p.article_id = a.id ORDER BY p.position))",
    "postgresql": "coalesce((SELECT jsonb_agg(p.name ORDER BY p.position) FROM {table} p "
    "WHERE p.article_id = a.id), '[]')",
}
FEED = """
CREATE VIEW article_feed AS
SELECT a.key AS id, a.url, a.site, a.title, a.standfirst, a.text, a.section, a.language,
       a.published_at, a.modified_at, a.image,
       {authors} AS authors, {tags} AS tags, {makes} AS makes,
       a.fetched_at, a.first_stored_at, a.updated_at
FROM articles a{where}
"""
CHANGES = """
CREATE VIEW article_changes AS
SELECT c.change_seq, c.kind, c.at AS changed_at, a.key AS article_id, a.site, a.url, a.title,
       c.revision, c.fields, c.figures
FROM changes c JOIN articles a ON a.id = c.article_id
"""
REVISIONS = """
CREATE VIEW article_revisions AS
SELECT a.key AS article_id, a.site, a.url, r.revision, r.title, r.standfirst, r.text,
       r.rules_version, r.fetched_at AS seen_at
FROM revisions r JOIN articles a ON a.id = r.article_id
UNION ALL
SELECT a.key, a.site, a.url, a.revision, a.title, a.standfirst, a.text, a.rules_version, a.fetched_at
FROM articles a
"""
# What was there before has been added, in the order in which it came.
FIRST = """
INSERT INTO changes (change_seq, article_id, kind, at, run_id, revision, fields, figures)
SELECT row_number() OVER (ORDER BY a.id), a.id, 'added', a.first_stored_at, d.last_run_id, 1, '[]', '[]'
FROM articles a JOIN addresses d ON d.id = a.address_id
"""

# Articles whose page is gone already were withdrawn when that was found.
GONE = """
UPDATE articles SET withdrawn_at = (
    SELECT d.settled_at FROM addresses d WHERE d.id = articles.address_id AND d.state = 'gone'
)
"""
WITHDRAWN = """
INSERT INTO changes (change_seq, article_id, kind, at, run_id, revision, fields, figures)
SELECT (SELECT coalesce(max(change_seq), 0) FROM changes) + row_number() OVER (ORDER BY a.id),
       a.id, 'withdrawn', a.withdrawn_at, d.last_run_id, 1, '[]', '[]'
FROM articles a JOIN addresses d ON d.id = a.address_id
WHERE a.withdrawn_at IS NOT NULL
"""


def upgrade() -> None:
    op.execute("DROP VIEW article_feed")
    op.add_column("articles", sa.Column("revision", sa.Integer, nullable=False, server_default="1"))
    op.add_column("articles", sa.Column("withdrawn_at", MOMENT))
    op.create_table(
        "changes",
        sa.Column("change_seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("article_id", sa.Integer, of_article(), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("run_id", sa.Integer, sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
    )
    op.create_index("ix_changes_article_id", "changes", ["article_id"])
    op.create_table(
        "revisions",
        sa.Column("article_id", sa.Integer, of_article(), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("title", sa.Text),
        sa.Column("standfirst", sa.Text),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("rules_version", sa.Text, nullable=False),
        sa.Column("fetched_at", MOMENT, nullable=False),
    )
    for statement in (FIRST, GONE, WITHDRAWN):
        op.execute(statement)
    feed("\nWHERE a.withdrawn_at IS NULL")
    op.execute(CHANGES)
    op.execute(REVISIONS)


def downgrade() -> None:
    for view in ("article_feed", "article_changes", "article_revisions"):
        op.execute(f"DROP VIEW {view}")
    op.drop_table("revisions")
    op.drop_table("changes")
    op.drop_column("articles", "withdrawn_at")
    op.drop_column("articles", "revision")
    feed()


def feed(where: str = "") -> None:
    backend = op.get_bind().dialect.name
    lists = {name: LISTS[backend].format(table=f"article_{name}") for name in ("authors", "tags", "makes")}
    op.execute(sa.text(FEED.format(where=where, **lists)))


def of_article() -> sa.ForeignKey:
    return sa.ForeignKey("articles.id", ondelete="CASCADE")
