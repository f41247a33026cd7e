"""PostgreSQL servers and databases set up otherwise than ours give the same answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from made_articles import NOW, Keeper, made
from sqlalchemy import Engine, create_engine, make_url, text
from test_db_exports import lived
from test_db_queries import fill

from db.changes import changes
from db.engine import connect, open_store, reading, writing
from db.exports import Wanted, exported, withdrawals
from db.queries import articles
from db.stories import regroup_stories
from terminal.formats import as_json

ODD = {
    "TimeZone": "'Asia/Kolkata'",
    "standard_conforming_strings": "off",
    "backslash_quote": "on",
    "DateStyle": "'German, DMY'",
    "IntervalStyle": "'sql_standard'",
    "bytea_output": "'escape'",
    "extra_float_digits": "-3",
    "default_transaction_isolation": "'repeatable read'",
    "default_text_search_config": "'pg_catalog.german'",
    "search_path": "'$user', public",
    "lc_messages": "'C'",
}
HOSTILE = "A back\\slash, a 'quote', a \\'both\\' and C:\\new\\table '' in % of _ cases. "
SEARCHES = ("saloon", "back slash", '"new table"', "alter*", "e OR ab", "saloon -tesla")


def answers(store: Engine) -> list[str]:
    """All that a reader may ask, of a store that has lived a little."""
    fill(store)
    lived(store)
    Keeper(store).save("hostile", made(HOSTILE * 3, title=HOSTILE, authors=("O'Neill \\", "ÅÄÖ")))
    with writing(store) as s:
        regroup_stories(s)
    with reading(store) as s:
        told = [*exported(s, Wanted()), *withdrawals(s, Wanted(0))]
        told += [{**change, "changed_at": None} for change in changes(s)]
        told += [row for search in SEARCHES for row in articles(s, search=search)]
        told += articles(s, since=NOW.replace(hour=0), until=NOW.replace(hour=23))
        told += articles(s, site="ab", make="BMW", limit=3)
    return [as_json(row) for row in told]


@pytest.fixture
def plain(postgres_url: str) -> Iterator[list[str]]:
    engine = open_store(postgres_url)
    yield answers(engine)
    engine.dispose()


@contextmanager
def other_database(server: str, how: str, *settings: str) -> Iterator[Engine]:
    """A store in a database made and set as said."""
    admin = connect(server).execution_options(isolation_level="AUTOCOMMIT")
    name = f"other_{uuid4().hex}"

    def run(statement: str) -> None:
        with admin.connect() as connection:
            connection.execute(text(statement))

    run(f"CREATE DATABASE {name} TEMPLATE template0 {how}")
    try:
        for setting in settings:
            run(f"ALTER DATABASE {name} SET {setting}")
        engine = open_store(make_url(server).set(database=name).render_as_string(hide_password=False))
        try:
            yield engine
        finally:
            engine.dispose()
    finally:
        run(f"DROP DATABASE {name} WITH (FORCE)")
        admin.dispose()


def test_a_database_with_odd_settings_gives_the_same_answers(plain: list[str], postgres_server: str) -> None:
    with other_database(postgres_server, "", *(f"{name} = {value}" for name, value in ODD.items())) as store:
        assert answers(store) == plain


@pytest.mark.parametrize("how", ["LOCALE 'C'", "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"])
def test_a_database_that_sorts_otherwise_gives_the_same_answers(
    plain: list[str], postgres_server: str, how: str
) -> None:
    with other_database(postgres_server, f"ENCODING 'UTF8' {how}") as store:
        assert answers(store) == plain


def test_what_a_reader_in_another_zone_reads_is_the_same_moment(postgres_url: str) -> None:
    store = open_store(postgres_url)
    Keeper(store).save("a", made(published_at=NOW))
    moment = text("SELECT published_at, CAST(published_at AS TEXT) FROM article_feed")
    client = create_engine(store.url)  # any client's, none of ours
    with client.connect() as reader:
        reader.execute(text("SET timezone = 'Asia/Kolkata'"))
        assert tuple(reader.execute(moment).one()) == (NOW, "2026-03-02 15:00:00+05:30")
    client.dispose()
    store.dispose()
