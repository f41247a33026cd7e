"""What readers are told of changes, in the order of commits; on both databases."""

import time
from datetime import datetime, timedelta

import pytest
from crowd import TURNS, Follower, follow
from made_articles import LONG, NOW, Keeper, made
from sqlalchemy import Engine, text

from db import ledger
from db.changes import changes
from db.engine import reading, writing
from db.ledger import State
from db.queries import article, articles


def told(store: Engine, since: int = 0) -> list[tuple[str, int]]:
    """Kind and revision of every change."""
    with reading(store) as s:
        return [(change["kind"], change["revision"]) for change in changes(s, since)]


def later(hours: int) -> datetime:
    return NOW + timedelta(hours=hours)


def gone(keeper: Keeper, name: str, now: datetime) -> None:
    with writing(keeper.store) as s:
        known = ledger.history(s, f"https://motor.example/{name}")
        assert known
        ledger.settle(s, keeper.run_id, known.address.id, "gone", now, "http 410")


def test_an_edit_keeps_the_identity_and_the_text_before_it(store: Engine) -> None:
    keeper = Keeper(store)
    keeper.save("a", made())
    edited = (
        LONG[0],
        "It has five doors now, and nobody at the works will say where the fifth one came from.",
    )
    assert keeper.save("a", made(*edited), later(1)) is State.STORED
    assert told(store) == [("added", 1), ("edited", 2)]
    with reading(store) as s:
        rows = s.execute(text("SELECT revision, text FROM article_revisions ORDER BY revision")).all()
        (_, change) = changes(s)
    assert [tuple(row) for row in rows] == [(1, "\n\n".join(LONG)), (2, "\n\n".join(edited))]
    assert change["fields"] == ["text"]


def test_a_corrected_figure_is_told_as_one_with_what_it_counts(store: Engine) -> None:
    keeper = Keeper(store)
    keeper.save(
        "a", made("The saloon costs £24,995 and has 204 hp for its 310 miles of range, from May 2026 on.")
    )
    keeper.save(
        "a",
        made("The saloon costs £26,495 and has 218 hp for its 310 miles of range, from May 2027 on."),
        later(1),
    )
    with reading(store) as s:
        (_, change) = changes(s)
    assert change["kind"] == "corrected"
    assert change["figures"] == [
        {"what": "price", "was": "24,995", "now": "26,495"},
        {"what": "power", "was": "204", "now": "218"},
        {"what": "date", "was": "2026", "now": "2027"},
    ]


@pytest.mark.parametrize(
    "now",
    [
        "The saloon was shown at 14:35 today, and  12 comments say that it is late.",
        "The saloon was shown at 09:10 today and 31 comments say that it is late",
    ],
)
def test_counters_clocks_and_spaces_are_no_edit(store: Engine, now: str) -> None:
    keeper = Keeper(store)
    keeper.save(
        "a", made(LONG[0], "The saloon was shown at 09:10 today, and 12 comments say that it is late.")
    )
    assert keeper.save("a", made(LONG[0], now), later(1)) is State.UNCHANGED
    assert told(store) == [("added", 1)]


def test_new_tags_alone_are_details_and_no_revision(store: Engine) -> None:
    keeper = Keeper(store)
    keeper.save("a", made())
    keeper.save("a", made(tags=("electric", "estate")), later(1))
    assert told(store) == [("added", 1), ("details", 1)]


def test_other_rules_on_the_same_page_are_our_doing_and_not_the_publishers(store: Engine) -> None:
    keeper = Keeper(store)
    keeper.save("a", made(*LONG, "Advertisement for the spring sale of everything"), rules_version="1")
    keeper.save("a", made(), rules_version="2")
    keeper.save(
        "a",
        made(*LONG[:1], "It has three doors, one motor and a battery that lasts for a week of work."),
        later(1),
    )
    assert told(store) == [("added", 1), ("re-extracted", 2), ("re-extracted", 3)]
    changed = made(*LONG, modified_at=later(2))
    keeper.save("a", changed, later(3), rules_version="3")
    assert told(store, since=3) == [("edited", 4)]


def test_a_page_that_is_gone_is_withdrawn_and_comes_back_when_it_does(store: Engine) -> None:
    keeper = Keeper(store)
    keeper.save("a", made())
    gone(keeper, "a", later(1))
    gone(keeper, "a", later(2))
    with reading(store) as s:
        assert articles(s) == []
        row = article(s, "https://motor.example/a")
        assert s.scalar(text("SELECT count(*) FROM article_feed")) == 0
    assert row
    assert (row["withdrawn_at"], row["text"]) == ("2026-03-02T10:30:00Z", list(LONG))
    assert keeper.save("a", made(), later(30)) is State.STORED
    assert told(store) == [("added", 1), ("withdrawn", 1), ("restored", 1)]
    with reading(store) as s:
        assert len(articles(s)) == 1


def test_a_withdrawn_page_is_looked_at_once_more(store: Engine) -> None:
    keeper = Keeper(store)
    keeper.save("a", made())
    gone(keeper, "a", later(1))
    assert keeper.address("a").state is State.GONE
    with reading(store) as s:
        due = s.execute(text("SELECT next_visit_at FROM addresses")).scalar()
    assert due is not None
    gone(keeper, "a", later(26))
    with reading(store) as s:
        assert s.execute(text("SELECT next_visit_at FROM addresses")).scalar() is None


WRITERS, READERS = 8, 4
ROUNDS, SECONDS = 1, 60  # of the short form, of the long one
KINDS = {"added", "edited", "corrected", "withdrawn", "restored", "merged", "unmerged"}


def check_followers(newest: int, followers: list[Follower]) -> None:
    """Whether every reader was told of every change once, in order."""
    for one in followers:
        assert one.seen == list(range(1, newest + 1))
    assert set(followers[0].kinds) == KINDS


def test_no_reader_misses_a_change_however_many_write(store_url: str) -> None:
    """Each writer commits in its own time, each reader keeps the greatest number it has seen."""
    newest, followers = follow(store_url, WRITERS, READERS, lambda n: n == ROUNDS * TURNS)
    assert newest >= WRITERS * ROUNDS * TURNS
    check_followers(newest, followers)


@pytest.mark.slow
def test_no_reader_misses_a_change_in_a_minute_of_writing(store_url: str) -> None:
    end = time.monotonic() + SECONDS
    newest, followers = follow(store_url, WRITERS, READERS, lambda _: time.monotonic() > end)
    print(f"{newest} changes in {SECONDS} s, of which the readers saw {[len(one.seen) for one in followers]}")
    print(dict(followers[0].kinds))
    check_followers(newest, followers)
