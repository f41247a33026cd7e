"""Jobs whose worker is gone, put back into the queue for others."""

from contextlib import suppress
from typing import Any

import psycopg_pool
from loguru import logger
from procrastinate import App
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

MOST_TRIES = 4  # of one job: what kills its worker each time must not do so for ever
REAPING = 0x6361727265617065  # "carreape": PostgreSQL's advisory locks are known by a number


async def put_back(app: App, stalled_s: float) -> int:
    """How many jobs were put back whose worker has not beaten for so long; one process at a time does it.

    Between another one's look and its writing a job could have found a new worker.
    """
    pool: psycopg_pool.AsyncConnectionPool[Any] = app.connector.pool  # type: ignore[attr-defined]
    manager, number = app.job_manager, 0
    async with pool.connection() as connection:
        lock = await connection.execute("SELECT pg_try_advisory_xact_lock(%s)", [REAPING])
        if (await lock.fetchone() or [False])[0] is False:
            return 0
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=stalled_s):
            if job.attempts < MOST_TRIES:
                with suppress(UniqueViolation):  # the same work was left anew: that one does
                    await manager.retry_job(job)
                    logger.warning("put back {}: its worker is gone", job.queueing_lock)
                    number += 1
                    continue
            else:
                logger.error("given up {}: {} workers were gone with it", job.queueing_lock, job.attempts)
            await manager.finish_job(job, Status.FAILED, delete_job=True)
    return number
