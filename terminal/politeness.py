"""The account of politeness on a screen: what sites wish, and what was asked of them day by day."""

from collections.abc import Mapping, Sequence
from typing import Any

from terminal.formats import Format, show_rows
from terminal.screen import Screen, one_line
from terminal.tables import Column, day, number

Row = Mapping[str, Any]


def size(value: int | None) -> str:
    """Bytes in the unit that leaves at most four digits: `312 B`, `48 kB`, `1203 MB`."""
    if value is None:
        return ""
    for unit in ("B", "kB", "MB"):
        if value < 10_000:
            return f"{value} {unit}"
        value = round(value / 1000)
    return f"{value} GB"


WISHES = (
    Column("site"),
    Column("wish"),
    Column("value", wide=True),
    Column("source", "stated in"),
    Column("seen", "times", align="right"),
    Column("last_seen_at", "last", show=day),
)
DAYS = (
    Column("day", show=one_line),
    Column("host", wide=True),
    number("requests", "asked"),
    Column("body_bytes", "size", show=size, align="right"),
    number("not_modified", "304"),
    number("forbidden", "403", style="yellow"),
    number("asked_to_wait", "429", style="red"),
    number("server_errors", "5xx", style="red"),
    number("unanswered", "none", style="red"),
    number("robots_refused", "robots", style="yellow"),
)
SHOWN = 60  # rows of days in a table, the newest: two months of a site with one host
CSV = (
    *("record", "site", "wish", "value", "source", "seen", "url", "first_seen_at", "last_seen_at"),
    *("host", "day", "requests", "body_bytes", "not_modified", "forbidden", "asked_to_wait"),
    *("server_errors", "unanswered", "robots_refused", "last_request_at"),
)


def show(screen: Screen, rows: Sequence[Row], form: Format) -> None:
    """Prints the account: a table of wishes and one of days; in other forms one list, `record` telling."""
    if form != Format.TABLE or not rows:
        show_rows(screen, rows, DAYS, form, CSV)
        return
    wishes = [row for row in rows if row["record"] == "wish"]
    if wishes:
        show_rows(screen, wishes, WISHES, form)
        screen.line()
    else:
        screen.note("no wishes stated beside the rules of robots.txt")
    days = [row for row in rows if row["record"] == "day"]
    show_rows(screen, days[:SHOWN], DAYS, form)
    if len(days) > SHOWN:
        screen.note(f"{len(days) - SHOWN} older rows are left out; --format csv has them all")
