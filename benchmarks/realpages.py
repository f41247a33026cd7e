"""The real pages with expected results, which are not part of the repository."""

import argparse
import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastwarc.warc import ArchiveIterator, WarcRecordType

ROOT = Path(__file__).parent.parent
Gold = dict[str, Any]


def folder(given: str | None) -> Path:
    """Where the pages are: the option, the environment, or beside the repository."""
    return Path(given or os.environ.get("CARNEWS_REALPAGES") or ROOT.parent / "shared" / "realpages")


def found(parser: argparse.ArgumentParser, given: str | None) -> Path:
    """As `folder`; ends the program with 2 where no pages are."""
    where = folder(given)
    if not (where / "gold.jsonl.gz").exists():
        told = f"{where}: no gold.jsonl.gz there; name the folder with --pages or CARNEWS_REALPAGES\n"
        parser.exit(2, told)
    return where


def pages(where: Path) -> Iterator[tuple[str, bytes, str | None]]:
    """Address, bytes and content type of every page."""
    with (where / "pages.warc.gz").open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=True):
            content_type = record.http_headers.get("Content-Type") if record.http_headers else None
            yield record.headers["WARC-Target-URI"], record.reader.read(), content_type


def golds(where: Path) -> dict[str, Gold]:
    """The expected results by address."""
    with gzip.open(where / "gold.jsonl.gz", "rt", encoding="utf-8") as lines:
        return {gold["url"]: gold for gold in map(json.loads, lines)}
