from datetime import UTC, datetime, timedelta

from ops.timetable import due, next_due, timetable

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def test_a_site_never_crawled_is_due_at_once() -> None:
    assert next_due(HALF_HOUR, None, NOW) == NOW


def test_a_site_is_due_one_interval_after_its_last_run() -> None:
    assert next_due(HALF_HOUR, NOW - timedelta(minutes=10), NOW) == NOW + timedelta(minutes=20)


def test_a_clock_set_back_by_a_day_delays_no_site_by_a_day() -> None:
    assert next_due(HALF_HOUR, NOW + timedelta(days=1), NOW) == NOW + HALF_HOUR


def test_a_clock_set_forward_by_a_day_makes_one_run_due_not_a_burst() -> None:
    table = timetable({"one": HALF_HOUR}, {"one": NOW - timedelta(days=1)}, NOW)
    assert [slot.site for slot in due(table, NOW)] == ["one"]


def test_the_longest_overdue_comes_first() -> None:
    last = {"late": NOW - timedelta(hours=3), "later": NOW - timedelta(hours=9)}
    table = timetable({"late": HALF_HOUR, "later": HALF_HOUR, "never": HALF_HOUR}, last, NOW)
    assert [slot.site for slot in table] == ["later", "late", "never"]


def test_a_site_crawled_by_hand_just_now_is_not_due() -> None:
    table = timetable({"one": HALF_HOUR}, {"one": NOW - timedelta(minutes=2)}, NOW)
    assert due(table, NOW) == []


def test_no_rhythm_is_faster_than_a_minute() -> None:
    table = timetable({"eager": timedelta(seconds=1)}, {"eager": NOW}, NOW)
    assert table[0].due_at == NOW + timedelta(minutes=1)
