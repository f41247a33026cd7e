"""`carnews export` as a person runs it: whole files or none, continued where they ended."""

import csv
import io
import json
from pathlib import Path

import pytest
from command import Folder, is_one_line
from made_articles import NOW, Keeper, made
from sqlalchemy import text
from test_db_exports import EDITED, gone

from db.engine import open_store, writing
from terminal.exports import last_mark
from terminal.formats import FORMULA_STARTS

EVIL = "<script>alert(1)</script> & \x1b[31mred\x1b[0m ]]> \u202e"


@pytest.fixture
def place(tmp_path: Path) -> Folder:
    here = Folder(tmp_path)
    filled = keeper(here)
    filled.save("a", made(title="=1+1", authors=("@A", "B")))
    filled.save("b", made(*EDITED, title=EVIL), site="other")
    filled.store.dispose()
    return here


def keeper(place: Folder) -> Keeper:
    return Keeper(open_store(f"sqlite:///{place.folder / 'store.db'}"))


def test_jsonl_goes_to_standard_output_and_the_number_to_the_other(place: Folder) -> None:
    ended = place.carnews("export")
    rows = [json.loads(line) for line in ended.out.splitlines()]
    assert [row["url"][-1] for row in rows] == ["a", "b"]
    assert rows[0]["captions"]
    assert ended.err == "complete up to change 2\n"
    assert "\x1b" not in ended.out


def test_csv_has_no_formula_and_one_line_an_article(place: Folder) -> None:
    ended = place.carnews("export", "-f", "csv", "--times", "-o", "out.csv")
    assert (ended.code, ended.out) == (0, "")
    text = (place.folder / "out.csv").read_bytes().decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(text.splitlines()) == 3
    assert rows[0]["title"] == "'=1+1"
    assert rows[0]["authors"] == "'@A; B"
    assert rows[0]["updated_at"].startswith("20")
    assert not any(cell.startswith(FORMULA_STARTS) for row in rows for cell in row.values())


def test_a_file_is_replaced_whole_or_stays(place: Folder) -> None:
    out = place.folder / "out.jsonl"
    out.write_text("before")
    assert is_one_line(ended := place.carnews("export", "-o", "out.jsonl", "--search", '"open'))
    assert ended.code == 2
    assert out.read_text() == "before"
    assert place.carnews("export", "-o", "out.jsonl").code == 0
    assert out.read_text() == place.carnews("export").out
    assert not [file for file in place.folder.iterdir() if file.name.endswith(".part")]


def test_a_continued_file_holds_what_happened_since_and_forgets_what_was_cut_short(place: Folder) -> None:
    out = place.folder / "feed.jsonl"
    continued = ["export", "--append", "-o", "feed.jsonl", "--site", "motor"]
    assert place.carnews(*continued).code == 0
    first = out.read_text()
    assert json.loads(first.splitlines()[-1]) == {"complete_to": 2, "site": "motor"}
    assert place.carnews(*continued).code == 0
    assert out.read_text() == first

    filled = keeper(place)
    filled.save("c", made("Another one drives by, slowly and for a long time, until nobody sees it. " * 4))
    gone(filled, "a")
    filled.store.dispose()
    out.write_text(first + '{"id": "half a li')
    assert place.carnews(*continued).code == 0
    added = [json.loads(line) for line in out.read_text().removeprefix(first).splitlines()]
    assert [row.get("withdrawn") for row in added] == [None, True, None]
    assert added[-1] == {"complete_to": 4, "site": "motor"}


@pytest.mark.parametrize(
    "words",
    [
        ["--append"],
        ["--append", "-o", "x.jsonl", "--since", "1"],
        ["--append", "-o", "x.csv", "-f", "csv"],
        ["--append", "-o", "other.txt"],
        ["-f", "parquet"],
        ["--since", "99"],
        ["-o", "no/such/folder/x.jsonl"],
    ],
)
def test_what_cannot_be_exported_is_told_in_one_line(place: Folder, words: list[str]) -> None:
    (place.folder / "other.txt").write_text("not ours\n")
    ended = place.carnews("export", *words)
    assert is_one_line(ended), ended.err
    assert "not there" not in ended.err
    assert ended.code == 2
    assert (place.folder / "other.txt").read_text() == "not ours\n"


def test_a_file_narrowed_otherwise_is_not_continued(place: Folder) -> None:
    place.carnews("export", "--append", "-o", "feed.jsonl", "--make", "BMW")
    ended = place.carnews("export", "--append", "-o", "feed.jsonl")
    assert is_one_line(ended)
    assert "--make BMW" in ended.err
    mark = last_mark(place.folder / "feed.jsonl")
    assert mark
    assert mark.narrowed == {"make": "BMW"}


def test_a_device_is_written_and_not_replaced(place: Folder) -> None:
    assert place.carnews("export", "-o", "/dev/stdout").out == place.carnews("export").out


def test_parquet_has_the_views_columns_with_moments_and_lists(place: Folder) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
    ended = place.carnews("export", "-f", "parquet", "-o", "out.parquet")
    assert ended.code == 0, ended.err
    rows = parquet.read_table(place.folder / "out.parquet").to_pylist()
    assert rows[0]["authors"] == ["@A", "B"]
    assert rows[0]["published_at"] < NOW
    assert rows[0]["captions"][0]["credit"] == "Maker"


def test_parquet_without_its_library_says_what_to_install(place: Folder) -> None:
    ended = place.carnews("export", "-f", "parquet", "-o", "out.parquet", PYTHONPATH=hidden(place))
    assert is_one_line(ended)
    assert "carnews[parquet]" in ended.err
    assert not (place.folder / "out.parquet").exists()


def hidden(place: Folder) -> str:
    """A path on which there is no pyarrow, whether it is installed or not."""
    (place.folder / "none").mkdir()
    (place.folder / "none" / "pyarrow.py").write_text("raise ModuleNotFoundError('pyarrow')")
    return f"{place.folder / 'none'}:{place.environment['PYTHONPATH']}"


def test_a_search_shows_where_it_hit_and_may_sort_by_relevance(place: Folder) -> None:
    ended = place.carnews("articles", "-s", "fif* -truck", "--sort", "relevance", "-f", "jsonl")
    assert json.loads(ended.out)["snippet"].endswith("where the **fifth** came from.")
    for words in (["--sort", "relevance"], ["--search", "a OR"]):
        ended = place.carnews("articles", *words)
        assert (ended.code, is_one_line(ended)) == (2, True)


def test_the_index_is_checked_and_made_anew(place: Folder) -> None:
    assert place.carnews("db", "check").code == 0
    filled = keeper(place)
    with writing(filled.store) as s:
        s.execute(text("DELETE FROM article_search"))
    filled.store.dispose()
    ended = place.carnews("db", "check")
    assert (ended.code, "carnews db reindex" in ended.err) == (1, True)
    assert place.carnews("db", "reindex").out == "2 articles indexed\n"
    assert place.carnews("db", "check").code == 0
