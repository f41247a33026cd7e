import csv
import io
import json
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from terminal.formats import as_csv, as_json, csv_cell
from terminal.screen import one_line, safe
from terminal.tables import Column, count, moment, number, plain

FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@given(st.text())
def test_no_text_becomes_a_formula_or_breaks_a_row(text: str) -> None:
    cell = csv_cell(text)
    assert not cell.startswith(FORMULAS)
    assert "\n" not in cell
    assert "\r" not in cell


@given(st.text())
def test_safe_text_holds_no_control_character(text: str) -> None:
    shown = safe(text)
    assert not any((ord(c) < 32 and c not in "\t\n") or 0x7F <= ord(c) <= 0x9F for c in shown)
    assert safe(shown) == shown


@given(st.text())
def test_json_gives_back_the_very_text_though_nothing_in_it_can_act(text: str) -> None:
    shown = as_json({"text": text})
    assert json.loads(shown) == {"text": text}
    assert not any(ord(c) < 32 or 0x7F <= ord(c) <= 0x9F for c in shown)


def test_numbers_stay_numbers_in_csv() -> None:
    assert csv_cell(-3) == "-3"
    assert csv_cell("-3") == "'-3"


def test_a_tab_in_front_is_told_to_the_spreadsheet_as_text() -> None:
    assert csv_cell("\t=1+1") == "'=1+1"
    assert csv_cell("  =1+1") == "'=1+1"


def test_lists_times_and_nothing_read_well_in_csv() -> None:
    at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    text = as_csv(
        [{"authors": ["A. Writer", "B. Writer"], "at": at, "day": date(2026, 3, 2), "no": None}],
        ["authors", "at", "day", "no"],
    )
    [row] = csv.DictReader(io.StringIO(text))
    assert row == {
        "authors": "A. Writer; B. Writer",
        "at": "2026-03-02T09:30:00Z",
        "day": "2026-03-02",
        "no": "",
    }


def test_escape_sequences_go_as_a_whole() -> None:
    assert safe("\x1b[1;31mred\x1b[0m") == "red"
    assert safe("\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x07") == "link"
    assert safe("a\x9b31mb") == "ab"
    assert safe("left\u202eright") == "leftright"


def test_one_line_is_one_line() -> None:
    assert one_line(" a\n\tb\r\nc ") == "a b c"
    assert one_line(None) == ""


def test_plain_tables_align_wide_letters_and_put_numbers_right() -> None:
    columns = [Column("name"), number("pages")]
    rows = [{"name": "日本", "pages": 1}, {"name": "abc", "pages": 12345}]
    assert plain(rows, columns) == ["name   pages", "日本       1", "abc   12,345"]


def test_counts_and_moments_read_well() -> None:
    assert (count(0), count(None), count(1234)) == ("·", "", "1,234")
    assert moment(datetime(2026, 3, 2, 9, 30, tzinfo=UTC)) == "2026-03-02 09:30"
    assert moment("2026-03-02T09:30:00Z") == "2026-03-02 09:30"
    assert moment(None) == ""
