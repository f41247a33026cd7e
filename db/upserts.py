"""Rows written whether or not they are there yet, spelled for both databases."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.models import Base


def upsert(
    s: Session,
    table: type[Base],
    rows: Sequence[dict[str, Any]],
    *,
    added: Collection[str] = (),
    kept: Collection[str] = (),
) -> None:
    """Inserts `rows`, all with the same columns; one whose primary key is there already replaces the old.

    Columns in `added` are summed up with the old row's instead, those in `kept` stay as they were.
    """
    if not rows:
        return
    insert = sqlite.insert if s.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(table)
    keys = [column.name for column in table.__table__.primary_key]
    columns = table.__table__.columns
    new = {
        name: columns[name] + statement.excluded[name] if name in added else statement.excluded[name]
        for name in rows[0]
        if name not in keys and name not in kept
    }
    s.connection().execute(statement.on_conflict_do_update(index_elements=keys, set_=new), list(rows))
