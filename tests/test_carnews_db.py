"""`carnews db schema` and `carnews db relink` as a person runs them."""

import csv
import io
import json
import signal
from pathlib import Path

import pytest
from command import Folder, is_one_line
from loopback import until
from made_articles import NOW, Keeper, made
from sqlalchemy import Engine, text
from test_db_copies import ALL, linked
from test_db_stories import NEWS, stories

from db.engine import open_store, reading, writing
from db.links import Relinked, relink_store
from db.stories import regroup_stories
from db.views import contract

COLUMNS = [(view.name, column.name) for view in contract().views for column in view.columns]


@pytest.fixture
def here(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_the_views_are_told_without_a_database_in_every_form(here: Folder) -> None:
    forms = ("json", "jsonl", "csv")
    told = here.each(["db", "schema"], *(["db", "schema", "--format", form] for form in forms))
    assert [(ended.code, ended.err) for ended in told] == [(0, "")] * 4
    table, as_json, lines, as_csv = (ended.out for ended in told)
    assert all(view.name in table and " ".join(view.about.split()) in table for view in contract().views)
    rows = json.loads(as_json)
    assert [(row["view"], row["column"]) for row in rows] == COLUMNS
    assert rows == [json.loads(line) for line in lines.splitlines()]
    assert rows[0].keys() == {
        *("view", "column", "type", "null_means", "what_it_is", "on_postgresql", "on_sqlite")
    }
    assert [(row["view"], row["column"]) for row in csv.DictReader(io.StringIO(as_csv))] == COLUMNS
    assert not (here.folder / "data").exists()


def test_one_view_alone_may_be_asked_for_and_no_other_thing(here: Folder) -> None:
    one, none = here.each(
        ["db", "schema", "article_copies", "--format", "jsonl"], ["db", "schema", "articles"]
    )
    assert {json.loads(line)["view"] for line in one.out.splitlines()} == {"article_copies"}
    assert (none.code, is_one_line(none)) == (2, True)
    assert "article_feed" in none.err


def test_nothing_that_is_promised_is_cut_off_on_a_terminal_of_80_columns(here: Folder) -> None:
    lines = here.on_terminal("db", "schema")
    assert max(map(len, lines)) <= 80
    assert not any("…" in line for line in lines)
    words = {word for line in lines for word in line.split()}
    missing = [
        word
        for view in contract().views
        for column in view.columns
        for word in f"{column.name} {column.null_means} {column.about}".split()
        if word not in words and len(word) < 20  # a longer one may be broken
    ]
    assert missing == []


@pytest.fixture
def old(store: Engine) -> Engine:
    """A store whose articles were stored before anybody looked for copies and stories."""
    keeper = Keeper(store)
    for name, one in ALL.items():
        keeper.save(name, one)
    for name, one in NEWS.items():
        keeper.save(f"news-{name}", one, site=name)
    keeper.save("undated", made("Nobody knows when this was.", published_at=None))
    with writing(store) as s:
        regroup_stories(s)
    return store


def forget(store: Engine) -> None:
    with writing(store) as s:
        for table in ("article_bands", "likenesses", "story_articles", "cursors"):
            s.execute(text(f"DELETE FROM {table}"))
        s.execute(text("UPDATE articles SET duplicate_of = NULL, duplicate_reason = NULL"))


def unseen(_what: str, _so_far: int, _total: int) -> None:
    pass


def test_what_was_never_compared_is_linked_and_looking_again_changes_nothing(old: Engine) -> None:
    links, told = linked(old), stories(old)
    assert links
    forget(old)
    number = len(ALL) + len(NEWS) + 1
    seen: list[tuple[str, int, int]] = []
    first = relink_store(old, lambda *come: seen.append(come))
    assert (linked(old), stories(old)) == (links, told)
    assert first == Relinked(number, len(links), 0, number - 1)
    assert relink_store(old, unseen) == Relinked(number, 0, 0, 0)
    assert seen == [("copies", 0, number), ("copies", number, number), ("stories", 0, number - 1)]


def test_a_look_at_all_is_no_crawl_of_any_site(old: Engine) -> None:
    before = {}
    for n in (1, 2):
        with reading(old) as s:
            before[n] = s.execute(text("SELECT * FROM source_coverage ORDER BY site")).all()
        relink_store(old, unseen)
    assert before[1] == before[2]


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_a_look_killed_in_the_middle_is_made_good_by_the_next(
    here: Folder, backend: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("sqlite_url" if backend == "sqlite" else "postgres_url")
    store = open_store(url)
    keeper = Keeper(store)
    many = [made(f"Number {n} of many. " * 12, title=f"Number {n}") for n in range(250)]
    keeper.save_all([(f"many-{n}", one, NOW) for n, one in enumerate(many)])
    for name, one in ALL.items():
        keeper.save(name, one)
    links = linked(store)
    forget(store)
    child = here.start("carnews", "db", "relink", "--db", url)
    until(lambda: bands(store) > 0)
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=30)
    ended = here.carnews("db", "relink", "--db", url)
    assert ended.code == 0, ended.err
    assert f"{250 + len(ALL)} articles looked at" in ended.out
    assert linked(store) == links
    again = here.carnews("db", "relink", "--db", url)
    assert again.out.endswith("0 links new or changed, 0 taken away; 0 articles moved to another story\n")
    store.dispose()


def bands(store: Engine) -> int:
    with reading(store) as s:
        return int(s.scalar(text("SELECT count(*) FROM article_bands")) or 0)
