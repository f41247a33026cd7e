"""The clock of `benchmarks/day.py`: the real one, in time that flies, with an account of what it costs.

python benchmarks/dayclock.py AHEAD END NOTES SITES      END in seconds since 1970, NOTES gets a line an hour
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from flying import Ahead, FlyingLoop

import ops.assembly
import ops.crew
import ops.poller
from db.settings import settings
from ops.aftercare import Aftercare
from ops.clock import Clock, ClockOptions
from ops.crew import Children, Ending
from ops.logs import log_to_stderr
from ops.timetable import plan

HOUR_S = 3600.0
TICKS = os.sysconf("SC_CLK_TCK")
QUIET_STATES = {"unchanged"}
spent: Counter[str] = Counter()  # seconds of CPU, and how often, by what for


class Counted(subprocess.Popen[bytes]):
    """A child whose CPU is noted before it is gone."""

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            spent["polls_s" if "--polls" in self.args else "crawls_s"] += cpu_of(self.pid)  # type: ignore[operator]
        return super().wait(timeout)


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used, one that has ended but was not waited for included."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / TICKS
    return 0.0


def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
    """`work`, with its CPU noted; it has a thread to itself."""

    def done(*words: Any, **more: Any) -> Any:
        began = time.thread_time()
        try:
            return work(*words, **more)
        finally:
            spent[f"{name}_s"] += time.thread_time() - began
            spent[name] += 1

    return done


class CountedCrew(Children):
    """Children, with a note of which crawls shared a process and which had news."""

    async def crawl(self, *words: Any, shared: bool, **more: Any) -> Ending | None:
        end = await super().crawl(*words, shared=shared, **more)
        news = end is None or end.exit_code or end.outcome != "finished" or set(end.states) - QUIET_STATES
        spent[f"{'shared' if shared else 'own'} {'news' if news else 'idle'}"] += 1
        return end


class Day:
    """One day of the clock; the loop it runs on ends it."""

    def __init__(self, ahead: Ahead, end_at: float, notes: Path) -> None:
        self.ahead, self.end_at, self.notes = ahead, end_at, notes
        self.clocks: list[Clock] = []
        self.retired: list[ops.poller.Child] = []
        self.began = time.monotonic()

    def busy(self) -> bool:
        """Whether anything is under way that takes real time."""
        self.retired = [child for child in self.retired if child.process.returncode is None]
        return bool(self.retired) or any(clock.running for clock in self.clocks)

    def clock(self, *words: Any, **more: Any) -> Clock:
        self.clocks.append(Clock(*words, **more))
        return self.clocks[-1]

    def loop(self) -> FlyingLoop:
        made = FlyingLoop(self.ahead, self.busy)
        made.call_later(self.end_at - time.time() - self.ahead.seconds, os.kill, os.getpid(), signal.SIGTERM)
        made.call_soon(self.hour, made)
        return made

    def hour(self, loop: FlyingLoop) -> None:
        """Writes down where things stand, now and every hour."""
        loop.call_later(HOUR_S, self.hour, loop)
        self.note()

    def note(self) -> None:
        """Writes down where things stand."""
        children = psutil.Process().children()
        told = {
            "at": time.time() + self.ahead.seconds,
            "wall_s": time.monotonic() - self.began,
            "clock_mb": psutil.Process().memory_info().rss / 2**20,
            "children_mb": sum(child.memory_info().rss for child in children) / 2**20,
            "clock_s": time.process_time(),
            "alive_s": sum(cpu_of(child.pid) for child in children),
            **spent,
        }
        with self.notes.open("a") as file:
            file.write(json.dumps(told) + "\n")

    def run(self, sites: tuple[str, ...]) -> int:
        """The exit code of a clock of these sites."""
        subprocess.Popen = Counted  # type: ignore[misc]
        retire = ops.poller.Child.retire

        def retiring(child: ops.poller.Child) -> None:
            self.retired.append(child)
            retire(child)

        ops.poller.Child.retire = retiring  # type: ignore[method-assign]
        # its signs of life come by the machine's time: an hour that flies by is no silence
        ops.crew.Poller = partial(ops.crew.Poller, silent_s=1e9)  # type: ignore[misc, assignment]
        ops.assembly.Children = CountedCrew  # type: ignore[misc]
        ops.assembly.Clock = self.clock  # type: ignore[misc, assignment]
        Aftercare.__call__ = timed("aftercare", Aftercare.__call__)  # type: ignore[method-assign]
        asyncio.run = lambda work: asyncio.Runner(loop_factory=self.loop).run(work)  # type: ignore[assignment]
        log_to_stderr()
        return ops.assembly.run_clock(settings(), ClockOptions(sites), plan=timed("plan", plan))


def main() -> int:
    ahead, end_at, notes, folder = sys.argv[1:]
    day = Day(Ahead(Path(ahead)), float(end_at), Path(notes))
    code = day.run(tuple(sorted(file.stem for file in Path(folder).glob("*.toml"))))
    day.note()
    return code


if __name__ == "__main__":
    sys.exit(main())
