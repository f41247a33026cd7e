"""What leaves the store: the same bytes from both databases, nothing missed, in constant memory."""

import tracemalloc
from datetime import timedelta

import pytest
from made_articles import LONG, NOW, Keeper, made
from sqlalchemy import Engine, inspect, text

from db import ledger
from db.engine import open_store, reading, writing
from db.exports import UnknownChange, Wanted, complete_to, exported, withdrawals
from terminal.formats import as_json

EDITED = (LONG[0], "It has five doors now, and nobody at the works says where the fifth came from.")
MANY = 5_000


def gone(keeper: Keeper, name: str) -> None:
    with writing(keeper.store) as s:
        known = ledger.history(s, f"https://motor.example/{name}")
        ledger.settle(s, keeper.run_id, known.address.id, "gone", NOW + timedelta(hours=2), "http 410")


def lived(store: Engine) -> None:
    """Six articles of which one is edited, one withdrawn and one edited before it was withdrawn."""
    keeper = Keeper(store)
    for n, name in enumerate(("Ab", "aa", "é", "z-ä", "b", "c")):
        day = NOW - timedelta(days=n // 2)
        words = f"Number {n} of the mill is a car with {n + 2} doors. "  # too short to be another's copy
        keeper.save(name, made(words, title=f"Story {name}", published_at=day), site="ab" if n else "motor")
    keeper.save("aa", made(*EDITED, title="Story aa"), NOW + timedelta(hours=1), site="ab")
    keeper.save("b", made(EDITED[1] * 3, title="Story b"), NOW + timedelta(hours=1), site="ab")
    gone(keeper, "b")
    gone(keeper, "c")


def lines(store: Engine, wanted: Wanted = Wanted()) -> str:  # noqa: B008 - frozen
    with reading(store) as s:
        return "\n".join(map(as_json, [*exported(s, wanted), *withdrawals(s, wanted)]))


def names(store: Engine, **wanted: object) -> list[str]:
    with reading(store) as s:
        rows = [*exported(s, Wanted(**wanted)), *withdrawals(s, Wanted(**wanted))]
    return [("-" if "withdrawn" in row else "") + row["url"].rpartition("/")[2] for row in rows]


@pytest.mark.parametrize("since", [None, 0, 6, 7, 9])
def test_both_databases_export_the_same_bytes_after_edits_and_withdrawals(
    sqlite_url: str, postgres_url: str, since: int | None
) -> None:
    told = []
    for url in (sqlite_url, postgres_url):
        engine = open_store(url)
        lived(engine)
        told.append(lines(engine, Wanted(since)))
        engine.dispose()
    assert told[0] == told[1]
    assert told[0]


def test_an_export_since_a_change_holds_what_changed_after_it_and_no_more(store: Engine) -> None:
    lived(store)
    assert names(store) == ["Ab", "aa", "z-ä", "é"]
    assert names(store, since=0) == ["Ab", "aa", "z-ä", "é", "-b", "-c"]
    assert names(store, since=6) == ["aa", "-b", "-c"]
    assert names(store, since=8) == ["-b", "-c"]
    assert names(store, since=10) == []
    assert names(store, since=6, site="motor") == []
    assert names(store, site="motor") == ["Ab"]
    assert names(store, search="five") == ["aa"]
    assert names(store, make="Trabant") == []
    with reading(store) as s:
        assert complete_to(s) == 10
        with pytest.raises(UnknownChange, match="change 11"):
            complete_to(s, 11)


def test_the_exports_put_together_make_the_store(store: Engine) -> None:
    """Whoever takes each stretch and lets later lines win has what a whole export has."""
    lived(store)
    held: dict[str, str] = {}
    for since in (0, 4, 7, 9):
        with reading(store) as s:
            for row in [*exported(s, Wanted(since)), *withdrawals(s, Wanted(since))]:
                held.pop(row["id"], None) if "withdrawn" in row else held.update({row["id"]: as_json(row)})
    assert set(held.values()) == set(lines(store).split("\n"))


def test_an_export_has_the_columns_of_the_readers_view(store: Engine) -> None:
    Keeper(store).save("a", made())
    with reading(store) as s:
        (row,) = exported(s, Wanted(), times=True)
        view = s.execute(text("SELECT * FROM article_feed")).mappings().one()
    assert set(row) == {*view, "captions"}


def test_an_export_of_many_takes_constant_memory(store: Engine) -> None:
    keeper = Keeper(store)
    keeper.save("a", made(*(LONG * 20)))
    with writing(store) as s:
        for table in ("addresses", "articles"):
            known = [column["name"] for column in inspect(s.connection()).get_columns(table)]
            columns = [name for name in known if name not in {"id", "key"}]
            told = ", ".join("1 + n" if c == "address_id" else f"{table}.{c}" for c in columns)
            s.execute(
                text(
                    "WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < :most) "
                    f"INSERT INTO {table} (id, key, {', '.join(columns)}) "
                    f"SELECT 1 + n, 'made' || n, {told} FROM {table}, many"
                ),
                {"most": MANY},
            )
    tracemalloc.start()
    with reading(store) as s:
        number = sum(1 for _ in exported(s, Wanted()))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert number == MANY + 1
    assert most < 12 * 2**20  # their texts alone are 20 MB
