"""Crawls by the real command: children, accounts, limits, signals, and the demo from end to end."""

import csv
import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from command import Folder, is_one_line
from loopback import Answer, Site, article, end_of, serving, until
from sqlalchemy import select

from db.models import Run


@pytest.fixture
def here(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def site(here: Folder) -> Iterator[Site]:
    with serving(articles=6) as made:
        here.site("made", made.toml())
        yield made


def balance(row: str) -> list[int]:
    """The counts of one row of the account, a dot being none."""
    return [0 if word == "·" else int(word) for word in row.split()[2:-1]]


def hold(site: Site, path: str) -> None:
    """`path` is not answered until the gate opens."""

    def held() -> Answer:
        site.gate.wait(60)
        return Answer(article(0))

    site.gate.clear()
    site.pages[path] = held


def crawls(here: Folder) -> list[int]:
    """The processes of all runs in the store that still live, whoever their parent is now."""
    with here.open() as s:
        pids = s.scalars(select(Run.pid)).all()
    return [pid for pid in pids if psutil.pid_exists(pid) and is_crawl(pid)]


def is_crawl(pid: int) -> bool:
    try:
        return "crawler" in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False


def free_ports() -> int:
    """The first of three free ports in a row."""
    while True:
        with socket.socket() as first, socket.socket() as second, socket.socket() as third:
            first.bind(("127.0.0.1", 0))
            base = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", base + 1))
                third.bind(("127.0.0.1", base + 2))
            except (OSError, OverflowError):
                continue
            return base


def stored(here: Folder) -> list[dict[str, object]]:
    lines = here.carnews("articles", "-n", "1000", "--format", "jsonl").out.splitlines()
    return [json.loads(line) for line in lines]


def test_a_crawl_tells_a_balance_that_adds_up(here: Folder, site: Site) -> None:
    site.pages["/news/2026/3"] = Answer(b"", 500)
    site.pages["/news/2026/4"] = Answer(b"", 410)
    ended = here.carnews("crawl", "made")
    assert ended.code == 1
    heading, row, *sentences = ended.out.splitlines()
    assert heading.split()[:3] == ["site", "outcome", "found"]
    found, *states = balance(row)
    assert found == 6 == sum(states)
    assert sentences == ["made: failed http 500 (1)"]
    assert len(stored(here)) == 4


def test_the_account_of_a_crawl_comes_in_every_format(here: Folder, site: Site) -> None:
    site.pages["/news/2026/3"] = Answer(status=404)
    first = here.carnews("crawl", "made", "--format", "json")
    assert first.code == 0, first.err
    [row] = json.loads(first.out)
    assert (row["site"], row["outcome"], row["found"], row["stored"], row["gone"]) == (
        "made",
        "finished",
        6,
        5,
        1,
    )
    [line] = here.carnews("crawl", "made", "--format", "jsonl").out.splitlines()
    assert json.loads(line).keys() == row.keys()
    [record] = csv.DictReader(here.carnews("crawl", "made", "--format", "csv").out.splitlines())
    assert (record["outcome"], record["found"]) == ("finished", "0")  # its feed is as it was
    [find, *_] = here.carnews("crawl", "made", "--dry-run", "--format", "jsonl").out.splitlines()
    assert json.loads(find) == {
        "site": "made",
        "url": f"{site.home}news/2026/0",
        "newest_at": None,
        "channel": f"feed:{site.home}rss",
    }


def test_a_quiet_crawl_says_errors_only(here: Folder, site: Site) -> None:
    ended = here.carnews("crawl", "made", "--quiet", "--max-articles", "5")
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    site.feed(["/news/broken"])
    site.pages["/news/broken"] = Answer(status=500)
    broken = here.carnews("crawl", "made", "--quiet")
    assert (broken.code, broken.out) == (1, "")
    assert broken.err == "carnews: made: failed http 500 (1)\n"


def test_several_sites_are_summed(here: Folder, site: Site) -> None:
    with serving(articles=2) as other:
        here.site("other", other.toml())
        ended = here.carnews("crawl", "made", "other")
    assert ended.code == 0, ended.err
    assert "made: finished" in ended.err
    total = next(line for line in ended.out.splitlines() if line.startswith("all "))
    assert total.split()[1] == "8"


def test_single_addresses_are_crawled_alone(here: Folder, site: Site) -> None:
    ended = here.carnews("crawl", f"{site.home}news/2026/2")
    assert ended.code == 0, ended.err + ended.out
    assert [row["url"] for row in stored(here)] == [f"{site.home}news/2026/2"]


def test_the_number_of_articles_can_be_limited(here: Folder, site: Site) -> None:
    ended = here.carnews("crawl", "made", "--max-articles", "2")
    assert ended.code == 0, ended.err
    assert len(site.fetched) == 2
    assert len(stored(here)) == 2


def test_a_dry_run_lists_addresses_and_stores_nothing(here: Folder, site: Site) -> None:
    ended = here.carnews("crawl", "made", "--dry-run")
    assert ended.code == 0, ended.err
    told = [f"{site.home}news/2026/{n}  feed:{site.home}rss" for n in range(6)]
    assert [line.strip() for line in ended.out.splitlines()] == told
    assert site.fetched == []
    assert stored(here) == []


def test_a_crawl_past_its_time_limit_ends_and_the_next_goes_on(here: Folder, site: Site) -> None:
    hold(site, "/news/2026/0")
    ended = here.carnews("crawl", "made", "--time-limit", "4s")
    assert "time limit" in ended.out, ended.out + ended.err
    assert crawls(here) == []
    site.gate.set()
    site.pages["/news/2026/0"] = Answer(article(0))
    assert here.carnews("crawl", "made").code == 0
    assert len(stored(here)) == 6


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_crawl_leaves_a_sound_store_and_no_child(
    here: Folder, site: Site, number: signal.Signals
) -> None:
    hold(site, "/news/2026/0")
    child = here.start("carnews", "crawl", "made")
    until(lambda: site.fetched)
    child.send_signal(number)
    ended = end_of(child)
    assert ended.code == 130, ended.err
    assert "Traceback" not in ended.err
    assert crawls(here) == []
    assert here.carnews("db", "check").code == 0


def test_two_crawls_of_one_site_never_meet(here: Folder, site: Site) -> None:
    hold(site, "/news/2026/0")
    first = here.start("carnews", "crawl", "made")
    until(lambda: site.fetched)
    second = here.carnews("crawl", "made")
    assert second.code == 75
    assert "has been crawling it" in second.out
    site.gate.set()
    assert end_of(first).code == 0


def test_clean_fetches_an_address_and_keeps_nothing(here: Folder, site: Site) -> None:
    ended = here.carnews("clean", f"{site.home}news/2026/1")
    assert ended.code == 0, ended.err
    assert ended.out.startswith("Story number 1\n")
    assert not (here.folder / "store.db").exists()


def test_clean_says_why_an_address_cannot_be_had(here: Folder, site: Site) -> None:
    refused = here.carnews("clean", f"{site.home}news/none")
    assert refused.code == 1
    assert is_one_line(refused), refused.err
    assert "http 404" in refused.err
    for host in ("127.0.0.1", "localhost"):
        private = here.carnews("clean", f"http://{host}:9/x")
        assert private.code == 1
        assert is_one_line(private), private.err
        assert "private address" in private.err


def test_a_missing_contact_is_told_in_one_line(here: Folder, site: Site) -> None:
    assert "CARNEWS_CONTACT" in here.carnews("crawl", "made").err
    known = here.carnews("crawl", "made", CARNEWS_CONTACT="https://reader.example/bot")
    assert "CARNEWS_CONTACT" not in known.err
    assert "carnews/0.1.0 (+https://reader.example/bot)" in site.agents or any(
        "+https://reader.example/bot" in agent for agent in site.agents
    )


def test_the_demo_shows_its_work_and_a_second_one_finds_nothing_new(here: Folder) -> None:
    port = str(free_ports())
    first = here.carnews("demo", "--port", port)
    assert first.code == 0, first.err
    for part in (
        "accounted for",
        "articles stored",
        "One page, before and after",
        "became title",
        "carnews show",
        "explain http",
    ):
        assert part in first.out
    before = stored(here)
    total = next(line for line in first.out.splitlines() if line.startswith("all "))
    found, *states = [0 if word == "·" else int(word) for word in total.split()[1:]]
    assert found == sum(states)
    assert len(before) == states[0] > 20
    second = here.carnews("demo", "--port", port)
    assert second.code == 0, second.err
    assert "nothing is new" in second.out
    assert stored(here) == before
    following = second.out.partition("Go on with\n")[2].splitlines()
    assert len(following) == 3
    for line in following:  # as they stand there, in a shell
        ended = end_of(here.shell(line))
        assert ended.code == 0, (line, ended.err)


def test_a_demo_killed_in_the_middle_ends_in_the_same_store(here: Folder, tmp_path: Path) -> None:
    port = str(free_ports())
    undisturbed = Folder(tmp_path / "undisturbed")
    undisturbed.folder.mkdir()
    assert undisturbed.carnews("demo", "--port", port, "--quiet").code == 0
    for some in (1, 15):
        child = here.start("carnews", "demo", "--port", port)
        until(lambda: (here.folder / "store.db").exists() and len(archived(here)) >= some)  # noqa: B023
        child.kill()
        end_of(child)
        until(lambda: crawls(here) == [], 15)
    assert here.carnews("demo", "--port", port, "--quiet").code == 0
    assert stored(here) == stored(undisturbed)
    assert here.carnews("db", "check").code == 0


def archived(here: Folder) -> list[int]:
    """One entry for about every 4 kB in the archive: enough to see how far a crawl has come."""
    size = sum(path.stat().st_size for path in (here.folder / "archive").glob("*.warc.gz"))
    return [size] * (size // 4096)
