"""The search language: what it means, what it refuses, and that both databases answer alike."""

import os
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from made_articles import NOW, Keeper, made
from sqlalchemy import Engine, text

from db.engine import open_store, reading, writing
from db.errors import SearchError
from db.language import Asked, Term, asked_for
from db.queries import articles
from db.reindex import check_index, reindex
from db.snippets import snippet

STORIES = {
    "street": "Die große Straße ist gesperrt, und der Käfer steht am Straßenrand; die Massenfertigung ruht. "
    * 3,
    "battery": "A battery with 77 kWh and twelve modules; the batteries of the Ioniq 5 are quick to charge. "
    * 3,
    "recall": "The recall of the BMW i4 concerns its rear axle, says the maker, and no truck is affected. "
    * 3,
    "audi": "Audi shows the e-tron GT on a truck; its battery has 800 volts, and the paint is Nardo grey. "
    * 3,
    "wide": "Cœur de ville: l'été à Köln, naïve façades, ΑΘΗΝΑ and Москва, Škoda and Citroën drive by. " * 3,
    "signs": "It emits 120 g of CO₂, holds 2 m³, is named Folgore™, lies in Ижевск by a ёлка, 3ª of it. ",
}
WORDS = [
    "battery",
    "batter*",
    "audi",
    "bmw",
    "truck",
    "-truck",
    "-bmw",
    "OR",
    '"e-tron gt"',
    '"rear axle"',
    "e-tr*",
]
WORDS += [
    "strasse",
    "Straße",
    "stras*",
    "STRASSENRAND",
    "gros*",
    "masse*",
    "köln",
    '-"rear axle"',
    "the",
    "i4",
    "800",
]


def fill(store: Engine) -> None:
    keeper = Keeper(store)
    for n, (name, words) in enumerate(STORIES.items()):
        keeper.save(
            name, made(words, title=f"On {name}", standfirst=None, published_at=NOW - timedelta(days=n))
        )


@pytest.fixture
def full(store: Engine) -> Engine:
    fill(store)
    return store


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory, postgres_template: str, postgres_server: str
) -> list[Engine]:
    from conftest import _database

    databases = _database(postgres_server, postgres_template)
    engines = [open_store(str(tmp_path_factory.mktemp("both") / "a.db")), open_store(next(databases))]
    for engine in engines:
        fill(engine)
    yield engines
    for engine in engines:
        engine.dispose()
    next(databases, None)


def found(store: Engine, search: str) -> set[str]:
    with reading(store) as s:
        return {row["url"].rpartition("/")[2] for row in articles(s, search=search)}


@pytest.mark.parametrize(
    ("search", "hits"),
    [
        ("batter*", {"battery", "audi"}),
        ("batter", set()),
        ("batteries", {"battery"}),
        ("audi OR bmw", {"audi", "recall"}),
        ("truck audi OR bmw", {"audi", "recall"}),
        ("truck audi OR bmw -volts", {"recall"}),
        ("-truck battery", {"battery"}),
        ('truck -"rear axle"', {"audi"}),
        ('"rear ax"*', {"recall"}),
        ('"rear axle" OR "e-tron gt"', {"recall", "audi"}),
        ("e-tr*", {"audi"}),
        ("audi or bmw", set()),
        ("fi*", set()),
        ("field* OR 11* OR gap*", set()),
        ('audi "OR" bmw', set()),
        ("strasse", {"street"}),
        ("STRASSE", {"street"}),
        ("straße", {"street"}),
        ("stras*", {"street"}),
        ("straß*", {"street"}),
        ("massenfertigung", {"street"}),
        ("cœur", {"wide"}),
        ("αθηνα москва", {"wide"}),
        ("battery - audi", {"audi"}),
        ("co2 m3", {"signs"}),
        ("CO₂", {"signs"}),
        ("folgore", {"signs"}),
        ("ижевск елка", {"signs"}),
        ("3a", {"signs"}),
    ],
)
def test_words_phrases_beginnings_or_and_minus(full: Engine, search: str, hits: set[str]) -> None:
    assert found(full, search) == hits


def test_a_search_is_read_as_groups_of_which_each_needs_one() -> None:
    told = asked_for('bmw OR "Model Y" charg* -e-tron')
    wanted = ((Term(("bmw",)), Term(("model", "y"))), (Term(("charg",), is_prefix=True),))
    assert told == Asked(wanted, (Term(("e", "tron")),))


@pytest.mark.parametrize(
    "search",
    [
        "OR",
        "OR a",
        "a OR",
        "a OR OR b",
        "a OR -b",
        "-a OR b",
        "a -b OR c",
        "-a",
        '-"a b"',
        "*",
        "a*b",
        "a OR ***",
        '"open',
        '""',
        "-",
        "x" * 201,
        " OR ".join("abcdefgh" * 5),
        "a " * 33,
    ],
)
def test_what_means_nothing_is_refused_in_one_line(search: str) -> None:
    with pytest.raises(SearchError) as caught:
        asked_for(search)
    assert "\n" not in str(caught.value)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.sampled_from(WORDS), min_size=1, max_size=6))
def test_both_databases_find_the_same(both: list[Engine], parts: list[str]) -> None:
    search = " ".join(parts)
    try:
        asked_for(search)
    except SearchError:
        assume(False)
    assert found(both[0], search) == found(both[1], search)


SIGNS = "ab\"'*():^-+{}\0\\%_;&|!<>ßsſ½™ \t\n\ud800é́漢अ"


@settings(deadline=None, max_examples=400)
@given(
    search=st.text(max_size=40)
    | st.text(alphabet=SIGNS, max_size=25)
    | st.text(alphabet=SIGNS + "OR", max_size=9)
)
def test_no_text_at_all_raises_anything_but_a_search_error(both: list[Engine], search: str) -> None:
    for engine, by_relevance in product(both, (False, True)):
        with suppress(SearchError), reading(engine) as s:
            articles(s, search=search, by_relevance=by_relevance)


def test_relevance_puts_the_better_and_the_newer_first(store: Engine) -> None:
    keeper = Keeper(store)
    filler = "Nothing of that kind stands here, and the sentence goes on for a while to fill the page. "
    keeper.save(
        "twice", made(f"An alternator, and another alternator. {filler * 3}", published_at=NOW - timedelta(9))
    )
    keeper.save("once", made(f"An alternator. {filler * 4}", published_at=NOW))
    keeper.save("old", made(f"An alternator. {filler * 4}Once.", published_at=NOW - timedelta(days=900)))
    keeper.save("undated", made(f"An alternator. {filler * 5}", published_at=None))
    keeper.save("none", made(filler * 5))
    with reading(store) as s:
        rows = articles(s, search="alternator", by_relevance=True)
        assert articles(s, search="alternator", by_relevance=True, limit=1) == rows[:1]
        with pytest.raises(SearchError):
            articles(s, by_relevance=True)
    assert [row["url"].rpartition("/")[2] for row in rows] == ["twice", "once", "undated", "old"]


def test_a_snippet_shows_the_place_with_most_of_what_was_asked_for(full: Engine) -> None:
    with reading(full) as s:
        (row,) = articles(s, search='"rear axle" truck')
        (street,) = articles(s, search="strass*")
        (title,) = articles(s, search='"on audi"')
        assert "snippet" not in articles(s)[0]
    assert "its **rear axle**, says the maker, and no **truck** is affected." in row["snippet"]
    assert street["snippet"].startswith("Die große **Straße** ist")
    assert street["snippet"].endswith(" …")
    assert title["snippet"] == "**On audi**"


@settings(deadline=None, max_examples=200)
@given(words=st.text(max_size=200), search=st.text(alphabet='abßé "*-', max_size=9))
def test_a_snippet_is_made_of_any_text(words: str, search: str) -> None:
    try:
        asked = asked_for(search)
    except SearchError:
        return
    shown = snippet(asked, (words, None))
    assert shown is None or shown.count("**") >= 2


def test_an_index_out_of_step_is_noticed_and_made_anew(full: Engine) -> None:
    assert check_index(full) == []
    number = {"sqlite": "rowid", "postgresql": "article_id"}[full.dialect.name]
    one = "SELECT id FROM articles WHERE title = 'On audi'"
    with writing(full) as s:
        s.execute(text(f"DELETE FROM article_search WHERE {number} IN ({one})"))
    assert found(full, "audi") == set()
    (told,) = check_index(full)
    assert "carnews db reindex" in told
    assert reindex(full) == 6
    assert check_index(full) == []
    assert found(full, "audi") == {"audi"}


def test_other_words_in_the_index_than_in_the_article_are_noticed(full: Engine) -> None:
    with writing(full) as s:
        s.execute(text("UPDATE articles SET text = 'a zeppelin' WHERE title = 'On audi'"))
    (told,) = check_index(full)
    assert "other words" in told
    reindex(full)
    assert check_index(full) == []
    assert found(full, "zeppelin") == {"audi"}


def test_a_store_from_before_finds_the_same_words_after_its_upgrade(full: Engine) -> None:
    steps = [["downgrade", "0007"], ["upgrade", "head"]]
    subprocess.run(
        [sys.executable, "-c", f"from alembic.config import main; [main(step) for step in {steps}]"],
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "CARNEWS_DATABASE_URL": full.url.render_as_string(hide_password=False)},
        check=True,
        capture_output=True,
    )
    assert found(full, "co2 folgore") == {"signs"}
    assert check_index(full) == []
    Keeper(full).save("new", made(STORIES["signs"] + "Another zeppelin.", title="New"), NOW, "2")
    assert found(full, "co2 zeppelin") == {"new"}
    with writing(full) as s:
        s.execute(text("DELETE FROM articles"))
    assert found(full, "co2") == set()


def test_a_single_word_shows_the_same_piece_as_when_all_words_are_looked_through() -> None:
    texts = [
        f"{'An oil pump, say. ' * n}The audio of an Audi_S3{' goes on and on' * (n + 9)}." for n in range(99)
    ]
    for text_ in texts:
        shown = snippet(asked_for("audi"), (text_, None))
        assert shown == snippet(asked_for("audi OR audi"), (text_, None))
        assert "audio of an **Audi**_S3" in str(shown)
