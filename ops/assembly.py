"""A clock put together: its store, its lease, who crawls for it, and what goes along with it."""

import asyncio
from collections.abc import Sequence
from functools import partial

from db.engine import open_store
from db.settings import Settings
from ops.aftercare import Aftercare
from ops.clock import After, Clock, ClockOptions
from ops.companions import companions
from ops.crew import Children, workers
from ops.launch import environment
from ops.lease import lease_of
from ops.roster import Plan
from ops.sitefiles import SiteFiles
from ops.timetable import plan


def run_clock(
    settings: Settings, options: ClockOptions, after: Sequence[After] = (), plan: Plan = plan
) -> int:
    """The exit code, when the clock was stopped by a signal or, with `once`, when all that was due is done.

    Each of `after` is told of crawls that have ended. Raises StoreError, ClockBusy and OrderError, each one
    line.
    """
    files = SiteFiles(settings.sites, options.sites)
    engine = open_store(settings.database_url)
    lease = lease_of(engine)
    beside = partial(companions, settings, engine, lambda: files.rhythms, once=options.once)
    after = [Aftercare(files, settings), *after]

    async def run() -> int:
        limits = options.at_once, options.deadline_s, options.grace_s
        crew = workers(settings, engine, waits=not options.once) if options.queue else None
        crew = crew or Children(engine, environment(settings), *limits)
        return await Clock(engine, files, crew, lease, options, after, plan, beside=beside).run()

    try:
        return asyncio.run(run())
    finally:
        lease.drop()
        engine.dispose()
