"""A crawl killed anywhere and started again ends in the store that an undisturbed one makes."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from forked_crawls import Fault, Forked, Forker, forking
from hurt_stores import flaws, told
from loopback import Place, Site, serving

from crawler.run import BATCH
from crawler.settings import CONCURRENT_REQUESTS

# the named steps: addresses written down, a page answered, archived, understood, before and after its commit
NAMED = ("found", "understood", "commit", "fetched", "commit answer", "archived")


@dataclass
class Killing:
    """Crawls of one made site: an undisturbed one, and then those that are killed."""

    site: Site
    fork: Forker
    new_place: Callable[[], Place]

    def calm(self) -> Forked:
        """An undisturbed crawl; what it made is what every killed one must come to."""
        place = self.new_place()
        ended = self.fork.crawl(place, "made")
        assert ended.code == 0, ended.err
        self.wanted, self.pages = told(place), len(self.site.fetched)
        return ended

    def kill(self, *faults: Fault) -> int:
        """How often a crawl was killed by the faults, before one in peace did the rest."""
        place, kills = self.new_place(), 0
        self.site.asked.clear()
        for fault in faults:
            ended = self.fork.crawl(place, "made", fault=fault)
            kills += ended.code == -9
            assert ended.code in {-9, 0}, (fault, ended)
            assert flaws(place, running=True) == [], fault
        again = self.fork.crawl(place, "made")
        assert again.code == 0, (faults, again.err)
        assert told(place) == self.wanted, faults
        assert flaws(place) == [], faults
        assert [outcome for outcome, *_ in place.runs()].count("died") <= kills, faults
        twice = len(self.site.fetched) - self.pages
        assert 0 <= twice <= kills * (CONCURRENT_REQUESTS + BATCH), faults
        return kills


@pytest.fixture
def killing(
    request: pytest.FixtureRequest, tmp_path: Path, new_url: Callable[[], str]
) -> Iterator[Callable[[int], Killing]]:
    """Gives a made site of so many pages, and the means to crawl and to kill."""
    with serving() as site:
        home = Place(tmp_path)
        home.site("made", site.toml())
        numbers = iter(range(10_000))

        def new_place() -> Place:
            place = Place(tmp_path / f"round {next(numbers)}", new_url())
            place.folder.mkdir()
            return place

        def of(articles: int) -> Killing:
            site.add_articles(articles)
            return Killing(site, fork, new_place)

        with forking(home) as fork:
            yield of


def at_every_named_step(crawl: Forked) -> list[Fault]:
    """A kill in the middle of the crawl after each of the named steps."""
    return [Fault(step=name, at=crawl.steps[name] // 2 + 1) for name in NAMED]


def test_a_crawl_killed_after_each_step_of_a_page_and_at_a_few_moments(
    killing: Callable[[int], Killing],
) -> None:
    crawls = killing(40)
    calm = crawls.calm()
    on_sqlite = crawls.new_place().store.startswith("sqlite")
    for fault in at_every_named_step(calm)[:: 1 if on_sqlite else 2]:
        assert crawls.kill(fault) == 1, fault
    draw = random.Random(1)
    for _ in range(2 if on_sqlite else 0):
        crawls.kill(*(Fault(after_s=draw.uniform(0.1, 0.8) * calm.seconds) for _ in range(2)))


@pytest.mark.slow
def test_a_crawl_killed_at_fifty_moments_and_steps(killing: Callable[[int], Killing]) -> None:
    crawls = killing(200)
    calm = crawls.calm()
    draw = random.Random(2)
    total = sum(calm.steps.values())
    kills = sum(crawls.kill(fault) for fault in at_every_named_step(calm))
    for _ in range(25):
        kills += crawls.kill(Fault(at=draw.randrange(1, total)))
    for number in range(9):  # of each round the first crawl, or the first two, or three
        moments = [Fault(after_s=draw.uniform(0.05, 0.95) * calm.seconds) for _ in range(1 + number % 3)]
        kills += crawls.kill(*moments)
    assert kills >= 45
