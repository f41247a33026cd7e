"""What a clock looks after beside its crawls: its lease, the site files, runs that died, the time itself."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from loguru import logger
from sqlalchemy import Engine

from db.errors import StoreError
from ops.history import close_dead
from ops.lease import TRY_S, Lease
from ops.sitefiles import SiteFiles

HOLD_S = 5.0  # between two looks at the lease
ANEW_S = (
    900.0  # between two timetables for all sites: crawls by hand and on other machines count from then on
)
JUMP_S = (
    5.0  # by which time of day and monotonic clock part when somebody sets the time, or the machine sleeps
)


@dataclass
class Watch:
    """Looks after a clock until cancelled; `replan` makes the timetable of all sites anew, told how far the
    time of day was set back; `reread` has it read the site files.
    """

    engine: Engine
    files: SiteFiles
    lease: Lease
    now: Callable[[], datetime]
    look_s: float
    replan: Callable[[timedelta], Awaitable[None]]
    reread: Callable[[], Awaitable[None]]
    paused: bool = False  # the lease is not ours: nothing may start
    ousted: bool = False  # another clock has it

    async def look(self) -> None:
        """Looks every `look_s`, by the monotonic clock: no change of the time of day can stop it."""
        loop = asyncio.get_running_loop()
        wall, steady = self.now(), loop.time()
        anew_at = steady + ANEW_S
        while True:
            await asyncio.sleep(self.look_s)
            before, wall = wall, self.now()
            passed_s, steady = loop.time() - steady, loop.time()
            jump_s = (wall - before).total_seconds() - passed_s
            if abs(jump_s) > JUMP_S:
                logger.warning("the time has jumped by {:+.0f} s; the timetable is made anew", jump_s)
            try:
                await self._look(jump_s if abs(jump_s) > JUMP_S else 0.0, anew=steady >= anew_at)
            except StoreError as error:  # at the next look it may be up again
                logger.error("store {}", error)
                continue
            anew_at = steady + ANEW_S if steady >= anew_at else anew_at

    async def _look(self, jump_s: float, *, anew: bool) -> None:
        if jump_s or anew:
            await self.replan(timedelta(seconds=max(0.0, -jump_s)))
        if await asyncio.to_thread(self.files.changed):
            await self.reread()
        if closed := await asyncio.to_thread(close_dead, self.engine, self.now()):
            logger.warning("closed {} runs whose process had died", closed)

    async def hold(self) -> None:
        """Returns when another clock has taken the lease; until then it is ours, or nothing starts."""
        while True:
            await asyncio.sleep(HOLD_S)
            if await asyncio.to_thread(self.lease.held):
                continue
            self.paused = True
            logger.error("the lease on the store is lost; nothing is crawled until it is ours again")
            if not await self._take():
                self.ousted = True
                return
            self.paused = False
            logger.warning("the lease on the store is ours again")
            await self.replan_quietly()

    async def replan_quietly(self) -> None:
        """Makes the timetable anew; where the store fails, the next look does it."""
        try:
            await self.replan(timedelta(0))
        except StoreError as error:
            logger.error("store {}", error)

    async def _take(self) -> bool:
        """Whether the lease is ours again; False where another clock has it."""
        while True:
            try:
                return await asyncio.to_thread(self.lease.take)
            except StoreError:
                await asyncio.sleep(TRY_S)
