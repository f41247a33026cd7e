"""A gzipped body read piece by piece, so that memory stays flat whatever it unpacks to."""

import io
import zlib

MAX_UNZIPPED_BYTES = 50 * 1024 * 1024  # sitemaps.org allows 50 MB


class Overfull(Exception):  # noqa: N818 - named for what it says
    """There is more in a body than any honest one holds."""


class Plain:
    """A body to read, freed of gzip where it has it.

    `read` raises zlib.error for broken gzip, and Overfull when more than 50 MiB came out.
    """

    def __init__(self, body: bytes) -> None:
        self._body = io.BytesIO(body)
        self._gzip = zlib.decompressobj(wbits=31) if body.startswith(b"\x1f\x8b") else None
        self._given = 0

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; none at the end."""
        if self._gzip is None:
            return self._body.read(size)
        piece = b""
        while not piece and not self._gzip.eof:
            zipped = self._gzip.unconsumed_tail or self._body.read(size)
            piece = self._gzip.decompress(zipped, size)
            if not zipped:
                break
        self._given += len(piece)
        if self._given > MAX_UNZIPPED_BYTES:
            raise Overfull(f"more than {MAX_UNZIPPED_BYTES} bytes when unzipped")
        return piece
