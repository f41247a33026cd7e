"""Alembic's entry: migrates the connection it is handed, else the database of the settings."""

from alembic import context
from sqlalchemy.engine import Connection

import db.alarms
import db.manners
import db.rhythms  # with `db.gaps`
import db.summaries  # noqa: F401 - the tables of these belong to the metadata
from db.engine import connect, explained
from db.models import Base
from db.schema import is_ours, wait_for_turn
from db.settings import settings


def migrate(connection: Connection) -> None:
    """Runs what Alembic was asked for inside the open transaction of `connection`."""
    context.configure(connection=connection, target_metadata=Base.metadata, include_name=is_ours)
    with context.begin_transaction():
        context.run_migrations()


def migrate_the_settings_database() -> None:
    """The same for `alembic upgrade head` typed by a person."""
    engine = connect(settings().database_url)
    with explained(engine), engine.execution_options(carnews_writes=True).begin() as connection:
        wait_for_turn(connection)
        migrate(connection)


if context.is_offline_mode():
    raise SystemExit("alembic --sql: migrations look at the database; run them without --sql")
handed = context.config.attributes.get("connection")
if handed is None:
    migrate_the_settings_database()
else:
    migrate(handed)
