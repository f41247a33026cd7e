"""Reading WARC files: our own segments, and whatever other tools have written."""

from base64 import b32encode
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType
from isal import isal_zlib

from db.errors import ArchiveError
from db.http import BadBody, page_of
from db.tears import CHUNK_BYTES, GZIP, PLAIN, ZSTD, ends_whole
from pipeline.article import RawPage

BLOCK_BYTES = 16 << 20  # a bigger record is a film or a dump: twice what a page may have
Skims = Callable[[str, datetime, str | None], bool]  # address, time and address asked for of a record
REQUESTED = "WARC-X-Requested-URI"  # ours: the address asked for when another one answered


@dataclass(frozen=True, slots=True)
class WarcEntry:
    """One page of a WARC file, and the offset in bytes at which its record begins there.

    An unread one has address and time alone; a revisit is always unread, for it has no content of its own.
    """

    offset: int
    page: RawPage
    is_unread: bool = False
    is_revisit: bool = False


class WarcFile:
    """The pages of one WARC file, once through, with counts that grow meanwhile.

    `skipped` counts whole records that are no page of a web server (requests, metadata, revisits, those
    above 16 MiB), `broken` those damaged or cut short; a record that lacks only its end counts there and is
    given nevertheless. `bytes_read` of `bytes_total` is for progress.
    """

    def __init__(self, path: Path, skims: Skims | None = None) -> None:
        """`skims` tells pages whose content nobody will read; with it, revisits are given too.

        Raises ArchiveError when the file cannot be opened or is empty.
        """
        self.path = path
        self._skims = skims
        self.pages = self.skipped = self.broken = self.bytes_read = 0
        try:
            with path.open("rb") as file:
                self.bytes_total = file.seek(0, 2)
        except OSError as wrong:
            raise ArchiveError(f"WARC {path}: {wrong.strerror}; give a file that can be read") from None
        if not self.bytes_total:
            raise ArchiveError(f"WARC {path}: the file is empty; give a .warc, .warc.gz or .warc.zst file")
        self._spoilt = False  # whether the record read last was counted as broken
        self._entries = self._read()

    def __iter__(self) -> Iterator[WarcEntry]:
        return self

    def __next__(self) -> WarcEntry:
        return next(self._entries)

    def members(self) -> Iterator[tuple[int, int, RawPage]]:
        """Offset, length and page of every whole gzip member: exact, where `__iter__` takes any WARC."""
        with self.path.open("rb") as file:
            start: int | None = 0
            while start is not None and start < self.bytes_total:
                member = _member(file, start)
                if member is None:
                    self.broken += 1
                    start = _next(file, start + 1, GZIP)
                    continue
                length, data = member
                page = read_record(data)
                if page is not None:
                    yield start, length, page
                start += length
                self.bytes_read = start

    def _read(self) -> Iterator[WarcEntry]:
        with self.path.open("rb") as file:
            magic = _magic(file)
            start: int | None = 0
            while start is not None:
                start = yield from self._read_from(file, start, magic)
        self.bytes_read = self.bytes_total
        if not self.pages + self.skipped:
            raise ArchiveError(
                f"WARC {self.path}: holds no whole WARC record; give a .warc, .warc.gz or .warc.zst file"
            )

    def _read_from(self, file: BinaryIO, start: int, magic: bytes) -> Generator[WarcEntry, None, int | None]:
        """Yields the pages from `start` to a damaged spot; returns where to go on, None at the end."""
        file.seek(start)
        last = None
        self._spoilt = False
        try:
            for record in ArchiveIterator(file, parse_http=False):
                last = self.bytes_read = record.stream_pos
                entry = self._unread(record) or self._whole(record)
                if entry is not None:
                    self.pages += 1
                    yield entry
            if self._rest_is_whole(file, start, last, magic):
                return None
        except OSError:  # damaged from here on
            pass
        # the next record that begins whole may be sound
        after = _next(file, (start if last is None else last) + 1, magic)
        if (last is None or after is None) and not self._spoilt:
            self.broken += 1
        return after

    def _rest_is_whole(self, file: BinaryIO, start: int, last: int | None, magic: bytes) -> bool:
        """Whether nothing was torn where FastWARC saw the end of the file."""
        if last is not None:
            file.seek(last)
            if file.read(len(magic)) == magic:  # not so in a member of several records: its start is not told
                start = last
        return ends_whole(file, start, magic)

    def _unread(self, record: WarcRecord) -> WarcEntry | None:
        """The record without its content, where that need not be read."""
        self._spoilt = False
        if self._skims is None or record.content_length > BLOCK_BYTES:
            return None
        is_revisit = record.record_type == WarcRecordType.revisit
        try:
            url, fetched_at, requested_url = _head(record)
        except ValueError:
            return None
        if not url or not (is_revisit or record.record_type == WarcRecordType.response):
            return None
        if not is_revisit and not self._skims(url, fetched_at, requested_url):
            return None
        page = RawPage(url, b"", 0, (), fetched_at, requested_url)
        return WarcEntry(record.stream_pos, page, is_unread=True, is_revisit=is_revisit)

    def _whole(self, record: WarcRecord) -> WarcEntry | None:
        self._spoilt = False
        if record.content_length > BLOCK_BYTES:
            self.skipped += 1
            return None
        block = record.reader.read(record.content_length)
        try:
            page = _page(record, _sound(record, block))
        except (BadBody, ValueError):
            self.broken += 1
            self._spoilt = True
            return None
        self.skipped += page is None
        return WarcEntry(record.stream_pos, page) if page is not None else None


def read_warc(path: Path) -> WarcFile:
    """An iterator over the pages of a `.warc`, `.warc.gz` or `.warc.zst` file, whoever wrote it.

    A file cut short or damaged gives what is whole and counts the rest. ArchiveError, at once or while
    iterating, when it cannot be opened or holds no WARC record at all.
    """
    return WarcFile(path)


def read_record(data: bytes) -> RawPage | None:
    """The page in one uncompressed WARC record; None when it holds none or is not whole."""
    try:
        for record in ArchiveIterator(BytesIO(data), parse_http=False):
            block = record.reader.read(record.content_length)
            return _page(record, block) if len(block) == record.content_length else None
    except (OSError, BadBody, ValueError):
        return None
    return None


def read_member(member: bytes) -> RawPage | None:
    """The page in one gzip member; None when it holds none or is not whole."""
    found = _member(BytesIO(member), 0)
    return read_record(found[1]) if found else None


def _page(record: WarcRecord, block: bytes) -> RawPage | None:
    """The page of a whole record; None for other kinds of record. ValueError for a date that is none."""
    if record.record_type != WarcRecordType.response or not record.headers.get("WARC-Target-URI"):
        return None
    url, fetched_at, requested_url = _head(record)
    return page_of(block, url, fetched_at, requested_url) if url else None


def _head(record: WarcRecord) -> tuple[str, datetime, str | None]:
    """Address, time and address asked for of a record; ValueError for a date that is none."""
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")
    fetched_at = datetime.fromisoformat(record.headers.get("WARC-Date") or "")
    if fetched_at.tzinfo is None:
        fetched_at = fetched_at.replace(tzinfo=UTC)
    return url, fetched_at, record.headers.get(REQUESTED)


def _sound(record: WarcRecord, block: bytes) -> bytes:
    """`block`; BadBody when it is cut short or a SHA-1 in base 32 that the record carries does not fit."""
    if len(block) < record.content_length or "WARC-Type" not in record.headers:
        raise BadBody("cut short")
    algorithm, _, digest = (record.headers.get("WARC-Block-Digest") or "").partition(":")
    if algorithm.lower() == "sha1" and len(digest) == 32:
        found = b32encode(sha1(block, usedforsecurity=False).digest()).decode()
        if found != digest.upper():
            raise BadBody("does not fit its digest")
    return block


def _member(file: BinaryIO, start: int) -> tuple[int, bytes] | None:
    """Length in the file and content of the gzip member at `start`; None when it is damaged or cut short."""
    file.seek(start)
    inflate = isal_zlib.decompressobj(31)
    parts: list[bytes] = []
    read = size = 0
    while not inflate.eof:
        chunk = file.read(CHUNK_BYTES)
        if not chunk:
            return None
        read += len(chunk)
        try:
            parts.append(inflate.decompress(chunk, BLOCK_BYTES))
        except isal_zlib.error:  # type: ignore[misc]  # its stub declares an instance
            return None
        size += len(parts[-1])
        if size > BLOCK_BYTES or inflate.unconsumed_tail:
            return None
    return read - len(inflate.unused_data), b"".join(parts)


def _magic(file: BinaryIO) -> bytes:
    """How records begin in this file."""
    file.seek(0)
    head = file.read(8)
    return next((magic for magic in (GZIP, ZSTD) if head.startswith(magic)), PLAIN)


def _next(file: BinaryIO, start: int, magic: bytes) -> int | None:
    """The first offset from `start` on at which a record may begin; None when there is none."""
    file.seek(start)
    kept = b""
    while chunk := file.read(CHUNK_BYTES):
        at = (kept + chunk).find(magic)
        if at >= 0:
            return start - len(kept) + at
        start += len(chunk)
        kept = (kept + chunk)[1 - len(magic) :]
    return None
