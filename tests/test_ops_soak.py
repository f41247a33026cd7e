"""The clock for a long time: hundreds of real crawls, faults among them, and nothing that grows."""

import random
import re
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from command import Folder
from loopback import Answer, Site, reset, serving

PROGRAM = """
import sys
from datetime import timedelta
import ops.roster
from db.settings import settings
from ops.assembly import run_clock
from ops.clock import ClockOptions
from ops.logs import log_to_stderr
from ops.timetable import Slot

ops.roster.LEAST_S = 0.1

def plan(engine, rhythms, now):
    return [Slot(site, timedelta(seconds=1), now) for site in rhythms]

log_to_stderr()
raise SystemExit(run_clock(settings(), ClockOptions(tuple(sys.argv[1:]), look_s=2), plan=plan))
"""
TROUBLES = [Answer(b"", 500), Answer(b"<rss", 200), Answer(rude=reset), Answer(b"gone", 410)]


def soak(here: Folder, sites: list[Site], crawls: int, faults: float) -> list[tuple[int, float, int, int]]:
    """Crawls done, RSS in MB, open files and children of the clock, as seen now and then."""
    (here.folder / "soaking.py").write_text(PROGRAM)
    names = [f"made{n}" for n in range(len(sites))]
    for name, site in zip(names, sites, strict=True):
        here.site(name, site.toml())
    sound = [site.pages["/rss"] for site in sites]
    log = here.folder / "soak.err"
    drawn = random.Random(57)
    seen = []
    with log.open("w") as err:
        words = [sys.executable, "-m", "soaking", *names]
        clock = psutil.Popen(words, cwd=here.folder, env=here.environment, stderr=err)
        deadline = time.monotonic() + crawls + 60
        while (done := len(re.findall(r" (?:done|failed|put off|lost) made", log.read_text()))) < crawls:
            assert time.monotonic() < deadline, "too slow to be well"
            assert clock.poll() is None, log.read_text()[-2000:]
            for site, feed in zip(sites, sound, strict=True):
                site.pages["/rss"] = drawn.choice(TROUBLES) if drawn.random() < faults else feed
            if drawn.random() < faults / 20 and (children := clock.children()):
                drawn.choice(children).kill()
            seen.append((done, clock.memory_info().rss / 2**20, clock.num_fds(), len(clock.children())))
            time.sleep(0.25)
        clock.send_signal(signal.SIGTERM)
        assert clock.wait(60) == 0
    assert "Traceback" not in log.read_text()
    return seen


@pytest.mark.parametrize(
    ("crawls", "faults"), [(40, 0.2), pytest.param(500, 0.2, marks=pytest.mark.slow)], ids=["short", "long"]
)
def test_hundreds_of_crawls_with_faults_leave_the_clock_as_small_as_it_was(
    tmp_path: Path, crawls: int, faults: float
) -> None:
    here = Folder(tmp_path)
    with ExitStack() as served:
        sites = [served.enter_context(serving(articles=1)) for _ in range(4)]
        seen = soak(here, sites, crawls, faults)
    settled = [look for look in seen if look[0] >= crawls // 4]
    half = len(settled) // 2
    first, second = ([rss for _, rss, _, _ in part] for part in (settled[:half], settled[half:]))
    assert sum(second) / len(second) - sum(first) / len(first) < 5
    assert max(fds for _, _, fds, _ in settled) - min(fds for _, _, fds, _ in settled) <= 24
    assert max(children for *_, children in seen) <= 4  # two crawls, the shared process and its successor
    assert sum(file.stat().st_size for file in here.folder.glob("store.db-wal")) < 16 << 20
    assert not {"running"} & {outcome for outcome, _, _ in here.runs()}
