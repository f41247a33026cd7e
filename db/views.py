"""The views that readers may rely on, column by column: read from `views.toml`, the one place that tells it.

    python -m db.views docs/schema.md

writes the tables of that page anew.
"""

import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("views.toml")
BEGIN = "<!-- The tables of the views are made from db/views.toml: make docs -->"
END = "<!-- end -->"


@dataclass(frozen=True, slots=True)
class ViewColumn:
    """One column; `null_means` is "never" where no row has null, `type` one of `Contract.types`."""

    name: str
    type: str
    null_means: str
    about: str


@dataclass(frozen=True, slots=True)
class View:
    """One view, its columns in its own order."""

    name: str
    about: str
    columns: tuple[ViewColumn, ...]


@dataclass(frozen=True, slots=True)
class Type:
    """What a type of a column is on each database."""

    name: str
    postgresql: str
    sqlite: str


@dataclass(frozen=True, slots=True)
class Contract:
    """All that readers are promised of the views."""

    types: tuple[Type, ...]
    views: tuple[View, ...]


def contract() -> Contract:
    """The contract of this carnews; needs no database."""
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Contract(
        tuple(Type(*row) for row in told["types"]),
        tuple(
            View(view["name"], view["about"], tuple(ViewColumn(*row) for row in view["columns"]))
            for view in told["view"]
        ),
    )


def as_markdown(told: Contract) -> str:
    """The contract as sections of a page, a table each."""
    kinds = [(kind.name, kind.postgresql, kind.sqlite) for kind in told.types]
    parts = ["\n".join(_table(("type", "on PostgreSQL", "on SQLite"), kinds))]
    for view in told.views:
        rows = [(column.name, column.type, column.null_means, column.about) for column in view.columns]
        table = _table(("column", "type", "null means", "what it is"), rows)
        parts.append("\n".join((f"## {view.name}\n", f"{view.about}\n", *table)))
    return "\n\n".join(parts)


def with_tables(page: str, told: Contract) -> str:
    """`page` with the contract between its two marks; ValueError where it lacks them."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no place for the tables: the page needs the lines {BEGIN} and {END}")
    return f"{head}{begin}\n\n{as_markdown(told)}\n\n{end}{tail}"


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in (heading, ["---"] * len(heading), *rows):
        cells = (cell if cell == "---" else f" {cell} " for cell in row)
        yield f"|{'|'.join(cells)}|"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(with_tables(target.read_text(encoding="utf-8"), contract()), encoding="utf-8")
