"""Several crawls at the same time, each in its own child, never more than so many."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from ops.launch import CrawlOptions, CrawlResult, run_crawl

WATCH_S = 0.3  # between two looks at the ledger: lively to the eye, nothing to the database
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Order:
    """One crawl asked for: a site's name and what its crawl may do."""

    site: str
    options: CrawlOptions = field(default_factory=CrawlOptions)


@dataclass(frozen=True, slots=True)
class Fleet:
    """How orders are carried out. `ended` is called as each crawl ends, `watch` every third of a second."""

    env: Mapping[str, str]
    at_once: int = 4
    deadline_s: float | None = None
    ended: Callable[[CrawlResult], None] | None = None
    watch: Callable[[], None] | None = None


async def crawl_all(orders: Sequence[Order], fleet: Fleet) -> tuple[list[CrawlResult], bool]:
    """The results in the order asked for, and whether SIGINT or SIGTERM cut it short.

    A signal starts no further crawl, asks the running ones to end and waits for them; what was not begun
    is missing from the results.
    """
    slots = asyncio.Semaphore(fleet.at_once)
    async with stop_on_signal() as stop, _watching(fleet.watch):
        tasks = [asyncio.ensure_future(_crawl(order, fleet, slots, stop)) for order in orders]
        results = await asyncio.gather(*tasks)
        return [result for result in results if result], stop.is_set()


async def _crawl(
    order: Order, fleet: Fleet, slots: asyncio.Semaphore, stop: asyncio.Event
) -> CrawlResult | None:
    async with slots:
        if stop.is_set():
            return None
        result = await run_crawl(order.site, order.options, fleet.env, fleet.deadline_s, stop=stop)
    if fleet.ended:
        fleet.ended(result)
    return result


@asynccontextmanager
async def stop_on_signal() -> AsyncIterator[asyncio.Event]:
    """An event that the first SIGINT or SIGTERM sets, instead of ending this process."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in STOP_SIGNALS:
            loop.remove_signal_handler(number)


@asynccontextmanager
async def _watching(watch: Callable[[], None] | None) -> AsyncIterator[None]:
    if watch is None:
        yield
        return
    task = asyncio.ensure_future(_every(WATCH_S, lambda: asyncio.to_thread(watch)))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _every(interval_s: float, act: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(interval_s)
        await act()
