"""The views that readers may rely on, on a screen and as rows."""

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from terminal.formats import Format, show_rows
from terminal.screen import Screen
from terminal.tables import Column, show_table

COLUMNS = (
    Column("view"),
    Column("column"),
    Column("type"),
    Column("null_means"),
    Column("what_it_is"),
)
OF_A_VIEW = COLUMNS[1:]
WRAPPED = {"null_means": 2, "what_it_is": 3, "on_sqlite": 3}  # what gives way, and its share of the room
TYPES = (Column("type"), Column("on_postgresql", "on PostgreSQL"), Column("on_sqlite", "on SQLite"))


def show_views(screen: Screen, contract: Any, views: Sequence[Any], form: Format) -> None:
    """Prints these views of the contract: a table each, and what the types are; else one list of columns."""
    if form != Format.TABLE:
        show_rows(screen, [row for view in views for row in rows_of(contract, view)], COLUMNS, form)
        return
    for view in views:
        screen.line(view.name)
        screen.line(" ".join(view.about.split()))
        screen.line()
        show(screen, rows_of(contract, view), OF_A_VIEW)
        screen.line()
    used = {column.type for view in views for column in view.columns}
    show(screen, [row_of_type(kind) for kind in contract.types if kind.name in used], TYPES)


def rows_of(contract: Any, view: Any) -> list[dict[str, str]]:
    """One row a column of the view, with its type on each database."""
    types = {kind.name: row_of_type(kind) for kind in contract.types}
    return [
        {
            "view": view.name,
            "column": column.name,
            "null_means": column.null_means,
            "what_it_is": column.about,
            **types[column.type],
        }
        for column in view.columns
    ]


def row_of_type(kind: Any) -> dict[str, str]:
    return {"type": kind.name, "on_postgresql": kind.postgresql, "on_sqlite": kind.sqlite}


def show(screen: Screen, rows: Sequence[dict[str, str]], columns: Sequence[Column]) -> None:
    """A table whose last columns wrap on a terminal: nothing of what is promised may be cut off."""
    if not screen.rich:
        show_table(screen, rows, columns)
        return
    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        share = WRAPPED.get(column.key)
        drawn.add_column(column.title, no_wrap=not share, overflow="fold", ratio=share)
    for row in rows:
        drawn.add_row(*(Text(column.show(row[column.key])) for column in columns))
    screen.out.print(drawn)
