"""Silence: what is normal for whom."""

from math import exp

import pytest

from db.alarms import Finding
from ops.health.habits import Habits
from ops.health.look import Look
from ops.health.rhythm import DAY, Rhythm, incomplete_beta, survival
from ops.health.silence import season_of, silent

MONDAY = 19996 * DAY  # 30 September 2024, 00:00
HOUR = 60


def of(sittings: list[int]) -> Habits:
    habits = Habits()
    habits.rhythm.learn(sittings)
    return habits


def weekly(days: list[int], weeks: int, hour: int = 9) -> list[int]:
    """Sittings on these weekdays, Monday is 0, with minutes that differ."""
    return [
        MONDAY + (week * 7 + day) * DAY + hour * HOUR + (week * 37 + day * 11) % 90
        for week in range(weeks)
        for day in days
    ]


def said(habits: Habits, now: int, season: dict[int, float] | None = None) -> list[Finding]:
    return silent("motor", habits, Look(first_at=MONDAY, looked_at=now, good=3), now, season or {})


def test_monday_is_a_monday() -> None:
    assert (MONDAY // DAY + 3) % 7 == 0


def test_a_daily_site_may_rest_at_weekends_but_not_for_two_weeks() -> None:
    habits = of(weekly([0, 1, 2, 3, 4], 12))
    friday = habits.rhythm.last
    assert friday is not None
    assert said(habits, friday + 3 * DAY) == []
    [alarm] = said(habits, friday + 14 * DAY)
    assert alarm.kind == "silent"
    assert "a silence like this is one of " in alarm.evidence
    assert alarm.began_at.timestamp() == friday * 60


def test_a_weekend_blog_is_silent_all_week_and_a_magazine_all_month() -> None:
    blog = of(weekly([5, 6], 16))
    assert blog.rhythm.last is not None
    assert said(blog, blog.rhythm.last + 6 * DAY) == []
    magazine = of([MONDAY + month * 30 * DAY + 600 + (month * 431) % 2000 for month in range(12)])
    assert magazine.rhythm.last is not None
    assert said(magazine, magazine.rhythm.last + 34 * DAY) == []
    assert said(magazine, magazine.rhythm.last + 120 * DAY)


def test_a_silence_ends_with_the_next_article() -> None:
    habits = of(weekly([0, 1, 2, 3, 4], 12))
    now = (habits.rhythm.last or 0) + 14 * DAY
    assert said(habits, now)
    habits.rhythm.learn([now])
    assert said(habits, now + HOUR) == []


def test_where_all_sites_rest_nobody_is_missing() -> None:
    sites = [of(weekly([0, 1, 2, 3, 4], 12, hour)) for hour in range(8, 16)]
    last = max(site.rhythm.last or 0 for site in sites)
    now = last + 12 * DAY
    season = season_of([site.rhythm for site in sites], now)
    assert min(season.values()) < 0.5
    assert all(said(site, now, season) == [] for site in sites)
    assert season_of([site.rhythm for site in sites[:3]], now) == {}


def test_the_days_before_new_year_count_little() -> None:
    rhythm = Rhythm()
    rhythm.learn(weekly([0, 1, 2, 3, 4, 5, 6], 10))
    christmas = (20447 - 8) * DAY  # 17 December 2025
    usual = rhythm.expected(christmas - 10 * DAY, christmas - 3 * DAY)
    assert rhythm.expected(christmas + 7 * DAY, christmas + 14 * DAY) < 0.5 * usual


def test_a_site_that_never_delivered_says_so_after_three_crawls_and_a_day() -> None:
    never = Habits()
    look = Look(first_at=MONDAY, looked_at=MONDAY + 2 * DAY, good=3)
    assert [alarm.kind for alarm in silent("motor", never, look, MONDAY + 2 * DAY, {})] == ["nothing"]
    early = Look(first_at=MONDAY, looked_at=MONDAY + 6 * HOUR, good=3)
    assert silent("motor", never, early, MONDAY + 6 * HOUR, {}) == []


@pytest.mark.parametrize("gaps", [0.5, 2.0, 9.0])
def test_the_probability_of_a_gap_is_the_known_one_in_the_known_cases(gaps: float) -> None:
    assert survival(gaps, 1.0, 30) == pytest.approx((1 + gaps / 30) ** -30)
    assert survival(gaps, 1.0, 100_000) == pytest.approx(exp(-gaps), rel=1e-3)
    assert survival(gaps, 20.0, 1000) < survival(gaps, 1.0, 1000) or gaps < 1
    assert incomplete_beta(2.0, 3.0, 0.4) == pytest.approx(0.5248)
