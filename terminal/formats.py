"""Rows in the four formats: table, json, jsonl, csv."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from terminal.screen import Screen, one_line, write
from terminal.tables import Column, show_table

Row = Mapping[str, Any]

# a spreadsheet takes a cell that begins like this for a formula
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# json.dumps escapes the C0 controls but lets these through to a terminal
RAW_CONTROLS = re.compile(r"[\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Format(StrEnum):
    """How rows come out."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


def show_rows(
    screen: Screen,
    rows: Sequence[Row],
    columns: Sequence[Column],
    form: Format,
    csv_keys: Sequence[str] | None = None,
) -> None:
    """Prints `rows`: all they hold as json and jsonl, the columns as a table and, lacking own keys, csv."""
    match form:
        case Format.TABLE if not rows:
            screen.note("nothing found")
        case Format.TABLE:
            show_table(screen, rows, columns)
        case Format.JSON:
            write(as_json(list(rows), indent=2) + "\n")
        case Format.JSONL:
            for row in rows:
                write(as_json(row) + "\n")
        case Format.CSV:
            write(as_csv(rows, csv_keys or [column.key for column in columns]))


def as_json(value: object, indent: int | None = None) -> str:
    """`value` as JSON that is safe to show: control characters escaped, times as `2026-03-02T09:30:00Z`."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)
    return RAW_CONTROLS.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def as_csv(rows: Iterable[Row], keys: Sequence[str]) -> str:
    """`rows` as RFC 4180 text with a header, each cell one line and none of them a formula."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(keys)
    writer.writerows([csv_cell(row.get(key)) for key in keys] for row in rows)
    return buffer.getvalue()


def csv_cell(value: object) -> str:
    """`value` as a cell that a spreadsheet shows and does not run; lists joined with "; "."""
    if isinstance(value, (list, tuple)):
        value = "; ".join(str(item) for item in value)
    if isinstance(value, (int, float)):
        return str(value)  # -3 is a number; only text can smuggle
    raw = "" if value is None else str(_plain(value) if isinstance(value, (date, datetime)) else value)
    text = one_line(raw)
    return f"'{text}" if raw.startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS) else text


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    return str(value)
