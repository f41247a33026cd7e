"""An article whose page is gone is kept, stays gone while the server only fails, comes back with its page."""

from datetime import timedelta

import pytest
from made_articles import NOW, Keeper, made
from sqlalchemy import Engine

from db import ledger
from db.engine import reading, writing
from db.laws import check_ledger

LATER = NOW + timedelta(hours=6)
AFTER = LATER + timedelta(hours=1)


@pytest.fixture
def keeper(store: Engine) -> Keeper:
    """With one article, whose page is gone."""
    keeper = Keeper(store)
    keeper.save("a", made())
    settle(keeper, "gone", "http 410")
    return keeper


def settle(keeper: Keeper, state: str, reason: str) -> None:
    with writing(keeper.store) as s:
        ledger.settle(s, keeper.run_id, keeper.address("a").id, state, LATER, reason)


def laws(keeper: Keeper) -> list[str]:
    with reading(keeper.store) as s:
        return check_ledger(s)


@pytest.mark.parametrize("state", ["failed", "blocked", "not_article", "unchanged", "gone"])
def test_no_other_end_brings_it_half_back(keeper: Keeper, state: str) -> None:
    settle(keeper, state, "another end")
    assert keeper.address("a").state == "gone"
    assert keeper.address("a").last_outcome == state
    assert laws(keeper) == []


def test_its_page_brings_it_back_changed_or_not(keeper: Keeper) -> None:
    assert keeper.save("a", made(), AFTER) == "stored"
    assert keeper.address("a").state == "stored"
    settle(keeper, "gone", "http 410")
    assert keeper.save("a", made(title="Another title"), AFTER) in {"stored", "unchanged"}
    assert laws(keeper) == []


def test_a_page_fetched_before_it_went_does_not_bring_it_back(keeper: Keeper) -> None:
    assert keeper.save("a", made(), LATER - timedelta(minutes=1)) == "unchanged"
    assert keeper.address("a").state == "gone"
    assert laws(keeper) == []
