"""The page archive: every fetched page as a WARC record, on disk before anything understands it."""

import os
import re
import socket
from base64 import b32encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Self
from uuid import UUID, uuid4

from isal import igzip

from db.errors import ArchivedElsewhere, ArchiveError
from db.http import block_of, one_line
from pipeline.article import RawPage

SEGMENT_BYTES = 1 << 30  # a segment of 1 GiB is what Common Crawl ships, and what tools take well
SEGMENT = re.compile(r"carnews-\d{14}-([a-z0-9._]+)-\d+-\d+\.warc\.gz")  # older ones name no place


@dataclass(frozen=True, slots=True)
class Position:
    """Where a record lies: the segment's file name, and its gzip member's offset and length in bytes."""

    segment: str
    offset: int
    length: int


class Archive:
    """A folder of WARC segments; each process writes its own and never another's.

    Nothing is created before the first `put`. Used with `with`, or closed by `close`.
    """

    def __init__(self, folder: Path, *, durable: bool = False, place: str | None = None) -> None:
        """`durable` makes every record survive a power cut (fsync), not only the end of the process.

        `place` is what the segments' names say of where they lie; the machine's name if None.
        """
        self.folder, self.durable, self.place = folder, durable, place_name(place)
        self.torn = 0  # records cut short by a kill that the last iteration skipped
        self._file: BinaryIO | None = None
        self._drawn = 0
        self._segment, self._offset, self._count, self._pid = "", 0, 0, os.getpid()

    def put(self, page: RawPage) -> Position:
        """Where `page` now lies; its bytes were handed to the operating system.

        Raises ArchiveError when the disk takes no more; what was archived before stays whole.
        """
        try:
            file = self._open_segment()
            member = igzip.compress(record_of(page, self._record_id()), compresslevel=2)
            position = Position(self._segment, self._offset, len(member))
            self._append(file, member)
        except OSError as wrong:
            self.close()  # a half-written record must not be followed by whole ones
            raise ArchiveError(
                f"archive {self.folder}: {wrong.strerror or wrong}; make room or give another folder"
            ) from wrong
        return position

    def read(self, position: Position) -> RawPage:
        """The page archived at `position`; ArchiveError when it is not there whole, ArchivedElsewhere, one of
        those, when another machine has it.
        """
        from db.warc import read_member  # noqa: PLC0415 - the reader imports this file

        path = self.folder / position.segment
        try:
            with path.open("rb") as file:
                file.seek(position.offset)
                member = file.read(position.length)
        except OSError as wrong:
            if isinstance(wrong, FileNotFoundError) and (elsewhere := self.elsewhere([position.segment])):
                raise ArchivedElsewhere(self.folder, position.segment, *elsewhere) from None
            raise ArchiveError(f"archive {path}: {wrong.strerror}; restore the file") from wrong
        page = read_member(member)
        if page is None:
            raise ArchiveError(f"archive {path}: no whole page at {position.offset}; restore the file")
        return page

    def elsewhere(self, segments: Iterable[str]) -> list[str]:
        """The places of those segments that lie in other archives: not here, and not named for here.

        Segments of another place that were copied here, or lie in a folder that machines share, are here.
        """
        by_place: dict[str, list[str]] = {}
        for segment in segments:
            if (place := place_of(segment)) not in {None, self.place}:
                by_place.setdefault(str(place), []).append(segment)
        return sorted(
            place for place, names in by_place.items() if not any((self.folder / n).exists() for n in names)
        )

    def __iter__(self) -> Iterator[tuple[Position, RawPage]]:
        """All pages with their positions, oldest segment first; what a kill cut short adds to `torn`."""
        from db.warc import WarcFile  # noqa: PLC0415

        self.torn = 0
        for path in sorted(self.folder.glob("*.warc.gz")):
            segment = WarcFile(path)
            for offset, length, page in segment.members():
                yield Position(path.name, offset, length), page
            self.torn += segment.broken

    def close(self) -> None:
        """Closes the segment; the next `put` begins another."""
        if self._file is not None:
            file, self._file = self._file, None
            file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open_segment(self) -> BinaryIO:
        if self._pid != os.getpid():  # after a fork: the file is the parent's
            self._file, self._pid = None, os.getpid()
        if self._file is not None and self._offset >= SEGMENT_BYTES:
            self.close()
        if self._file is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            stamp = datetime.now(UTC)
            while self._file is None:
                self._count += 1
                self._segment = f"carnews-{stamp:%Y%m%d%H%M%S}-{self.place}-{self._pid}-{self._count}.warc.gz"
                try:  # "x": never a file that is there already, whoever wrote it
                    self._file = (self.folder / self._segment).open("xb", buffering=0)
                except FileExistsError:
                    continue
            self._offset, self._drawn = 0, uuid4().int
            info = warcinfo(self._segment, stamp, self._record_id())
            self._append(self._file, igzip.compress(info, compresslevel=2))
        return self._file

    def _record_id(self) -> str:
        """An id no other record has: random for the segment, then counted; drawing each cost 0.7 ms here."""
        self._drawn = (self._drawn + 1) % (1 << 128)
        return UUID(int=self._drawn, version=4).urn

    def _append(self, file: BinaryIO, member: bytes) -> None:
        left = memoryview(member)
        while left:  # unbuffered: a short write is possible on a filling disk
            left = left[file.write(left) :]
        if self.durable:
            os.fsync(file.fileno())
        self._offset += len(member)


def place_name(name: str | None = None) -> str:
    """`name`, else this machine's, as it stands in a segment's name: no hyphen, for that ends it there."""
    return re.sub(r"[^a-z0-9.]", "_", (name or socket.gethostname()).lower())


def place_of(segment: str) -> str | None:
    """The place a segment's name tells; None for one written before names told any: it is of here."""
    told = SEGMENT.fullmatch(segment)
    return told[1] if told else None


def record_of(page: RawPage, record_id: str) -> bytes:
    """`page` as one WARC `response` record."""
    block = block_of(page)
    fields = [
        ("WARC-Type", "response"),
        ("WARC-Record-ID", f"<{record_id}>"),
        ("WARC-Date", warc_date(page.fetched_at)),
        ("WARC-Target-URI", one_line(page.url)),
        *([("WARC-X-Requested-URI", one_line(page.requested_url))] if page.requested_url else []),
        ("WARC-Payload-Digest", digest_of(page.body)),
        ("WARC-Block-Digest", digest_of(block)),
        ("Content-Type", "application/http; msgtype=response"),
    ]
    return warc_record(fields, block)


def warcinfo(segment: str, now: datetime, record_id: str) -> bytes:
    """The record every segment begins with: what wrote it."""
    fields = [
        ("WARC-Type", "warcinfo"),
        ("WARC-Record-ID", f"<{record_id}>"),
        ("WARC-Date", warc_date(now)),
        ("WARC-Filename", segment),
        ("Content-Type", "application/warc-fields"),
    ]
    return warc_record(fields, b"software: carnews\r\nformat: WARC File Format 1.1\r\n")


def warc_record(fields: list[tuple[str, str]], block: bytes) -> bytes:
    """One WARC/1.1 record, uncompressed."""
    head = BytesIO()
    head.write(b"WARC/1.1\r\n")
    for name, value in [*fields, ("Content-Length", str(len(block)))]:
        head.write(f"{name}: {value}\r\n".encode(errors="replace"))
    return head.getvalue() + b"\r\n" + block + b"\r\n\r\n"


def warc_date(moment: datetime) -> str:
    """`moment` as WARC 1.1 writes it, to the microsecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest_of(data: bytes) -> str:
    """The digest as WARC tools expect it: SHA-1 in base 32, against damage, not against forgers."""
    return "sha1:" + b32encode(sha1(data, usedforsecurity=False).digest()).decode()
