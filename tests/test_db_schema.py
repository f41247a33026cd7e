import re
from pathlib import Path

import pytest
from made_articles import NOW, Keeper, made
from sqlalchemy import Engine, inspect, make_url, text

from db import alarms, gaps, manners, rhythms, summaries  # noqa: F401 - tables of the metadata
from db.channels import Channel, keep_channels
from db.engine import open_store, reading, writing
from db.models import Base
from db.stories import regroup_stories
from db.views import View, contract, with_tables

CONTRACT = contract()
PAGE = (Path(__file__).parent.parent / "docs" / "schema.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```(sql|sqlite|postgresql)\n(.*?)```", PAGE, re.DOTALL)
ARTICLES = ("article_feed", "article_captions", "article_changes", "article_revisions")
VIEWS = (*ARTICLES, "source_coverage", "source_gaps", "source_channels")
NAMES = {"int4": "integer", "int8": "bigint"}
OF_SEVERAL = ("article_copies", "article_stories", "source_alarms")  # of one sound article there is no row


def test_the_page_tells_of_the_views_what_the_contract_tells() -> None:
    assert with_tables(PAGE, CONTRACT) == PAGE, "run: make docs"


def test_the_contract_knows_every_view_there_is(store: Engine) -> None:
    promised = [view.name for view in CONTRACT.views]
    assert sorted(promised) == sorted(inspect(store).get_view_names())
    assert sorted(promised) == sorted([*VIEWS, *OF_SEVERAL])


@pytest.mark.parametrize("view", CONTRACT.views, ids=lambda view: view.name)
def test_the_contract_names_the_columns_of_the_views_in_order(store: Engine, view: View) -> None:
    there = [column["name"] for column in inspect(store).get_columns(view.name)]
    assert there == [column.name for column in view.columns]


def test_columns_have_the_types_that_are_promised(postgres_template: str, postgres_server: str) -> None:
    """On PostgreSQL, which knows the types of a view's columns; SQLite has two, and types of values."""
    engine = open_store(make_url(postgres_server).set(database=postgres_template).render_as_string(False))
    query = text(
        "SELECT table_name || '.' || column_name, udt_name FROM information_schema.columns "
        "JOIN information_schema.views USING (table_schema, table_name) WHERE table_schema = 'public'"
    )
    with reading(engine) as s:
        there = {name: NAMES.get(kind, kind) for name, kind in s.execute(query)}
    assert there["article_changes.fields"] == "json"
    there["article_changes.fields"] = "json in `article_changes`"
    engine.dispose()
    types = {kind.name: re.split(" or |; ", kind.postgresql) for kind in CONTRACT.types}
    told = {f"{view.name}.{c.name}": types[c.type] for view in CONTRACT.views for c in view.columns}
    assert {name: (kind, told[name]) for name, kind in there.items() if kind not in told[name]} == {}
    assert there.keys() == told.keys()


@pytest.mark.parametrize("view", VIEWS)
def test_columns_that_are_never_null_are_filled_for_the_barest_article(store: Engine, view: str) -> None:
    (promised,) = (one for one in CONTRACT.views if one.name == view)
    never = [column.name for column in promised.columns if column.null_means.startswith("never")]
    bare = dict.fromkeys(("title", "standfirst", "published_at", "section", "language", "image"))
    lists = {"authors": (), "tags": (), "makes": (), "cuts": ()}
    Keeper(store).save("a", made(**bare, **lists))
    with writing(store) as s:
        keep_channels(s, "motor", [Channel("feed", "https://motor.example/rss", NOW, "http 500")])
    with reading(store) as s:
        (row,) = s.execute(text(f"SELECT * FROM {view}")).mappings()
    assert never
    assert [name for name in never if row[name] is None] == []


@pytest.mark.parametrize(("dialect", "question"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_questions_of_the_page_have_answers(store: Engine, dialect: str, question: str) -> None:
    if dialect not in {"sql", store.dialect.name}:
        pytest.skip(f"a question for {dialect} only")
    Keeper(store).save("a", made())
    with writing(store) as s:
        regroup_stories(s)
    with reading(store) as s:
        assert len(s.connection().exec_driver_sql(question).all()) == 1


def test_lists_of_a_view_keep_the_articles_order(store: Engine) -> None:
    names = tuple(f"Writer {n}" for n in (3, 1, 12, 2))
    Keeper(store).save("a", made(authors=names, makes=("Škoda", "BMW")))
    with reading(store) as s:
        authors, makes = s.execute(
            text("SELECT CAST(authors AS TEXT), CAST(makes AS TEXT) FROM article_feed")
        ).one()
    assert re.findall(r"Writer \d+", authors) == list(names)
    assert "Škoda" in makes


def test_the_page_names_every_table() -> None:
    part = PAGE.split("## Behind the views")[1].split("An address is")[0]
    assert set(Base.metadata.tables) | {"article_search"} == set(re.findall(r"\b[a-z_]+\b", part)) & (
        set(Base.metadata.tables) | {"article_search"}
    )
