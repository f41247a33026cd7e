"""Eight crawls at once on one SQLite file, two for each of four sites."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from forked_crawls import forking
from hurt_stores import flaws
from loopback import Answer, Ended, Place, Site, article, end_of, serving

SITES, PAGES = ("alpha", "beta", "gamma", "delta"), 30
ANSWER_S = 0.004  # what every answer takes, long enough for a second request to come meanwhile


@dataclass
class Turnstile:
    """Notes how many requests a site has at one time."""

    most: int = 0
    _inside: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def through(self, answer: Answer) -> Answer:
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
        threading.Event().wait(ANSWER_S)
        with self._lock:
            self._inside -= 1
        return answer


@pytest.fixture
def sites(place: Place) -> Iterator[list[tuple[Site, Turnstile]]]:
    """Four sites, each with a turnstile before all it serves."""
    with ExitStack() as open_sites:
        made = []
        for number, name in enumerate(SITES):
            site, turnstile = open_sites.enter_context(serving(articles=PAGES)), Turnstile()
            for n in range(PAGES):  # no two sites tell the same story
                site.pages[f"/news/2026/{n}"] = Answer(article(1000 * number + n))
            site.pages = {path: passing(turnstile, page) for path, page in site.pages.items()}
            place.site(name, site.toml())
            made.append((site, turnstile))
        yield made


def passing(turnstile: Turnstile, page: Answer | Callable[[], Answer]) -> Callable[[], Answer]:
    assert isinstance(page, Answer)
    return lambda: turnstile.through(page)


def check(place: Place, sites: list[tuple[Site, Turnstile]], codes: list[int], said: str) -> None:
    """Whether every site was crawled whole, by one crawl at a time, and nobody was kept out by a lock."""
    assert set(codes) <= {0, 75}, said
    assert codes.count(0) >= len(SITES), said
    assert "locked" not in said
    assert "Traceback" not in said
    for site, turnstile in sites:
        assert turnstile.most == 1
        assert sorted(site.fetched) == sorted(f"/news/2026/{n}" for n in range(PAGES))
    assert len(place.articles()) == len(SITES) * PAGES
    assert {state for state, _ in place.states().values()} == {"stored"}
    assert flaws(place) == []
    # A crawl that began when its site's other one had ended meets an unchanged feed, and finds nothing in it.
    late = codes.count(0) - len(SITES)
    outcomes = sorted((outcome, found) for outcome, found, _ in place.runs())
    assert outcomes == [("finished", 0)] * late + [("finished", PAGES)] * len(SITES)


def test_eight_crawls_of_four_sites_share_one_file(place: Place, sites: list[tuple[Site, Turnstile]]) -> None:
    with forking(place) as fork:
        ends = fork.crawls([(place, [name]) for name in SITES * 2])
        ends += fork.crawls([(place, [SITES[0]])])  # one that certainly comes late
    check(place, sites, [ended.code for ended in ends], "".join(ended.err for ended in ends))


@pytest.mark.slow
def test_eight_commands_of_four_sites_share_one_file(
    place: Place, sites: list[tuple[Site, Turnstile]]
) -> None:
    children = [place.start("carnews", "crawl", name, "--quiet") for name in SITES * 2]
    ends: list[Ended] = [end_of(child, 120) for child in children]
    check(place, sites, [ended.code for ended in ends], "".join(ended.err for ended in ends))
