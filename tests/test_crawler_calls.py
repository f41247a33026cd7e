"""The n-th call of a crawl, to database, archive or site, fails: for n = 1, 2, 3 … until one gets through."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from forked_crawls import Fault, Forker, forking
from hurt_stores import flaws, time_passes, told
from loopback import Place, Site, serving

PAGES = 20


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(articles=PAGES) as made:
        yield made


@pytest.fixture
def fork(tmp_path: Path, site: Site) -> Iterator[Forker]:
    home = Place(tmp_path)
    home.site("made", site.toml())
    with forking(home) as made:
        yield made


@pytest.fixture
def new_place(tmp_path: Path, new_url: Callable[[], str]) -> Callable[[], Place]:
    """Makes a folder with a store and an archive of its own."""
    numbers = iter(range(10_000))

    def another() -> Place:
        place = Place(tmp_path / f"round {next(numbers)}", new_url())
        place.folder.mkdir()
        return place

    return another


def fail_every(fork: Forker, new_place: Callable[[], Place], how: str, first: int, stride: int) -> int:
    """How many crawls failed at a call of theirs; each left a sound store, told the truth, and was healed."""
    calm = new_place()
    assert fork.crawl(calm, "made").code == 0
    wanted = told(calm)
    number, rounds = first, 0
    while True:
        place, where = new_place(), f"{how} at call {number}"
        ended = fork.crawl(place, "made", fault=Fault(how, number))
        done = told(place) == wanted
        if ended.code == 0 and ended.failable < number:
            assert done
            return rounds
        assert done if ended.code == 0 else ended.code in {1, 75}, (where, ended)
        assert "Traceback" not in ended.err, (where, ended.err)
        assert flaws(place, running=True) == [], where
        time_passes(place)
        again = fork.crawl(place, "made")
        assert again.code == 0, (where, again.err)
        assert told(place) == wanted, where
        assert flaws(place) == [], where
        number, rounds = number + stride, rounds + 1


@pytest.mark.parametrize("how", ["fail", "fail on"])
def test_some_calls_of_a_crawl_that_fail(fork: Forker, new_place: Callable[[], Place], how: str) -> None:
    assert fail_every(fork, new_place, how, 5, 31 if is_sqlite(new_place) else 61) >= 3


@pytest.mark.slow
@pytest.mark.parametrize("how", ["fail", "fail on"])
def test_every_call_of_a_crawl_that_fails(fork: Forker, new_place: Callable[[], Place], how: str) -> None:
    # the calls are the same on both databases, but a round on the server takes longer
    assert fail_every(fork, new_place, how, 1, 1 if is_sqlite(new_place) else 5) > 15


def is_sqlite(new_place: Callable[[], Place]) -> bool:
    return new_place().store.startswith("sqlite")
