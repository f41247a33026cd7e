"""What becomes of an article whose page changes, goes, or moves between two crawls."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from forked_crawls import Forker, forking
from hurt_stores import flaws
from loopback import Answer, Place, Site, article, serving

from db.queries import article as stored_article
from db.queries import articles


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(articles=4) as made:
        yield made


@pytest.fixture
def place(tmp_path: Path, sqlite_url: str, site: Site) -> Place:
    made = Place(tmp_path)
    assert made.store == sqlite_url
    made.site("made", site.toml())
    return made


@pytest.fixture
def fork(place: Place) -> Iterator[Forker]:
    with forking(place) as made:
        yield made


def shown(place: Place) -> dict[str, dict]:
    """The articles by the paths of their addresses."""
    with place.open() as s:
        return {urlsplit(row["url"]).path: row for row in articles(s)}


def again(fork: Forker, place: Place, site: Site, *numbers: int) -> int:
    """The exit code of a crawl of these pages alone, whatever is known of them."""
    words = [word for n in numbers for word in ("--url", f"{site.home}news/2026/{n}")]
    return fork.crawl(place, "made", *words).code


def test_an_article_updated_gone_or_moved_stays_one_article(fork: Forker, place: Place, site: Site) -> None:
    assert fork.crawl(place, "made").code == 0
    before = shown(place)
    site.pages["/news/2026/0"] = Answer(article(0).replace(b"rainy morning", b"frosty evening"))
    site.pages["/news/2026/1"] = Answer(status=410)
    site.pages["/news/2026/2"] = Answer(status=301, headers={"Location": "/news/2026/moved"})
    site.pages["/news/2026/moved"] = Answer(article(2))
    assert again(fork, place, site, 0, 1, 2, 3) == 0
    after = shown(place)
    ids = {path: row["id"] for path, row in before.items()}
    assert {path: row["id"] for path, row in after.items()} | {"/news/2026/1": ids["/news/2026/1"]} == ids
    assert "frosty evening" in str(after["/news/2026/0"]["text"])
    with place.open() as s:  # withdrawn there, kept here
        kept = stored_article(s, f"{site.home}news/2026/1")
    assert (kept["text"], kept["id"]) == (before["/news/2026/1"]["text"], ids["/news/2026/1"])
    assert kept["withdrawn_at"] is not None
    states = place.states()
    assert states["/news/2026/0"] == ("stored", None)
    assert states["/news/2026/1"] == ("gone", "http 410")
    assert states["/news/2026/2"][0] in {"stored", "unchanged"}
    assert states["/news/2026/3"][0] in {"stored", "unchanged"}
    assert flaws(place) == []


def test_a_page_that_comes_back_is_the_article_it_was(fork: Forker, place: Place, site: Site) -> None:
    assert fork.crawl(place, "made").code == 0
    before = shown(place)
    page = site.pages["/news/2026/1"]
    for status, state in ((404, "gone"), (500, "gone"), (304, "gone"), (200, "stored"), (200, "stored")):
        site.pages["/news/2026/1"] = page if status == 200 else Answer(status=status)
        again(fork, place, site, 1)
        there = before if status == 200 else {path: row for path, row in before.items() if path[-1] != "1"}
        assert shown(place) == there
        assert place.states()["/news/2026/1"][0] == state, status
        assert flaws(place) == []
    assert [balance for _, _, balance in place.runs()][-2:] == [{"stored": 1}, {"unchanged": 1}]


def test_an_address_that_moved_where_another_article_lives_is_its_duplicate(
    fork: Forker, place: Place, site: Site
) -> None:
    site.feed(["/news/2026/0"])
    assert fork.crawl(place, "made").code == 0
    site.feed(["/news/2026/0", "/news/2026/old"])
    site.pages["/news/2026/old"] = Answer(status=301, headers={"Location": "/news/2026/0"})
    assert fork.crawl(place, "made").code == 0
    assert list(shown(place)) == ["/news/2026/0"]
    assert place.states()["/news/2026/old"] == ("duplicate", f"of {site.home}news/2026/0")
