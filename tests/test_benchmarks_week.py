"""A short day of the simulated week, and the made sites it is made of."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from loopback import ROOT
from madenet import Asked
from madesites import Event, Habits, TimedSite, path_of
from madetimes import made_sites, truth_of

START = datetime(2026, 11, 2, tzinfo=UTC)
HOST = "www.motor0.example"


def ask(site: TimedSite, hours: float, path: str, **headers: str) -> tuple[int, bytes]:
    answer = site(Asked(START + timedelta(hours=hours), "https", HOST, path, headers))
    return answer.status, answer.body


def after(hours: float, what: str, story: int = 1, number: int = 0) -> Event:
    return Event(START + timedelta(hours=hours), what, story, number)


def test_what_a_site_serves_follows_from_its_timetable_and_the_moment() -> None:
    events = [after(1, "publish"), after(2, "edit"), after(3, "rename"), after(4, "withdraw", number=410)]
    events += [after(5, "down"), after(6, "up"), after(7, "throttle", number=60), after(8, "free")]
    site = TimedSite(HOST, Habits("Made"), events)
    first = path_of(site.state(START + timedelta(hours=1)).stories[1])
    second = path_of(site.state(START + timedelta(hours=3)).stories[1])
    asked = [(0.5, first), (1.5, first), (2.5, first), (3.5, first), (3.5, second), (4.5, second)]
    assert [ask(site, hours, path)[0] for hours, path in asked] == [404, 200, 200, 301, 200, 410]
    assert b"Edition 1 adds" not in ask(site, 1.5, first)[1]
    assert b"Edition 1 adds" in ask(site, 2.5, first)[1]
    assert [ask(site, hours, "/feed")[0] for hours in (4.5, 5.5, 6.5, 7.5, 8.5)] == [200, 503, 200, 429, 200]
    assert second.encode() in ask(site, 3.5, "/feed")[1]
    assert b"/news/1-" not in ask(site, 4.5, "/feed")[1]
    assert ask(site, 2.5, first) == ask(site, 2.5, first)


def test_a_site_knows_who_has_its_page_already() -> None:
    site = TimedSite(HOST, Habits("Made"), [after(1, "publish"), after(2, "publish", 2)])
    moment = START + timedelta(hours=1.5)
    tag = site(Asked(moment, "https", HOST, "/feed", {})).headers["ETag"]
    assert ask(site, 1.6, "/feed", **{"if-none-match": tag}) == (304, b"")
    assert ask(site, 2.6, "/feed", **{"if-none-match": tag})[0] == 200


def test_the_truth_is_what_stood_for_an_hour_while_the_site_was_up() -> None:
    events = [after(1, "publish"), after(1.5, "withdraw", number=404)]
    events += [after(2, "publish", 2), after(2, "down"), after(6, "up"), after(6.5, "edit", 2)]
    events += [after(3, "publish", 3), after(8, "withdraw", 3, 410)]
    site = TimedSite(HOST, Habits("Made"), events)
    truth = truth_of(site, START, START + timedelta(hours=10))
    assert (truth.visible, truth.edits, truth.withdrawn) == ({2, 3}, {(2, 1)}, {3})


def test_the_same_seed_makes_the_same_week() -> None:
    one, two = (made_sites(7, START, 7) for _ in range(2))
    assert [site.events for site in one] == [site.events for site in two]
    assert [site.events for site in made_sites(8, START, 7)] != [site.events for site in one]


def test_after_a_day_of_two_sites_every_article_is_stored_exactly_once() -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CARNEWS_")}
    done = subprocess.run(
        [sys.executable, "benchmarks/week.py", "--days", "1", "--rates", "12,5", "--every", "1h"],
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "requests per new article" in done.stdout
