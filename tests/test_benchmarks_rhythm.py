"""The rhythm's benchmark: its bound is one, and ours keeps to the budget and beats fixed intervals."""

import sys
from itertools import combinations
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

import rhythm
from madetraces import JUDGING, TUNING, traces

from ops.rhythm import backwards


def cost(rates: np.ndarray, looks: tuple[int, ...], price: float) -> float:
    """What waiting and looks cost, slot by slot; nothing is waited for after the last look."""
    waits = sum(
        rate * 5 * (next((at for at in looks if at > slot), len(rates)) - slot - 0.5)
        for slot, rate in enumerate(rates)
    )
    return float(waits + price * sum(at < len(rates) for at in looks))


def test_going_backwards_finds_the_cheapest_of_all_timetables() -> None:
    rng = np.random.default_rng(3)
    for price in (2.0, 8.0, 30.0):
        rates = rng.exponential(0.3, 11) * (rng.random(11) < 0.5)
        one = np.ones(1, dtype=np.int64)
        never = np.zeros((1, 12), dtype=bool)
        found = backwards(rates[None], price * one, never, one, 11 * one)[2][0, 0]
        every = (looks for n in range(11) for looks in combinations(range(1, 11), n))
        assert abs(found - min(cost(rates, looks, price) for looks in every)) < 1e-6


def test_kinds_that_judge_are_none_that_were_tuned_with() -> None:
    assert not set(JUDGING) & set(TUNING)


def test_articles_wait_less_than_with_fixed_intervals_and_no_less_than_possible() -> None:
    sites = traces(JUDGING[:3], seed=5, number=3, days=24)
    told = rhythm.compared(sites, per_day=72, days=24)["after"]
    mean = {policy: float(np.concatenate(waits).mean()) for policy, (waits, _) in told.items()}
    looks = {policy: sum(map(len, made)) for policy, (_, made) in told.items()}
    assert max(looks.values()) < 1.05 * min(looks.values())
    assert abs(looks["ours"] - 720) < 0.2 * 720
    assert mean["informed"] <= mean["ours"] < 0.75 * mean["fixed"]
