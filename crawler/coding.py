"""Whether a compressed body comes to its end: Scrapy takes what it can get of one that was cut, in silence.

The length is of no help where a cache or proxy cut the page before it announced how long it is.
"""

import zlib
from collections.abc import Callable

# what Scrapy itself unpacks with; it knows where each Python has its zstd
from scrapy.utils._compression import brotli, zstd  # type: ignore[attr-defined]

PIECE = 64 * 1024  # bytes unpacked at once; none of them is kept
MOST = 8 * 1024 * 1024  # a body that unpacks to more is refused elsewhere


def is_whole(body: bytes, codings: str) -> bool:
    """Whether `body` ends as its outermost coding should; `codings` is the header Content-Encoding.

    True for what cannot be told: an unknown coding, bytes that are not so coded at all, an endless bomb.
    """
    ends = ENDS.get(codings.rpartition(",")[2].strip().lower())
    return not body or ends is None or ends(body)


def gzip_ends(body: bytes) -> bool:
    return zlib_ends(body, zlib.MAX_WBITS | 16)


def deflate_ends(body: bytes) -> bool:
    # some servers mean the bare stream, without zlib's header
    return zlib_ends(body, zlib.MAX_WBITS if body[0] & 15 == 8 else -zlib.MAX_WBITS)


def zlib_ends(body: bytes, wbits: int) -> bool:
    stream, given = zlib.decompressobj(wbits), 0
    try:
        while not stream.eof and given <= MOST:
            piece = stream.decompress(body, PIECE)
            given, body = given + len(piece), stream.unconsumed_tail
            if not piece and not body:
                return False
    except zlib.error as error:
        return "incorrect" in str(error)  # header or check sum: wrong, but nothing is missing
    return True


def brotli_ends(body: bytes) -> bool:
    stream, given = brotli.Decompressor(), 0
    try:
        while not stream.is_finished() and given <= MOST:
            piece = stream.process(body, output_buffer_limit=PIECE)
            given, body = given + len(piece), b""
            if not piece:
                return bool(stream.is_finished())
    except brotli.error:
        return True
    return True


def zstd_ends(body: bytes) -> bool:
    stream, given = zstd.ZstdDecompressor(), 0
    try:
        while not stream.eof and given <= MOST:
            piece = stream.decompress(body, PIECE)
            given, body = given + len(piece), b""
            if not piece and stream.needs_input:
                return False
    except zstd.ZstdError:
        return True
    return True


ENDS: dict[str, Callable[[bytes], bool]] = {
    "gzip": gzip_ends,
    "x-gzip": gzip_ends,
    "deflate": deflate_ends,
    "br": brotli_ends,
    "zstd": zstd_ends,
}
