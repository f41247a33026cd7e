"""Crawls in processes forked from one that has imported everything: twenty pages in half a second.

Run as a program it reads orders as JSON lines and answers each with one line. An order names the crawl's
environment and words, and a fault: at which step, counted or named, the crawl is killed or a call fails.
Steps are every connection, statement and commit (before it, and after it, when only its answer is lost),
every archive segment opened, every half and whole record written, every request and answer, and the stages'
ends.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from loopback import ROOT, Place

FAILING = ("connect", "statement", "commit", "commit answer", "open", "half written", "fetch")


@dataclass(frozen=True)
class Fault:
    """What goes wrong: `how` is "kill", "fail" (once) or "fail on" (from then on).

    At the `at`-th step of all, or of those called `step`; a kill may come `after_s` seconds instead.
    """

    how: str = "kill"
    at: int = 0
    step: str | None = None
    after_s: float = 0


@dataclass(frozen=True)
class Forked:
    """How a forked crawl ended: `code` is negative for a signal, `steps` says how many of each it took."""

    code: int
    err: str
    steps: Mapping[str, int]
    seconds: float

    @property
    def failable(self) -> int:
        """How many calls could have failed."""
        return sum(self.steps.get(name, 0) for name in FAILING)


class Forker:
    """The client's side of the program."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def crawl(self, place: Place, *words: str, fault: Fault | None = None, first: str = "") -> Forked:
        """A crawl in `place` to its end, however bitter; it begins by running the program text `first`."""
        return self.crawls([(place, words)], fault, first)[0]

    def crawls(
        self, wanted: Sequence[tuple[Place, Sequence[str]]], fault: Fault | None = None, first: str = ""
    ) -> list[Forked]:
        """The same for crawls that run at once."""
        common = {"fault": asdict(fault or Fault()), "first": first}
        orders = [{"words": words, "environment": place.environment, **common} for place, words in wanted]
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(orders) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the forking process has died"
        return [Forked(**told) for told in json.loads(answer)]


@contextmanager
def forking(place: Place) -> Iterator[Forker]:
    """A process that forks crawls of the sites in `place`, until the block ends."""
    child = subprocess.Popen(
        [sys.executable, str(Path(__file__))],
        cwd=ROOT,
        env=place.environment | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Forker(child)
    finally:
        child.communicate(timeout=60)


class Steps:
    """Counts the steps of this process, and lets the fault come at its time."""

    def __init__(self, fault: Fault) -> None:
        self.fault, self.taken, self.failable = fault, Counter[str](), 0

    def take(self, name: str, error: Exception | None = None) -> None:
        """One step; raises `error` where it is this step's turn to fail."""
        self.taken[name] += 1
        self.failable += name in FAILING
        fault = self.fault
        if fault.how == "kill":
            number = self.taken[name] if fault.step == name else self.taken.total() if not fault.step else -1
            if number == fault.at:
                os.kill(os.getpid(), signal.SIGKILL)
        elif error is not None and fault.step in {None, name}:
            number = self.taken[name] if fault.step else self.failable
            if fault.at and (number == fault.at or (fault.how == "fail on" and number > fault.at)):
                raise error


def watch(steps: Steps) -> None:
    """Has every step of this process counted."""
    watch_database(steps)
    watch_archive(steps)
    watch_stages(steps)


def watch_database(steps: Steps) -> None:
    from sqlalchemy.engine.default import DefaultDialect

    def broken(dialect: Any) -> Exception:
        said = "disk I/O error" if dialect.name == "sqlite" else "server closed the connection unexpectedly"
        return dialect.loaded_dbapi.OperationalError(said)

    def stepping(name: str, method: Any, after: str | None = None) -> Any:
        def stepped(self: Any, *words: Any, **named: Any) -> Any:
            steps.take(name, broken(self))
            given = method(self, *words, **named)
            if after:
                steps.take(after, broken(self))
            return given

        return stepped

    for name in ("do_execute", "do_executemany", "do_execute_no_params"):
        setattr(DefaultDialect, name, stepping("statement", getattr(DefaultDialect, name)))
    DefaultDialect.connect = stepping("connect", DefaultDialect.connect)
    DefaultDialect.do_commit = stepping("commit", DefaultDialect.do_commit, "commit answer")


def watch_archive(steps: Steps) -> None:
    import errno

    from db.archive import Archive

    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    opened, append = Archive._open_segment, Archive._append

    def open_segment(self: Archive) -> Any:
        if self._file is None:
            steps.take("open", full)
        return opened(self)

    def append_halves(self: Archive, file: Any, member: bytes) -> None:
        half = len(member) // 2
        append(self, file, member[:half])
        steps.take("half written", full)
        append(self, file, member[half:])
        steps.take("archived")

    Archive._open_segment, Archive._append = open_segment, append_halves


def watch_stages(steps: Steps) -> None:
    from scrapy.exceptions import DownloadTimeoutError

    from crawler import stages
    from crawler.download import HangingUp
    from crawler.run import CrawlRun

    download, cleaned, find = HangingUp.download_request, stages.cleaned, CrawlRun.find

    async def fetch(self: HangingUp, request: Any) -> Any:
        steps.take("fetch", DownloadTimeoutError())
        answer = await download(self, request)
        steps.take("fetched")
        return answer

    def understood(work: Any) -> Any:
        done = cleaned(work)
        steps.take("understood")
        return done

    async def found(self: CrawlRun, finds: Any) -> Any:
        tally = await find(self, finds)
        steps.take("found")
        return tally

    HangingUp.download_request, stages.cleaned, CrawlRun.find = fetch, understood, found


def child(order: dict[str, Any], err: int, counts: int) -> None:
    """The forked crawl; never returns."""
    code = 70
    try:
        os.dup2(err, 1)
        os.dup2(err, 2)
        os.environ.update(order["environment"])
        steps = Steps(Fault(**order["fault"]))
        watch(steps)
        exec(order["first"], {})
        from crawler.__main__ import main

        code = main(order["words"])
        os.write(counts, json.dumps(steps.taken).encode())
    finally:
        sys.stderr.flush()
        os._exit(code)


def crawled(orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How the crawls that were ordered together ended."""
    began = time.monotonic()
    running = []
    for order in orders:
        files = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - `ended` closes them
        pid = os.fork()
        if pid == 0:
            child(order, *(file.fileno() for file in files))
        running.append((pid, *files))
    if after_s := orders[0]["fault"]["after_s"]:
        signal.sigtimedwait({signal.SIGCHLD}, after_s)
        for pid, *_ in running:
            os.kill(pid, signal.SIGKILL)  # not yet waited for, so the number is still its own
    return [ended(*one, began) for one in running]


def ended(pid: int, err: BinaryIO, counts: BinaryIO, began: float) -> dict[str, Any]:
    """How one crawl ended, once it has."""
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    seconds = time.monotonic() - began
    with err, counts:
        for file in (err, counts):
            file.seek(0)
        said, steps = err.read().decode(), json.loads(counts.read() or b"{}")
    return {"code": code, "err": said, "steps": steps, "seconds": seconds}


def serve() -> None:
    import crawler.process
    import crawler.settings  # noqa: F401

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    for line in sys.stdin:
        print(json.dumps(crawled(json.loads(line))), flush=True)


if __name__ == "__main__":
    serve()
