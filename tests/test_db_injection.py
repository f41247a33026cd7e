"""Whatever is asked for is a value to the database, never a part of a statement; on both databases."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from made_articles import Keeper, made
from sqlalchemy import Engine

from db.engine import open_store, reading
from db.errors import StoreError
from db.exports import Wanted, exported, withdrawals
from db.ledger import history
from db.models import storable
from db.queries import article, articles, runs, versions
from db.reread import Chosen, chosen_pages

NASTY = (
    "motor",
    "mo%",
    "_otor",
    "motor'--",
    "'; DROP TABLE articles; --",
    '"',
    "\\",
    "\\'",
    "%s",
    ":site",
    "?",
    "$1",
)
WORDS = (
    st.sampled_from(NASTY)
    | st.text(max_size=20)
    | st.text(alphabet="'\"\\;%_-:?$()\0 amotr\ud800", max_size=12)
)


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory, postgres_template: str, postgres_server: str
) -> Iterator[list[Engine]]:
    """A store on each database, with an article of a site and a make of each of the nasty names."""
    from conftest import _database

    with contextmanager(_database)(postgres_server, postgres_template) as url:
        stores = [open_store(str(tmp_path_factory.mktemp("nasty") / "a.db")), open_store(url)]
        for store in stores:
            keeper = Keeper(store)
            for n, name in enumerate(NASTY):
                words = f"Number {n} of the mill is a car with {n + 2} doors. "
                keeper.save(f"{n}", made(words, title=name, makes=(name,)), site=name)
        yield stores
        for store in stores:
            store.dispose()


def titles(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted(row["title"] for row in rows)


@settings(deadline=None, max_examples=60)
@given(word=WORDS)
def test_a_site_or_make_is_the_very_name_whatever_it_is(both: list[Engine], word: str) -> None:
    wanted = [name for name in NASTY if name == storable(word)]  # as names are stored
    for store in both:
        with reading(store) as s:
            assert titles(articles(s, site=word)) == titles(articles(s, make=word)) == wanted
            assert titles(exported(s, Wanted(site=word))) == titles(exported(s, Wanted(make=word))) == wanted
            assert list(withdrawals(s, Wanted(0, site=word))) == []
            assert {run.site for run in runs(s, word)} <= {"motor"}
            assert chosen_pages(s, word, Chosen(rule=word)) == 0


@settings(deadline=None, max_examples=150)
@given(word=WORDS)
def test_an_id_or_address_is_looked_up_and_nothing_else(both: list[Engine], word: str) -> None:
    for store in both:
        with reading(store) as s:
            assert article(s, word) is None
            assert versions(s, word) == []
            assert history(s, word) is None


@settings(deadline=None, max_examples=60)
@given(limit=st.integers(-(2**70), 2**70))
@example(limit=-1)
@example(limit=2**63)
def test_a_limit_is_a_number_of_rows_or_refused(both: list[Engine], limit: int) -> None:
    for store in both:
        with reading(store) as s, suppress(StoreError):
            assert len(articles(s, limit=limit)) == min(limit, len(NASTY))
            assert limit >= 0


def test_what_was_asked_has_changed_nothing(both: list[Engine]) -> None:
    for store in both:
        with reading(store) as s:
            assert titles(articles(s)) == sorted(NASTY)
