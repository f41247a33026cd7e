"""A whole store carried into another database, SQLite or PostgreSQL, with every row and number as it was.

While it lasts the target's schema version says so, and no carnews opens it. A transfer that was killed goes
on where it ended as long as its source stands still; where that has changed meanwhile it begins anew.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Engine,
    Integer,
    Table,
    Text,
    bindparam,
    cast,
    func,
    insert,
    inspect,
    select,
    text,
    type_coerce,
)
from sqlalchemy.orm import Session

from db.engine import explained, reading, refuse_other_encodings, schema_state, shown, upgrade, writing
from db.errors import StoreError, StoreUnavailable
from db.models import Run
from db.reindex import reindex
from db.rows import all_tables, batches, counted, export_digest, summed
from db.runs import Outcome, is_alive
from db.schema import COPYING

SEEDED = {"cursors"}  # tables to which the migrations themselves write rows
SPOILT = "spoilt"  # in place of the source's fingerprint: what was copied is wrong


class TransferError(StoreError):
    """The store cannot be carried over as things stand; the message says what to change."""


class SourceBusy(StoreUnavailable):
    """Something still writes into the source; stop it, then try again."""


@dataclass(frozen=True, slots=True)
class Come:
    """How far a transfer has come: `rows` of `total` are in the target; `doing` is a table or a last step."""

    doing: str
    rows: int
    total: int


@dataclass(frozen=True, slots=True)
class Transferred:
    """What a transfer came to: rows in each table, articles exported alike from both."""

    tables: dict[str, int]
    articles: int
    digest: str

    @property
    def rows(self) -> int:
        return sum(self.tables.values())


def transfer(source: Engine, target: Engine, told: Callable[[Come], None] | None = None) -> Transferred:
    """What was carried over, after both stores were compared row by row and export by export.

    `source` has today's schema; `target` is empty, or holds what an earlier transfer that was ended left.
    Raises TransferError, SourceBusy or another StoreError.
    """
    tell = told or (lambda _: None)
    tables = all_tables(source)
    with reading(source) as s:
        refuse_live_runs(s)
        sizes = {table.name: counted(s, table) for table in tables}
        mark = COPYING + fingerprint(s, sizes)
        begin(target, tables, mark)
        done = 0
        for table in tables:
            for count in carried(s, target, table):
                tell(Come(table.name, done + count, sum(sizes.values())))
            done += sizes[table.name]
        if target.dialect.name == "postgresql":
            go_on_counting(target, tables)
        tell(Come("search index", done, done))
        reindex(target)
        tell(Come("comparison", done, done))
        try:
            articles, digest = compared(s, target, tables)
        except TransferError:
            _set_version(target, COPYING + SPOILT)
            raise
    _set_version(target, schema_state(source).head)
    return Transferred(sizes, articles, digest)


def refuse_live_runs(s: Session) -> None:
    """Raises SourceBusy while a run works on the store."""
    now = datetime.now(UTC)
    for run in s.scalars(select(Run).where(Run.outcome == Outcome.RUNNING)):
        if is_alive(run, now):
            raise SourceBusy(
                f"site {run.site}: process {run.pid} on {run.host} works on it; "
                "stop the clock, workers and crawls"
            )


def fingerprint(s: Session, sizes: dict[str, int]) -> str:
    """Digits that another state of the same source does not have: whatever writes makes or ends a run."""
    newest = s.execute(select(func.max(Run.id), func.max(Run.beat_at), func.max(Run.ended_at))).one()
    return blake2b(repr((sorted(sizes.items()), tuple(newest))).encode(), digest_size=8).hexdigest()


def begin(target: Engine, tables: Sequence[Table], mark: str) -> None:
    """Makes the target's tables and marks it; empties it where it holds another transfer's beginning.

    Raises TransferError where it holds anything else.
    """
    version = _version(target)
    if version == mark:
        return
    if version is None or not version.startswith(COPYING):
        if target.dialect.name == "postgresql":
            with explained(target):
                refuse_other_encodings(target)
        upgrade(target)
        with reading(target) as s:
            full = [
                t.name for t in tables if t.name not in SEEDED and s.scalar(select(1).select_from(t).limit(1))
            ]
        if full:
            raise TransferError(
                f"database {shown(target.url)}: is not empty, {full[0]} has rows; give one that is new"
            )
    with writing(target) as s:
        s.execute(text("DELETE FROM article_search"))
        for table in reversed(tables):
            s.execute(table.delete())
        s.execute(text("UPDATE alembic_version SET version_num = :mark"), {"mark": mark})


def carried(s: Session, target: Engine, table: Table) -> Iterator[int]:
    """Copies the table's rows batch by batch; gives after each how many are there now.

    The order of the source decides which rows a target of so many rows lacks.
    """
    with reading(target) as t:
        done = counted(t, table)
    yield done
    statement = insert(table).values(_filled(table, target.dialect.name))
    for rows in batches(s, table, done):
        with writing(target) as t:
            t.connection().execute(statement, [{f"_{n}": v for n, v in enumerate(row)} for row in rows])
        done += len(rows)
        yield done


def go_on_counting(target: Engine, tables: Sequence[Table]) -> None:
    """Has PostgreSQL's sequences go on after the greatest number copied; SQLite does so by itself."""
    with writing(target) as s:
        for table in tables:
            for key in (k for k in table.primary_key if isinstance(k.type, Integer)):
                names = {"table": table.name, "column": key.name}
                sequence = s.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), names)
                if sequence and (newest := s.scalar(select(func.max(key)))):
                    s.execute(
                        text("SELECT setval(:sequence, :newest)"), {"sequence": sequence, "newest": newest}
                    )


def compared(s: Session, target: Engine, tables: Sequence[Table]) -> tuple[int, str]:
    """The number of articles that both stores export, and the digest of those lines.

    Raises TransferError, naming the first table or the export, where they differ.
    """
    with reading(target) as t:
        for table in tables:
            if (ours := summed(s, table)) != (theirs := summed(t, table)):
                raise TransferError(
                    f"database {shown(target.url)}: {table.name} has {theirs[0]} rows, not the same as the "
                    f"source's {ours[0]}; run the same command again, it begins anew"
                )
        exports = export_digest(s), export_digest(t)
    if exports[0] != exports[1]:
        raise TransferError(
            f"database {shown(target.url)}: exports other articles than the source; "
            "run the same command again, it begins anew"
        )
    return exports[0]


def _filled(table: Table, backend: str) -> dict[str, ColumnElement[Any]]:
    """Each column's parameter; JSON is handed over as text."""
    return {
        column.name: _json(f"_{n}", backend)
        if isinstance(column.type, JSON)
        else bindparam(f"_{n}", type_=column.type)
        for n, column in enumerate(table.columns)
    }


def _json(name: str, backend: str) -> ColumnElement[Any]:
    given = bindparam(name, type_=Text)
    return cast(given, JSON) if backend == "postgresql" else type_coerce(given, Text)


def _version(target: Engine) -> str | None:
    """What stands as the target's schema version, a mark of ours included; None where it has no tables."""
    with reading(target) as s:
        if not inspect(s.connection()).has_table("alembic_version"):
            return None
        version: str | None = s.scalar(text("SELECT version_num FROM alembic_version"))
        return version


def _set_version(target: Engine, version: str) -> None:
    with writing(target) as s:
        s.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
