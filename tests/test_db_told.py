"""Lists of the newest articles are the same whichever way they are found, and tell all that stands beside."""

from datetime import timedelta

import pytest
from made_articles import NOW, Keeper, counted, made
from sqlalchemy import Engine

from db.engine import reading
from db.language import words_of
from db.queries import are_found_along, articles
from pipeline.article import Caption

STORED = 40


@pytest.fixture
def full(store: Engine) -> Engine:
    """Forty articles, nearly all of one make and with one word, in an order of their own."""
    keeper = Keeper(store)
    pages = [
        (
            f"a{n}",
            made(
                f"Of the {'marten' if n % 20 else 'badger'} it says: {counted(str(n))}.",
                title=f"Number {n}",
                makes=("BMW", "Audi") if n % 20 else ("Audi",),
                published_at=NOW - timedelta(hours=n * 7 % STORED) if n % 9 else None,
            ),
            NOW,
        )
        for n in range(STORED)
    ]
    keeper.save_all(pages)
    return store


@pytest.mark.parametrize("limit", [5, 50])
def test_the_newest_of_a_make_are_the_same_along_the_newest_and_from_the_make(
    full: Engine, limit: int
) -> None:
    with reading(full) as s:
        whole = [row for row in articles(s, limit=None) if "BMW" in row["makes"]]
        assert articles(s, make="BMW", limit=limit) == whole[:limit]
        assert are_found_along(s, 5, None, "BMW") is (True if full.dialect.name == "sqlite" else None)
        assert not are_found_along(s, 5, None, "Skoda")
        assert articles(s, make="Skoda", limit=limit) == []


def test_the_newest_hits_of_a_search_are_the_same_either_way(full: Engine) -> None:
    with reading(full) as s:
        whole = articles(s, search="marten", limit=None)
        assert len(whole) == STORED - 2
        assert articles(s, search="marten", limit=5) == whole[:5]
        assert are_found_along(s, 5, "marten", None)
        assert not are_found_along(s, 5, "badger", None)
        assert len(articles(s, search="badger", limit=5)) == 2
        assert (
            articles(s, search="marten", site="motor", since=NOW - timedelta(hours=9), limit=5) == whole[:5]
        )
        assert articles(s, search="marten", make="BMW", limit=5) == whole[:5]
        assert articles(s, make="BMW", limit=0) == articles(s, search="marten", limit=0) == []


def test_lists_beside_an_article_keep_their_order(store: Engine) -> None:
    captions = (
        Caption("b", None, "Front", None, None),
        Caption("a", "Car", None, "C", "https://m.example/a.jpg"),
    )
    names = tuple(f"{letter}. Writer" for letter in "ZAMB")
    Keeper(store).save("a", made(authors=names, tags=("x", "b", "a"), makes=(), captions=captions))
    with reading(store) as s:
        (row,) = articles(s, times=True)
    assert row["authors"] == list(names)
    assert row["tags"] == ["x", "b", "a"]
    assert row["makes"] == []
    assert [caption["text"] for caption in row["captions"]] == ["b", "a"]
    assert row["captions"][1]["image"] == "https://m.example/a.jpg"
    assert "image" not in row["captions"][0]
    assert row["fetched_at"] == "2026-03-02T09:30:00Z"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Straße, CO₂ und Éclair", "strasse co2 und eclair"),
        ("Plain e-tron 4.5", "plain e tron 4 5"),
        ("Folgore™ Ångström", "folgore angstrom"),
        ("".join(f"a{chr(code)}" for code in range(0x300, 0x330)), "a" * 48),
    ],
)
def test_words_are_small_and_without_accents_however_many_there_are(text: str, words: str) -> None:
    assert words_of(text) == words
