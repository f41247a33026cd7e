"""Second looks at articles the store has: edited, withdrawn, moved, or still the same."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from loopback import Answer, Place, Site, article, serving
from sqlalchemy import select

from db.models import AddressRow, ArticleRow

KNOWN = {"ETag": '"p1"', "Last-Modified": "Sun, 01 Nov 2026 08:00:00 GMT"}
EDITED = "".join(
    f"<p>The corrected story number {n} says that the van has three doors, which the first did not, and that "
    f"{n} people saw it leave the workshop on a sunny morning after all.</p>"
    for n in range(12)
)


@pytest.fixture
def site(place: Place) -> Iterator[Site]:
    with serving() as made:
        publish(made, 1)
        place.site("made", made.toml())
        yield made


def fresh(n: int, home: str, body: str | None = None) -> bytes:
    """Article `n` as if it had been published just now."""
    today = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return re.sub(rb"2026-10-\d\dT08:00:00Z", today, article(n, home, body))


def publish(site: Site, count: int) -> None:
    for n in range(count):
        site.pages[f"/news/2026/{n}"] = Answer(fresh(n, site.home), headers=KNOWN)
    site.feed([f"/news/2026/{n}" for n in range(count)])


def address(place: Place) -> AddressRow:
    with place.open() as s:
        return s.scalars(select(AddressRow)).one()


def articles(place: Place) -> list[ArticleRow]:
    with place.open() as s:
        return list(s.scalars(select(ArticleRow).order_by(ArticleRow.id)))


def test_a_page_that_is_the_same_costs_a_304_and_one_look_in_all(place: Place, site: Site) -> None:
    assert place.crawl("made").code == 0
    assert place.crawl("made").code == 0
    assert site.fetched == ["/news/2026/0"]  # not due yet
    site.pages["/news/2026/0"] = Answer(status=304)
    for _ in range(5):
        place.age(hours=24 * 4)
        assert place.crawl("made").code == 0
    assert len(site.fetched) == 1 + 1
    sent = site.headers[site.asked.index("/news/2026/0", 3)]
    assert sent["If-None-Match"] == KNOWN["ETag"]
    assert sent["If-Modified-Since"] == KNOWN["Last-Modified"]
    assert place.runs()[2] == ("finished", 1, {"unchanged": 1})
    assert (address(place).state, address(place).next_visit_at) == ("stored", None)


def test_an_edited_page_is_stored_anew_under_its_old_id(place: Place, site: Site) -> None:
    place.crawl("made")
    [before] = articles(place)
    site.pages["/news/2026/0"] = Answer(fresh(0, site.home, EDITED), headers={"ETag": '"p2"'})
    place.age(hours=25)
    assert place.crawl("made").code == 0
    [after] = articles(place)
    assert after.key == before.key
    assert "three doors" in after.text
    assert after.first_stored_at < after.updated_at
    assert address(place).etag == '"p2"'
    assert address(place).last_modified is None
    assert place.runs()[1] == ("finished", 1, {"stored": 1})


@pytest.mark.parametrize("status", [404, 410])
def test_a_withdrawn_page_is_gone_and_its_article_stays(place: Place, site: Site, status: int) -> None:
    place.crawl("made")
    site.pages["/news/2026/0"] = Answer(b"no more", status)
    for _ in range(3):
        place.age(hours=48)
        assert place.crawl("made").code == 0
    assert len(site.fetched) == 3  # once more after it was found gone, for servers err
    assert place.states() == {"/news/2026/0": ("gone", f"http {status}")}
    assert place.runs()[1] == ("finished", 1, {"gone": 1})
    assert len(articles(place)) == 1


def test_an_article_that_moved_keeps_its_id(place: Place, site: Site) -> None:
    place.crawl("made")
    [before] = articles(place)
    site.pages["/news/2026/0"] = Answer(status=301, headers={"Location": "/news/2026/moved"})
    site.pages["/news/2026/moved"] = Answer(fresh(0, site.home, EDITED))
    place.age(hours=25)
    assert place.crawl("made").code == 0
    site.feed(["/news/2026/moved"])  # and the new address, found by itself, is no second article
    assert place.crawl("made").code == 0
    [after] = articles(place)
    assert (after.key, after.url) == (before.key, before.url)
    assert "three doors" in after.text
    states = place.states()
    assert states["/news/2026/0"] == ("stored", None)
    assert states["/news/2026/moved"] == ("duplicate", f"of {before.url}")


def test_a_page_turned_into_a_wall_or_a_list_takes_no_article_away(place: Place, site: Site) -> None:
    place.crawl("made")
    [before] = articles(place)
    links = "".join(f"<li><a href=/x/{n}>Link {n}</a></li>" for n in range(40))
    site.pages["/news/2026/0"] = Answer(f"<html><body><ul>{links}</ul></body></html>".encode())
    place.age(hours=25)
    assert place.crawl("made").code == 0
    assert [row.text for row in articles(place)] == [before.text]
    state, reason = place.states()["/news/2026/0"]
    assert state == "stored"
    assert str(reason).startswith("degraded")
    assert address(place).etag == KNOWN["ETag"]  # the page we have is still the old one


def test_a_server_in_trouble_takes_no_article_away(place: Place, site: Site) -> None:
    place.crawl("made")
    site.pages["/news/2026/0"] = Answer(status=500)
    place.age(hours=25)
    place.crawl("made")
    assert place.states() == {"/news/2026/0": ("stored", "http 500")}
    assert place.runs()[1] == ("finished", 1, {"failed": 1})
    place.crawl("made")
    assert len(site.fetched) == 2  # the next look comes by its schedule


def test_new_articles_come_first_and_looks_get_their_share(place: Place, site: Site) -> None:
    publish(site, 12)
    place.crawl("made")
    place.age(hours=25)
    new = [f"/news/2026/new{n}" for n in range(4)]
    for n, path in enumerate(new):
        site.pages[path] = Answer(fresh(50 + n, site.home))
    site.feed(new)
    seen = len(site.fetched)
    assert place.crawl("made", "--max-articles", "8").code == 0
    asked = site.fetched[seen:]
    assert sorted(asked[:4]) == new
    assert len(asked) == 4 + 2  # a quarter of eight
    outcome, found, balance = place.runs()[1]
    assert (outcome, found, balance) == ("finished", 6, {"stored": 4, "unchanged": 2})


def test_a_304_to_a_page_we_never_had_is_a_failure(place: Place, site: Site) -> None:
    site.pages["/news/2026/0"] = Answer(status=304)
    assert place.crawl("made").code == 1
    assert place.states() == {"/news/2026/0": ("failed", "http 304")}
    assert articles(place) == []
