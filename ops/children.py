"""Child processes that cannot outstay their welcome: own session, deadline, TERM, grace, KILL."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ops import child

GRACE_S = (
    10.0  # between TERM and KILL: a crawl in flight stores its pages in about 1 s (measured), 10 is ample
)
LOOK_S = 0.02  # between two looks at a child: nothing to the CPU, unseen by people
KEPT_LINES = 2000  # of each stream; a child that talks without end must not fill the parent's memory
PIECE_BYTES = 64 * 1024  # read at once; of a longer line only the end is kept


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: `exit_code` is negative for a signal; `stopped` says that we asked it to end."""

    exit_code: int
    timed_out: bool
    stopped: bool
    seconds: float
    out: tuple[str, ...]
    err: tuple[str, ...]


async def run_child(
    argv: Sequence[str],
    env: Mapping[str, str],
    deadline_s: float | None = None,
    *,
    stop: asyncio.Event | None = None,
    grace_s: float = GRACE_S,
) -> Ended:
    """Runs `argv` in a session of its own until it ends, the deadline passes (None: none) or `stop` is set.

    The child and all of its session die with this process. `argv[0]` is an absolute path. Cancelling ends
    the child before the cancellation goes on.
    """
    began = time.monotonic()
    process = start(argv, env)
    out, err = Tail(process.stdout), Tail(process.stderr)
    try:
        timed_out, stopped = await _wait(process, deadline_s, stop)
    finally:
        code = await asyncio.shield(end(process, grace_s))
        lines = out.closed(), err.closed()
    return Ended(code, timed_out, stopped, time.monotonic() - began, *lines)


def start(argv: Sequence[str], env: Mapping[str, str], *, talks: bool = False) -> subprocess.Popen[bytes]:
    """A running child in its own session, which the kernel kills when this process ends.

    With `talks` its standard input is an unbuffered pipe.
    """
    # -S and -E spare the few milliseconds of site and environment set-up; the real command has its own
    wrapper = [sys.executable, "-S", "-E", str(Path(child.__file__)), str(os.getpid())]
    return subprocess.Popen(  # noqa: S603  # our own command line, no shell
        [*wrapper, *argv],
        env=dict(env),
        stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
        bufsize=0,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


async def end(process: subprocess.Popen[bytes], grace_s: float) -> int:
    """The exit code, once the child is gone: TERM once, as a second one skips an orderly close; then KILL."""
    if not is_over(process):
        _signal(process, signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(_over(process), grace_s)
    # always: what the child left behind ends with it; not yet reaped, so its number is still its own
    _signal(process, signal.SIGKILL)
    await _over(process)
    return process.wait()


def is_over(process: subprocess.Popen[bytes]) -> bool:
    """Whether the child has ended, without taking note of it: until `wait` its number stays taken."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


async def _over(process: subprocess.Popen[bytes]) -> None:
    while not is_over(process):  # noqa: ASYNC110  # the kernel sets no asyncio.Event
        await asyncio.sleep(LOOK_S)


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # the second is macOS's word for a zombie
        os.killpg(process.pid, number)


async def _wait(
    process: subprocess.Popen[bytes], deadline_s: float | None, stop: asyncio.Event | None
) -> tuple[bool, bool]:
    """(timed out, stopped), both False where the child ended by itself."""
    ending = asyncio.ensure_future(_over(process))
    watched = {ending} | ({asyncio.ensure_future(stop.wait())} if stop else set())
    try:
        done, _ = await asyncio.wait(watched, timeout=deadline_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in watched:
            task.cancel()
    return (False, False) if ending in done else (not done, bool(done))


class Tail:
    """The last lines of a pipe, read as they come so that the child never waits for us.

    With `heard` each line is given to it instead.
    """

    def __init__(self, pipe: IO[bytes] | None, heard: Callable[[str], None] | None = None) -> None:
        assert pipe is not None, "both streams are pipes"
        self.pipe = pipe
        self.rest = b""
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self.take = heard or self.lines.append
        os.set_blocking(pipe.fileno(), False)
        self.loop = asyncio.get_running_loop()
        self.loop.add_reader(pipe.fileno(), self.read)

    def read(self) -> bool:
        """Takes one piece; False where there is none now or ever."""
        with suppress(BlockingIOError):
            piece = os.read(self.pipe.fileno(), PIECE_BYTES)
            if not piece:
                self.loop.remove_reader(self.pipe.fileno())
            *lines, self.rest = (self.rest + piece).split(b"\n")
            self.rest = self.rest[-PIECE_BYTES:]
            for line in lines:
                self.take(line.decode("utf-8", "replace"))
            return bool(piece)
        return False

    def closed(self) -> tuple[str, ...]:
        """All lines kept, after taking what is still in the pipe and closing it."""
        for _ in range(KEPT_LINES):  # bounded: a grandchild in a session of its own may write for ever
            if not self.read():
                break
        self.loop.remove_reader(self.pipe.fileno())
        self.pipe.close()
        if self.rest:
            self.take(self.rest.decode("utf-8", "replace"))
        return tuple(self.lines)
