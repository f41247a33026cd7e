"""The timetable from the store's past: rhythms, errors, bounds, budgets; the same on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine

from db import ledger
from db.engine import reading, writing
from db.ledger import Found
from db.rhythms import rhythm_rows, seconds
from ops.foresight import foresight_of
from ops.timetable import Rhythm, Slot, due, explain, plan

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)  # a Monday
HALF_HOUR, HOUR, DAY = timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)


def crawl(
    store: Engine, at: datetime, outcome: str = "finished", published: tuple[datetime, ...] = (), **said: str
) -> None:
    """A crawl of `motor` that begins at `at` and finds what was published then."""
    site = said.get("site", "motor")
    with writing(store) as s:
        run_id = ledger.begin_run(s, site, "crawl", at)
        finds = [
            Found(f"https://{site}.example/{when:%Y%m%d%H%M%S}-{n}", "feed:x", published_at=when)
            for n, when in enumerate(published)
        ]
        ledger.record_found(s, run_id, site, finds, at)
        ledger.end_run(s, run_id, outcome, at + timedelta(minutes=1), said.get("note"))


def office(days: int, until: datetime = NOW) -> tuple[datetime, ...]:
    """Four articles each working morning at nine, half past, ten and half past."""
    moments = []
    for n in range(days):
        day = (until - n * DAY).replace(hour=0, minute=0)
        if day.weekday() < 5:
            moments += [day + timedelta(minutes=m) for m in (540, 570, 600, 630)]
    return tuple(moment for moment in sorted(moments) if moment <= until)


def next_of(
    store: Engine, now: datetime, every: timedelta = HALF_HOUR, site: str = "motor", **more: float
) -> Slot:
    (slot,) = plan(store, {site: every}, now, **more)
    return slot


def bounded(**keys: object) -> Rhythm:
    told = {"every": HALF_HOUR, "at_most": None, "at_least": None, "quiet_hours": ()} | keys
    return Rhythm.of(SimpleNamespace(**told))


def test_a_site_never_crawled_is_due_at_once(store: Engine) -> None:
    assert next_of(store, NOW).due_at == NOW
    assert next_of(store, NOW).because == "never crawled"


def test_a_site_of_which_nothing_is_known_keeps_its_files_interval(store: Engine) -> None:
    crawl(store, NOW)
    slot = next_of(store, NOW + timedelta(minutes=2))
    assert abs(slot.due_at - NOW - HALF_HOUR) <= timedelta(minutes=8)
    assert due([slot], NOW + timedelta(minutes=2)) == []


def test_a_site_is_looked_at_after_its_usual_minutes_and_left_alone_at_night(store: Engine) -> None:
    crawl(store, NOW, published=office(50))
    night = NOW.replace(hour=22)
    crawl(store, night)
    slot = next_of(store, night, per_day=6)
    assert slot.due_at >= night + 9 * HOUR
    morning = (NOW + DAY).replace(hour=8, minute=50)
    crawl(store, morning)
    slot = next_of(store, morning, per_day=12)
    after = (slot.due_at - slot.due_at.replace(minute=0)).total_seconds() / 60 % 30
    assert 9 <= slot.due_at.hour <= 10
    assert after <= 2
    assert "articles are expected between 08:50 and" in slot.because
    assert "UTC on Tuesdays" in slot.because


def test_a_larger_budget_brings_the_next_look_nearer(store: Engine) -> None:
    crawl(store, NOW, published=office(50))
    few, many = (next_of(store, NOW, per_day=n).due_at for n in (2, 40))
    assert many < few


def test_the_budget_is_shared_by_all_sites(store: Engine) -> None:
    crawl(store, NOW, published=office(50))
    crawl(store, NOW, site="quiet", published=(NOW - 20 * DAY,))
    slots = {
        slot.site: slot for slot in plan(store, {"motor": HALF_HOUR, "quiet": HALF_HOUR}, NOW, per_day=20)
    }
    assert slots["motor"].every < slots["quiet"].every


def test_one_of_the_sites_asked_for_alone_gets_the_same_slot(store: Engine) -> None:
    crawl(store, NOW, published=office(50))
    crawl(store, NOW, site="quiet", published=(NOW - 20 * DAY,))
    both = plan(store, {"motor": HALF_HOUR, "quiet": HALF_HOUR}, NOW, per_day=20)
    assert [next_of(store, NOW, site=slot.site) for slot in both] == both


def test_looks_that_fail_come_ever_later_until_one_succeeds(store: Engine) -> None:
    crawl(store, NOW, "unreachable")
    assert next_of(store, NOW).due_at == NOW + HALF_HOUR
    for n in range(1, 4):
        crawl(store, NOW + n * HOUR, "unreachable")
    slot = next_of(store, NOW)
    assert slot.because == "4 crawls in a row went wrong"
    assert slot.every == 8 * HALF_HOUR
    for n in range(4, 30):
        crawl(store, NOW + n * HOUR, "died")
    assert next_of(store, NOW + 30 * HOUR).every == 12 * HOUR
    crawl(store, NOW + 30 * HOUR)
    assert next_of(store, NOW + 30 * HOUR).every < 2 * HOUR


def test_a_site_that_named_a_time_is_left_alone_until_then(store: Engine) -> None:
    crawl(store, NOW, "unreachable", note="http 429; asked to wait until 2026-03-30 19:00:00 UTC")
    assert next_of(store, NOW).due_at == NOW + 7 * HOUR
    crawl(store, NOW + 8 * HOUR)
    assert next_of(store, NOW + 8 * HOUR).due_at < NOW + 10 * HOUR


def test_pages_that_wait_are_not_left_until_news_is_expected(store: Engine) -> None:
    crawl(store, NOW.replace(hour=22), "limit", published=office(50))
    slot = next_of(store, NOW.replace(hour=22), per_day=2)
    assert (slot.due_at, slot.because) == (NOW.replace(hour=22, minute=30), "pages wait to be fetched")


def test_a_file_bounds_its_rhythm(store: Engine) -> None:
    crawl(store, NOW, published=office(50))
    assert next_of(store, NOW, bounded(at_least=2 * HOUR), per_day=1).every <= 2 * HOUR
    assert next_of(store, NOW, bounded(at_most=6 * HOUR), per_day=500).every >= 6 * HOUR


def test_quiet_hours_are_kept_after_failures_too(store: Engine) -> None:
    quiet = bounded(quiet_hours=((11 * 60, 15 * 60),))
    crawl(store, NOW, published=office(50))
    assert next_of(store, NOW, quiet, per_day=100).due_at >= NOW + 3 * HOUR
    crawl(store, NOW, "unreachable")
    slot = next_of(store, NOW, quiet)
    assert slot.due_at == NOW + 3 * HOUR
    assert slot.because == "its quiet hours end then; 1 crawls in a row went wrong"


def test_a_clock_set_back_by_a_day_delays_no_site_by_a_day(store: Engine) -> None:
    crawl(store, NOW + DAY)
    assert next_of(store, NOW).due_at <= NOW + HOUR


def test_a_clock_set_forward_by_days_makes_one_look_due_not_a_burst(store: Engine) -> None:
    crawl(store, NOW - 3 * DAY)
    slots = plan(store, {"motor": HALF_HOUR}, NOW)
    assert [slot.site for slot in due(slots, NOW)] == ["motor"]


def test_the_longest_overdue_comes_first(store: Engine) -> None:
    crawl(store, NOW - 30 * HOUR, site="later")
    crawl(store, NOW - 28 * HOUR, site="late")
    table = plan(store, dict.fromkeys(("late", "later", "never"), HALF_HOUR), NOW)
    assert [slot.site for slot in table] == ["later", "late", "never"]


def test_no_rhythm_is_faster_than_a_minute(store: Engine) -> None:
    crawl(store, NOW)
    assert next_of(store, NOW, timedelta(seconds=1)).due_at >= NOW + timedelta(minutes=1)


def test_what_a_crawl_dug_up_keeps_its_date_and_what_a_cache_held_back_does_not(store: Engine) -> None:
    crawl(store, NOW)
    old, held_back, new = NOW - 10 * DAY, NOW - HOUR, NOW + HOUR
    crawl(store, NOW + 2 * HOUR, published=(old, held_back, new))
    with reading(store) as s:
        moments = seconds(rhythm_rows(s)["motor"].moments)
    assert [datetime.fromtimestamp(int(at), UTC) for at in moments] == [old, NOW, new]


def test_a_site_is_explained(store: Engine) -> None:
    crawl(store, NOW, published=office(50))
    lines = explain(store, {"motor": HALF_HOUR, "new": HALF_HOUR}, "motor", NOW)
    assert lines[0].startswith("next 2026-03-3")
    assert lines[1].endswith("a day, by 144 articles since 2026-02-09")  # of the oldest of them
    assert any("8-9" in line or "9-10" in line for line in lines)
    assert explain(store, {"new": HALF_HOUR}, "new", NOW) == [
        "next 2026-03-30 12:00 UTC because never crawled"
    ]


@pytest.mark.parametrize(
    "other", [bounded(at_least=HOUR), bounded(quiet_hours=((0, 60),)), bounded(every=HOUR)]
)
def test_a_rhythm_with_other_bounds_is_another(other: Rhythm) -> None:
    assert bounded() != other
    assert bounded() == HALF_HOUR


def test_what_lies_ahead_is_worked_out_again_when_there_is_something_to_learn_or_a_day_has_passed(
    store: Engine,
) -> None:
    def ahead(now: datetime) -> object:
        next_of(store, now)
        return foresight_of(store).ahead["motor"]

    crawl(store, NOW, published=office(50))
    first = ahead(NOW)
    crawl(store, NOW + HOUR)
    assert ahead(NOW + HOUR) is first
    crawl(store, NOW + 3 * HOUR, published=(NOW + 2 * HOUR,))
    second = ahead(NOW + 3 * HOUR)
    assert second is not first
    crawl(store, NOW + 28 * HOUR)
    assert ahead(NOW + 28 * HOUR) is not second


def test_what_was_kept_gives_the_slot_that_working_it_out_anew_gives(store: Engine) -> None:
    crawl(store, NOW, published=office(50))
    next_of(store, NOW, per_day=20)
    crawl(store, NOW + 2 * HOUR)
    kept = next_of(store, NOW + 2 * HOUR, per_day=20)
    price = foresight_of(store).price
    assert price is not None
    foresight_of(store).habits.clear()
    foresight_of(store).price = replace(price, at=NOW + 2 * HOUR)
    assert abs(next_of(store, NOW + 2 * HOUR, per_day=20).due_at - kept.due_at) <= timedelta(minutes=5)


def test_a_new_site_does_not_take_the_budget_of_all(store: Engine) -> None:
    names = [f"motor{n}" for n in range(4)]
    for name in names[:3]:
        crawl(store, NOW, site=name, published=office(50))
    plan(store, dict.fromkeys(names, HALF_HOUR), NOW, per_day=12)
    crawl(store, NOW, site="motor3", published=office(50))
    (alone,) = plan(store, {"motor3": HALF_HOUR}, NOW, per_day=12)
    (known,) = plan(store, {"motor0": HALF_HOUR}, NOW, per_day=12)
    assert alone.due_at == known.due_at


def test_a_site_of_which_hours_are_known_is_not_left_alone_for_a_day(store: Engine) -> None:
    crawl(store, NOW, published=tuple(NOW - timedelta(minutes=9 * n) for n in range(1, 20)))
    assert next_of(store, NOW, per_day=1).every <= timedelta(minutes=90)
