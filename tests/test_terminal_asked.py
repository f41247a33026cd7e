from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from terminal.asked import decoded, is_url, moment, now, period, read_given, stretch
from terminal.errors import CommandError


@pytest.mark.parametrize(
    ("name", "body", "is_html"),
    [
        ("page.html", b"no markup at all", True),
        ("page", b"<!DOCTYPE html><html><body>x", True),
        ("page.txt", b"<html><body>saved under a wrong name", True),
        ("notes.txt", b"a < b and c > d, says the author", False),
        ("utf16.txt", "<html><body>grüß</body>".encode("utf-16"), True),
        ("utf16-notes.txt", "grüß Gott".encode("utf-16"), False),
    ],
)
def test_pages_are_told_from_texts(tmp_path: Path, name: str, body: bytes, is_html: bool) -> None:
    (tmp_path / name).write_bytes(body)
    given = read_given(str(tmp_path / name))
    assert (given.html is not None, given.text is not None) == (is_html, not is_html)


def test_text_is_decoded_by_mark_then_utf8_then_windows() -> None:
    assert decoded("Kübel".encode()) == "Kübel"
    assert decoded("Kübel".encode("cp1252")) == "Kübel"
    assert decoded("\ufeffKübel".encode(), "utf-8-sig") == "Kübel"


def test_days_mean_their_beginning_or_their_end() -> None:
    assert moment("2026-03-02", "--since") == datetime(2026, 3, 2, tzinfo=UTC)
    assert moment("2026-03-02", "--until", end=True) == datetime(2026, 3, 3, tzinfo=UTC)
    assert moment("2026-03-02T10:00+02:00", "--since") == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert moment(None, "--since") is None


def test_so_far_back_counts_from_now() -> None:
    week = moment("7d", "--since")
    assert week is not None
    assert abs(now() - timedelta(days=7) - week) < timedelta(minutes=1)


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "7", "7 years", "99999999d", "-1d"])
def test_what_is_no_day_is_a_mistake(text: str) -> None:
    with pytest.raises(CommandError, match="--since"):
        moment(text, "--since")


def test_lengths_of_time_have_units() -> None:
    assert period("90", "--time-limit") == timedelta(seconds=90)
    assert period("10m", "--time-limit") == timedelta(minutes=10)
    assert period(None, "--time-limit") is None
    for text in ("0", "1d", "soon", "-5s"):
        with pytest.raises(CommandError, match="--time-limit"):
            period(text, "--time-limit")


def test_addresses_are_known_by_their_beginning() -> None:
    assert is_url("HTTPS://motor.example/")
    assert not is_url("https.html")


def test_a_stretch_of_time_counts_its_last_day_whole_and_must_not_end_before_it_begins() -> None:
    assert stretch("2026-01-01", "2026-02-01") == (
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 2, 2, tzinfo=UTC),
    )
    assert stretch(None, None) == (None, None)
    assert stretch("2026-02-01", "2026-02-01")[1] is not None
    with pytest.raises(CommandError, match="lies before --since"):
        stretch("2026-02-02", "2026-02-01")
