"""What readers may conclude from silence, and one index of words for both databases.

SQLite had indexed the texts as they are, with ideas of its own of what a word is: `co2` did not find "CO₂",
nor `strasse` "Straße". Now both index the words that `db.language` makes.
"""

import sqlalchemy as sa
from alembic import op

from db.search import WRITE, indexed

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Views: docs/schema.md says what their columns mean. Where the databases differ: the moment two days before
# another, and the rows of a JSON list.
OWN = {
    "sqlite": {
        "two_days_before": "strftime('%Y-%m-%d %H:%M:%f', {moment}, '-2 days')",
        "children": "SELECT p.site, c.value AS url FROM channels p, json_each(p.children) c",
    },
    "postgresql": {
        "two_days_before": "{moment} - interval '2 days'",
        "children": "SELECT p.site, c.url FROM channels p, json_array_elements_text(p.children) AS c (url)",
    },
}
# What was not looked at for so long while its neighbours were is in use no more: a channel that left the site
# file, the sitemap of a day gone by. Used ones rest for a day at most.
CHANNELS = """
CREATE VIEW source_channels AS
SELECT c.site, c.kind, c.url,
       CASE WHEN c.outcome IN ('read', 'unchanged') THEN c.checked_at ELSE c.read_at END AS last_success_at,
       c.checked_at, c.changed_at, c.outcome
FROM channels c
JOIN (SELECT site, max(checked_at) AS newest FROM channels GROUP BY site) n ON n.site = c.site
WHERE c.checked_at >= {two_days_before}
"""
# Crawls that failed for one reason until the same one came to an end are one gap.
GAPS = """
CREATE VIEW source_gaps AS
WITH lost AS (
    SELECT r.id, r.site, r.outcome, r.started_at,
           (SELECT min(h.id) FROM runs h WHERE h.site = r.site AND h.id > r.id AND h.kind = 'crawl'
            AND h.outcome IN ('finished', 'limit')) AS healed_by
    FROM runs r WHERE r.kind = 'crawl' AND r.outcome IN ('unreachable', 'failed', 'died')
), stretches AS (
    SELECT site, healed_by, outcome, min(started_at) AS since, max(id) AS last_id, count(*) AS times
    FROM lost GROUP BY site, healed_by, outcome
)
SELECT t.site, 'crawl' AS kind, NULL AS url, t.since, h.started_at AS until, t.times,
       t.outcome || coalesce(': ' || r.note, '') AS reason
FROM stretches t JOIN runs r ON r.id = t.last_id LEFT JOIN runs h ON h.id = t.healed_by
UNION ALL
SELECT site, 'channel', url, last_success_at, NULL, NULL, outcome
FROM source_channels WHERE outcome NOT IN ('read', 'unchanged')
UNION ALL
SELECT site, 'page', url, found_at, NULL, attempts, coalesce(reason, 'failed')
FROM addresses WHERE state = 'failed' AND next_try_at IS NULL
"""
# The last crawl that came to its end with nothing it or an earlier one found left to do, but not beyond what
# any channel was read to. A sitemap that another one names counts only where it could not be read.
COVERAGE = """
CREATE VIEW source_coverage AS
WITH children AS ({children}),
sites AS (
    SELECT site FROM runs WHERE kind = 'crawl' UNION SELECT site FROM addresses
), waiting AS (
    SELECT site, count(*) AS number, min(found_run_id) AS first_run
    FROM addresses WHERE state = 'pending' OR (state = 'failed' AND next_try_at IS NOT NULL) GROUP BY site
), channels_read AS (
    SELECT site, count(*) AS number, count(last_success_at) AS ever_read, min(last_success_at) AS read_to,
           sum(CASE WHEN outcome IN ('read', 'unchanged') THEN 0 ELSE 1 END) AS failing
    FROM source_channels
    WHERE outcome NOT IN ('read', 'unchanged') OR (site, url) NOT IN (SELECT site, url FROM children)
    GROUP BY site
), done AS (
    SELECT r.site, max(r.started_at) AS at
    FROM runs r LEFT JOIN waiting w ON w.site = r.site
    WHERE r.kind = 'crawl' AND r.outcome = 'finished' AND (w.first_run IS NULL OR r.id < w.first_run)
    GROUP BY r.site
), gaps AS (
    SELECT site, sum(CASE WHEN kind = 'crawl' THEN 1 ELSE 0 END) AS crawls,
           sum(CASE WHEN kind = 'page' THEN 1 ELSE 0 END) AS pages
    FROM source_gaps WHERE until IS NULL GROUP BY site
), told AS (
    SELECT s.site,
           CASE WHEN c.number = c.ever_read AND d.at < c.read_to THEN d.at
                WHEN c.number = c.ever_read AND d.at IS NOT NULL THEN c.read_to END AS complete_up_to,
           l.started_at AS last_crawl_at, l.outcome AS last_outcome,
           coalesce(c.number, 0) AS channels, coalesce(c.failing, 0) AS channels_failing,
           coalesce(w.number, 0) AS waiting, coalesce(g.pages, 0) AS pages_lost, coalesce(g.crawls, 0) AS lost
    FROM sites s
    LEFT JOIN channels_read c ON c.site = s.site
    LEFT JOIN waiting w ON w.site = s.site
    LEFT JOIN done d ON d.site = s.site
    LEFT JOIN gaps g ON g.site = s.site
    LEFT JOIN runs l ON l.id = (SELECT max(r.id) FROM runs r WHERE r.site = s.site AND r.kind = 'crawl')
)
SELECT site, complete_up_to, last_crawl_at, last_outcome, channels, channels_failing, waiting, pages_lost,
       CASE WHEN last_outcome IS NULL THEN 'never crawled'
            WHEN lost > 0 THEN (
                SELECT g.reason FROM source_gaps g WHERE g.site = told.site AND g.kind = 'crawl'
                AND g.until IS NULL ORDER BY g.since DESC LIMIT 1)
            WHEN channels = 0 THEN 'no channel was read'
            WHEN channels_failing > 0 THEN 'channels not read: ' || channels_failing || ' of ' || channels
            WHEN waiting > 0 THEN 'addresses waiting: ' || waiting
            WHEN pages_lost > 0 THEN 'pages given up: ' || pages_lost END AS missing
FROM told
"""
VIEWS = ("source_coverage", "source_gaps", "source_channels")


FTS5 = """
CREATE VIRTUAL TABLE article_search USING fts5(
    title, standfirst, text, tokenize = 'unicode61 remove_diacritics 0'
)
"""
FOLLOW = """
CREATE TRIGGER article_search_delete AFTER DELETE ON articles BEGIN
    DELETE FROM article_search WHERE rowid = old.id;
END
"""
OLD_TRIGGERS = ("article_search_insert", "article_search_update", "article_search_delete")
OLD_FTS5 = (
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
    "INSERT INTO article_search (article_search) VALUES ('rebuild')",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in OLD_TRIGGERS:
            op.execute(f"DROP TRIGGER {trigger}")
        op.execute("DROP TABLE article_search")
        op.execute(sa.text(FTS5))
        op.execute(sa.text(FOLLOW))
    index_all()
    own = OWN[op.get_bind().dialect.name]
    two_days_before = own["two_days_before"].format(moment="n.newest")
    for view in (CHANNELS, GAPS, COVERAGE):
        op.execute(sa.text(view.format(two_days_before=two_days_before, children=own["children"])))


def downgrade() -> None:
    for view in VIEWS:
        op.execute(f"DROP VIEW {view}")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER article_search_delete")
        op.execute("DROP TABLE article_search")
        for statement in OLD_FTS5:
            op.execute(sa.text(statement))


def index_all() -> None:
    """Puts the words of every article into the index, a few articles at a time."""
    connection, last = op.get_bind(), 0
    batch = "SELECT id, title, standfirst, text FROM articles WHERE id > :last ORDER BY id LIMIT 200"
    write = sa.text(WRITE[connection.dialect.name])
    while rows := connection.execute(sa.text(batch), {"last": last}).all():
        connection.execute(write, [{"id": row.id, **indexed(row)} for row in rows])
        last = rows[-1].id
