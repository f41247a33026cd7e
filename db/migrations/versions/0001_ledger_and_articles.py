"""The ledger of addresses, the runs, the articles with their parts, search, and the readers' views."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

# Views: docs/schema.md says what their columns mean. Lists are JSON, in the article's own order.
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
"""
CAPTIONS = """
CREATE VIEW article_captions AS
SELECT a.key AS article_id, a.url AS article_url, a.site, c.position,
       c.text, c.subject, c.view, c.credit, c.image
FROM captions c JOIN articles a ON a.id = c.article_id
"""

# FTS5 keeps only the index; the words stay in `articles`, and triggers keep both in step.
FTS5 = (
    """
    CREATE VIRTUAL TABLE article_search USING fts5(
        title, standfirst, text,
        content = 'articles', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER article_search_insert AFTER INSERT ON articles BEGIN
        INSERT INTO article_search (rowid, title, standfirst, text)
        VALUES (new.id, new.title, new.standfirst, new.text);
    END
    """,
    """
    CREATE TRIGGER article_search_delete AFTER DELETE ON articles BEGIN
        INSERT INTO article_search (article_search, rowid, title, standfirst, text)
        VALUES ('delete', old.id, old.title, old.standfirst, old.text);
    END
    """,
    """
    CREATE TRIGGER article_search_update AFTER UPDATE OF title, standfirst, text ON articles BEGIN
        INSERT INTO article_search (article_search, rowid, title, standfirst, text)
        VALUES ('delete', old.id, old.title, old.standfirst, old.text);
        INSERT INTO article_search (rowid, title, standfirst, text)
        VALUES (new.id, new.title, new.standfirst, new.text);
    END
    """,
)
# PostgreSQL's own parser and lower-casing depend on the server's locale: the store hands it plain words.
TSVECTOR = (
    """
    CREATE TABLE article_search (
        article_id integer PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
        words tsvector NOT NULL
    )
    """,
    "CREATE INDEX ix_article_search_words ON article_search USING gin (words)",
)


def upgrade() -> None:
    create_ledger()
    create_articles()
    create_parts()
    backend = op.get_bind().dialect.name
    lists = {name: LISTS[backend].format(table=f"article_{name}") for name in ("authors", "tags", "makes")}
    for statement in (FEED.format(**lists), CAPTIONS, *(FTS5 if backend == "sqlite" else TSVECTOR)):
        op.execute(sa.text(statement))


def downgrade() -> None:
    for view in ("article_captions", "article_feed"):
        op.execute(f"DROP VIEW {view}")
    parts = ("article_authors", "article_tags", "article_makes", "captions", "article_cuts")
    for table in ("article_search", *parts, "articles", "addresses", "runs"):
        op.drop_table(table)


def create_ledger() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("process_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("beat_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("found", sa.Integer, nullable=False),
        sa.Column("balance", sa.JSON, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
    )
    op.create_index("ix_runs_site_id", "runs", ["site", "id"])
    op.create_index("ix_runs_outcome", "runs", ["outcome"])
    op.create_table(
        "addresses",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("published_at", MOMENT),
        sa.Column("newest_at", MOMENT, nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("found_run_id", sa.Integer, sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_try_at", MOMENT),
        sa.Column("settled_at", MOMENT),
        sa.Column("claimed_run_id", sa.Integer, sa.ForeignKey("runs.id")),
        sa.Column("last_run_id", sa.Integer, sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("last_outcome", sa.Text, nullable=False),
        sa.Column("page_url", sa.Text),
        sa.Column("fetched_at", MOMENT),
        sa.Column("segment", sa.Text),
        sa.Column("segment_offset", sa.BigInteger),
        sa.Column("segment_length", sa.BigInteger),
    )
    op.create_index("ix_addresses_site_state_newest_at", "addresses", ["site", "state", "newest_at"])
    op.create_index("ix_addresses_last_run_id_last_outcome", "addresses", ["last_run_id", "last_outcome"])


def create_articles() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("address_id", sa.Integer, sa.ForeignKey("addresses.id"), nullable=False, unique=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("standfirst", sa.Text),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("section", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("published_at", MOMENT),
        sa.Column("modified_at", MOMENT),
        sa.Column("image", sa.Text),
        sa.Column("text_digest", sa.Text, nullable=False),
        sa.Column("content_digest", sa.Text, nullable=False),
        sa.Column("rules_version", sa.Text, nullable=False),
        sa.Column("fetched_at", MOMENT, nullable=False),
        sa.Column("first_stored_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
    )
    # the order of every list of articles; SQLite puts NULL last in a descending index by itself
    nulls = "" if op.get_bind().dialect.name == "sqlite" else " NULLS LAST"
    newest: list[sa.TextClause | str] = [sa.text(f"published_at DESC{nulls}"), "key"]
    op.create_index("ix_articles_newest", "articles", newest)
    op.create_index("ix_articles_site_newest", "articles", ["site", *newest])
    op.create_index("ix_articles_text_digest", "articles", ["text_digest"])


def create_parts() -> None:
    for table in ("article_authors", "article_tags", "article_makes"):
        op.create_table(table, *part_columns(), sa.Column("name", sa.Text, nullable=False))
    op.create_index("ix_article_makes_name_article_id", "article_makes", ["name", "article_id"])
    op.create_table(
        "captions",
        *part_columns(),
        sa.Column("text", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("subject", "view", "credit", "image")),
    )
    op.create_table(
        "article_cuts",
        part_columns()[0],
        sa.Column("cuts", sa.JSON, nullable=False),
    )


def part_columns() -> list[sa.Column[int]]:
    article = sa.ForeignKey("articles.id", ondelete="CASCADE")
    return [
        sa.Column("article_id", sa.Integer, article, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
    ]
