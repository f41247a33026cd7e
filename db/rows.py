"""Every row of every table, as both databases keep it: what is copied, counted and compared."""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from sqlalchemy import JSON, Engine, Table, Text, bindparam, cast, func, inspect, select, tuple_
from sqlalchemy.orm import Session

import db
from db.engine import shown
from db.errors import StoreError
from db.exports import Wanted, exported
from db.models import Base, storable

BATCH = 2000  # rows read at once and, where they are copied, written in one transaction: a second's work
NOT_OURS = ("alembic_version", "article_search", "sqlite_")  # beginnings: versions, the index, SQLite's own
SUM_BYTES = 16

Row = tuple[Any, ...]


class StrangeTable(StoreError):  # noqa: N818 - named for what it says
    """The database has a table that no model describes: its rows would be left behind."""


def all_tables(source: Engine) -> list[Table]:
    """Every table of ours, those first that others refer to.

    Raises StrangeTable where the database has another one.
    """
    for module in iter_modules(db.__path__, "db."):  # a table is known once its module is
        import_module(module.name)
    known = Base.metadata.tables
    there = [name for name in inspect(source).get_table_names() if not name.startswith(NOT_OURS)]
    strange = [name for name in there if name not in known]
    if strange:
        raise StrangeTable(
            f"database {shown(source.url)}: the table {strange[0]} is none of carnews; "
            "move it to a schema or file of its own"
        )
    return list(Base.metadata.sorted_tables)


def batches(s: Session, table: Table, skipped: int = 0) -> Iterator[Sequence[Row]]:
    """The table's rows after the first `skipped`, by their primary keys, never many at a time.

    JSON comes as the text it is kept as: what its columns hold stays to the letter.
    """
    keys = list(table.primary_key)
    read = [cast(c, Text) if isinstance(c.type, JSON) else c for c in table.columns]
    query = select(*read).order_by(*keys).limit(BATCH)
    places = [list(table.columns).index(key) for key in keys]
    page = query.offset(skipped)
    while rows := s.execute(page).all():
        yield [_kept(row) for row in rows]
        last = [rows[-1][place] for place in places]
        page = query.where(
            tuple_(*keys) > tuple_(*(bindparam(None, v, k.type) for k, v in zip(keys, last, strict=True)))
        )


def summed(s: Session, table: Table) -> tuple[int, int]:
    """How many rows the table has, and a sum over all their values that does not depend on their order.

    Databases sort text each in their own way.
    """
    number = total = 0
    for rows in batches(s, table):
        for row in rows:
            total += int.from_bytes(blake2b(repr(row).encode(), digest_size=SUM_BYTES).digest())
        number += len(rows)
    return number, total % (1 << 8 * SUM_BYTES)


def export_digest(s: Session) -> tuple[int, str]:
    """How many articles the store exports, and a digest of all that the export says, times included."""
    digest, number = blake2b(digest_size=SUM_BYTES), 0
    for row in exported(s, Wanted(), times=True):
        digest.update(repr(sorted(row.items())).encode())
        number += 1
    return number, digest.hexdigest()


def _kept(row: Sequence[Any]) -> Row:
    """The row as both databases can keep it; only what was written past carnews is another."""
    return tuple(storable(value) if isinstance(value, str) else value for value in row)


def counted(s: Session, table: Table) -> int:
    """How many rows the table has."""
    return s.scalar(select(func.count()).select_from(table)) or 0
