"""Reports of the same news are one story, whatever the order in which they came; on both databases."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from made_articles import NOW, Keeper, made
from sqlalchemy import Engine, text

from db import ledger
from db.engine import reading, writing
from db.stories import regroup_stories
from pipeline.article import CleanArticle

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def told(outlet: int, title: str, figures: str, hours: float = 0) -> CleanArticle:
    """A short report in the outlet's own words."""
    words = (
        f"Outlet {outlet}.{outlet} has it that the Testa Bora {figures}, and asked number {outlet}{outlet}7."
    )
    return made(words, title=title, published_at=NOW + hours * HOUR, makes=("Testa",))


NEWS = {
    "first": told(1, "Testa Bora costs 24,995", "costs 24,995 with 204 hp and 61 kWh"),
    "second": told(2, "What 61 kWh cost in a Testa Bora", "has 61 kWh, 204 hp and costs 24,995", 5),
    "third": told(3, "Cheap: Testa Bora", "is sold from 24,995 on, has 204 hp and 61 kWh", 30),
    "recall": told(4, "Testa recalls 3,120 Bora", "is recalled for 3,120 bolts of 17 mm in 88 places", 6),
    "again": told(5, "Testa Bora in numbers", "has 204 hp, 61 kWh and still costs 24,995", 24 * 5),
}
STORIES = {"first": "first", "second": "first", "third": "first", "recall": "recall", "again": "again"}


def stories(store: Engine) -> dict[str, str]:
    """Last part of each article's address -> that of the article that opened its story."""
    query = text(
        "SELECT t.url, o.url FROM article_stories t JOIN article_stories o "
        "ON o.story_id = t.story_id AND o.is_earliest = 1"
    )
    with reading(store) as s:
        return {own.rpartition("/")[2]: of.rpartition("/")[2] for own, of in s.execute(query)}


def regroup(store: Engine, *, again: bool = False) -> int:
    with writing(store) as s:
        return regroup_stories(s, again=again)


def test_reports_of_one_news_within_days_are_one_story_of_the_earliest(store: Engine) -> None:
    keeper = Keeper(store)
    for name, one in NEWS.items():
        keeper.save(name, one, site=name)
    assert regroup(store) == 5
    assert stories(store) == STORIES
    assert regroup(store) == regroup(store, again=True) == 0


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_arrival_and_the_times_of_looking_decide_nothing(store: Engine, seed: int) -> None:
    rng, keeper = Random(seed), Keeper(store)
    for name in rng.sample(list(NEWS), len(NEWS)):
        keeper.save(name, NEWS[name], site=name)
        if rng.random() < 0.6:
            regroup(store)
    regroup(store)
    assert stories(store) == STORIES


def test_a_story_whose_opener_is_withdrawn_goes_on_under_the_next(store: Engine) -> None:
    keeper = Keeper(store)
    for name, one in NEWS.items():
        keeper.save(name, one, site=name)
    regroup(store)
    with writing(store) as s:
        ledger.settle(s, keeper.run_id, keeper.address("first").id, "gone", NOW, "http 410")
    regroup(store)
    assert stories(store) == {"second": "second", "third": "second", "recall": "recall", "again": "again"}


def test_an_article_that_loses_its_date_leaves_its_story(store: Engine) -> None:
    keeper = Keeper(store)
    keeper.save("first", NEWS["first"])
    regroup(store)
    keeper.save("first", replace(NEWS["first"], published_at=None), NOW + DAY)
    assert regroup(store) == 1
    assert stories(store) == {}


def test_articles_without_any_date_are_in_no_story(store: Engine) -> None:
    Keeper(store).save("undated", replace(NEWS["first"], published_at=None))
    assert regroup(store) == 0
    assert stories(store) == {}
