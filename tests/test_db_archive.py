import gzip
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from db.archive import Archive, Position
from db.errors import ArchiveError
from pipeline.article import RawPage

NOW = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def open_archive(tmp_path: Path) -> Iterator[Callable[..., Archive]]:
    """Archives that are closed at the end of the test, in `tmp_path` unless told another folder."""
    with ExitStack() as stack:
        yield lambda folder=tmp_path, **options: stack.enter_context(Archive(folder, **options))


def page(number: int = 1, body: bytes | None = None, **fields: object) -> RawPage:
    given_ = {
        "url": f"https://motor.example/news/{number}",
        "body": body if body is not None else f"<html><p>Car number {number} – neu</p></html>".encode() * 50,
        "status": 200,
        "headers": (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Encoding", "gzip"),
            ("Content-Length", "61"),
            ("Set-Cookie", "a=1"),
            ("Set-Cookie", "b=2"),
        ),
        "fetched_at": NOW,
        "requested_url": f"https://motor.example/?p={number}",
        **fields,
    }
    return RawPage(**given_)


def test_a_page_comes_back_as_it_was(open_archive: Callable[..., Archive], tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "new" / "archive")
    positions = [archive.put(page(n)) for n in range(5)]
    assert [archive.read(position) for position in positions] == [page(n) for n in range(5)]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=3000),
    status=st.integers(100, 999),
    values=st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs", "Z"]), min_size=1), max_size=4),
)
def test_any_body_and_header_comes_back(tmp_path: Path, body: bytes, status: int, values: list[str]) -> None:
    put = page(body=body, status=status, headers=tuple(("X-Any", value) for value in values))
    with Archive(tmp_path) as archive:
        assert archive.read(archive.put(put)) == put


def test_line_breaks_in_a_header_or_address_add_no_header(
    open_archive: Callable[..., Archive], tmp_path: Path
) -> None:
    archive = open_archive()
    position = archive.put(
        page(
            url="https://motor.example/\r\nWARC-Type: warcinfo",
            headers=(("X", "1\r\nY: 2\r\n\r\nbody"), ("Z\ud800", "\ud800")),
        )
    )
    back = archive.read(position)
    assert back.header("Y") is None
    assert back.body == page().body
    assert back.url == "https://motor.example/  WARC-Type: warcinfo"


def test_the_bytes_are_with_the_system_when_put_returns(
    open_archive: Callable[..., Archive], tmp_path: Path
) -> None:
    archive = open_archive()
    position = archive.put(page())
    assert (tmp_path / position.segment).stat().st_size == position.offset + position.length
    assert open_archive().read(position) == page()


def test_warcio_reads_the_segment_and_finds_every_digest_right(
    open_archive: Callable[..., Archive], tmp_path: Path
) -> None:
    archive = open_archive()
    positions = [archive.put(page(n)) for n in range(3)]
    with (tmp_path / positions[0].segment).open("rb") as file:
        records = [
            (record.rec_type, record.rec_headers, record.http_headers, record.content_stream().read())
            for record in ArchiveIterator(file, check_digests="raise")
        ]
    assert [kind for kind, *_ in records] == ["warcinfo", "response", "response", "response"]
    _, warc, http, body = records[1]
    assert warc.protocol == "WARC/1.1"
    assert warc.get_header("WARC-Target-URI") == page(0).url
    assert warc.get_header("WARC-Date") == "2026-03-02T09:30:15.123456Z"
    assert warc.get_header("WARC-Payload-Digest").startswith("sha1:")
    assert http.get_statuscode() == "200"
    assert http.get_header("X-Archive-Orig-Content-Encoding") == "gzip"
    assert http.get_header("Content-Encoding") is None
    assert http.get_header("Content-Length") == str(len(page(0).body))
    assert body == page(0).body


def test_warcio_finds_a_record_by_its_position(open_archive: Callable[..., Archive], tmp_path: Path) -> None:
    archive = open_archive()
    position = [archive.put(page(n)) for n in range(4)][2]
    with (tmp_path / position.segment).open("rb") as file:
        file.seek(position.offset)
        member = file.read(position.length)
    record = next(iter(ArchiveIterator(BytesIO(member))))
    assert record.rec_headers.get_header("WARC-Target-URI") == page(2).url
    assert gzip.decompress(member).startswith(b"WARC/1.1\r\n")


def test_fastwarc_reads_the_segment_and_finds_every_digest_right(
    open_archive: Callable[..., Archive], tmp_path: Path
) -> None:
    position = open_archive().put(page())
    records = [
        (r.headers["WARC-Type"], r.verify_block_digest())
        for r in FastIterator(str(tmp_path / position.segment), parse_http=False)
    ]
    assert records[1:] == [("response", True)]


def test_iterating_gives_every_page_with_its_position(
    open_archive: Callable[..., Archive], tmp_path: Path
) -> None:
    first, second = open_archive(), open_archive()
    put = {first.put(page(1)): 1, second.put(page(2)): 2, first.put(page(3)): 3}
    assert {position: found.url for position, found in open_archive()} == {
        position: page(number).url for position, number in put.items()
    }


def test_two_archives_never_share_a_segment(open_archive: Callable[..., Archive], tmp_path: Path) -> None:
    segments = {open_archive().put(page(n)).segment for n in range(4)}
    assert len(segments) == 4


def test_every_record_has_an_id_of_its_own(
    open_archive: Callable[..., Archive], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.archive.SEGMENT_BYTES", 5000)
    archives = [open_archive(), open_archive()]
    for n in range(40):
        archives[n % 2].put(page(n))
    said = [
        record.rec_headers.get_header("WARC-Record-ID")
        for file in tmp_path.glob("*.warc.gz")
        for record in ArchiveIterator(BytesIO(file.read_bytes()))
    ]
    assert len(said) == len(set(said)) > 40
    assert all(UUID(one.strip("<>")).version == 4 for one in said)
    assert all(one.startswith("<urn:uuid:") for one in said)


def test_a_full_segment_is_followed_by_another(
    open_archive: Callable[..., Archive], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.archive.SEGMENT_BYTES", 1500)
    archive = open_archive()
    positions = [archive.put(page(n, os.urandom(600))) for n in range(6)]
    assert len({position.segment for position in positions}) == 3
    assert [archive.read(position).url for position in positions] == [page(n).url for n in range(6)]


PUT_AND_DIE = """
import os, signal, sys
from pathlib import Path
from db.archive import Archive
from pipeline.article import RawPage
from datetime import UTC, datetime
archive = Archive(Path(sys.argv[1]))
page = RawPage("https://motor.example/1", b"<p>car</p>" * 100, 200, (), datetime(2026, 1, 1, tzinfo=UTC))
for _ in range(3):
    position = archive.put(page)
print(position.segment, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PUT_AND_DIE, str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    return done.stdout.strip()


def test_what_was_put_survives_kill_9_and_the_next_process_writes_elsewhere(
    open_archive: Callable[..., Archive], tmp_path: Path
) -> None:
    segment = killed(tmp_path)
    archive = open_archive()
    assert archive.put(page()).segment != segment
    assert len(list(archive)) == 4
    assert archive.torn == 0


def test_a_record_cut_anywhere_costs_only_itself(
    open_archive: Callable[..., Archive], tmp_path: Path
) -> None:
    archive = open_archive()
    positions = [archive.put(page(n)) for n in range(3)]
    archive.close()
    file = tmp_path / positions[-1].segment
    whole = file.read_bytes()
    start = positions[-1].offset
    for cut in range(start + 1, len(whole), 7):
        file.write_bytes(whole[:cut])
        again = open_archive()
        assert [found.url for _, found in again] == [page(0).url, page(1).url]
        assert again.torn == 1
        with pytest.raises(ArchiveError):
            again.read(positions[-1])


def test_damage_in_the_middle_costs_only_what_is_damaged(
    open_archive: Callable[..., Archive], tmp_path: Path
) -> None:
    archive = open_archive()
    positions = [archive.put(page(n)) for n in range(5)]
    file = tmp_path / positions[0].segment
    data = bytearray(file.read_bytes())
    middle = positions[2].offset + positions[2].length // 2
    data[middle : middle + 8] = b"damaged!"
    file.write_bytes(data)
    again = open_archive()
    assert [found.url for _, found in again] == [page(n).url for n in (0, 1, 3, 4)]
    assert again.torn == 1


@pytest.mark.parametrize(
    "position",
    [Position("gone.warc.gz", 0, 10), Position("", 0, 10), Position("../../etc/passwd", 0, 10)],
    ids=["gone", "empty", "outside"],
)
def test_a_position_that_leads_nowhere_is_named(
    open_archive: Callable[..., Archive], tmp_path: Path, position: Position
) -> None:
    open_archive().put(page())
    with pytest.raises(ArchiveError) as caught:
        open_archive().read(position)
    assert "\n" not in str(caught.value)


def test_a_disk_that_takes_no_more_is_named_and_spoils_nothing(
    open_archive: Callable[..., Archive], tmp_path: Path
) -> None:
    archive = open_archive()
    kept = archive.put(page(1))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, limits[1]))
    try:
        with pytest.raises(ArchiveError) as caught:
            archive.put(page(2, os.urandom(20_000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, old)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)
    later = archive.put(page(3))
    assert later.segment != kept.segment
    again = open_archive()
    assert {found.url for _, found in again} == {page(1).url, page(3).url}
    assert again.torn == 1


def test_a_file_in_place_of_the_folder_is_named(open_archive: Callable[..., Archive], tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("")
    with pytest.raises(ArchiveError, match="archive"):
        open_archive(tmp_path / "archive").put(page())


def test_iterating_an_archive_that_is_not_there_gives_nothing(
    open_archive: Callable[..., Archive], tmp_path: Path
) -> None:
    assert list(open_archive(tmp_path / "none")) == []


def test_a_durable_archive_keeps_pages_too(open_archive: Callable[..., Archive], tmp_path: Path) -> None:
    archive = open_archive(durable=True)
    assert archive.read(archive.put(page())) == page()
