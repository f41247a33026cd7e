"""The benchmark of the watch runs, in a short form."""

import math
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

import health
import pytest
from informed import exceeds, longest_gap, upper_gamma
from madehealth import KINDS


def test_a_busy_site_whose_server_dies_is_seen_within_a_day_and_nothing_else_is_said() -> None:
    sites = [site for site in health.made(3, 1, 70, "server dies") if site.kind is KINDS[0]]
    sites[0].fault_at = health.START + 30 * health.DAY
    health.live(sites, 32)
    found = health.caught(sites[0])
    assert found.after is not None
    assert found.after <= health.DAY
    assert {name for _, _, name in sites[0].raised} == {"failing.unreachable"}


def test_a_quiet_month_of_a_monthly_magazine_is_quiet() -> None:
    sites = [site for site in health.made(3, 1, 40, None) if site.kind is KINDS[-1]]
    health.live(sites, 40)
    assert sites[0].raised == []


def test_the_informed_know_how_long_a_gap_of_a_kind_may_be() -> None:
    assert upper_gamma(1.0, 7.0) == pytest.approx(math.exp(-7.0))
    assert upper_gamma(3.0, 2.0) == pytest.approx(math.exp(-2.0) * (1 + 2 + 2))
    by_chance, regular = KINDS[4], KINDS[3]
    assert 30 * by_chance.rate * exceeds(by_chance, longest_gap(by_chance)) == pytest.approx(0.01, rel=1e-6)
    assert longest_gap(regular) < longest_gap(by_chance)


def test_no_watch_sees_addresses_change_before_the_informed_do() -> None:
    sites = [site for site in health.made(3, 1, 70, "addresses change") if site.kind is KINDS[2]]
    sites[0].fault_at = health.START + 30 * health.DAY
    informed = health.live(sites, 36)
    found = health.caught(sites[0], informed[sites[0].name].after)
    assert found.informed is not None
    assert found.after is not None
    assert found.informed <= found.after
