"""One page read by other rules: what that may change, and what it says nothing of; on both databases."""

from datetime import timedelta

from made_articles import LONG, NOW, Keeper, made
from sqlalchemy import Engine, select

from db.engine import reading, writing
from db.models import AddressRow, ArticleRow
from db.queries import article
from db.reread import trying
from pipeline.article import Block, Cut, Kind


def cuts(store: Engine) -> list[tuple[str, str]]:
    with reading(store) as s:
        found = article(s, "https://motor.example/a")
        assert found
        return [(cut["rule"], cut["text"]) for cut in found["cuts"]]


def test_a_clock_that_another_rule_takes_from_a_page_leaves_its_text(store: Engine) -> None:
    keeper = Keeper(store)
    keeper.save("a", made(*LONG, "5 min read"))
    assert keeper.save("a", made(), NOW + timedelta(hours=1)) == "unchanged", "clocks change by themselves"
    keeper.save("b", made("Other words of the saloon that nobody has used.", "5 min read", title="Other"))
    told = made("Other words of the saloon that nobody has used.", title="Other")
    assert keeper.save("b", told, rules_version="2") == "stored", "on the same page nothing does"


def test_a_receipt_follows_the_rules_though_readers_see_the_same(store: Engine) -> None:
    keeper = Keeper(store)
    keeper.save("a", made())
    other = (Cut("site rule", Block(9, Kind.HEADING, "Related Cars")),)
    assert keeper.save("a", made(cuts=other), rules_version="2") == "unchanged"
    assert cuts(store) == [("site rule", "Related Cars")]
    with reading(store) as s:
        row = s.scalars(select(ArticleRow)).one()
        assert (row.rules_version, row.revision) == ("2", 1)


def test_a_page_read_again_is_no_look_at_its_site(store: Engine) -> None:
    keeper = Keeper(store)
    keeper.save("a", made())
    with writing(store) as s:
        row = s.scalars(select(AddressRow)).one()
        row.next_visit_at, row.settled_at = NOW, NOW
    keeper.save("a", made(title="By rules 2"), rules_version="2")
    with reading(store) as s:
        row = s.scalars(select(AddressRow)).one()
        assert (row.next_visit_at, row.settled_at, row.visits) == (NOW, NOW, 0)
    keeper.save("a", made(title="Edited"), NOW + timedelta(hours=1), rules_version="2")
    with reading(store) as s:
        row = s.scalars(select(AddressRow)).one()
        assert row.visits == 1
        assert row.settled_at
        assert row.settled_at > NOW


def test_a_trial_leaves_nothing(store: Engine) -> None:
    keeper = Keeper(store)
    keeper.save("a", made())
    with trying(store) as s:
        s.scalars(select(ArticleRow)).one().title = "Tried"
        s.flush()
    with reading(store) as s:
        assert s.scalars(select(ArticleRow.title)).one() == made().title
