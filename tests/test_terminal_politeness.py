from datetime import date, datetime, timedelta

import pytest

from terminal import politeness
from terminal.formats import Format
from terminal.politeness import SHOWN, size
from terminal.screen import screen


def rows(days: int) -> list[dict[str, object]]:
    counts = ("not_modified", "forbidden", "asked_to_wait", "server_errors", "unanswered", "robots_refused")
    newest = date(2026, 3, 2)
    return [
        {"record": "day", "site": "motor", "host": "motor.example", "day": newest - timedelta(days=n),
         "requests": 1200, "body_bytes": 48_000, **dict.fromkeys(counts, 0)}
        for n in range(days)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0, "0 B"),
        (9999, "9999 B"),
        (48_000, "48 kB"),
        (3_000_000, "3000 kB"),
        (25 * 10**9, "25 GB"),
        (None, ""),
    ],
)
def test_a_size_has_at_most_four_digits(value: int | None, told: str) -> None:
    assert size(value) == told


def test_a_table_shows_the_newest_days_and_says_what_it_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    politeness.show(screen(), rows(SHOWN + 3), Format.TABLE)
    told = capsys.readouterr()
    assert told.out.count("motor.example") == SHOWN
    assert "2026-03-02" in told.out
    assert "1,200" in told.out
    assert "3 older rows are left out" in told.err
    politeness.show(screen(), rows(SHOWN + 3), Format.CSV)
    assert capsys.readouterr().out.count("motor.example") == SHOWN + 3


def test_a_wish_is_shown_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    wish = {
        "record": "wish", "site": "motor", "wish": "tdm-policy", "value": "\x1b[31mhttps://motor.example\n/p",
        "source": "page", "seen": 3, "last_seen_at": datetime(2026, 3, 2),  # noqa: DTZ001 - shown, not kept
    }  # fmt: skip
    politeness.show(screen(), [wish, *rows(1)], Format.TABLE)
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "tdm-policy" in out
