"""What channels say of articles: kept beside the page's word, once per address and channel."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func, inspect, select

from db import ledger
from db.claims import Claim, claims_of, record_claims
from db.engine import reading, writing
from db.ledger import Found, State
from db.models import AddressRow, ClaimRow

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FEED = Found(
    "https://motor.example/news/1",
    "feed:https://motor.example/rss",
    "A new estate",
    NOW - timedelta(days=1),
    modified_at=NOW,
    author="A. Writer",
    text="The estate goes on sale in April.\0",
)
NEWS = Found(FEED.url, "sitemap:https://motor.example/news.xml", "New estate", NOW - timedelta(days=2))


def begun(store: Engine, *finds: Found) -> int:
    with writing(store) as s:
        run = ledger.begin_run(s, "motor", "crawl", NOW)
        ledger.record_found(s, run, "motor", finds, NOW)
    return run


def note(store: Engine, *claims: Found, now: datetime = NOW) -> int:
    with writing(store) as s:
        return record_claims(s, claims, now)


def told(store: Engine, url: str = FEED.url) -> tuple[Claim, ...]:
    with reading(store) as s:
        known = ledger.history(s, url)
    assert known is not None
    return known.claims


def test_each_channels_word_stands_beside_the_others(store: Engine) -> None:
    begun(store, FEED)
    assert note(store, FEED, NEWS) == 2
    feed, news = told(store)
    assert feed == Claim(
        FEED.channel,
        "A new estate",
        "A. Writer",
        NOW - timedelta(days=1),
        NOW,
        "The estate goes on sale in April.",
        NOW,
    )
    assert (news.title, news.author, news.text) == ("New estate", None, None)


def test_what_a_channel_repeats_is_written_once_and_what_it_changes_replaces_it(store: Engine) -> None:
    begun(store, FEED)
    note(store, FEED, NEWS)
    later = NOW + timedelta(hours=1)
    assert note(store, FEED, replace(NEWS, title="Newer estate"), now=later) == 1
    feed, news = told(store)
    assert (feed.seen_at, news.title, news.seen_at) == (NOW, "Newer estate", later)
    with reading(store) as s:
        assert s.scalar(select(func.count()).select_from(ClaimRow)) == 2


def test_a_claim_on_an_address_nobody_found_is_left_out(store: Engine) -> None:
    begun(store, FEED)
    assert note(store, replace(FEED, url="https://motor.example/news/2")) == 0


def test_claims_go_with_their_address(store: Engine) -> None:
    begun(store, FEED)
    note(store, FEED)
    (key,) = inspect(store).get_foreign_keys("address_claims")
    assert key["referred_table"] == "addresses"
    assert key["options"] == {"ondelete": "CASCADE"}
    with reading(store) as s:
        assert claims_of(s, 4711) == ()


def aged(number: int, days: int | None, **more: datetime) -> Found:
    published_at = None if days is None else NOW - timedelta(days=days)
    return Found(f"https://motor.example/news/{number}", "feed:x", published_at=published_at, **more)


def claimed(store: Engine, run: int, published: ledger.Range) -> set[int]:
    with writing(store) as s:
        rows = ledger.claim(s, run, "motor", NOW, 100, published=published)
        return {int(row.url[-1]) for row in rows}


def test_a_range_claims_what_may_lie_in_it_and_leaves_the_rest_pending(store: Engine) -> None:
    changed = NOW - timedelta(days=90)
    run = begun(
        store, aged(1, 1), aged(2, 40), aged(3, 80), aged(4, None), aged(5, None, modified_at=changed)
    )
    since, until = NOW - timedelta(days=60), NOW - timedelta(days=20)
    assert claimed(store, run, (since, until)) == {2, 4}
    assert claimed(store, run, ledger.ALWAYS) == {1, 3, 5}


def test_what_was_too_old_for_one_range_is_claimed_for_another(store: Engine) -> None:
    run = begun(store, aged(1, 1), aged(2, 40))
    with writing(store) as s:
        for row in s.scalars(select(AddressRow)):
            ledger.settle(s, run, row.id, State.TOO_OLD, NOW, "of then")
        ledger.end_run(s, run, "finished", NOW)
    again = begun(store)
    assert claimed(store, again, ledger.ALWAYS) == set()
    assert claimed(store, again, (NOW - timedelta(days=60), NOW - timedelta(days=20))) == {2}


def test_the_store_tells_which_addresses_it_knows(store: Engine) -> None:
    begun(store, aged(1, 1), aged(2, None))
    urls = [f"https://motor.example/news/{n}" for n in range(1500)]
    with reading(store) as s:
        assert ledger.known(s, urls) == set(urls[1:3])
