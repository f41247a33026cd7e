from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dates import day_in_url, parse_date


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("2026-03-02T09:30:00Z", None, datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        ("2026-03-02T09:30:00+02:00", None, datetime(2026, 3, 2, 7, 30, tzinfo=UTC)),
        ("2026-03-02T09:30:00.123+0200", None, datetime(2026, 3, 2, 7, 30, tzinfo=UTC)),
        ("2026-03-02 09:30", None, datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        ("20260302", None, datetime(2026, 3, 2, tzinfo=UTC)),
        ("2026-03-02", None, datetime(2026, 3, 2, tzinfo=UTC)),
        ("1772443800", None, datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        ("Mon, 02 Mar 2026 09:30:00 +0100", None, datetime(2026, 3, 2, 8, 30, tzinfo=UTC)),
        ("March 2, 2026", None, datetime(2026, 3, 2, tzinfo=UTC)),
        ("Mar 2nd, 2026 at 4:05 PM", None, datetime(2026, 3, 2, 16, 5, tzinfo=UTC)),
        ("2 March 2026", None, datetime(2026, 3, 2, tzinfo=UTC)),
        ("2. März 2026, 16:05 Uhr", "de", datetime(2026, 3, 2, 16, 5, tzinfo=UTC)),
        ("2 février 2026", "fr", datetime(2026, 2, 2, tzinfo=UTC)),
        ("2 de marzo de 2026", "es", datetime(2026, 3, 2, tzinfo=UTC)),
        ("2 марта 2026", "ru", datetime(2026, 3, 2, tzinfo=UTC)),
        ("02.03.2026", None, datetime(2026, 3, 2, tzinfo=UTC)),
        ("2026年3月2日", "ja", datetime(2026, 3, 2, tzinfo=UTC)),
        ("03/02/2026", "en-us", datetime(2026, 3, 2, tzinfo=UTC)),
        ("03/02/2026", "en-gb", datetime(2026, 2, 3, tzinfo=UTC)),
        ("03/02/2026", "fr", datetime(2026, 2, 3, tzinfo=UTC)),
        ("23/02/2026", None, datetime(2026, 2, 23, tzinfo=UTC)),
        ("Published: 14 Feb 2019, 18:49 UTC", "en", datetime(2019, 2, 14, 18, 49, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_as_the_page_means_it(text: str, language: str | None, expected: datetime) -> None:
    assert parse_date(text, language) == expected


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("03/02/2026", None),  # two readings
        ("03/02/2026", "en"),  # two readings
        ("March 2", "en"),  # no year
        ("yesterday", "en"),
        ("2 hours ago", "en"),
        ("1789-07-14", None),  # a year no page is from
        ("0001-01-01T00:00:00", None),
        ("2026-13-40", None),
        ("The 2026 model has 300 hp", "en"),
        ("", None),
        (None, None),
    ],
)
def test_what_names_no_single_day_is_no_date(text: str | None, language: str | None) -> None:
    assert parse_date(text, language) is None


@given(st.text(max_size=300), st.sampled_from([None, "en", "en-us", "de"]))
def test_no_text_raises_and_every_answer_is_aware(text: str, language: str | None) -> None:
    read = parse_date(text, language)
    assert read is None or (read.tzinfo is UTC and 1990 <= read.year <= 2100)


@given(st.datetimes(datetime(1990, 1, 2), datetime(2100, 12, 30)))  # noqa: DTZ001 - the strategy wants naive ends
def test_iso_times_come_back_as_they_were(moment: datetime) -> None:
    whole = moment.replace(microsecond=0, tzinfo=UTC)
    assert parse_date(whole.isoformat()) == whole


def test_the_day_in_an_address_is_found() -> None:
    assert day_in_url("https://motor.example/2026/03/02/coupe/") == date(2026, 3, 2)
    assert day_in_url("https://motor.example/news/123456/coupe/") is None
