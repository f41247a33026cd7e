import re
from pathlib import Path

import pytest
from made_articles import NOW, Keeper, made
from sqlalchemy import Engine, inspect, text

from db import gaps, manners, rhythms  # noqa: F401 - their tables belong to the metadata
from db.channels import Channel, keep_channels
from db.engine import reading, writing
from db.models import Base
from db.stories import regroup_stories

PAGE = (Path(__file__).parent.parent / "docs" / "schema.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```(sql|sqlite|postgresql)\n(.*?)```", PAGE, re.DOTALL)
ARTICLES = ("article_feed", "article_captions", "article_changes", "article_revisions")
VIEWS = (*ARTICLES, "source_coverage", "source_gaps", "source_channels")
OF_SEVERAL = ("article_copies", "article_stories")  # one article, just saved, has no row there


def part_on(view: str) -> str:
    return PAGE.split(f"## {view}\n")[1].split("\n## ")[0]


def told_of(view: str) -> dict[str, str]:
    """Column -> type as the page says."""
    return dict(re.findall(r"^\| (\w+) \| ([\w ]+) \|", part_on(view), re.MULTILINE)[1:])


@pytest.mark.parametrize("view", [*VIEWS, *OF_SEVERAL])
def test_the_page_names_the_columns_of_the_views_in_order(store: Engine, view: str) -> None:
    assert [column["name"] for column in inspect(store).get_columns(view)] == list(told_of(view))


@pytest.mark.parametrize("view", VIEWS)
def test_columns_that_are_never_null_are_filled_for_the_barest_article(store: Engine, view: str) -> None:
    never = re.findall(
        r"^\| (\w+) \| [\w ]+ \| never", PAGE.split(f"## {view}\n")[1].split("\n## ")[0], re.MULTILINE
    )
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
