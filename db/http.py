"""An HTTP answer as WARC records hold it: status line, headers, body; from bytes to `RawPage` and back."""

import zlib
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO

from fastwarc.stream_io import BrotliReader, WarcReader, ZstdReader

from pipeline.article import RawPage

BODY_BYTES = 8 << 20  # as much of a page as the crawler itself would take, decoded
# The body is kept decoded, so these would lie about it; other crawlers use the same prefix for the originals.
REWRITTEN = {"content-encoding", "transfer-encoding", "content-length"}
ORIGINAL = "X-Archive-Orig-"
ENCODED = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}  # how such bodies begin


class BadBody(Exception):  # noqa: N818 - not an error of the caller: one record among many
    """A body that cannot be decoded, or decodes to more than 8 MiB."""


def block_of(page: RawPage) -> bytes:
    """`page` as a WARC block: status line and headers as they were, but true of the decoded body."""
    try:
        phrase = HTTPStatus(page.status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {page.status:03d} {phrase}"]
    for name, value in page.headers:
        kept = f"{ORIGINAL}{name}" if name.lower() in REWRITTEN else name
        lines.append(f"{one_line(kept)}: {one_line(value)}")
    lines.append(f"Content-Length: {len(page.body)}")
    return "\r\n".join(lines).encode(errors="replace") + b"\r\n\r\n" + page.body


def one_line(text: str) -> str:
    """`text` without the line breaks that would end a header early."""
    return text.replace("\r", " ").replace("\n", " ").replace("\0", "").strip()


def page_of(block: bytes, url: str, fetched_at: datetime, requested_url: str | None = None) -> RawPage | None:
    """The answer in `block` with its body decoded; None when it is no HTTP answer. Raises BadBody."""
    head, _, body = block.partition(b"\r\n\r\n")
    if b"\r\n" not in head and b"\n\n" in block:  # lone line feeds, as hand-made files have them
        head, _, body = block.partition(b"\n\n")
    first, *lines = _text(head).splitlines() or [""]
    version, _, rest = first.partition(" ")
    if not version.startswith("HTTP/") or not rest[:3].isdecimal():
        return None
    headers = _headers(lines)
    decoded = _decoded(body, {name.lower(): value.lower() for name, value in headers})
    served = _as_served(headers, body)
    return RawPage(url, decoded, int(rest[:3]), served, fetched_at.astimezone(UTC), requested_url)


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _headers(lines: list[str]) -> list[tuple[str, str]]:
    headers: list[tuple[str, str]] = []
    for line in lines:
        name, colon, value = line.partition(":")
        if line[:1] in {" ", "\t"} and headers:  # a folded header: the line goes on
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {line.strip()}")
        elif colon:
            headers.append((name.strip(), value.strip()))
    return headers


def _as_served(headers: list[tuple[str, str]], block_body: bytes) -> tuple[tuple[str, str], ...]:
    """The headers without the length `block_of` adds at the end, and under the names served."""
    if headers and headers[-1] == ("Content-Length", str(len(block_body))):
        headers = headers[:-1]
    return tuple((name.removeprefix(ORIGINAL), value) for name, value in headers)


def _decoded(body: bytes, headers: dict[str, str]) -> bytes:
    """`body` freed of transfer and content encoding.

    Many tools store the decoded body beside headers that still name the encoding: a body that does not look
    encoded is taken as it is.
    """
    if "chunked" in headers.get("transfer-encoding", ""):
        body = _unchunked(body)
    for coding in reversed(headers.get("content-encoding", "").replace(" ", "").split(",")):
        body = _uncoded(body, coding)
    if len(body) > BODY_BYTES:
        raise BadBody(f"body above {BODY_BYTES} bytes")
    return body


def _unchunked(body: bytes) -> bytes:
    parts: list[bytes] = []
    at = 0
    while True:
        end = body.find(b"\n", at, at + 1000)
        size = body[at:end].partition(b";")[0].strip() if end >= 0 else b""
        try:
            length = int(size, 16)
        except ValueError:
            if not parts:
                return body  # was not chunked after all
            break  # cut short: what there is
        if length == 0:
            break
        parts.append(body[end + 1 : end + 1 + length])
        at = body.find(b"\n", end + 1 + length) + 1
        if not at:
            break
    return b"".join(parts)


def _uncoded(body: bytes, coding: str) -> bytes:
    if not body or not body.startswith(ENCODED.get(coding, b"")):
        return body
    try:
        if coding in {"gzip", "x-gzip"}:
            return zlib.decompressobj(31).decompress(body, BODY_BYTES + 1)
        if coding == "deflate":
            return _inflated(body)
        if coding == "br":
            return _read(BrotliReader(BytesIO(body)))
        if coding == "zstd":
            return _read(ZstdReader(BytesIO(body)))
    except (OSError, zlib.error) as wrong:
        if coding in ENCODED:
            raise BadBody(f"{coding} body is damaged") from wrong
    return body


def _read(reader: WarcReader) -> bytes:
    """All the reader gives, up to one byte above the bound; a single `read` may stop at a frame's block."""
    parts: list[bytes] = []
    left = BODY_BYTES + 1
    while left and (part := reader.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _inflated(body: bytes) -> bytes:
    """RFC 9110 says deflate has a zlib wrapper; some servers send it bare."""
    try:
        return zlib.decompressobj().decompress(body, BODY_BYTES + 1)
    except zlib.error:
        return zlib.decompressobj(-15).decompress(body, BODY_BYTES + 1)
