"""Every mistake is one line on standard error: the thing, the value, the remedy."""

import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command import Folder, is_one_line
from loopback import Ended, closed_port

from db.archive import Archive
from pipeline.article import RawPage


@pytest.fixture
def here(tmp_path: Path) -> Folder:
    (tmp_path / "sites").mkdir()
    return Folder(tmp_path)


@pytest.fixture
def stored(here: Folder, sqlite_template: Path) -> Folder:
    shutil.copy(sqlite_template, here.folder / "store.db")
    return here


MISTAKES = {
    "unknown command": (["frobnicate"], 2, ["frobnicate", "--help"]),
    "unknown option": (["crawl", "--frobnicate"], 2, ["--frobnicate", "--help"]),
    "unknown site": (["crawl", "motr1"], 2, ["'motr1'", "did you mean motor1"]),
    "nothing to crawl": (["crawl"], 2, ["--all", "carnews sites"]),
    "too much to crawl": (["crawl", "motor1", "--all"], 2, ["--all alone"]),
    "address of another kind": (["crawl", "ftp://x.example/a"], 2, ["ftp://x.example/a", "https://"]),
    "address without a host": (["crawl", "http://"], 2, ["http://", "https://"]),
    "no time": (["crawl", "motor1", "--time-limit", "soon"], 2, ["--time-limit", "'soon'", "10m"]),
    "no day": (["articles", "--since", "yesterday-ish"], 2, ["--since", "'yesterday-ish'", "2026-03-02"]),
    "impossible day": (["articles", "--until", "2026-02-30"], 2, ["--until", "2026-02-30"]),
    "no format": (["articles", "--format", "xml"], 2, ["xml", "jsonl"]),
    "no limit": (["articles", "--limit", "0"], 2, ["--limit"]),
    "no such change": (["changes", "--since", str(2**70)], 2, ["--since", str(2**63 - 1)]),
    "no such number": (["changes", "--limit", str(2**70)], 2, ["--limit", str(2**63 - 1)]),
    "no such file": (["clean", "missing.html"], 2, ["missing.html", "no such file"]),
    "a folder": (["clean", "sites"], 2, ["sites", "folder"]),
    "a WARC to clean": (["clean", "pages.warc.gz"], 2, ["pages.warc.gz", "carnews ingest"]),
    "no such article": (["show", "beef"], 2, ["beef", "carnews articles"]),
    "no word to search": (["articles", "--search", "!!"], 2, ["'!!'", "word"]),
    "an open quote": (["articles", "--search", '"open'], 2, ["quote"]),
    "an address never seen": (
        ["explain", "https://x.example/a"],
        2,
        ["https://x.example/a", "carnews crawl"],
    ),
    "unknown site on the clock": (["run", "--once", "--sites", "motr1"], 2, ["'motr1'", "motor1"]),
    "a file that is not there": (["ingest", "missing.warc.gz"], 2, ["missing.warc.gz"]),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> dict[str, Ended]:
    """What was said to each mistake."""
    here = Folder(tmp_path_factory.mktemp("mistakes"))
    (here.folder / "sites").mkdir()
    shutil.copy(sqlite_template, here.folder / "store.db")
    ended = here.each(*(words for words, _, _ in MISTAKES.values()))
    return dict(zip(MISTAKES, ended, strict=True))


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_in_one_line(told: dict[str, Ended], name: str) -> None:
    ended, (_, code, parts) = told[name], MISTAKES[name]
    assert is_one_line(ended), ended.err
    assert ended.code == code
    assert all(part in ended.err for part in parts), ended.err


def test_a_store_that_is_not_there_is_not_made_by_reading(here: Folder) -> None:
    ended = here.carnews("articles", "--db", "nowhere/news.db")
    assert is_one_line(ended)
    assert ended.code == 2
    assert "nowhere/news.db" in ended.err
    assert "carnews demo" in ended.err
    assert not (here.folder / "nowhere").exists()


def test_a_file_that_is_no_database_is_named(here: Folder) -> None:
    (here.folder / "notes.db").write_text("not a database, but long enough to have a header\n" * 10)
    ended = here.carnews("articles", "--db", "notes.db")
    assert is_one_line(ended), ended.err
    assert ended.code == 2
    assert "notes.db" in ended.err


def test_a_folder_that_cannot_be_made_is_named(here: Folder) -> None:
    (here.folder / "file").write_text("in the way")
    ended = here.carnews("crawl", "motor1", "--db", "file/inside/news.db")
    assert is_one_line(ended), ended.err
    assert ended.code == 2
    assert "file/inside" in ended.err


def test_a_store_of_a_newer_carnews_is_left_alone(stored: Folder) -> None:
    with sqlite3.connect(stored.folder / "store.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    for words in (["articles"], ["crawl", "motor1"], ["db", "check"]):
        ended = stored.carnews(*words)
        assert is_one_line(ended), ended.err
        assert ended.code == 2
        assert "9999" in ended.err
        assert "newer" in ended.err


@pytest.mark.parametrize("words", [["articles"], ["crawl", "motor1"], ["run", "--once"], ["status"]])
def test_a_server_that_is_down_asks_to_try_later_and_keeps_the_password(
    here: Folder, words: list[str]
) -> None:
    url = f"postgresql://reader:s3cret@127.0.0.1:{closed_port()}/news"
    ended = here.carnews(*words, CARNEWS_DATABASE_URL=url)
    assert ended.code == 75
    assert is_one_line(ended), ended.err
    assert "s3cret" not in ended.err + ended.out


def test_a_traceback_is_shown_only_on_request_and_without_the_password(here: Folder) -> None:
    url = f"postgresql://reader:s3cret@127.0.0.1:{closed_port()}/news"
    ended = here.carnews("articles", "--debug", CARNEWS_DATABASE_URL=url)
    assert "Traceback" in ended.err
    assert "s3cret" not in ended.err + ended.out


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("empty.html", b"", "is empty"),
        ("blank.txt", b" \n\t\n", "is empty"),
        ("photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "neither HTML nor text"),
    ],
)
def test_a_file_that_holds_no_page_is_named(here: Folder, name: str, content: bytes, part: str) -> None:
    (here.folder / name).write_bytes(content)
    ended = here.carnews("clean", name)
    assert is_one_line(ended), ended.err
    assert ended.code == 2
    assert name in ended.err
    assert part in ended.err


def test_nothing_on_standard_input_is_told(here: Folder) -> None:
    ended = here.fed(["clean", "-"], b"")
    assert is_one_line(ended)
    assert "standard input" in ended.err


def test_all_mistakes_of_broken_site_files_are_told_and_the_others_listed(here: Folder) -> None:
    (here.folder / "sites" / "broken.toml").write_text('title = "B"\nhome = "nowhere"\n[find]\nfeds = []\n')
    (here.folder / "sites" / "torn.toml").write_text('title = "T\n')
    checked = here.carnews("sites", "check")
    assert checked.code == 1
    assert "broken.toml" in checked.err
    assert "feds" in checked.err
    assert "home" in checked.err
    assert "torn.toml" in checked.err
    assert "Traceback" not in checked.err
    assert here.carnews("sites").code == 0
    crawl = here.carnews("crawl", "broken")
    assert crawl.code == 2
    assert "broken.toml" in crawl.err


def test_sound_site_files_pass_the_check(here: Folder) -> None:
    checked = here.carnews("sites", "check")
    assert checked.code == 0, checked.err
    assert "sound" in checked.out


def test_a_site_out_of_reach_asks_to_try_later_and_says_why(here: Folder) -> None:
    port = closed_port()
    home = f"http://127.0.0.1:{port}/"
    here.site(
        "closed",
        f'title = "Closed"\nhome = "{home}"\n[find]\nfeeds = ["{home}rss"]\n'
        "[crawl]\ndelay_s = 0\nallow_private = true\n",
    )
    ended = here.carnews("crawl", "closed", "--quiet", CARNEWS_CONTACT="https://reader.example/bot")
    assert ended.code == 75, ended.err
    assert is_one_line(ended), ended.err
    assert "closed: unreachable: " in ended.err


def test_a_warc_cut_short_yields_what_is_whole_and_is_told(here: Folder) -> None:
    archive = Archive(here.folder / "cut")
    for n in range(3):
        body = f"<html><body><h1>Page {n}</h1></body></html>".encode()
        at = datetime(2026, 3, 2, tzinfo=UTC)
        archive.put(RawPage(f"https://motor.example/{n}", body, 200, (("Content-Type", "text/html"),), at))
    archive.close()
    [whole] = (here.folder / "cut").iterdir()
    (here.folder / "cut.warc.gz").write_bytes(whole.read_bytes()[:-40])
    ended = here.carnews("ingest", "cut.warc.gz")
    assert ended.code == 1
    assert is_one_line(ended), ended.err
    assert "cut.warc.gz" in ended.err
    assert "cut short" in ended.err
    assert "2" in ended.out
