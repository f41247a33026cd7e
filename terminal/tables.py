"""Tables: drawn with Rich on a terminal, aligned plain lines in a pipe."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from terminal.screen import Screen, one_line, write

Row = Mapping[str, Any]
Show = Callable[[Any], str]
ROOM = 14  # characters the column that gives way should keep; with less the table is drawn tight
GAP = "  "  # between columns in a pipe: two spaces, so that single spaces stay part of a value


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the row's key, its heading, and how a value reads.

    `wide` marks the column that gives way when a terminal is narrow; `style` is Rich's.
    """

    key: str
    heading: str | None = None
    show: Show = one_line
    align: Literal["left", "right"] = "left"
    style: str | None = None
    wide: bool = False

    @property
    def title(self) -> str:
        return self.heading or self.key.replace("_", " ")


def number(key: str, heading: str | None = None, style: str | None = None) -> Column:
    """A column of counts; a zero shows as a dot, so that the counts that matter stand out."""
    return Column(key, heading, show=count, align="right", style=style)


def count(value: int | None) -> str:
    """A count with thousands parted; `·` for zero, empty for unknown."""
    if value is None:
        return ""
    return f"{value:,}" if value else "·"


def counted(number: int, thing: str, things: str | None = None) -> str:
    """So many of a thing in words: `1 address`, `2,000 addresses`; `things` where it is not `thing` + s."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def moment(value: datetime | str | None) -> str:
    """A time to the minute in UTC, `2026-03-02 09:30`; empty for unknown."""
    text = value.strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else one_line(value)
    return text[:16].replace("T", " ")


def day(value: datetime | str | None) -> str:
    """A time to the day in UTC, `2026-03-02`; empty for unknown."""
    return moment(value)[:10]


def short(value: str | None) -> str:
    """The first half of an article's id: enough to name it among a million."""
    return one_line(value)[:8]


def show_table(
    screen: Screen, rows: Sequence[Row], columns: Sequence[Column], total: Row | None = None
) -> None:
    """Prints `rows`, then `total` as a last row set apart."""
    if screen.rich:
        fixed = sum(_needed(column, rows, total) + len(GAP) for column in columns if not column.wide)
        screen.out.print(drawn(rows, columns, total, tight=screen.out.width - fixed < ROOM))
    else:
        for line in plain(rows, columns, total):
            write(line + "\n")


def drawn(
    rows: Sequence[Row], columns: Sequence[Column], total: Row | None = None, *, tight: bool = False
) -> Table:
    """The table as Rich draws it; `tight` leaves one space between columns rather than two."""
    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 0 if tight else 1, 0, 0),
        header_style="bold",
    )
    for column in columns:
        table.add_column(
            column.title,
            justify=column.align,
            style=column.style,
            no_wrap=not column.wide,  # Rich narrows only columns that may wrap; their text then does not
            overflow="ellipsis",
            ratio=1 if column.wide else None,
            min_width=None if column.wide else _needed(column, rows, total),
        )
    for row in rows:
        table.add_row(*_texts(row, columns))
    if total is not None:
        table.add_section()
        table.add_row(*_texts(total, columns), style="bold")
    return table


def _texts(row: Row, columns: Sequence[Column]) -> list[Text]:
    shown = (column.show(row.get(column.key)) for column in columns)
    return [Text(text, no_wrap=True, overflow="ellipsis") for text in shown]


def _needed(column: Column, rows: Sequence[Row], total: Row | None) -> int:
    shown = [column.show(row.get(column.key)) for row in [*rows, total or {}]]
    # 44: a single odd value, a long site name say, must not push the others off the screen
    heading = max(cell_len(line) for line in column.title.split("\n"))
    return min(44, max([heading, *(cell_len(text) for text in shown)]))


def plain(rows: Sequence[Row], columns: Sequence[Column], total: Row | None = None) -> list[str]:
    """The table as lines without box characters, columns aligned, nothing cut off."""
    cells = [[column.show(row.get(column.key)) for column in columns] for row in rows]
    if total is not None:
        cells.append([column.show(total.get(column.key)) for column in columns])
    cells.insert(0, [column.title.replace("\n", " ") for column in columns])
    widths = [max(cell_len(row[i]) for row in cells) for i in range(len(columns))]
    return [GAP.join(_padded(row, columns, widths)).rstrip() for row in cells]


def _padded(row: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> list[str]:
    return [
        " " * (width - cell_len(text)) + text
        if column.align == "right"
        else text + " " * (width - cell_len(text))
        for text, column, width in zip(row, columns, widths, strict=True)
    ]
