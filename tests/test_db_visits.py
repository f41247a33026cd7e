from datetime import UTC, datetime, timedelta

import pytest
from made_articles import made
from sqlalchemy import Engine, select, update

from db import ledger
from db.archive import Position
from db.engine import writing
from db.laws import check_ledger
from db.ledger import Found, State
from db.models import AddressRow, ArticleRow
from db.store import Kept, save
from db.visits import GAPS, MOST_MISSED, RETURN, claim_visits, is_due, recall_missing

URL = "https://motor.example/news/1"
NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


class Crawl:
    """Runs of the site "motor", one after the other, and the one article they see."""

    def __init__(self, store: Engine) -> None:
        self.store = store
        self.begin()

    def begin(self) -> None:
        with writing(self.store) as s:
            self.run_id = ledger.begin_run(s, "motor", "crawl", NOW)

    def end(self) -> dict[str, int]:
        with writing(self.store) as s:
            run = ledger.end_run(s, self.run_id, "finished", NOW)
            assert check_ledger(s) == []
        return dict(run.balance.by_state)

    def find(self, now: datetime = NOW, **told: object) -> None:
        with writing(self.store) as s:
            ledger.record_found(s, self.run_id, "motor", [Found(URL, "feed:x", **told)], now)  # type: ignore[arg-type]

    def store_article(self, **fields: object) -> None:
        self.find()
        with writing(self.store) as s:
            [address] = ledger.claim(s, self.run_id, "motor", NOW, 1)
        self.keep(address.id, **fields)

    def keep(self, address_id: int, fetched_at: datetime = NOW, **fields: object) -> State:
        page = Kept(
            address_id, URL, made(**{"published_at": NOW - HOUR, **fields}), Position("made.warc.gz", 0, 1),
            fetched_at, "motor", "1", '"e1"', "Mon, 02 Mar 2026 09:30:00 GMT",
        )  # fmt: skip
        with writing(self.store) as s:
            return save(s, self.run_id, [page])[0]

    def visits(self, at: datetime) -> list[ledger.Address]:
        with writing(self.store) as s:
            return claim_visits(s, self.run_id, "motor", at, 10)

    def settle(self, state: str, at: datetime) -> None:
        with writing(self.store) as s:
            row = s.scalars(select(AddressRow)).one()
            ledger.settle(s, self.run_id, row.id, state, at)

    def row(self) -> AddressRow:
        with writing(self.store) as s:
            return s.scalars(select(AddressRow)).one()


@pytest.fixture
def crawl(store: Engine) -> Crawl:
    return Crawl(store)


def test_a_fresh_article_is_looked_at_ever_later_and_then_no_more(crawl: Crawl) -> None:
    crawl.store_article()
    assert crawl.end() == {"stored": 1}
    at = crawl.row().next_visit_at
    for gap in (*GAPS[1:], None):
        assert at is not None
        crawl.begin()
        assert crawl.visits(at - HOUR) == []
        [address] = crawl.visits(at)
        assert (address.etag, address.last_modified) == ('"e1"', "Mon, 02 Mar 2026 09:30:00 GMT")
        assert crawl.visits(at) == []  # once a run
        crawl.settle("unchanged", at)
        assert crawl.end() == {"unchanged": 1}
        row = crawl.row()
        assert (row.state, row.reason) == ("stored", None)
        assert row.next_visit_at == (at + gap if gap else None)
        at = row.next_visit_at
    assert list(GAPS) == sorted(GAPS)


def test_an_article_from_an_archive_is_not_looked_at_again(crawl: Crawl) -> None:
    crawl.store_article(published_at=NOW - timedelta(days=300))
    assert crawl.row().next_visit_at is None


def test_a_visit_that_dies_with_its_run_is_made_by_the_next(crawl: Crawl) -> None:
    crawl.store_article()
    crawl.end()
    at = NOW + timedelta(days=2)
    crawl.begin()
    assert len(crawl.visits(at)) == 1
    assert crawl.end() == {"pending": 1}
    crawl.begin()
    assert len(crawl.visits(at)) == 1
    assert crawl.row().visits == 0


def test_a_withdrawn_page_is_gone_but_its_article_stays(crawl: Crawl, store: Engine) -> None:
    crawl.store_article()
    crawl.end()
    crawl.begin()
    crawl.visits(NOW + timedelta(days=2))
    crawl.settle("gone", NOW + timedelta(days=2))
    assert crawl.end() == {"gone": 1}
    assert (crawl.row().state, crawl.row().next_visit_at) == ("gone", NOW + timedelta(days=2) + RETURN)
    with writing(store) as s:
        assert s.scalars(select(ArticleRow.title)).one()


def test_a_visit_that_fails_takes_no_article_away_and_counts(crawl: Crawl) -> None:
    crawl.store_article()
    crawl.end()
    crawl.begin()
    at = NOW + timedelta(days=2)
    crawl.visits(at)
    crawl.settle("failed", at)
    assert crawl.end() == {"failed": 1}
    row = crawl.row()
    assert (row.state, row.visits, row.next_visit_at) == ("stored", 1, None)
    with writing(crawl.store) as s:  # tried again by its schedule, not as a failed address
        assert ledger.claim(s, 0, "motor", at + timedelta(days=9), 10) == []


def test_a_channel_that_dates_a_page_anew_makes_it_due_at_once(crawl: Crawl) -> None:
    crawl.store_article()
    crawl.end()
    crawl.begin()
    soon = NOW + 2 * HOUR
    crawl.find(soon, modified_at=NOW - HOUR)
    assert crawl.visits(soon) == []  # changed before we looked
    crawl.find(soon, modified_at=soon)
    assert len(crawl.visits(soon)) == 1


@pytest.mark.parametrize(
    ("modified", "rested", "visits", "due"),
    [
        (HOUR, HOUR, 0, True),
        (HOUR, HOUR / 2, 0, False),
        (HOUR, 7 * HOUR, 3, False),
        (HOUR, 8 * HOUR, 3, True),
        (HOUR, timedelta(days=365), 10**6, False),
        (-HOUR, 8 * HOUR, 0, False),
        (timedelta(days=30), 8 * HOUR, 0, False),
    ],
)
def test_every_look_doubles_the_rest_before_a_stated_change_counts(
    modified: timedelta, rested: timedelta, visits: int, due: bool
) -> None:
    assert is_due(NOW + modified, NOW, visits, NOW + rested) == due
    assert not is_due(NOW + modified, None, visits, NOW + rested)


def test_a_page_held_by_another_live_run_is_left_to_it(store: Engine) -> None:
    crawl = Crawl(store)
    crawl.store_article()
    with writing(store) as s:  # an ingest runs beside the crawl that holds it
        other = ledger.begin_run(s, "file", "ingest", NOW)
        assert claim_visits(s, other, "motor", NOW + timedelta(days=1), 10) == []


def recall(crawl: Crawl, *names: str) -> list[str]:
    """The addresses that are due once sitemaps list these, each with a story an hour before and after."""
    listed = {f"https://motor.example/{name}": NOW - HOUR for name in names}
    listed |= {"https://motor.example/old": NOW - 9 * HOUR, "https://motor.example/new": NOW + HOUR}
    with writing(crawl.store) as s:
        recall_missing(s, crawl.run_id, "motor", listed, NOW + 3 * HOUR)
    return [address.url for address in crawl.visits(NOW + 3 * HOUR)]


def test_an_article_that_the_sitemaps_no_longer_name_is_due_at_once(crawl: Crawl) -> None:
    crawl.store_article()
    crawl.end()
    crawl.begin()
    assert recall(crawl, "news/1") == []
    assert recall(crawl, "another") == [URL]


def test_a_page_that_sitemaps_leave_out_for_good_is_looked_at_three_times_only(crawl: Crawl) -> None:
    crawl.store_article()
    crawl.end()
    looks = 0
    for _ in range(MOST_MISSED + 3):
        crawl.begin()
        for _ in recall(crawl, "another"):
            looks += 1
            crawl.settle("unchanged", NOW + 3 * HOUR)
        crawl.end()
    assert looks == MOST_MISSED


def test_sitemaps_that_lost_most_stories_take_nobody_anywhere(crawl: Crawl) -> None:
    with writing(crawl.store) as s:
        finds = [Found(f"https://motor.example/s{n}", "feed:x", published_at=NOW - HOUR) for n in range(9)]
        ledger.record_found(s, crawl.run_id, "motor", finds, NOW)
        s.execute(update(AddressRow).values(state="stored"))
    assert recall(crawl) == []
