"""Time that flies while nothing is under way and runs as it does otherwise, the same in several processes.

How far ahead it is stands in a file that all of them map. Moved are the modules of ours and APScheduler that
take `datetime.now` for the present; what takes the monotonic clock (time-outs of the network) does not see
it, but for the loop that lets time fly.
"""

import asyncio
import mmap
import struct
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any, Self

MOVED = ("crawler.", "db.", "ops.", "apscheduler.schedulers.")
SECONDS = struct.Struct("d")


class Ahead:
    """How many seconds the made time of day is ahead of the machine's."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(SECONDS.pack(0))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), SECONDS.size)

    @property
    def seconds(self) -> float:
        return float(SECONDS.unpack(self._shared[:])[0])

    @seconds.setter
    def seconds(self, ahead: float) -> None:
        self._shared[:] = SECONDS.pack(ahead)

    def begin(self, start: datetime) -> None:
        """Makes it `start` now."""
        self.seconds = (start - datetime.now(start.tzinfo)).total_seconds()


def live_in(file: Path) -> None:
    """From now on this process imports what it imports with the time of day that the file tells."""
    ahead = Ahead(file)

    class Moved(type):
        def __instancecheck__(cls, thing: object) -> bool:
            return isinstance(thing, datetime)

    class Moment(datetime, metaclass=Moved):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return datetime.now(tz) + timedelta(seconds=ahead.seconds)  # type: ignore[return-value]

    sys.meta_path.insert(0, Finder(Moment))


class Finder(MetaPathFinder):
    """Finds the modules that are moved."""

    def __init__(self, moment: type[datetime]) -> None:
        self.moment = moment

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name.startswith(MOVED) else None
        if spec and isinstance(spec.loader, SourceFileLoader):
            spec.loader = Loader(spec.loader.name, spec.loader.path, self.moment)
        return spec


class Loader(SourceFileLoader):
    """Loads a module and then gives it another `datetime`."""

    def __init__(self, name: str, path: str, moment: type[datetime]) -> None:
        super().__init__(name, path)
        self.moment = moment

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        if vars(module).get("datetime") is datetime:
            module.datetime = self.moment  # type: ignore[attr-defined]


class FlyingLoop(asyncio.SelectorEventLoop):
    """Where it would wait though nothing is `busy`, the time it would wait has passed.

    All timers fall due as often as in a whole day, so what they cost is seen.
    """

    def __init__(self, ahead: Ahead, busy: Callable[[], bool]) -> None:
        super().__init__()
        self.ahead, self.busy, self.threads = ahead, busy, 0
        self._flown_s = 0.0
        really = self._selector.select  # type: ignore[attr-defined]

        def select(timeout: float | None = None) -> Any:
            if timeout is None or timeout <= 0 or self.threads or self.busy():
                return really(timeout)
            if events := really(0):
                return events
            self._flown_s += timeout
            self.ahead.seconds += timeout
            return events

        self._selector.select = select  # type: ignore[attr-defined]

    def time(self) -> float:
        return super().time() + self._flown_s

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        self.threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._done)
        return future

    def _done(self, _: object) -> None:
        self.threads -= 1
