"""Exports: rows into a file or a pipe as csv, jsonl or parquet, one after the other and never all at once."""

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any

from terminal.errors import CommandError
from terminal.formats import as_json, csv_cell

Row = Mapping[str, Any]
Write = Callable[[str], object]

# the columns of the view `article_feed`, in its order; those in TIMES only where asked for
PLAIN = ("id", "url", "site", "title", "standfirst", "text", "section", "language")
COLUMNS = (*PLAIN, "published_at", "modified_at", "image", "authors", "tags", "makes")
TIMES = ("fetched_at", "first_stored_at", "updated_at")
MARK = "complete_to"  # the key with which a line of a continued file says that all before it is there


class ExportFormat(StrEnum):
    """How an export comes out."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a continued file is whole: up to its byte `offset`, holding every change to number `change`.

    `narrowed` is what the export was narrowed by, so that nobody continues it with another.
    """

    change: int
    offset: int
    narrowed: Mapping[str, str]


def write_jsonl(write: Write, rows: Iterable[Row]) -> None:
    """A JSON object a line, as `as_json` spells it."""
    for row in rows:
        write(as_json(row) + "\n")


def write_csv(write: Write, rows: Iterable[Row], *, times: bool = False) -> None:
    """RFC 4180 with a header, each cell one line and none of them a formula."""
    keys = COLUMNS + (TIMES if times else ())
    writer = csv.writer(_Pen(write))
    writer.writerow(keys)
    for row in rows:
        writer.writerow([csv_cell(_cell(row, key)) for key in keys])


@dataclass(frozen=True, slots=True)
class _Pen:
    """What `csv.writer` takes for a file."""

    write: Write


def _cell(row: Row, key: str) -> object:
    return "\n\n".join(row[key]) if key == "text" else row[key]


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """The name to write under: `path` has its old content until all is written, and its new one then.

    A pipe or device is written as it is. Whatever fails leaves nothing behind.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    path = path.resolve()  # a link stays a link
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def mark_line(change: int, narrowed: Mapping[str, str]) -> str:
    """The line that closes one stretch of a continued file."""
    return as_json({MARK: change, **narrowed}) + "\n"


def last_mark(path: Path) -> Mark | None:
    """The last mark in the file; None where there is no such file. What lies behind it was cut short.

    Raises CommandError where the file has no mark: then it is not one to continue.
    """
    if not path.exists():
        return None
    start, offset, found = f'{{"{MARK}": '.encode(), 0, None
    with path.open("rb") as file:
        for line in file:
            offset += len(line)
            if line.startswith(start) and line.endswith(b"\n"):
                found = (line, offset)
    if found is None:
        raise CommandError(f"{path}: was not written with --append; give another file")
    said = json.loads(found[0])
    return Mark(said.pop(MARK), found[1], said)


@contextmanager
def continued_file(path: Path, mark: Mark) -> Iterator[Write]:
    """What writes behind the mark; the file is whole again once another mark is written."""
    with path.open("r+b") as file:
        file.truncate(mark.offset)
        file.seek(mark.offset)
        yield lambda text: file.write(text.encode())


PARQUET_ROWS = 1_000  # a group; some five megabytes


def write_parquet(path: Path, rows: Iterable[Row], *, times: bool = False) -> None:
    """A Parquet file: `text` as one string, moments in UTC, captions as a list of structs.

    Raises CommandError where pyarrow is not installed.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra, and heavy
        from pyarrow import parquet  # noqa: PLC0415
    except ModuleNotFoundError:
        raise CommandError("--format parquet: needs pyarrow; run: pip install 'carnews[parquet]'") from None
    schema = _schema(pa, times=times)
    left = iter(rows)
    with parquet.ParquetWriter(path, schema) as writer:
        while group := [_record(row, schema.names) for row in islice(left, PARQUET_ROWS)]:
            writer.write_table(pa.Table.from_pylist(group, schema=schema))


def _schema(pa: Any, *, times: bool) -> Any:
    moment, names = pa.timestamp("us", tz="UTC"), pa.list_(pa.string())
    kinds = dict.fromkeys(("published_at", "modified_at", *TIMES), moment)
    kinds |= dict.fromkeys(("authors", "tags", "makes"), names)
    caption = pa.struct([(name, pa.string()) for name in ("text", "subject", "view", "credit", "image")])
    columns = COLUMNS + (TIMES if times else ())
    fields = [(name, kinds.get(name, pa.string())) for name in columns]
    return pa.schema([*fields, ("captions", pa.list_(caption))])


def _record(row: Row, names: Iterable[str]) -> dict[str, Any]:
    def value(name: str) -> Any:
        if name == "text":
            return _cell(row, name)
        is_moment = name in {"published_at", "modified_at", *TIMES}
        return datetime.fromisoformat(row[name]) if is_moment and row[name] else row[name]

    return {name: value(name) for name in names}
