"""The clock as a process: what is due, who may run beside it, and how it ends."""

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from command import Folder, is_one_line
from loopback import Site, end_of, serving, until
from sqlalchemy import select

from crawler.sites import BUNDLED
from db.models import Run


@pytest.fixture
def here(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def site(here: Folder) -> Iterator[Site]:
    with serving(articles=3) as made:
        here.site("made", made.toml())
        yield made


@pytest.fixture
def silent(here: Folder) -> Iterator[str]:
    """A site whose server takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        home = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        here.site(
            "silent",
            f'title = "Silent"\nhome = "{home}"\n[find]\nfeeds = ["{home}rss"]\n'
            "[crawl]\ndelay_s = 0\nallow_private = true\n",
        )
        yield "silent"


def running(here: Folder) -> list[int]:
    """The processes of the runs in the store that are alive."""
    if not (here.folder / "store.db").exists():
        return []
    with here.open() as s:
        pids = s.scalars(select(Run.pid)).all()
    return [pid for pid in pids if psutil.pid_exists(pid)]


def test_what_is_due_is_crawled_once_and_not_again_before_its_time(here: Folder, site: Site) -> None:
    first = here.carnews("run", "--once", "--sites", "made")
    assert first.code == 0, first.err
    assert "due 1 of 1 sites" in first.err
    assert "found=3" in first.err
    assert "stored=3" in first.err
    again = here.carnews("run", "--once", "--sites", "made")
    assert again.code == 0
    assert "due 0 of 1 sites" in again.err
    assert len(here.runs()) == 1


def test_a_crawl_by_hand_counts_for_the_timetable(here: Folder, site: Site) -> None:
    assert here.carnews("crawl", "made").code == 0
    assert "due 0 of 1" in here.carnews("run", "--once", "--sites", "made").err


def test_the_program_is_the_same_as_the_command(here: Folder, site: Site) -> None:
    ended = end_of(here.start("scheduler", "--once", "--sites", "made"))
    assert ended.code == 0, ended.err
    assert len(here.articles()) == 3


def test_the_clock_crawls_what_is_due_and_ends_on_request(here: Folder, site: Site) -> None:
    clock = here.start("carnews", "run", "--sites", "made")
    until(lambda: (here.folder / "store.db").exists() and ("finished", 3, {"stored": 3}) in here.runs())
    clock.send_signal(signal.SIGTERM)
    ended = end_of(clock)
    assert ended.code == 0, ended.err
    assert "clock stopped" in ended.err
    assert "Traceback" not in ended.err


def test_a_request_to_end_reaches_the_children(here: Folder, silent: str) -> None:
    clock = here.start("carnews", "run", "--sites", silent)
    until(lambda: running(here))
    children = running(here)
    clock.send_signal(signal.SIGTERM)
    ended = end_of(clock)
    assert ended.code == 0, ended.err
    assert not any(psutil.pid_exists(pid) for pid in children)
    assert "stopping running=1" in ended.err
    assert here.carnews("db", "check").code == 0


def test_a_killed_clock_takes_its_children_with_it(here: Folder, silent: str) -> None:
    clock = here.start("carnews", "run", "--sites", silent)
    until(lambda: running(here))
    [child] = running(here)
    clock.kill()
    end_of(clock)
    until(lambda: not psutil.pid_exists(child), 15)


def test_a_crawl_past_its_deadline_is_ended_and_told(here: Folder, silent: str) -> None:
    ended = here.carnews("run", "--once", "--sites", silent, "--deadline", "3")
    assert "timed out silent" in ended.err
    assert ended.code != 0
    assert running(here) == []


def test_a_second_clock_on_one_store_ends_at_once(here: Folder, silent: str) -> None:
    first = here.start("carnews", "run", "--sites", silent)
    until(lambda: running(here))
    second = here.carnews("run", "--sites", silent)
    assert second.code == 75
    assert "another clock" in second.err
    assert second.err.splitlines()[-1].startswith("carnews: ")
    first.send_signal(signal.SIGTERM)
    assert end_of(first).code == 0


def test_a_killed_clock_leaves_its_place_to_the_next(here: Folder, site: Site) -> None:
    first = here.start("carnews", "run", "--sites", "made")
    until((here.folder / "store.db.clock").exists)
    first.kill()
    end_of(first)
    assert here.carnews("run", "--once", "--sites", "made").code in {0, 1}


def test_a_site_crawled_by_hand_at_that_moment_is_put_off(here: Folder, silent: str) -> None:
    by_hand = here.start("carnews", "crawl", silent)
    until(lambda: running(here))
    # never crawled to the end, yet begun just now: only a clock that does not know that would start it
    ended = here.carnews("run", "--once", "--sites", silent)
    assert ended.code in {0, 75}
    assert len(running(here)) == 1
    by_hand.send_signal(signal.SIGINT)
    assert end_of(by_hand).code == 130


def test_a_broken_site_file_stops_only_its_own_site(here: Folder, site: Site) -> None:
    (here.folder / "sites" / "broken.toml").write_text("title = 3\n")
    ended = here.carnews("run", "--once", "--sites", "made")
    assert ended.code == 0, ended.err
    assert "broken.toml" in ended.err
    assert len(here.articles()) == 3


def test_a_clock_crawls_a_site_whose_file_came_while_it_ran(here: Folder, site: Site) -> None:
    program = (
        "from db.settings import settings\nfrom ops.assembly import run_clock\n"
        "from ops.clock import ClockOptions\n"
        "from ops.logs import log_to_stderr\nlog_to_stderr()\n"
        "raise SystemExit(run_clock(settings(), ClockOptions(look_s=0.2)))\n"
    )
    (here.folder / "clock.py").write_text(program)
    toml = (here.folder / "sites" / "made.toml").read_text()
    only_made(here)
    (here.folder / "sites" / "made.toml").unlink()
    clock = here.start("clock")
    until((here.folder / "store.db.clock").exists)
    here.site("late", toml)
    until(lambda: ("finished", 3, {"stored": 3}) in here.runs())
    clock.send_signal(signal.SIGTERM)
    ended = end_of(clock)
    assert ended.code == 0, ended.err
    assert "new=1 gone=0" in ended.err


def test_a_hangup_has_the_site_files_read_again(here: Folder, site: Site) -> None:
    toml = (here.folder / "sites" / "made.toml").read_text()
    only_made(here)
    clock = here.start("carnews", "run")
    until(lambda: (here.folder / "store.db").exists() and ("finished", 3, {"stored": 3}) in here.runs())
    (here.folder / "sites" / "made.toml").unlink()
    here.site("late", toml)
    clock.send_signal(signal.SIGHUP)
    until(lambda: [outcome for outcome, _, _ in here.runs()] == ["finished"] * 2)
    clock.send_signal(signal.SIGTERM)
    ended = end_of(clock)
    assert ended.code == 0, ended.err
    assert "site files read sites=1 new=1 gone=1" in ended.err


def only_made(here: Folder) -> None:
    """Puts a file with mistakes in the place of every bundled site, so that nothing reaches the internet."""
    for path in BUNDLED.glob("*.toml"):
        here.site(path.stem, "title = ")


def test_a_quiet_clock_says_nothing_when_all_is_well(here: Folder, site: Site) -> None:
    ended = here.carnews("run", "--once", "--sites", "made", "--quiet")
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_an_unknown_site_is_told_in_one_line(here: Folder, site: Site) -> None:
    ended = here.carnews("run", "--sites", "maid")
    assert ended.code == 2
    assert is_one_line(ended), ended.err
    assert "made" in ended.err
