"""Reports of the same news are found together in a made month, and what was reached must not be lost."""

from copies import keep
from madenews import month
from stories import score

from db.engine import open_store, writing
from db.stories import regroup_stories


def test_reports_of_the_same_news_are_grouped(sqlite_url: str) -> None:
    told = month(31, 60)
    engine = open_store(sqlite_url)
    keep(engine, told)
    with writing(engine) as s:
        regroup_stories(s)
    result = score(engine, told)
    engine.dispose()
    assert result.f1 >= 0.9
