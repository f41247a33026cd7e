"""What a few articles teach of a site's week."""

import numpy as np

from ops.habits import DAY_MIN, learn

TUESDAY = 8 * DAY_MIN  # minutes since EPOCH, a Monday


def test_one_day_tells_the_hours_in_which_a_site_publishes() -> None:
    morning = TUESDAY + np.linspace(7 * 60, 13 * 60, 20) + 0.5
    week = learn(morning, float(morning[0]), float(TUESDAY + DAY_MIN), 20.0).week
    wednesday = week.reshape(7, 24, 12).sum(2)[2]
    assert wednesday[8:12].sum() > 5 * np.r_[wednesday[20:24], wednesday[:2]].sum()


def test_of_a_site_that_has_shown_nothing_any_time_is_as_good() -> None:
    week = learn(np.empty(0), TUESDAY, TUESDAY + 60.0, 20.0).week
    assert np.ptp(week) < 1e-9


def test_hours_that_were_not_watched_are_not_taken_for_silent_ones() -> None:
    evening = TUESDAY + np.linspace(15 * 60, 24 * 60 - 1, 20)
    week = learn(evening, float(evening[0]), float(TUESDAY + DAY_MIN), 20.0).week
    wednesday = week.reshape(7, 24, 12).sum(2)[2]
    assert wednesday[6:12].mean() > 0.3 * wednesday[16:22].mean()
