"""Which version the tables have, and bringing them to the newest by Alembic's migrations."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from db.errors import SchemaTooNew, StoreUnavailable
from db.turns import take_turn

MIGRATIONS = Path(__file__).parent / "migrations"
COPYING = "copying "  # begins the version of a database into which `db.transfer` copies


@dataclass(frozen=True, slots=True)
class SchemaState:
    """The schema's version (None: no tables yet) and the newest one this carnews knows."""

    current: str | None
    head: str

    @property
    def is_old(self) -> bool:
        """True when there is something to migrate."""
        return self.current != self.head


def revisions() -> list[str]:
    """The versions this carnews knows, oldest first: the leading numbers of the migration files."""
    return sorted(path.stem.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def schema_of(connection: Connection, name: str) -> SchemaState:
    """The schema's state as `connection` sees it; SchemaTooNew when its version is none we know.

    Reads file names rather than Alembic's script tree, which costs every start 0.2 s.
    """
    current = None
    if inspect(connection).has_table("alembic_version"):
        current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    known = revisions()
    if current is not None and current.startswith(COPYING):
        raise StoreUnavailable(
            f"database {name}: a copy into it has not ended; run the same carnews db copy again to its end"
        )
    if current is not None and current not in known:
        raise SchemaTooNew(
            f"database {name}: schema {current} was written by a newer carnews, this one knows {known[-1]}; "
            "install the newer one or use another database"
        )
    return SchemaState(current, known[-1])


def wait_for_turn(connection: Connection) -> None:
    """Returns once no other process migrates; the turn ends with `connection`'s write transaction."""
    if connection.dialect.name == "postgresql":  # a migration may take its time
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
    take_turn(connection, "migrate")


def migrate_once(connection: Connection, name: str) -> SchemaState:
    """The state after migrating inside `connection`'s open write transaction; all of it or nothing.

    A second process waits for its turn, then finds nothing to do.
    """
    from alembic import command  # noqa: PLC0415 - half of a command's start-up time, needed once a year
    from alembic.config import Config  # noqa: PLC0415

    wait_for_turn(connection)
    if schema_of(connection, name).is_old:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return schema_of(connection, name)


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a comparison of models and database looks at this.

    The full-text tables and the indexes on the newest articles are spelled differently by each database, so
    only the migrations know them.
    """
    own = {"table": "article_search", "index": "ix_articles_"}.get(kind)
    return not (own and name and name.startswith(own) and name != "ix_articles_text_digest")
