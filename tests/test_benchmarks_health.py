"""The benchmark of the watch runs, in a short form."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

import health
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
