"""What a file offers: the pages of a WARC, one saved page, or one text dump."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from db.warc import Skims, WarcFile
from pipeline import clean_html
from pipeline.article import RawPage
from pipeline.urls import canonical_url

WARCS = (".warc", ".warc.gz", ".warc.zst")
PAGES = (".html", ".htm", ".xhtml")
DUMPS = (".txt", ".text")
MAX_FILE_BYTES = 16 * 1024 * 1024  # a saved page beyond this is a mistake; a WARC may be any size


class IngestError(ValueError):
    """The file cannot be ingested as it is; the message says what to add."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One page of a file. `read_bytes` is how far the file was read for it; a dump is text, not HTML.

    An unread one has no content: it was not wanted, or a revisit says that the page was still the same.
    """

    page: RawPage
    channel: str
    read_bytes: int
    is_dump: bool = False
    is_unread: bool = False
    is_revisit: bool = False


class WarcOffers:
    """The pages of a WARC file; `skipped` and `broken` count its other records meanwhile."""

    def __init__(self, path: Path, skims: Skims | None = None) -> None:
        self.file: WarcFile = WarcFile(path, skims)
        self.channel = f"warc:{path.name}"

    def __iter__(self) -> Iterator[Offer]:
        for entry in self.file:
            unread = {"is_unread": entry.is_unread, "is_revisit": entry.is_revisit}
            yield Offer(entry.page, self.channel, self.file.bytes_read, **unread)

    @property
    def skipped(self) -> int:
        """Whole records that are no pages."""
        return self.file.skipped

    @property
    def broken(self) -> int:
        """Records damaged or cut short."""
        return self.file.broken


def offers_of(path: Path, url: str | None = None, skims: Skims | None = None) -> Iterable[Offer]:
    """The pages in `path`; `url` is the address of a single one, `skims` tells records not to be read.

    Raises IngestError for a page or dump whose address is unknown, and ArchiveError for a broken WARC.
    """
    kind = kind_of(path)
    if kind == "warc":
        if url is not None:
            raise IngestError(f"{path}: a WARC names the addresses of its pages; leave out --url")
        return WarcOffers(path, skims)
    body = content(path)
    address = canonical_url(url) if url else own_address(body) if kind == "page" else None
    if address is None:
        raise IngestError(missing_address(path, url, kind))
    media = "text/html" if kind == "page" else "text/plain; charset=utf-8"
    saved_at = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    page = RawPage(address, body, 200, (("Content-Type", media),), saved_at)
    return [Offer(page, f"file:{path.name}", len(body), is_dump=kind == "dump")]


def kind_of(path: Path) -> str:
    """Whether it is a "warc", a "page" or a "dump": by the file's name, else by its first bytes."""
    name = path.name.lower()
    for endings, kind in ((WARCS, "warc"), (PAGES, "page"), (DUMPS, "dump")):
        if name.endswith(endings):
            return kind
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise IngestError(f"{path}: {error.strerror}; give a file that can be read") from error
    if head.startswith((b"WARC/", b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
        return "warc"
    return "page" if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else "dump"


def content(path: Path) -> bytes:
    """The bytes of a saved page or dump."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise IngestError(f"{path}: {size} bytes are too many for one page")
        return path.read_bytes()
    except OSError as error:
        raise IngestError(f"{path}: {error.strerror}; give a file that can be read") from error


def own_address(body: bytes) -> str | None:
    """The address a saved page names as its own; None where it names none."""
    named = clean_html(body).url
    return canonical_url(named) if named else None


def missing_address(path: Path, url: str | None, kind: str) -> str:
    """What to tell when there is no address to keep the page under."""
    if url is not None:
        return f"{path}: --url {url} is not an http(s) address"
    if kind == "page":
        return f"{path}: the page names no address of its own; give it with --url"
    return f"{path}: a text dump carries no address; give it with --url"
