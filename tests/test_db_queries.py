import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_articles import CAPTION, LONG, NOW, Keeper, made
from sqlalchemy import Engine, text

from db import ledger
from db.engine import open_store, reading, writing
from db.errors import AmbiguousId, SearchError, StoreError
from db.queries import article, articles, export_rows, runs, site_status
from pipeline.article import CleanArticle, caption_json

CARS: dict[str, CleanArticle] = {
    "z-älter": made(*LONG, title="Zwölf Käfer", published_at=NOW - timedelta(days=9), makes=("Volkswagen",)),
    "Ab": made("The e-tron GT drives 400 km/h, says nobody. " * 6, title="Audi e-tron", makes=("Audi",)),
    "aa": made("A Model Y and a Model 3 met; the Y model won. " * 6, title="Tesla", makes=("Tesla",)),
    "é": made(
        "BMW's i4 costs 57.300 euros or so they say. " * 6, title=None, standfirst=None, published_at=None
    ),
    "zz": made("Straße und Ölwechsel: what a made garage does. " * 6, title="ÖLWECHSEL", published_at=None),
}


@pytest.fixture
def full(store: Engine) -> Engine:
    fill(store)
    return store


def fill(store: Engine) -> None:
    keeper = Keeper(store)
    for name, car in CARS.items():
        assert keeper.save(name, car, site="auto" if name == "zz" else "motor") == "stored"


def names(store: Engine, **asked: object) -> list[str]:
    with reading(store) as s:
        return [row["url"].rpartition("/")[2] for row in articles(s, **asked)]


def test_the_newest_come_first_and_the_undated_last(full: Engine) -> None:
    listed = names(full)
    assert set(listed[:2]) == {"Ab", "aa"}
    assert listed[2] == "z-älter"
    assert set(listed[3:]) == {"é", "zz"}
    assert len(names(full, limit=2)) == 2
    assert names(full, limit=0) == []
    assert len(names(full, limit=None)) == 5


def test_lists_are_narrowed_by_site_make_and_time(full: Engine) -> None:
    assert names(full, site="auto") == ["zz"]
    assert names(full, make="Tesla") == ["aa"]
    assert names(full, make="Trabant") == []
    assert names(full, until=NOW - timedelta(days=5)) == ["z-älter"]
    assert set(names(full, since=NOW - timedelta(days=1))) == {"Ab", "aa"}
    assert names(full, since=NOW - timedelta(days=1), make="Audi") == ["Ab"]


@pytest.mark.parametrize(
    ("search", "hits"),
    [
        ("tesla", {"aa"}),
        ("TESLA", {"aa"}),
        ('"model y"', {"aa"}),
        ('"y model"', {"aa"}),
        ('"model won"', {"aa"}),
        ('"model euros"', set()),
        ("e-tron", {"Ab"}),
        ("tron", {"Ab"}),
        ("km/h", {"Ab"}),
        ("kafer", {"z-älter"}),
        ("Käfer", {"z-älter"}),
        ("ölwechsel", {"zz"}),
        ("57.300", {"é"}),
        ("BMW's", {"é"}),
        ("doors motors", {"z-älter", "Ab", "aa", "zz"}),  # from the standfirst
        ("model tesla", {"aa"}),
        ("model audi", set()),
        ("and or not near", set()),
        ('"saloon arrives"', set()),
        ('"tesla four"', set()),  # no phrase runs from the title into the standfirst
    ],
)
def test_search_finds_the_same_on_both_databases(full: Engine, search: str, hits: set[str]) -> None:
    assert set(names(full, search=search)) == hits


def test_search_follows_edits_in_the_same_transaction(store: Engine) -> None:
    keeper = Keeper(store)
    keeper.save("a", made())
    keeper.save("a", made(*LONG, "A hatchback too."), NOW + timedelta(hours=1))
    assert names(store, search="hatchback") == ["a"]
    keeper.save("a", made(*LONG, "An estate too."), NOW + timedelta(hours=2))
    assert names(store, search="hatchback") == []
    assert names(store, search="estate") == ["a"]
    with writing(store) as s:
        s.execute(text("DELETE FROM articles"))
    assert names(store, search="estate") == []
    if store.dialect.name == "sqlite":
        with writing(store) as s:
            s.execute(text("INSERT INTO article_search (article_search) VALUES ('integrity-check')"))


@pytest.mark.parametrize(
    "search", ['"open', "", "  ", "* ( ) -", '""', " ".join("abcdefghi"[n % 9] for n in range(40))]
)
def test_a_search_that_means_nothing_is_told_so(full: Engine, search: str) -> None:
    with pytest.raises(SearchError) as caught:
        names(full, search=search)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(search=st.text(max_size=30) | st.text(alphabet="ab\"'*():^-+ANDORNEAR{}\0\\%_;", max_size=20))
def test_no_search_text_breaks_the_query(store: Engine, search: str) -> None:
    try:
        names(store, search=search)
    except SearchError:
        return


def test_a_limit_below_zero_is_refused(full: Engine) -> None:
    with pytest.raises(SearchError):
        names(full, limit=-1)


def test_an_article_is_found_by_id_prefix_and_address(full: Engine) -> None:
    with reading(full) as s:
        row = articles(s, make="Tesla")[0]
        for asked in (row["id"], row["id"][:8], row["id"].upper(), row["url"], f" {row['url']}\n"):
            assert article(s, asked)["title"] == "Tesla"
        for asked in ("0", "xyz", "https://motor.example/none", "", "%", "ffff_%"):
            assert article(s, asked) is None


def test_an_id_prefix_of_several_articles_asks_for_more(full: Engine) -> None:
    with writing(full) as s:
        s.execute(text("UPDATE articles SET key = 'abcd00000000000' || id"))
        with pytest.raises(AmbiguousId) as caught:
            article(s, "abcd")
        assert isinstance(caught.value, StoreError)
        assert article(s, "abcd000000000001")["id"] == "abcd000000000001"


def test_runs_and_sites_tell_how_they_stand(full: Engine) -> None:
    with writing(full) as s:
        run_id = runs(s)[0].id
        ledger.end_run(s, run_id, "finished", NOW, note="done")
        assert [(run.id, run.note, run.balance.found) for run in runs(s, site="motor")] == [
            (run_id, "done", 5)
        ]
        assert runs(s, site="none") == []
        auto, motor = site_status(s)
    assert (auto.site, auto.articles, auto.last_run) == ("auto", 1, None)
    assert (motor.site, motor.articles, motor.balance.found) == ("motor", 4, 4)
    assert motor.newest_published_at == NOW - timedelta(days=1)
    assert motor.last_run
    assert motor.last_run.outcome == "finished"


def exported(store: Engine) -> str:
    with reading(store) as s:
        return "\n".join(json.dumps(row, ensure_ascii=False) for row in export_rows(s))


def test_both_databases_export_the_same_bytes(sqlite_url: str, postgres_url: str) -> None:
    exports = []
    for url in (sqlite_url, postgres_url):
        engine = open_store(url)
        fill(engine)
        exports.append(exported(engine))
        engine.dispose()
    assert exports[0] == exports[1]
    assert [json.loads(line)["url"].rpartition("/")[2] for line in exports[0].splitlines()] == [
        "Ab",
        "aa",
        "z-älter",
        "zz",
        "é",
    ]


def test_an_export_does_not_tell_when_or_in_which_order_it_was_crawled(
    store: Engine, sqlite_url: str
) -> None:
    fill(store)
    other = open_store(sqlite_url + ".other")
    keeper = Keeper(other)
    for name, car in reversed(CARS.items()):
        keeper.save(name, car, NOW + timedelta(days=5), "2", site="auto" if name == "zz" else "motor")
    assert exported(store) == exported(other)
    other.dispose()


def test_an_export_of_many_is_read_in_batches(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.queries.BATCH", 2)
    engine = open_store(sqlite_url)
    fill(engine)
    with reading(engine) as s:
        rows = list(export_rows(s))
        assert not list(s)  # nothing kept in memory
    assert len(rows) == 5
    assert all(row["captions"] == [caption_json(CAPTION)] for row in rows)
    engine.dispose()


def test_the_newest_are_read_from_an_index(store: Engine) -> None:
    plan = "EXPLAIN QUERY PLAN" if store.dialect.name == "sqlite" else "EXPLAIN"
    order = "ORDER BY published_at DESC NULLS LAST, key LIMIT 50"
    with writing(store) as s:
        if store.dialect.name == "postgresql":
            s.execute(text("SET LOCAL enable_seqscan = off"))
            s.execute(text("SET LOCAL enable_sort = off"))
        for where, index in (("", "ix_articles_newest"), ("WHERE site = 'x'", "ix_articles_site_newest")):
            lines = s.execute(text(f"{plan} SELECT * FROM articles {where} {order}")).all()
            said = " ".join(str(cell) for line in lines for cell in line)
            assert index in said
            assert "TEMP B-TREE" not in said
            assert "Sort" not in said
