"""Copies: bands to look them up by, pairs found alike, links; and stories: articles that tell one news."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

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
FROM articles a
WHERE a.withdrawn_at IS NULL{where}
"""
COPIES = """
CREATE VIEW article_copies AS
SELECT a.key AS article_id, a.site, a.url, a.title, a.published_at, a.duplicate_of AS copy_of,
       a.duplicate_reason AS reason
FROM articles a
WHERE a.duplicate_of IS NOT NULL AND a.withdrawn_at IS NULL
"""
STORIES = """
CREATE VIEW article_stories AS
SELECT t.story AS story_id, a.key AS article_id, a.site, a.url, a.title, t.published_at,
       CASE WHEN t.story = a.key THEN 1 ELSE 0 END AS is_earliest
FROM story_articles t JOIN articles a ON a.id = t.article_id
"""
# What is in the store already is looked at when somebody asks: it may be a million articles.
FROM_NOW_ON = "INSERT INTO cursors SELECT 'stories', coalesce(max(change_seq), 0) FROM changes"


def upgrade() -> None:
    op.execute("DROP VIEW article_feed")
    op.add_column("articles", sa.Column("duplicate_of", sa.Text))
    op.add_column("articles", sa.Column("duplicate_reason", sa.Text))
    op.create_table(
        "article_bands",
        sa.Column("band", sa.BigInteger, primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True),
        sa.Column("article_id", sa.Integer, of_article(), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_article_bands_article_id", "article_bands", ["article_id"])
    op.create_table(
        "likenesses",
        sa.Column("article_id", sa.Integer, of_article(), primary_key=True),
        sa.Column("other_id", sa.Integer, of_article(), primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("ix_likenesses_other_id", "likenesses", ["other_id"])
    op.create_table(
        "story_articles",
        sa.Column("article_id", sa.Integer, of_article(), primary_key=True),
        sa.Column("story", sa.Text, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
    )
    for column in ("story", "published_at"):
        op.create_index(f"ix_story_articles_{column}", "story_articles", [column])
    op.create_table(
        "cursors",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("change_seq", sa.BigInteger, nullable=False),
    )
    op.execute(FROM_NOW_ON)
    feed(" AND a.duplicate_of IS NULL")
    op.execute(COPIES)
    op.execute(STORIES)


def downgrade() -> None:
    for view in ("article_stories", "article_copies", "article_feed"):
        op.execute(f"DROP VIEW {view}")
    for table in ("cursors", "story_articles", "likenesses", "article_bands"):
        op.drop_table(table)
    op.drop_column("articles", "duplicate_reason")
    op.drop_column("articles", "duplicate_of")
    feed()


def feed(where: str = "") -> None:
    backend = op.get_bind().dialect.name
    lists = {name: LISTS[backend].format(table=f"article_{name}") for name in ("authors", "tags", "makes")}
    op.execute(sa.text(FEED.format(where=where, **lists)))


def of_article() -> sa.ForeignKey:
    return sa.ForeignKey("articles.id", ondelete="CASCADE")
