"""What a reprocess made of archived pages: each difference, and the counts of each site."""

from collections.abc import Mapping, Sequence
from typing import Any

from terminal.errors import FAILED
from terminal.formats import Format, show_rows
from terminal.screen import Screen, one_line
from terminal.tables import Column, counted, number, show_table

Row = Mapping[str, Any]

KINDS = ("unchanged", "changed text", "details only", "now an article", "now refused", "now a duplicate")
HEADINGS = {
    "changed text": "changed\ntext",
    "details only": "details\nonly",
    "now an article": "now an\narticle",
    "now refused": "now\nrefused",
    "now a duplicate": "now\ndouble",
}
ALWAYS = ("current", "unchanged", "changed text", "details only", "now an article", "now refused")
COUNTS = ("current", *KINDS, "elsewhere", "lost")
CSV = ("record", "site", "became", "id", "url", "title", "fields", "difference", *COUNTS)


def difference_row(difference: Any) -> dict[str, Any]:
    """A difference as a row among others."""
    return {"record": "article", **difference.as_row()}


def show_difference(screen: Screen, difference: Any) -> None:
    """Prints one article that another reading changes, and how."""
    row = difference.as_row()
    name = row["id"][:8] if row["id"] else "·"
    screen.line(f"{name:<8}  {row['became']}: {one_line(row['url'])}", whole=True)
    for line in row["difference"] or ["authors, tags, makes or captions"]:
        screen.line(f"    {one_line(line)}")


def show_reprocessed(
    screen: Screen, result: Any, differences: Sequence[Row], form: Format, *, dry: bool
) -> int:
    """Prints the counts of each site, after the differences where these were not printed as they came; the
    exit code that the problems deserve.
    """
    for problem in result.problems:
        screen.complain(problem)
    rows = result.rows()
    if form == Format.TABLE:
        show_counts(screen, rows)
    else:
        told = [*differences, *({"record": "site", **row} for row in rows)]
        show_rows(screen, told, (), form, CSV)
    if dry:
        screen.note(f"{counted(would_change(rows), 'article')} would change; nothing was stored")
    return FAILED if result.problems else 0


def would_change(rows: Sequence[Row]) -> int:
    """How many articles get other words or details, or are new."""
    return sum(row[kind] for row in rows for kind in ("changed text", "details only", "now an article"))


def show_counts(screen: Screen, rows: Sequence[Row]) -> None:
    """Prints a row for each site, and the sum where there are several; nothing when quiet."""
    if screen.quiet:
        return
    if not rows:
        screen.note("no archived page was chosen")
        return
    used = [kind for kind in COUNTS if kind in ALWAYS or any(row[kind] for row in rows)]
    columns = [Column("site", wide=True), *(number(kind, HEADINGS.get(kind)) for kind in used)]
    total = {kind: sum(row[kind] for row in rows) for kind in COUNTS} | {"site": "all"}
    show_table(screen, rows, columns, total if len(rows) > 1 else None)
