import gzip
import os
import zlib
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from fastwarc.stream_io import BrotliWriter, ZstdWriter
from fastwarc.warc import WarcRecord, metadata, request, response, revisit

from db.archive import Archive
from db.errors import ArchiveError
from db.http import BODY_BYTES
from db.warc import WarcFile, read_warc
from pipeline.article import RawPage

KINDS = {"response": response, "request": request, "metadata": metadata, "revisit": revisit}
HTML = b"<html><p>A made page about a made car, long enough to be worth packing.</p></html>" * 20
REALPAGES = Path(os.environ.get("CARNEWS_REALPAGES", Path(__file__).parents[2] / "shared" / "realpages"))


def record(
    number: int = 1,
    payload: bytes = HTML,
    *,
    kind: str = "response",
    status: str = "HTTP/1.1 200 OK",
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html"),),
) -> bytes:
    """One uncompressed record as FastWARC, another tool than ours, writes it."""
    made = WarcRecord()
    made.init_headers(KINDS[kind])
    made.headers["WARC-Target-URI"] = f"https://motor.example/{number}"
    made.headers["WARC-Date"] = "2026-03-02T09:30:00Z"
    made.headers["Content-Type"] = "application/http; msgtype=response"
    head = "\r\n".join([status, *(f"{name}: {value}" for name, value in headers)]).encode()
    made.set_bytes_content(head + b"\r\n\r\n" + payload)
    out = BytesIO()
    made.write(out, checksum_data=True)
    return out.getvalue()


def written(folder: Path, *records: bytes, suffix: str = ".warc.gz") -> Path:
    file = folder / f"made{suffix}"
    pack = {".warc": bytes, ".warc.gz": gzip.compress, ".warc.zst": zstd}[suffix]
    file.write_bytes(b"".join(pack(data) for data in records))
    return file


def zstd(data: bytes) -> bytes:
    out = BytesIO()
    with ZstdWriter(out) as writer:
        for at in range(0, len(data), 1 << 20):  # one write of more than 8 MiB loses the rest
            writer.write(data[at : at + (1 << 20)])
    return out.getvalue()


def brotli(data: bytes) -> bytes:
    out = BytesIO()
    with BrotliWriter(out) as writer:
        writer.write(data)
    return out.getvalue()


def chunked(data: bytes) -> bytes:
    parts = [data[at : at + 500] for at in range(0, len(data), 500)]
    return b"".join(b"%x;note=1\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def urls(file: WarcFile) -> list[int]:
    return [int(entry.page.url.rpartition("/")[2]) for entry in file]


@pytest.mark.parametrize("suffix", [".warc", ".warc.gz", ".warc.zst"])
def test_pages_of_other_tools_are_read_whatever_the_packing(tmp_path: Path, suffix: str) -> None:
    file = read_warc(written(tmp_path, record(1), record(2, status="HTTP/1.1 404 Not Found"), suffix=suffix))
    first, second = list(file)
    assert first.page == RawPage(
        "https://motor.example/1",
        HTML,
        200,
        (("Content-Type", "text/html"),),
        datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    )
    assert second.page.status == 404
    assert second.offset > first.offset == 0
    assert (file.skipped, file.broken) == (0, 0)
    assert file.bytes_read == file.bytes_total > 0


def test_records_that_are_no_pages_are_counted(tmp_path: Path) -> None:
    kinds = [record(1, kind="request", status="GET / HTTP/1.1"), record(2, kind="metadata"), record(3)]
    file = read_warc(written(tmp_path, *kinds, record(4, kind="revisit")))
    assert urls(file) == [3]
    assert (file.skipped, file.broken) == (3, 0)


BODIES = {
    "gzip": (gzip.compress(HTML), {"Content-Encoding": "gzip"}),
    "deflate": (zlib.compress(HTML), {"Content-Encoding": "deflate"}),
    "bare deflate": (zlib.compress(HTML, wbits=-15), {"Content-Encoding": "deflate"}),
    "brotli": (brotli(HTML), {"Content-Encoding": "br"}),
    "zstd": (zstd(HTML), {"Content-Encoding": "zstd"}),
    "chunked": (chunked(HTML), {"Transfer-Encoding": "chunked"}),
    "both": (chunked(gzip.compress(HTML)), {"Transfer-Encoding": "chunked", "Content-Encoding": "gzip"}),
    "twice": (gzip.compress(gzip.compress(HTML)), {"Content-Encoding": "gzip, gzip"}),
    "decoded already": (HTML, {"Transfer-Encoding": "chunked", "Content-Encoding": "gzip"}),
    "brotli by name only": (HTML, {"Content-Encoding": "br"}),
    "kept under another name": (HTML, {"X-Crawl-Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("name", BODIES)
def test_bodies_are_freed_of_their_encodings(tmp_path: Path, name: str) -> None:
    body, headers = BODIES[name]
    (entry,) = read_warc(written(tmp_path, record(1, body, headers=tuple(headers.items()))))
    assert entry.page.body == HTML


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate"])
def test_a_bomb_is_broken_and_does_not_go_off(tmp_path: Path, coding: str) -> None:
    pack = {"gzip": gzip.compress, "br": brotli, "zstd": zstd, "deflate": zlib.compress}[coding]
    bomb = pack(b"\0" * (BODY_BYTES + 10))
    file = read_warc(written(tmp_path, record(1, bomb, headers=(("Content-Encoding", coding),)), record(2)))
    assert urls(file) == [2]
    assert file.broken == 1


def test_a_body_of_just_the_bound_is_taken(tmp_path: Path) -> None:
    (entry,) = read_warc(
        written(
            tmp_path, record(1, gzip.compress(b"x" * BODY_BYTES), headers=(("Content-Encoding", "gzip"),))
        )
    )
    assert len(entry.page.body) == BODY_BYTES


def test_a_record_too_big_for_a_page_is_skipped(tmp_path: Path) -> None:
    file = read_warc(written(tmp_path, record(1, b"x" * (17 << 20)), record(2)))
    assert urls(file) == [2]
    assert (file.skipped, file.broken) == (1, 0)


@pytest.mark.parametrize("suffix", [".warc", ".warc.gz", ".warc.zst"])
def test_a_file_cut_short_gives_what_is_whole(tmp_path: Path, suffix: str) -> None:
    file = written(tmp_path, record(1), record(2), record(3, os.urandom(3000)), suffix=suffix)
    file.write_bytes(file.read_bytes()[:-700])
    reading = read_warc(file)
    assert urls(reading) == [1, 2]
    assert reading.broken == 1


@pytest.mark.parametrize("suffix", [".warc", ".warc.gz", ".warc.zst"])
def test_every_cut_that_tears_a_record_is_told(tmp_path: Path, suffix: str) -> None:
    small = b"<p>A made page.</p>"
    records = [
        record(1, small),
        record(2, small, kind="request", status="GET / HTTP/1.1"),
        record(3, small),
        record(4, small, kind="metadata"),
    ]
    ends = [written(tmp_path, *records[:n], suffix=suffix).stat().st_size for n in range(1, 5)]
    file = written(tmp_path, *records, suffix=suffix)
    whole = file.read_bytes()
    for cut in range(ends[0], len(whole) + 1):
        file.write_bytes(whole[:cut])
        reading = read_warc(file)
        given = urls(reading)
        assert given in ([1], [1, 3]), cut
        assert (3 in given) >= (cut >= ends[2]), cut
        assert reading.broken == (cut not in ends), cut
    for cut in range(1, ends[0]):
        file.write_bytes(whole[:cut])
        with pytest.raises(ArchiveError):  # or the page is there and only its end is not
            assert read_whole(file)


def read_whole(path: Path) -> bool:
    """Whether nothing in the file is broken; for a torn one that gives a page raises as for one without."""
    reading = read_warc(path)
    list(reading)
    if reading.broken:
        raise ArchiveError("torn")
    return True


@pytest.mark.parametrize("cut", [4, 100, 1000])
def test_a_cut_in_a_file_packed_as_one_member_is_told(tmp_path: Path, cut: int) -> None:
    packed = gzip.compress(b"".join(record(n, os.urandom(300)) for n in range(9)))
    (tmp_path / "one.warc.gz").write_bytes(packed)
    whole = read_warc(tmp_path / "one.warc.gz")
    assert urls(whole) == list(range(9))
    assert whole.broken == 0
    (tmp_path / "one.warc.gz").write_bytes(packed[:-cut])
    torn = read_warc(tmp_path / "one.warc.gz")
    assert len(urls(torn)) in {6, 7, 8, 9}
    assert torn.broken == 1


def test_a_record_too_big_for_a_page_and_cut_short_is_told(tmp_path: Path) -> None:
    file = written(tmp_path, record(1), record(2, b"x" * (17 << 20)), suffix=".warc")
    file.write_bytes(file.read_bytes()[:-5000])
    reading = read_warc(file)
    assert urls(reading) == [1]
    assert reading.broken == 1


def test_a_damaged_member_costs_only_itself(tmp_path: Path) -> None:
    parts = [gzip.compress(record(n, os.urandom(3000))) for n in range(5)]
    parts[2] = parts[2][:800] + b"damaged!" + parts[2][808:]
    (tmp_path / "x.warc.gz").write_bytes(b"".join(parts))
    file = read_warc(tmp_path / "x.warc.gz")
    assert urls(file) == [0, 1, 3, 4]
    assert file.broken == 1


def test_a_flipped_byte_is_found_by_the_digest(tmp_path: Path) -> None:
    spoilt = record(2).replace(b"made car", b"mad3 car", 1)
    file = read_warc(written(tmp_path, record(1), spoilt, record(3), suffix=".warc"))
    assert urls(file) == [1, 3]
    assert file.broken == 1


def test_rubbish_between_members_is_passed_over(tmp_path: Path) -> None:
    parts = [gzip.compress(record(1)), b"rubbish " * 20, gzip.compress(record(2))]
    (tmp_path / "x.warc.gz").write_bytes(b"".join(parts))
    file = read_warc(tmp_path / "x.warc.gz")
    assert urls(file) == [1, 2]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>no archive</html>" * 50,
        gzip.compress(b"<html>no archive</html>"),
        os.urandom(3000),
        b"WARC/1.0",
    ],
    ids=["empty", "html", "packed html", "noise", "cut after the first word"],
)
def test_a_file_that_is_no_warc_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "page.warc").write_bytes(content)
    with pytest.raises(ArchiveError) as caught:
        list(read_warc(tmp_path / "page.warc"))
    assert "page.warc" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.warc", tmp_path):
        with pytest.raises(ArchiveError, match=str(path)):
            read_warc(path)


def test_bad_dates_and_answers_that_are_no_http_spoil_only_themselves(tmp_path: Path) -> None:
    no_date = record(1).replace(b"WARC-Date: 2026-03-02T09:30:00Z", b"WARC-Date: yesterday.......")
    no_http = (
        record(2)
        .replace(b"HTTP/1.1 200 OK", b"gopher says hi!")
        .replace(b"WARC-Block-Digest", b"WARC-Other-Digest")
    )
    file = read_warc(written(tmp_path, no_date, no_http, record(3), suffix=".warc"))
    assert urls(file) == [3]
    assert (file.skipped, file.broken) == (1, 1)


def test_our_own_segments_can_be_ingested(tmp_path: Path) -> None:
    page = RawPage(
        "https://motor.example/1", HTML, 200, (("Content-Encoding", "br"),), datetime(2026, 3, 2, tzinfo=UTC)
    )
    with Archive(tmp_path) as archive:
        position = archive.put(page)
    (entry,) = read_warc(tmp_path / position.segment)
    assert entry.page == page
    assert entry.offset == position.offset


def test_the_real_pages_are_all_read() -> None:
    file = REALPAGES / "pages.warc.gz"
    if not file.exists():
        pytest.skip(f"no real pages at {file}; set CARNEWS_REALPAGES")
    reading = read_warc(file)
    assert sum(1 for _ in reading) == 1784
    assert (reading.skipped, reading.broken) == (0, 0)
    assert reading.bytes_read == reading.bytes_total
