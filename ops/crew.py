"""Who makes the clock's crawls: a child of its own for each, or for quiet sites one that they share."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from loguru import logger
from sqlalchemy import Engine

from db.runs import RunRow
from db.settings import Settings
from ops.children import GRACE_S
from ops.history import close_dead, crawls_after, is_little, newest_run
from ops.launch import DONE, FAILURES, TRY_LATER, USAGE, CrawlOptions, CrawlResult, run_crawl
from ops.poller import Poller, PollLost

EXPECTED = {DONE, FAILURES, USAGE, TRY_LATER}  # after these the child has closed its run itself
KILLED = -9


@dataclass(frozen=True, slots=True)
class Ending:
    """What one crawl came to: how its process ended, and where its addresses stand.

    `outcome` is None where no run was begun. `lost` says that the process it shared with others was ended
    by force, whoever of them was the cause.
    """

    site: str
    exit_code: int
    seconds: float = 0.0
    timed_out: bool = False
    stopped: bool = False
    said: str | None = None
    outcome: str | None = None
    found: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    lost: bool = False
    alone: bool = False  # the site cannot share a process

    @property
    def quiet(self) -> bool:
        """Whether the crawl ended well and had little to fetch."""
        ended_well = self.exit_code == DONE and self.outcome == "finished"
        return ended_well and is_little(self.found, self.states)


class Crew(Protocol):
    """What the clock needs of whoever makes its crawls."""

    async def crawl(self, site: str, *, shared: bool, options: CrawlOptions | None = None) -> Ending | None:
        """What a crawl of `site` came to, made together with others where `shared`; None after a stop.

        `options` make it another than the routine crawl; it is never shared then.
        """

    def renew(self) -> None:
        """Site files have changed."""

    async def stop(self) -> None:
        """Asks all that is under way to end and waits for it."""


class Children:
    """The crew of this machine: child processes, at most `at_once` for single sites, one for quiet ones."""

    def __init__(
        self,
        engine: Engine,
        env: Mapping[str, str],
        at_once: int = 2,
        deadline_s: float = 1800.0,
        grace_s: float = GRACE_S,
    ) -> None:
        self.engine, self.env = engine, env
        self.deadline_s, self.grace_s = deadline_s, grace_s
        self.slots = asyncio.Semaphore(at_once)
        self.halt = asyncio.Event()
        self.poller = Poller(env, deadline_s, grace_s)

    async def crawl(self, site: str, *, shared: bool, options: CrawlOptions | None = None) -> Ending | None:
        return await (self._poll(site) if shared else self._crawl(site, options or CrawlOptions()))

    def renew(self) -> None:
        self.poller.renew()

    async def stop(self) -> None:
        self.halt.set()
        await self.poller.stop()

    async def _poll(self, site: str) -> Ending | None:
        try:
            result = await self.poller.poll(site)
        except PollLost as lost:
            await asyncio.to_thread(close_dead, self.engine, datetime.now(UTC))
            return Ending(site, KILLED, said=str(lost), stopped=self.halt.is_set(), lost=True)
        if result is None:
            return None
        return ending(result, result.outcome, result.found or 0, result.states)

    async def _crawl(self, site: str, options: CrawlOptions) -> Ending | None:
        async with self.slots:
            if self.halt.is_set():
                return None
            logger.info("crawl {}", site)
            before = await asyncio.to_thread(newest_run, self.engine)
            result = await run_crawl(
                site, options, self.env, self.deadline_s, stop=self.halt, grace_s=self.grace_s
            )
        run = await asyncio.to_thread(self._run_of, result, before)
        if run is None:
            return ending(result, None, 0, {})
        return ending(result, run.outcome, run.balance.found, run.balance.by_state, run.note)

    def _run_of(self, result: CrawlResult, before: int) -> RunRow | None:
        """The run that the child made, closed where it could not close it itself."""
        if result.exit_code not in EXPECTED:
            close_dead(self.engine, datetime.now(UTC))
        return crawls_after(self.engine, before, [result.site]).get(result.site)


def workers(settings: Settings, engine: Engine, *, waits: bool) -> Crew:
    """The workers of the shared queue as a crew; see `ops.queuecrew`."""
    from ops.queuecrew import QueueCrew  # noqa: PLC0415 - an extra that one machine alone does without

    return QueueCrew(settings, engine, waits=waits)


def ending(
    result: CrawlResult,
    outcome: str | None,
    found: int,
    states: Mapping[str, int],
    note: str | None = None,
) -> Ending:
    """The child's end and the ledger's word on its run as one."""
    return Ending(
        result.site,
        result.exit_code,
        result.seconds,
        result.timed_out,
        result.stopped,
        result.said or note,
        outcome,
        found,
        states,
        alone=result.alone,
    )


def tell(end: Ending) -> None:
    """Logs how a crawl ended: one line, a warning where somebody should look."""
    took = f"{end.seconds:.1f}s"
    if end.timed_out:
        logger.warning("timed out {} after {}", end.site, took)
    elif end.stopped:
        logger.info("stopped {} after {}", end.site, took)
    elif end.alone:
        logger.info("{} {}; it is crawled by itself", end.site, end.said)
    elif end.lost:
        logger.warning(
            "lost {} with the process it shared: {}; it is crawled by itself next", end.site, end.said
        )
    elif end.exit_code == DONE:
        logger.info("done {} in {}", end.site, " ".join(filter(None, [took, counts(end)])))
    elif end.exit_code == TRY_LATER:
        logger.warning("put off {}: {}", end.site, end.said or counts(end))
    else:
        why = end.said or "said nothing"
        logger.warning("failed {} exit={} in {} {}: {}", end.site, end.exit_code, took, counts(end), why)


def counts(end: Ending) -> str:
    """The run's balance as `found=24 stored=19 …`; empty where there was none."""
    if end.outcome is None:
        return ""
    return " ".join([f"found={end.found}", *(f"{state}={n}" for state, n in sorted(end.states.items()))])
