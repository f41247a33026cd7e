"""Pauses between requests, within a run, between runs and between processes, as the server sees them."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from loopback import Answer, Place, Site, article, end_of, serving, until
from sqlalchemy import select

from db.engine import open_store, writing
from db.models import AddressRow, Run

DELAY_S = 0.6


@pytest.fixture
def site(place: Place) -> Iterator[Site]:
    with serving(articles=6) as made:
        place.site("made", made.toml())
        yield made


def gaps(site: Site) -> list[float]:
    return [later - earlier for earlier, later in zip(site.times, site.times[1:], strict=False)]


def held_back(place: Place) -> tuple[datetime | None, str | None]:
    """When the one failed address is tried again, and the last run's note."""
    with place.open() as s:
        tried = s.scalars(select(AddressRow.next_try_at).where(AddressRow.state == "failed")).one()
        return tried, s.scalars(select(Run.note).order_by(Run.id.desc())).first()


def forget_the_wait(place: Place) -> None:
    """Makes what the site asked for past, as if the time had come."""
    engine = open_store(place.store)
    with writing(engine) as s:
        for run in s.scalars(select(Run)):
            run.note = None
        for row in s.scalars(select(AddressRow)):
            row.next_try_at = row.next_try_at and datetime.now(UTC)
    engine.dispose()


def in_an_hour() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)


@pytest.mark.parametrize(
    ("status", "told", "least", "most"),
    [
        (429, "3600", timedelta(minutes=59), timedelta(minutes=61)),
        (503, in_an_hour(), timedelta(minutes=30), timedelta(minutes=61)),  # since the tests were gathered
        (503, "315360000", timedelta(days=6.9), timedelta(days=7.1)),
        (429, "Sat, 01 Jan 2050 00:00:00 GMT", timedelta(days=6.9), timedelta(days=7.1)),
    ],
    ids=["seconds", "date", "ten years", "far date"],
)
def test_no_request_comes_before_the_time_a_site_asked_for(
    place: Place, site: Site, status: int, told: str, least: timedelta, most: timedelta
) -> None:
    for n in range(6):
        site.pages[f"/news/2026/{n}"] = Answer(status=status, headers={"Retry-After": told})
    began = datetime.now(UTC)
    assert place.crawl("made").code == 75
    assert len(site.fetched) == 1
    tried_at, note = held_back(place)
    assert tried_at is not None
    assert least < tried_at - began < most
    assert "asked to wait until" in str(note)
    seen = len(site.asked)
    assert place.crawl("made").code == 75
    assert len(site.asked) == seen
    forget_the_wait(place)
    place.crawl("made")
    assert len(site.asked) > seen


@pytest.mark.parametrize("told", ["Sat, 01 Jan 2000 00:00:00 GMT", "soon", "-5", ""])
def test_a_time_that_is_past_or_none_leaves_it_to_us_when_to_try_again(
    place: Place, site: Site, told: str
) -> None:
    site.pages["/news/2026/5"] = Answer(status=503, headers={"Retry-After": told})
    place.crawl("made")
    place.crawl("made")
    assert site.asked.count("/news/2026/5") == 1  # five minutes at least
    tried_at, _ = held_back(place)
    assert tried_at is not None
    assert tried_at > datetime.now(UTC) + timedelta(minutes=4)


def test_attempts_are_bounded_however_often_a_server_asks_to_wait(place: Place, site: Site) -> None:
    site.feed(["/news/2026/0"])
    site.pages["/news/2026/0"] = Answer(status=503, headers={"Retry-After": "60"})
    for _ in range(6):
        place.crawl("made")
        forget_the_wait(place)
    assert site.asked.count("/news/2026/0") == 5
    assert place.states() == {"/news/2026/0": ("failed", "http 503")}


@pytest.mark.parametrize("status", [403, 502])
def test_a_site_that_refuses_five_times_in_a_row_is_left_alone(place: Place, site: Site, status: int) -> None:
    site.feed([f"/news/{n}" for n in range(20)])
    site.pages |= {f"/news/{n}": Answer(status=status) for n in range(20)}
    ended = place.crawl("made")
    assert ended.code == 75
    assert f"http {status}" in ended.err
    assert len(site.fetched) == 5
    assert place.runs() == [("unreachable", 20, {"failed": 5, "pending": 15})]


def test_other_sites_go_on_while_one_asks_to_wait(place: Place, site: Site) -> None:
    site.pages["/rss"] = Answer(status=429, headers={"Retry-After": "3600"})
    with serving(articles=2) as other:
        place.site("other", other.toml())
        assert place.crawl("made").code == 75
        assert place.crawl("other").code == 0
        assert len(other.fetched) == 2
    assert site.fetched == []


def test_the_delay_holds_between_two_runs(place: Place, site: Site) -> None:
    place.site("made", site.toml().replace("delay_s = 0", "delay_s = 3"))
    assert place.crawl("made", "--max-articles", "1").code == 0
    last = site.times[-1]
    seen = len(site.times)
    place.crawl("-", "--url", f"{site.home}news/2026/5")
    assert site.asked[seen:] == ["/news/2026/5"]
    assert site.times[seen] - last >= 2.5


def test_the_delay_holds_after_a_run_that_was_killed(place: Place, site: Site) -> None:
    place.site("made", site.toml().replace("delay_s = 0", "delay_s = 3"))
    child = place.start("crawler", "made")
    until(lambda: site.asked)
    child.kill()
    end_of(child)
    killed_at = time.monotonic()
    place.crawl("made", "--max-articles", "1")
    assert site.times[1] - site.times[0] >= 2.5
    assert site.times[1] > killed_at


def test_two_processes_send_one_request_at_a_time_and_keep_the_delay(place: Place, site: Site) -> None:
    place.site("made", site.toml().replace("delay_s = 0", f"delay_s = {DELAY_S}"))
    open_now: list[int] = []
    most: list[int] = []

    def counted(n: int) -> Answer:
        open_now.append(n)
        most.append(len(open_now))
        time.sleep(0.05)  # the server's own work, during which another request would be seen
        open_now.remove(n)
        return Answer(article(n))

    for n in range(6):
        site.pages[f"/news/2026/{n}"] = lambda n=n: counted(n)
    first = place.start("crawler", "made", "--max-articles", "3")
    second = place.start("crawler", "made", "--max-articles", "3")
    codes = {end_of(first).code, end_of(second).code}
    assert codes == {0, 75}  # one of them found the site taken
    place.crawl("made", "--max-articles", "3")
    assert len(place.articles()) == 6
    assert max(most) == 1
    # a busy machine may wake the server late: one gap then shrinks by what the one before grew
    assert min(gaps(site)) >= DELAY_S * 0.5
    assert sum(gaps(site)) >= DELAY_S * len(gaps(site)) * 0.95
