"""Days of a clock in seconds: an event loop that skips all waiting, and a time of day that can be set."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Self

import apscheduler.schedulers.base
import pytest
from sqlalchemy import Engine

from db.engine import reading, writing
from db.ledger import begin_run, end_run
from db.queries import runs
from ops.clock import Clock, ClockOptions
from ops.crew import Ending
from ops.launch import CrawlOptions
from ops.sitefiles import SiteFiles
from ops.timetable import Slot

TOML = 'title = "Made"\nhome = "https://{name}.example/"\n[find]\nfeeds = ["https://{name}.example/rss"]\n'


class SkippingLoop(asyncio.SelectorEventLoop):
    """Where there is nothing to do but wait, so much time has passed; threads' work is done at once."""

    def __init__(self) -> None:
        super().__init__()
        self.passed_s = 0.0
        really = self._selector.select

        def select(timeout: float | None = None) -> Any:
            assert timeout is not None, "nothing will ever happen again"
            events = really(0)
            self.passed_s += 0 if events else max(0.0, timeout)
            return events

        self._selector.select = select

    def time(self) -> float:
        return self.passed_s

    def run_in_executor(self, _executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - as a thread would hand it over
            future.set_exception(error)
        return future


@dataclass
class World:
    """The time of day: it runs with the loop, from `start` on, and can be set."""

    start: datetime
    loop: SkippingLoop = field(default_factory=SkippingLoop)
    shift: timedelta = timedelta(0)

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.loop.time()) + self.shift

    def set_by(self, delta: timedelta) -> None:
        """Somebody sets the time of day; a machine that slept, too, finds it so."""
        self.shift += delta

    def block(self, seconds: float) -> None:
        """So long the process gets no turn."""
        self.loop.passed_s += seconds

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
            return runner.run(work)


@contextmanager
def world_at(start: datetime, zone: str = "UTC") -> Iterator[World]:
    """A world in which APScheduler takes its time of day for the present; the machine's zone is `zone`."""
    world = World(start)

    class Wall(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return world.now().astimezone(tz)  # type: ignore[return-value]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apscheduler.schedulers.base, "datetime", Wall)
        patch.setenv("TZ", zone)
        time.tzset()
        yield world
    os.environ.get("TZ")
    time.tzset()


@dataclass
class MadeCrew:
    """Crawls that take so many seconds, noted in the store as real ones are; `ends` says how they end."""

    engine: Engine
    world: World
    takes_s: float = 20.0
    ends: Callable[[str, int], Ending] | None = None  # of a site and the number of its crawl
    crawls: list[tuple[str, float, bool]] = field(default_factory=list)  # site, seconds passed, shared
    repairs: list[tuple[str, float]] = field(default_factory=list)
    under_way: set[str] = field(default_factory=set)
    renewed: int = 0

    async def crawl(self, site: str, *, shared: bool, options: CrawlOptions | None = None) -> Ending | None:
        assert site not in self.under_way, "never two crawls of one site"
        number = sum(name == site for name, _, _ in self.crawls)
        if options is not None:
            assert not shared, "a crawl of a stretch has a process of its own"
            self.repairs.append((site, self.world.loop.time()))
        self.crawls.append((site, self.world.loop.time(), shared))
        end = self.ends(site, number) if self.ends else Ending(site, 0, outcome="finished", found=1)
        if end.outcome is None:
            return end
        with writing(self.engine) as s:
            run = begin_run(s, site, "crawl", self.world.now())
        self.under_way.add(site)
        await asyncio.sleep(self.takes_s)
        self.under_way.discard(site)
        with writing(self.engine) as s:
            end_run(s, run, end.outcome, self.world.now())
        return end

    def renew(self) -> None:
        self.renewed += 1

    async def stop(self) -> None:
        pass

    def starts(self, site: str) -> list[float]:
        """When its crawls began, in minutes since the beginning."""
        return [at / 60 for name, at, _ in self.crawls if name == site]


class FreeLease:
    """A lease that is there for the taking; `owner` says whose it is."""

    def __init__(self) -> None:
        self.is_ours, self.is_free = False, True
        self.trouble: Exception | None = None

    def take(self) -> bool:
        if self.trouble:
            raise self.trouble
        self.is_ours = self.is_free
        return self.is_ours

    def held(self) -> bool:
        return self.is_ours

    def drop(self) -> None:
        self.is_ours = False


def half_hourly(
    engine: Engine, rhythms: Mapping[str, timedelta], now: datetime, every: timedelta = timedelta(minutes=30)
) -> list[Slot]:
    """A timetable that learns nothing: so long after the last start."""
    with reading(engine) as s:
        last = {site: [run.started_at for run in runs(s, site, 1)] for site in rhythms}
    return [Slot(site, every, last[site][0] + every if last[site] else now) for site in rhythms]


def site_files(folder: Path, names: Sequence[str]) -> SiteFiles:
    """Files of sites that nobody asks."""
    (folder / "sites").mkdir(exist_ok=True)
    for name in names:
        (folder / "sites" / f"{name}.toml").write_text(TOML.format(name=name))
    return SiteFiles(folder / "sites", names)


def clock_for(
    store: Engine, folder: Path, crew: MadeCrew, names: Sequence[str] = ("one", "two"), **more: Any
) -> Clock:
    """A clock in the crew's world."""
    given = {"lease": FreeLease(), "plan": half_hourly, "options": ClockOptions(look_s=60)} | more
    return Clock(store, site_files(folder, names), crew, now=crew.world.now, **given)


async def lived(
    clock: Clock, hours: float, events: Mapping[float, Callable[[], Awaitable[None] | None]] | None = None
) -> int:
    """Lets the clock run so long, with something happening at the given hours; its exit code."""
    running = asyncio.ensure_future(clock.run())
    began = asyncio.get_running_loop().time()
    for at, event in sorted((events or {}).items()):
        await asyncio.sleep(max(0.0, began + at * 3600 - asyncio.get_running_loop().time()))
        if (waiting := event()) is not None:
            await waiting
    await asyncio.wait({running}, timeout=max(1.0, began + hours * 3600 - asyncio.get_running_loop().time()))
    clock.stop.set()
    return await running
