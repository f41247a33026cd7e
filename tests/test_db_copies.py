"""Copies are linked to the earliest article, whatever the order in which they came; on both databases."""

from datetime import datetime, timedelta
from itertools import permutations

import pytest
from made_articles import NOW, Keeper, made
from sqlalchemy import Engine, text

from db import ledger
from db.changes import changes
from db.copies import MEETING, relink_all
from db.engine import reading, writing
from db.ledger import State
from db.queries import article, articles, export_rows
from pipeline.article import CleanArticle

LINES = tuple(
    f"{opening} the {part} of the made saloon {verb} {n * 7 + 12} parts that a supplier in {city} could not "
    f"deliver before {month}, and the works has said so to each of its {n * 31 + 200} dealers by letter."
    for n, (opening, part, verb, city, month) in enumerate(
        (
            ("Behind schedule", "gearbox", "needs", "Turin", "March"),
            ("To nobody's surprise", "battery", "waits for", "Graz", "April"),
            ("As was feared", "dashboard", "lacks", "Porto", "May"),
            ("On the other side", "rear axle", "does without", "Brno", "June"),
            ("Worst of all", "heat pump", "hides", "Lyon", "July"),
            ("Only at the end", "roof", "keeps", "Genk", "August"),
        )
    )
)
OTHER = tuple(line.replace("saloon", "estate").swapcase()[::-1] for line in LINES)
DAY = timedelta(days=1)


def piece(*lines: str, title: str = "Saloon waits for parts", at: datetime | None = NOW) -> CleanArticle:
    return made(*lines, title=title, published_at=at)


FIRST = piece(*LINES)
CUT = piece(*LINES[:3], "Read the rest in our magazine.", at=NOW + DAY)
AGAIN = piece(*LINES[::-1], "All rights are somebody's.", title="No parts, no saloon", at=NOW + 2 * DAY)
STRANGER = piece(*OTHER, title="Estate is early", at=NOW - DAY)
ALL = {"first": FIRST, "cut": CUT, "again": AGAIN, "stranger": STRANGER}


def linked(store: Engine) -> dict[str, tuple[str, str]]:
    """Last part of each copy's address -> the same of its live article, and the reason."""
    with reading(store) as s:
        rows = s.execute(
            text("SELECT c.url, a.url, c.reason FROM article_copies c JOIN articles a ON a.key = c.copy_of")
        ).all()
    return {own.rpartition("/")[2]: (of.rpartition("/")[2], reason) for own, of, reason in rows}


def kinds(store: Engine, name: str) -> list[str]:
    with reading(store) as s:
        return [change["kind"] for change in changes(s) if change["url"].endswith(f"/{name}")]


def shown(store: Engine) -> set[str]:
    with reading(store) as s:
        return {row["url"].rpartition("/")[2] for row in articles(s)}


def test_copies_leave_feed_search_and_export_but_not_the_store(store: Engine) -> None:
    keeper = Keeper(store)
    for name, one in ALL.items():
        keeper.save(name, one, site="herald" if name == "again" else "motor")
    assert linked(store) == {"cut": ("first", "near"), "again": ("first", "syndicated")}
    assert shown(store) == {"first", "stranger"}
    with reading(store) as s:
        assert s.scalar(text("SELECT count(*) FROM article_feed")) == 2
        assert len(list(export_rows(s))) == len(articles(s, search="gearbox")) + 1 == 2
        copy = article(s, "https://motor.example/cut")
    assert copy
    assert copy["duplicate_reason"] == "near"
    assert kinds(store, "cut") == ["added", "merged"]


def test_the_order_of_arrival_decides_nothing(store: Engine) -> None:
    keeper, seen = Keeper(store), []
    for n, order in enumerate(permutations(("first", "cut", "again"))):
        later = timedelta(days=400 * n)  # far enough from the copies of the round before
        for name in order:
            one = piece(*(b.text for b in ALL[name].blocks), f"Round {n}.", at=ALL[name].published_at + later)
            keeper.save(f"{n}-{name}", one)
        links = linked(store).items()
        seen.append({own[2:]: of[0][2:] for own, of in links if own.startswith(f"{n}-")})
    assert seen == [{"cut": "first", "again": "first"}] * 6


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_the_same_words_on_another_site_are_a_copy_of_the_earlier(
    store: Engine, names: tuple[str, str]
) -> None:
    keeper = Keeper(store)
    days = {"a": NOW, "b": NOW + DAY}
    for name in names:
        assert keeper.save(name, piece(*LINES, at=days[name]), site=name) is State.STORED
    assert linked(store) == {"b": ("a", "syndicated")}


def test_a_batch_is_linked_as_its_pages_one_by_one_are(store: Engine) -> None:
    keeper = Keeper(store)
    assert keeper.save_all([(name, one, NOW) for name, one in ALL.items()]) == [State.STORED] * 4
    assert linked(store) == {"cut": ("first", "near"), "again": ("first", "near")}


def test_an_edit_that_makes_a_copy_another_article_brings_it_back(store: Engine) -> None:
    keeper = Keeper(store)
    keeper.save("first", FIRST)
    keeper.save("again", AGAIN)
    assert shown(store) == {"first"}
    keeper.save("again", piece(*OTHER, title="Something else"), NOW + DAY)
    assert shown(store) == {"first", "again"}
    assert kinds(store, "again") == ["added", "merged", "edited", "unmerged"]


def test_when_the_live_one_is_withdrawn_a_copy_takes_its_place_until_it_returns(store: Engine) -> None:
    keeper = Keeper(store)
    for name in ("first", "again", "cut"):
        keeper.save(name, ALL[name])
    with writing(store) as s:
        ledger.settle(s, keeper.run_id, keeper.address("first").id, "gone", NOW, "http 410")
    assert shown(store) == {"cut"}
    assert linked(store) == {"again": ("cut", "near")}
    keeper.save("first", FIRST, NOW + DAY)
    assert shown(store) == {"first"}
    assert kinds(store, "cut") == ["added", "merged", "unmerged", "merged"]


def test_a_chain_of_likenesses_does_not_make_one_of_its_ends(store: Engine) -> None:
    keeper = Keeper(store)
    keeper.save("left", piece(*LINES[:3], title="Left", at=NOW))
    keeper.save("right", piece(*LINES[3:], title="Right", at=NOW + DAY))
    keeper.save("both", piece(*LINES, title="Both", at=NOW + 2 * DAY))
    assert shown(store) == {"left", "right"}
    assert linked(store)["both"][0] == "left"


def test_the_same_report_with_other_figures_is_another(store: Engine) -> None:
    keeper = Keeper(store)
    keeper.save("april", FIRST)
    changed = [line.replace("2", "9").replace("3", "8").replace("4", "5").replace("1", "6") for line in LINES]
    keeper.save("may", piece(*changed))
    assert linked(store) == {}


def test_looking_again_over_history_changes_nothing_and_finds_what_was_never_compared(store: Engine) -> None:
    keeper = Keeper(store)
    for name, one in ALL.items():
        keeper.save(name, one)
    before, told = linked(store), kinds(store, "cut")
    relink_all(store, keeper.run_id)
    assert (linked(store), kinds(store, "cut")) == (before, told)
    with writing(store) as s:  # as it was in a store from before articles were compared
        for table in ("article_bands", "likenesses"):
            s.execute(text(f"DELETE FROM {table}"))
        s.execute(text("UPDATE articles SET duplicate_of = NULL, duplicate_reason = NULL"))
    relink_all(store, keeper.run_id)
    assert linked(store) == before


@pytest.mark.parametrize("since", [NOW + timedelta(days=9000), None])
def test_looking_again_may_be_kept_to_what_is_new(store: Engine, since: datetime | None) -> None:
    keeper = Keeper(store)
    keeper.save("first", FIRST)
    with writing(store) as s:
        s.execute(text("DELETE FROM article_bands"))
    relink_all(store, keeper.run_id, since)
    with reading(store) as s:
        assert bool(s.scalar(text("SELECT count(*) FROM article_bands"))) == (since is None)


def test_meetings_are_found_by_indexes(store: Engine) -> None:
    keeper = Keeper(store)
    keeper.save("first", FIRST)
    with writing(store) as s:
        if store.dialect.name == "postgresql":
            s.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN " if store.dialect.name == "sqlite" else "EXPLAIN "
        lines = s.execute(text(explain + MEETING.text.replace(":numbers", "(1, 2)"))).all()
    said = "\n".join(str(cell) for line in lines for cell in line)
    assert "SCAN a" not in said
    assert "SCAN b" not in said
    assert "Seq Scan" not in said


@pytest.mark.parametrize("order", list(permutations(("first", "undated"))))
def test_an_article_without_a_date_is_a_copy_of_one_that_has_one(
    store: Engine, order: tuple[str, ...]
) -> None:
    keeper = Keeper(store)
    undated = piece(*LINES[::-1], at=None)
    for name in order:
        keeper.save(name, {"first": FIRST, "undated": undated}[name])
    assert linked(store) == {"undated": ("first", "near")}
