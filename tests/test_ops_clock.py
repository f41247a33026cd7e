"""The clock in virtual time: each site at its time and never twice, whatever time and store do."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine
from virtual import FreeLease, MadeCrew, World, clock_for, half_hourly, lived, world_at

from db.engine import open_store, reading, writing
from db.errors import StoreUnavailable
from db.ledger import begin_run, end_run
from db.models import Run
from ops.clock import ClockOptions
from ops.crew import Ending
from ops.lease import ClockBusy
from ops.timetable import Slot

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Engine]:
    engine = open_store(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def world() -> Iterator[World]:
    with world_at(NOON) as made:
        yield made


@pytest.fixture
def crew(store: Engine, world: World) -> MadeCrew:
    return MadeCrew(store, world)


def gaps(starts: Sequence[float]) -> list[float]:
    """Minutes between the starts, in tenths."""
    return [round(after - before, 1) for before, after in pairwise(starts)]


@pytest.mark.parametrize("day", [datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)])
@pytest.mark.parametrize("zone", ["Europe/Prague", "America/New_York"])
def test_no_slot_is_doubled_or_skipped_when_summer_time_comes_or_goes(
    store: Engine, tmp_path: Path, day: datetime, zone: str
) -> None:
    first_of_two_weeks = {"Europe/Prague": 0, "America/New_York": -20 if day.month == 3 else 7}
    start = day + timedelta(days=first_of_two_weeks[zone], hours=23)
    with world_at(start, zone) as world:
        crew = MadeCrew(store, world)
        world.run(lived(clock_for(store, tmp_path, crew), 9.1))
    assert len(crew.starts("one")) == 19
    assert set(gaps(crew.starts("one"))) == {30.0}


def test_a_day_set_forward_brings_one_crawl_a_site_and_then_the_usual_ones(
    store: Engine, tmp_path: Path, world: World, crew: MadeCrew
) -> None:
    world.run(lived(clock_for(store, tmp_path, crew), 4, {1.2: lambda: world.set_by(DAY)}))
    before, after = (
        [at for at in crew.starts("one") if at < 72],
        [at for at in crew.starts("one") if at >= 72],
    )
    assert before == pytest.approx([0, 30, 60], abs=0.1)
    assert after[0] < 73.1  # noticed within a minute
    assert gaps(after) == [30.0] * 5


def test_a_day_set_back_stops_nothing_and_doubles_nothing(
    store: Engine, tmp_path: Path, world: World, crew: MadeCrew
) -> None:
    world.run(lived(clock_for(store, tmp_path, crew), 4, {1.2: lambda: world.set_by(-DAY)}))
    assert crew.starts("one") == pytest.approx([0, 30, 60, 90, 120, 150, 180, 210, 240], abs=1)


def test_small_corrections_of_the_time_change_nothing(
    store: Engine, tmp_path: Path, world: World, crew: MadeCrew
) -> None:
    steps = {n / 4: lambda n=n: world.set_by(timedelta(seconds=(-1) ** n * 2)) for n in range(1, 12)}
    world.run(lived(clock_for(store, tmp_path, crew), 4, steps))
    assert set(gaps(crew.starts("one"))) <= {29.9, 30.0, 30.1}


def test_after_half_an_hour_without_a_turn_each_site_runs_once_and_late_ones_are_told(
    store: Engine, tmp_path: Path, world: World, crew: MadeCrew, said: StringIO
) -> None:
    world.run(lived(clock_for(store, tmp_path, crew), 3, {0.4: lambda: world.block(1800)}))
    starts = crew.starts("one")
    assert starts[:3] == pytest.approx([0, 54, 84], abs=0.2)
    assert said.getvalue().count("late one by") == 1


def test_a_start_in_its_time_is_not_late_however_long_the_clock_ran_before(
    store: Engine, tmp_path: Path, world: World, crew: MadeCrew, said: StringIO
) -> None:
    with writing(store) as s:
        end_run(s, begin_run(s, "one", "crawl", NOON - timedelta(minutes=6)), "finished", NOON)
    every_20 = partial(half_hourly, every=timedelta(minutes=20))
    world.run(lived(clock_for(store, tmp_path, crew, ["one"], plan=every_20), 0.3))
    assert crew.starts("one") == pytest.approx([14], abs=0.1)
    assert "late" not in said.getvalue()


def test_a_machine_that_slept_crawls_each_site_once_when_it_wakes(
    store: Engine, tmp_path: Path, world: World, crew: MadeCrew
) -> None:
    # asleep, only the time of day goes on
    world.run(lived(clock_for(store, tmp_path, crew), 2, {0.3: lambda: world.set_by(timedelta(minutes=40))}))
    assert crew.starts("one") == pytest.approx([0, 18.5, 48.5, 78.5, 108.5], abs=1)  # at the next look


def test_a_site_whose_crawl_takes_longer_than_its_interval_has_one_at_a_time(
    store: Engine, tmp_path: Path, world: World, crew: MadeCrew
) -> None:
    crew.takes_s = 5400
    world.run(lived(clock_for(store, tmp_path, crew), 8))
    assert gaps(crew.starts("one")) == pytest.approx([90.5] * 5, abs=0.2)
    with reading(store) as s:
        assert s.query(Run).count() == len(crew.crawls)


def test_a_site_whose_crawl_cannot_begin_is_not_tried_again_at_once(
    store: Engine, tmp_path: Path, world: World, crew: MadeCrew
) -> None:
    crew.ends = lambda site, _: (
        Ending(site, 75, said="busy") if site == "one" else Ending(site, 0, outcome="failed")
    )
    world.run(lived(clock_for(store, tmp_path, crew), 3))
    assert gaps(crew.starts("one")) == [15.0] * (len(crew.starts("one")) - 1)
    assert gaps(crew.starts("two")) == [30.0] * (len(crew.starts("two")) - 1)


def test_a_store_that_is_down_for_an_hour_is_asked_again_until_it_is_up(
    store: Engine, tmp_path: Path, world: World, crew: MadeCrew
) -> None:
    def plan(engine: Engine, rhythms: Mapping[str, timedelta], now: datetime) -> list[Slot]:
        if 3600 < world.loop.time() < 7200:
            raise StoreUnavailable("the server does not answer")
        return half_hourly(engine, rhythms, now)

    world.run(lived(clock_for(store, tmp_path, crew, plan=plan), 3))
    assert crew.starts("one") == pytest.approx([0, 30, 60, 120, 150, 180], abs=1)


def test_sites_without_news_share_a_process_until_they_have_some(
    store: Engine, tmp_path: Path, world: World, crew: MadeCrew
) -> None:
    news = {"one": {0, 4}, "two": set(range(99))}
    crew.ends = lambda site, n: Ending(site, 0, outcome="finished", found=9 * (n in news[site]))
    world.run(lived(clock_for(store, tmp_path, crew), 4))
    assert [shared for site, _, shared in crew.crawls if site == "one"][:8] == [False] * 3 + [True] * 2 + [
        False
    ] * 2 + [True]
    assert not any(together for site, _, together in crew.crawls if site == "two")


def test_a_poll_lost_with_the_process_it_shared_is_made_again_by_itself(
    store: Engine, tmp_path: Path, world: World, crew: MadeCrew
) -> None:
    def ends(site: str, number: int) -> Ending:
        lost = site == "one" and number == 2
        return Ending(site, -9 if lost else 0, outcome=None if lost else "finished", said="hung", lost=lost)

    crew.ends = ends
    world.run(lived(clock_for(store, tmp_path, crew), 2.1))
    mine = [(round(at / 60), shared) for site, at, shared in crew.crawls if site == "one"]
    assert mine == [(0, False), (30, False), (60, True), (60, False), (90, False), (120, True)]


def test_the_timetable_is_asked_of_the_sites_that_need_it_and_seldom_of_all(
    store: Engine, tmp_path: Path, world: World, crew: MadeCrew
) -> None:
    asked: Counter[int] = Counter()

    def plan(engine: Engine, rhythms: Mapping[str, timedelta], now: datetime) -> list[Slot]:
        asked[len(rhythms)] += 1
        return half_hourly(engine, rhythms, now)

    names = [f"site-{n}" for n in range(20)]
    crew.ends = lambda site, n: Ending(site, 0, outcome="finished", found=9 * n)
    world.run(lived(clock_for(store, tmp_path, crew, names, plan=plan), 4))
    crawls = len(crew.crawls)
    assert crawls == 20 * 9
    assert asked[20] <= 4 * 4 + 2 + 2 * 9  # every quarter of an hour, and where all fall due at once
    assert sum(size * times for size, times in asked.items()) < 4 * crawls


def test_those_who_ask_hear_of_every_crawl_and_their_trouble_stops_nothing(
    store: Engine, tmp_path: Path, world: World, crew: MadeCrew
) -> None:
    heard: list[str] = []

    def after(engine: Engine, ended: Sequence[Ending]) -> None:
        heard.extend(end.site for end in ended)
        raise RuntimeError("a mistake")

    world.run(lived(clock_for(store, tmp_path, crew, after=[after]), 2.2))
    assert Counter(heard) == {"one": 5, "two": 5}


def test_two_clocks_run_each_slot_once_and_the_second_takes_over_within_seconds(
    store: Engine, tmp_path: Path, world: World
) -> None:
    first, second = MadeCrew(store, world), MadeCrew(store, world)
    holder, waiting = FreeLease(), FreeLease()
    plan = partial(half_hourly, every=timedelta(minutes=3))
    one = clock_for(store, tmp_path, first, lease=holder, plan=plan)
    standing = ClockOptions(wait=True, look_s=60)
    two = clock_for(store, tmp_path, second, lease=waiting, plan=plan, options=standing)
    waiting.is_free = False

    async def both() -> None:
        living = asyncio.ensure_future(one.run())
        standing_by = asyncio.ensure_future(two.run())
        await asyncio.sleep(150 * 60 + 60)  # fifty ticks
        assert second.crawls == []
        living.cancel()  # its process dies
        waiting.is_free = True
        await asyncio.sleep(30 * 60)
        two.stop.set()
        await asyncio.gather(living, standing_by, return_exceptions=True)

    world.run(both())
    assert len(first.starts("one")) == 51
    assert set(gaps(first.starts("one") + second.starts("one"))) == {3.0}


def test_without_its_lease_a_clock_starts_nothing_and_goes_on_when_it_has_it_again(
    store: Engine, tmp_path: Path, world: World, crew: MadeCrew
) -> None:
    lease = FreeLease()

    def lose() -> None:
        lease.is_ours, lease.trouble = False, StoreUnavailable("the server is starting")

    def find() -> None:
        lease.trouble = None

    world.run(lived(clock_for(store, tmp_path, crew, lease=lease), 3, {0.9: lose, 1.4: find}))
    assert crew.starts("one") == pytest.approx([0, 30, 84, 114, 144, 174], abs=0.2)


def test_a_clock_whose_place_another_has_taken_ends_and_says_so(
    store: Engine, tmp_path: Path, world: World, crew: MadeCrew
) -> None:
    lease = FreeLease()

    def lose() -> None:
        lease.is_ours = lease.is_free = False

    with pytest.raises(ClockBusy):
        world.run(lived(clock_for(store, tmp_path, crew, lease=lease), 3, {0.9: lose}))
    assert crew.starts("one") == pytest.approx([0, 30], abs=0.1)
