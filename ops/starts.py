"""When each site starts next, kept by APScheduler: in memory, in UTC, one moment for each."""

from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger


class Starts:
    """Calls `begin` with a site's name when its moment has come, on the event loop."""

    def __init__(self, begin: Callable[[str], None]) -> None:
        self.begin = begin
        self._scheduler = AsyncIOScheduler(timezone=UTC, jobstores={"default": MemoryJobStore()})

    def start(self) -> None:
        """Begins; to be called within the event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Nothing starts from now on."""
        self._scheduler.shutdown(wait=False)

    def set(self, site: str, at: datetime) -> None:
        """Sets the site's one start; a moment that is past comes at once."""
        self._scheduler.add_job(
            self._begun,
            DateTrigger(at, timezone=UTC),
            args=[site],
            id=site,
            # however late it comes it counts: one that APScheduler drops would be the site's last
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
            replace_existing=True,
        )

    def cancel(self, site: str) -> None:
        """Takes the site's start away, if it has one."""
        if self._scheduler.get_job(site):
            self._scheduler.remove_job(site)

    async def _begun(self, site: str) -> None:  # a plain function would be called on another thread
        self.begin(site)
