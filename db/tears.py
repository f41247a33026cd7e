"""Whether a WARC file ends where a record ends: what its reader does not tell.

FastWARC 2.0 on a file cut at every byte: in a zstd frame it raises, always. In a gzip member it ends
silently while the inflated part of the record's header has no line yet, raises in the rest of the header,
gives a short block in the block, and gives a whole record, then ends silently, in the member's last bytes.
Unpacked it is silent in the line breaks behind a block. A block it need not give (above our bound) it skips
without a look at whether it is there.
"""

from io import BufferedIOBase, BufferedReader, RawIOBase
from typing import Any, BinaryIO, cast

from fastwarc.stream_io import ZstdReader
from isal import igzip, isal_zlib

GZIP, ZSTD, PLAIN = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"WARC/1."
CHUNK_BYTES = 1 << 18
LINE_BYTES = 1 << 16  # a header's line may hold an address; one beyond this is no header
BREAKS = (b"\r\n", b"\n")


def ends_whole(file: BinaryIO, start: int, magic: bytes) -> bool:
    """Whether the members and records from `start` on, where one begins, are whole up to the file's end."""
    file.seek(start)
    try:
        return _records_end_whole(_unpacked(file, magic))
    except (OSError, EOFError, ValueError, isal_zlib.error):  # type: ignore[misc]  # its stub declares an instance
        return False


def _unpacked(file: BinaryIO, magic: bytes) -> BufferedIOBase:
    if magic == GZIP:
        packed: BufferedIOBase = igzip.IGzipFile(fileobj=file)  # type: ignore[no-untyped-call]
        return packed
    return BufferedReader(_Unzstd(file)) if magic == ZSTD else cast("BufferedIOBase", file)


def _records_end_whole(stream: BufferedIOBase) -> bool:
    while line := stream.readline(LINE_BYTES):
        if line in BREAKS:
            continue
        length = _block_length(stream) if line.startswith(b"WARC/") else None
        if length is None or not _passes(stream, length):
            return False
        if any(stream.readline(LINE_BYTES) not in BREAKS for _ in range(2)):
            return False
    return True


def _block_length(stream: BufferedIOBase) -> int | None:
    """What the header says of the block's bytes; None when it says nothing or is cut short."""
    length = None
    while (line := stream.readline(LINE_BYTES)) not in BREAKS:
        if not line.endswith(b"\n"):
            return None
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    return length


def _passes(stream: BufferedIOBase, length: int) -> bool:
    """Whether `length` more bytes were there."""
    while length > 0:
        chunk = stream.read(min(length, CHUNK_BYTES))
        if not chunk:
            return False
        length -= len(chunk)
    return True


class _Unzstd(RawIOBase):
    """FastWARC's reader of zstd frames as a stream of Python's."""

    def __init__(self, file: BinaryIO) -> None:
        self._reader = ZstdReader(file)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data: bytes = self._reader.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
