"""The fast ways into both databases for prepared rows; `madefill` says what stands in them."""

import sqlite3
from collections.abc import Sequence

import numpy as np
from madefill import Filler, Ready, Rows
from sqlalchemy import Engine

from db.copies import SQLITE_BANDS
from db.groups import BandRow
from db.models import Base

BANDS_AT_ONCE = 5_000_000  # written in their own order: a hundred thousand articles' at a time
PIECE = 200_000
CACHE_KB = 1_000_000
BAND = np.dtype([("band", "i8"), ("day", "i4"), ("article", "i4")])
REBUILT = {  # what PostgreSQL makes faster at the end
    "ix_article_search_words": "CREATE INDEX ix_article_search_words ON article_search USING gin (words)",
    "ix_article_bands_article_id": "CREATE INDEX ix_article_bands_article_id ON article_bands (article_id)",
    "pk_article_bands": "ALTER TABLE article_bands ADD CONSTRAINT pk_article_bands "
    "PRIMARY KEY (band, day, article_id)",
}
WORDS_OF_POSTGRES = (
    "INSERT INTO article_search (article_id, words) SELECT id, to_tsvector('simple', words) "
    "FROM unnest(%s::integer[], %s::text[]) AS a (id, words)"
)
WORDS_OF_SQLITE = "INSERT INTO article_search (rowid, title, standfirst, text) VALUES (?, ?, ?, ?)"


def columns_of(table: type[Base]) -> str:
    return ", ".join(f'"{column.key}"' for column in table.__table__.columns)


def bands_of(made: Sequence[Ready], numbers: Sequence[int]) -> np.ndarray:
    """The rows of `article_bands`, an article's together."""
    sizes = [len(one.bands) for one in made]
    rows = np.empty(sum(sizes), BAND)
    rows["band"] = np.concatenate([np.array(one.bands, np.int64) for one in made])
    rows["day"] = np.repeat([one.compared.day for one in made], sizes)
    rows["article"] = np.repeat(numbers, sizes)
    return rows


class SqliteFiller(Filler):
    """Writes without a journal through a large cache; the bands sorted, a hundred thousand articles' at once.

    In one go they would leave full leaves behind, each split by the next article; so they do not.
    """

    def __init__(self, engine: Engine, run_id: int) -> None:
        super().__init__(engine, run_id)
        self.bands: list[np.ndarray] = []

    def write(self, rows: Rows, numbers: Sequence[int], made: Sequence[Ready]) -> None:
        self.engine.dispose()
        db = self.opened()
        self.put(db, rows, numbers, made)
        pairs = list(zip(made, numbers, strict=True))
        if later := [pair for pair in pairs if not pair[0].is_awaited]:
            self.bands.append(bands_of(*zip(*later, strict=True)))
        if awaited := [pair for pair in pairs if pair[0].is_awaited]:
            db.executemany(SQLITE_BANDS, bands_of(*zip(*awaited, strict=True)).tolist())
        if sum(map(len, self.bands)) > BANDS_AT_ONCE:
            self.write_bands(db)
        db.commit()
        db.close()

    def put(self, db: sqlite3.Connection, rows: Rows, numbers: Sequence[int], made: Sequence[Ready]) -> None:
        """All but the bands."""
        for table, parts in rows.items():
            if parts:
                marks = ", ".join("?" * len(table.__table__.columns))
                into = f"INSERT INTO {table.__tablename__} ({columns_of(table)}) VALUES ({marks})"
                db.executemany(into, self.bound(table, parts))
        fields = ("title", "standfirst", "text")
        words = [(n, *(one.words[f] for f in fields)) for n, one in zip(numbers, made, strict=True)]
        db.executemany(WORDS_OF_SQLITE, words)

    def write_bare(self, rows: Rows, numbers: Sequence[int], made: Sequence[Ready]) -> None:
        with self.engine.connect() as connection:
            db = connection.connection.driver_connection
            db.execute("BEGIN IMMEDIATE")
            self.put(db, rows, numbers, made)
            db.executemany(SQLITE_BANDS, bands_of(made, numbers).tolist())
            db.execute("COMMIT")

    def write_bands(self, db: sqlite3.Connection) -> None:
        rows = np.sort(np.concatenate(self.bands))
        self.bands = []
        for start in range(0, len(rows), PIECE):
            db.executemany(SQLITE_BANDS, rows[start : start + PIECE].tolist())

    def opened(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.engine.url.database or "")
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{CACHE_KB}"):
            db.execute(f"PRAGMA {pragma}")
        return db

    def close(self) -> None:
        self.engine.dispose()
        db = self.opened()
        if self.bands:
            self.write_bands(db)
        db.commit()
        db.execute("PRAGMA journal_mode = WAL")
        db.close()


class PostgresFiller(Filler):
    """Copies rows in; makes the large indexes anew at the end, where the fill is large."""

    def __init__(self, engine: Engine, run_id: int, *, rebuild: bool) -> None:
        super().__init__(engine, run_id)
        self.rebuild = rebuild
        if rebuild:
            self.run(
                "DROP INDEX ix_article_search_words",
                "DROP INDEX ix_article_bands_article_id",
                "ALTER TABLE article_bands DROP CONSTRAINT pk_article_bands",
            )

    def write(self, rows: Rows, numbers: Sequence[int], made: Sequence[Ready]) -> None:
        connection = self.engine.raw_connection()
        with connection.cursor() as db:
            db.execute("SET session_replication_role = replica")  # no check of foreign keys
            for table, parts in rows.items():
                with db.copy(f"COPY {table.__tablename__} ({columns_of(table)}) FROM STDIN") as copy:
                    for row in self.bound(table, parts):
                        copy.write_row(row)
            with db.copy(f"COPY {BandRow.__tablename__} (band, day, article_id) FROM STDIN") as copy:
                copy.write("".join(f"{b}\t{d}\t{n}\n" for b, d, n in bands_of(made, numbers).tolist()))
            db.execute(WORDS_OF_POSTGRES, (list(numbers), [one.words["words"] for one in made]))
            db.execute("RESET session_replication_role")
            for table in ("addresses", "address_events", "articles"):
                db.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        connection.commit()
        connection.close()

    write_bare = write

    def close(self) -> None:
        self.run("SET statement_timeout = 0", *(REBUILT.values() if self.rebuild else ()), "VACUUM ANALYZE")

    def run(self, *statements: str) -> None:
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        self.engine.dispose()  # with its settings
