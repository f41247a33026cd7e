"""Reading WARC files, our own segments and other people's."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.article import RawPage


@dataclass(frozen=True, slots=True)
class WarcEntry:
    """One page of a WARC file: where its record begins in the file, and the page."""

    offset: int
    page: RawPage


class WarcReader:
    """Iterates over the pages of one WARC file, counting as it goes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.skipped = 0
        self.broken = 0
        self.bytes_read = 0
        self.bytes_total = 0

    def __iter__(self) -> Iterator[WarcEntry]:
        raise NotImplementedError


def read_warc(path: Path) -> WarcReader:
    """The pages of a `.warc`, `.warc.gz` or `.warc.zst` file."""
    return WarcReader(path)


def read_member(member: bytes) -> RawPage | None:
    """The page of one archived gzip member; None when it is not whole."""
    raise NotImplementedError(len(member))


def members_of(path: Path) -> WarcReader:
    """The pages of one of our own segments."""
    return WarcReader(path)
