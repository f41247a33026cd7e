import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from ops.children import Ended, run_child

ROOT = Path(__file__).parent.parent

# ignores TERM and says so only after it does, so that nobody signals it too early
STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
import os
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
while True: time.sleep(0.05)
"""
ORDERLY = """
import os, pathlib, signal, sys, time
def leave(*_):
    print("left in order", file=sys.stderr)
    sys.exit(3)
signal.signal(signal.SIGTERM, leave)
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
while True: time.sleep(0.05)
"""


def ran(code: str, *arguments: object, deadline_s: float | None = 20, grace_s: float = 5) -> Ended:
    argv = [sys.executable, "-c", code, *map(str, arguments)]
    return asyncio.run(run_child(argv, os.environ, deadline_s, grace_s=grace_s))


def until(true: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.01)


def pid_in(path: Path) -> int:
    until(lambda: path.exists() and path.read_text() != "")
    return int(path.read_text())


def is_alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_a_child_that_ends_gives_its_code_and_its_words() -> None:
    ended = ran("import sys; print('out'); print('why', file=sys.stderr); sys.exit(75)")
    assert (ended.exit_code, ended.timed_out, ended.stopped) == (75, False, False)
    assert (ended.out, ended.err) == (("out",), ("why",))


def test_a_child_past_its_deadline_is_asked_to_end(tmp_path: Path) -> None:
    ended = ran(ORDERLY, tmp_path / "pid", deadline_s=1.5)
    assert ended.timed_out
    assert ended.exit_code == 3
    assert ended.err[-1] == "left in order"


def test_a_child_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    ended = ran(STUBBORN, tmp_path / "pid", deadline_s=1.5, grace_s=0.2)
    assert ended.timed_out
    assert ended.exit_code == -signal.SIGKILL
    assert not is_alive(pid_in(tmp_path / "pid"))


def test_a_stop_ends_the_child_before_its_deadline(tmp_path: Path) -> None:
    async def stopped() -> Ended:
        stop = asyncio.Event()
        argv = [sys.executable, "-c", ORDERLY, str(tmp_path / "pid")]
        running = asyncio.ensure_future(run_child(argv, os.environ, 60, stop=stop))
        await asyncio.to_thread(pid_in, tmp_path / "pid")
        stop.set()
        return await running

    ended = asyncio.run(stopped())
    assert (ended.stopped, ended.timed_out, ended.exit_code) == (True, False, 3)


def test_cancelling_takes_the_child_along(tmp_path: Path) -> None:
    async def cancelled() -> int:
        argv = [sys.executable, "-c", ORDERLY, str(tmp_path / "pid")]
        running = asyncio.ensure_future(run_child(argv, os.environ, 60))
        pid = await asyncio.to_thread(pid_in, tmp_path / "pid")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return pid

    assert not is_alive(asyncio.run(cancelled()))


def test_a_child_that_talks_without_end_fills_no_memory() -> None:
    ended = ran("import sys\nfor n in range(50_000): print(n, 'x' * 50)")
    assert ended.exit_code == 0
    assert len(ended.out) == 2000
    assert ended.out[-1].startswith("49999 ")


def test_a_grandchild_holding_the_pipe_does_not_hold_us() -> None:
    code = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(6)'])"
    began = time.monotonic()
    assert ran(code).exit_code == 0
    assert time.monotonic() - began < 5


def test_a_child_dies_with_its_killed_parent(tmp_path: Path) -> None:
    parent = f"""
import asyncio, os, sys
from ops.children import run_child
asyncio.run(run_child([sys.executable, "-c", {STUBBORN!r}, {str(tmp_path / "pid")!r}], os.environ, None))
"""
    process = subprocess.Popen([sys.executable, "-c", parent], cwd=ROOT)
    try:
        child = pid_in(tmp_path / "pid")
        assert is_alive(child)
    finally:
        process.kill()
        process.wait()
    until(lambda: not is_alive(child))


def test_a_child_whose_parent_went_before_it_began_does_nothing(tmp_path: Path) -> None:
    wrapper = ROOT / "ops" / "child.py"
    touch = [sys.executable, "-c", f"open({str(tmp_path / 'ran')!r}, 'w')"]
    orphan = subprocess.run([sys.executable, wrapper, "1234567", *touch], check=False)
    assert orphan.returncode == 75
    assert not (tmp_path / "ran").exists()
