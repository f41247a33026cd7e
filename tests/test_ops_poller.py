"""Polls that share a process: each its own crawl, none harmed by another, all made again when it is lost."""

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest
from loopback import Answer, Place, Site, closed_port, serving
from sqlalchemy import select

from db.models import Run
from ops.launch import CrawlResult
from ops.poller import Poller, PollLost

Polled = list[CrawlResult | BaseException | None]


@pytest.fixture
def place(tmp_path: Path, sqlite_url: str) -> Place:
    made = Place(tmp_path)
    assert made.store == sqlite_url
    return made


@pytest.fixture
def sites(place: Place) -> Iterator[list[Site]]:
    """Two sites of three and two articles, called `one` and `two`."""
    with serving(articles=3) as one, serving(articles=2) as two:
        place.site("one", one.toml())
        place.site("two", two.toml())
        yield [one, two]


@pytest.fixture
def silent(place: Place) -> Iterator[str]:
    """A site that takes connections and says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        home = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        place.site("silent", site_at(home))
        yield "silent"


def site_at(home: str, private: str = "allow_private = true\ndelay_s = 0\n") -> str:
    return f'title = "T"\nhome = "{home}"\n[find]\nfeeds = ["{home}rss"]\n[crawl]\n{private}'


def polled(
    place: Place,
    names: Sequence[str],
    *,
    deadline_s: float = 60,
    then: Callable[[Poller], Awaitable[None]] | None = None,
    **more: float,
) -> Polled:
    """What polls of all `names` at once came to, `then` happening meanwhile."""

    async def all_of_them() -> Polled:
        env = place.environment | {"CARNEWS_LOG": str(place.folder / "log")}
        poller = Poller(env, deadline_s, **more)
        tasks = [asyncio.ensure_future(poller.poll(name)) for name in names]
        if then:
            await then(poller)
        results: Polled = await asyncio.gather(*tasks, return_exceptions=True)
        await poller.close()
        return results

    return asyncio.run(all_of_them())


def codes(results: Polled) -> list[int]:
    return [result.exit_code for result in results if isinstance(result, CrawlResult)]


async def under_way(poller: Poller, place: Place, count: int) -> psutil.Process:
    """The process, once so many runs have begun."""
    for _ in range(600):
        await asyncio.sleep(0.05)
        if poller.child and len(place.runs()) >= count:
            return psutil.Process(poller.child.process.pid)
    raise AssertionError("waited in vain")


def test_sites_polled_by_one_process_have_a_run_a_log_and_an_end_each(
    place: Place, sites: list[Site]
) -> None:
    results = polled(place, ["one", "two", "nobody"])
    assert codes(results) == [0, 0, 2]
    one, two, nobody = (result for result in results if isinstance(result, CrawlResult))
    assert (one.outcome, one.found, one.states) == ("finished", 3, {"stored": 3})
    assert (two.outcome, two.found, two.states) == ("finished", 2, {"stored": 2})
    assert nobody.outcome is None
    assert "nobody" in (nobody.said or "")
    assert len(place.articles()) == 5
    with place.open() as s:
        assert len(set(s.scalars(select(Run.pid)))) == 1
    for name, count in (("one", 3), ("two", 2)):
        log = (place.folder / "log" / f"{name}.log").read_text()
        assert f"finished {name}: found={count}" in log
        assert ("two" if name == "one" else "one") not in log
    again = polled(place, ["one", "two"])
    assert [result.found for result in again if isinstance(result, CrawlResult)] == [0, 0]


def test_one_site_in_trouble_leaves_the_others_alone(place: Place, sites: list[Site]) -> None:
    place.site("down", site_at(f"http://127.0.0.1:{closed_port()}/"))
    sites[1].pages["/rss"] = Answer(b"<rss", status=500)
    results = polled(place, ["down", "two", "one"])
    assert codes(results)[2] == 0
    assert 0 not in codes(results)[:2]
    assert len(place.articles()) == 3


def test_a_poll_past_its_deadline_ends_alone(place: Place, sites: list[Site], silent: str) -> None:
    results = polled(place, [silent, "one"], deadline_s=4)
    late, good = results
    assert isinstance(late, CrawlResult)
    assert isinstance(good, CrawlResult)
    assert (late.timed_out, late.exit_code) == (True, 75)
    assert (good.timed_out, good.exit_code) == (False, 0)
    assert sorted(outcome for outcome, _, _ in place.runs()) == ["finished", "interrupted"]


def test_a_process_that_falls_silent_is_killed_and_its_polls_are_lost(place: Place, silent: str) -> None:
    async def hang(poller: Poller) -> None:
        (await under_way(poller, place, 1)).send_signal(signal.SIGSTOP)

    [lost] = polled(place, [silent], then=hang, silent_s=3)
    assert isinstance(lost, PollLost)
    assert "silent for 3 s" in str(lost)


def test_after_a_process_was_killed_the_next_poll_has_another(
    place: Place, sites: list[Site], silent: str
) -> None:
    async def kill(poller: Poller) -> None:
        (await under_way(poller, place, 1)).kill()
        await asyncio.sleep(0.5)
        result = await poller.poll("one")
        assert result
        assert result.exit_code == 0

    [lost] = polled(place, [silent], then=kill)
    assert isinstance(lost, PollLost)
    assert len(place.articles()) == 3


def test_a_stop_ends_polls_in_good_order(place: Place, silent: str) -> None:
    async def stop(poller: Poller) -> None:
        await under_way(poller, place, 1)
        await poller.stop()
        assert await poller.poll("silent") is None

    [result] = polled(place, [silent], then=stop)
    assert isinstance(result, CrawlResult)
    assert (result.exit_code, result.stopped) == (75, True)
    assert [outcome for outcome, _, _ in place.runs()] == ["interrupted"]


def test_what_one_site_may_reach_another_in_its_process_may_not(place: Place, sites: list[Site]) -> None:
    place.site("stranger", site_at(sites[0].home.replace("/", "/", 1), "delay_s = 1\n"))

    async def after_it(poller: Poller) -> None:
        await poller.poll("one")
        sites[0].asked.clear()
        result = await poller.poll("stranger")
        assert result
        assert result.exit_code != 0

    assert codes(polled(place, ["two"], then=after_it)) == [0]
    assert sites[0].asked == []


def test_a_process_without_work_ends(
    place: Place, sites: list[Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ops.poller.IDLE_S", 0.5)

    async def wait(poller: Poller) -> None:
        await poller.poll("two")
        assert poller.child
        for _ in range(1000):
            if poller.child.process.returncode is not None:
                break
            await asyncio.sleep(0.02)
        assert poller.child.process.returncode == 0

    assert codes(polled(place, ["one"], then=wait)) == [0]


def test_no_process_is_left_behind(place: Place, sites: list[Site]) -> None:
    polled(place, ["one"])
    mine = psutil.Process(os.getpid()).children(recursive=True)
    assert not [child for child in mine if "--polls" in " ".join(child.cmdline())]
