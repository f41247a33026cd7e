"""The process that polls quiet sites: kept warm while there is something to poll, told each name when due.

What it is told and answers is described in `crawler.polls`. One that falls silent, or takes a site too long,
is killed; the sites it was at are lost to it and their crawls have to be made anew, each by itself.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ops.children import GRACE_S, Tail, end, is_over, start
from ops.launch import CrawlResult

AT_ONCE = 16  # polls under way in one process: each mostly waits for its site
POLLS_PER_CHILD = 500  # then a new process: what leaks goes with the old one, and loading is 3 ms a poll
# A process without work goes. Looks end with slots of five minutes, so gaps between them are minutes long: of
# those of a thousand sites 334 a day are longer than 60 s, one than 180 s, and each would cost another start.
IDLE_S = 180.0
SILENT_S = 60.0  # without a sign of life, due every 2 s: a callback has hung
STARTING_S = 60.0  # more until its first one: it has much to load, maybe on a busy machine
LOOK_S = 0.1  # between two looks at the process
LATE_S = 60.0  # beyond its deadline, after which a site's crawl cannot be stopped and takes its process along


class PollLost(Exception):  # noqa: N818 - named for what it says
    """The process ended, or was ended, before it could tell what the poll came to."""


@dataclass
class Child:
    """One such process with the polls it was given; `retired` says that it gets no more."""

    process: subprocess.Popen[bytes]
    waiting: dict[str, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    polls: int = 0
    retired: bool = False
    heard_at: float = 0.0
    end_it: str | None = None  # why it shall be ended now

    @property
    def wanted(self) -> bool:
        """Whether it may get another poll."""
        return not (self.retired or self.end_it) and self.polls < POLLS_PER_CHILD

    def give(self, site: str) -> "asyncio.Future[dict[str, Any]]":
        """The promise of what the poll of `site` comes to."""
        assert self.process.stdin is not None
        promise: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.waiting[site] = promise
        self.polls += 1
        try:
            self.process.stdin.write(f"{site}\n".encode())
        except OSError:  # it has just ended; whoever watches it says so
            self.retired = True
        return promise

    def hear(self, line: str) -> None:
        """Takes a line it said: a sign of life, or what one poll came to."""
        self.heard_at = asyncio.get_running_loop().time()
        if not line.startswith("{"):
            return
        told = json.loads(line)
        promise = self.waiting.pop(told.pop("site"), None)
        if promise and not promise.done():
            promise.set_result(told)

    def retire(self) -> None:
        """Lets it end once its polls are done."""
        self.retired = True
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()


class Poller:
    """Polls sites in a process that they share."""

    def __init__(
        self, env: Mapping[str, str], deadline_s: float, grace_s: float = GRACE_S, silent_s: float = SILENT_S
    ) -> None:
        self.silent_s = silent_s
        self.env, self.deadline_s, self.grace_s = env, deadline_s, grace_s
        self.slots = asyncio.Semaphore(AT_ONCE)
        self.child: Child | None = None
        self.watching: set[asyncio.Task[None]] = set()
        self.stopping = False

    async def poll(self, site: str) -> CrawlResult | None:
        """What the poll came to; None where it was not begun because of a stop.

        Raises PollLost where the process was lost with it.
        """
        async with self.slots:
            if self.stopping:
                return None
            child = self._child()
            promise = child.give(site)
            try:
                told = await asyncio.wait_for(promise, self.deadline_s + LATE_S)
            except TimeoutError:
                child.end_it = f"the crawl of {site} cannot be stopped"
                raise PollLost(child.end_it) from None
            return result(site, told, stopped=self.stopping)

    def renew(self) -> None:
        """Has further polls made by a new process, which reads the site files anew."""
        if self.child:
            self.child.retire()

    async def stop(self) -> None:
        """Ends the polls under way in good order and starts no more."""
        self.stopping = True
        await self.close()

    async def close(self) -> None:
        """Lets the process end, which has nothing left to do, and waits for it."""
        self.renew()
        await asyncio.gather(*self.watching)

    def _child(self) -> Child:
        if self.child is None or not self.child.wanted:
            if self.child:
                self.child.retire()
            # -P keeps a folder named `crawler` in the user's own directory from being taken for ours
            argv = [sys.executable, "-P", "-m", "crawler", "--polls", str(self.deadline_s)]
            self.child = Child(start(argv, self.env, talks=True))
            task = asyncio.ensure_future(self._watch(self.child))
            self.watching.add(task)
            task.add_done_callback(self.watching.discard)
        return self.child

    async def _watch(self, child: Child) -> None:
        """Sees a child to its end, and tells those who still wait for it."""
        loop = asyncio.get_running_loop()
        busy_at = loop.time()
        child.heard_at = busy_at + STARTING_S
        out, err = Tail(child.process.stdout, child.hear), Tail(child.process.stderr)
        try:
            while not (is_over(child.process) or child.end_it or self.stopping):
                await asyncio.sleep(LOOK_S)
                busy_at = loop.time() if child.waiting else busy_at
                if not child.retired and loop.time() - busy_at > IDLE_S:
                    child.retire()
                if loop.time() - child.heard_at > self.silent_s:
                    child.end_it = f"silent for {self.silent_s:.0f} s"
        finally:
            code = await asyncio.shield(end(child.process, 0 if child.end_it else self.grace_s))
            out.closed()
            said = [line.strip() for line in err.closed() if line.strip()]
            child.retire()
            reason = child.end_it or (said[-1] if said else f"ended with {code}")
            for promise in child.waiting.values():
                if not promise.done():
                    promise.set_exception(PollLost(reason))


def result(site: str, told: Mapping[str, Any], *, stopped: bool) -> CrawlResult:
    """What the process told of one poll."""
    return CrawlResult(
        site,
        told["exit_code"],
        told["timed_out"],
        stopped,
        told.get("seconds", 0.0),
        (),
        told.get("said"),
        alone=told.get("alone", False),
        outcome=told.get("outcome"),
        found=told.get("found"),
        states=told.get("states", {}),
    )
