from typing import Any

import pytest
from made_articles import Keeper, made
from sqlalchemy import Engine, event, text

from db.engine import writing
from db.shelf import Shelf

LISTS = {
    "all": ([1, 2], ["words", "other"], ["key", "other"]),
    "no article among the pages": ([1, 2], [], []),
}


@pytest.mark.parametrize("lists", LISTS)
def test_the_articles_of_a_batch_are_found_by_indexes(store: Engine, lists: str) -> None:
    asked: list[tuple[str, Any]] = []
    event.listen(store, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    with writing(store) as s:
        Shelf(s, *LISTS[lists])
        [(statement, parameters)] = [one for one in asked if "FROM articles" in one[0]]
        plan = "EXPLAIN QUERY PLAN "
        if store.dialect.name == "postgresql":
            s.execute(text("SET LOCAL enable_seqscan = off"))
            plan = "EXPLAIN "
        lines = s.connection().exec_driver_sql(plan + statement, parameters).all()
    said = "\n".join(str(cell) for line in lines for cell in line)
    assert "address_id" in said
    assert "SCAN articles" not in said
    assert "Seq Scan on articles" not in said


def test_a_batch_costs_the_same_few_statements_however_many_pages_it_has(store: Engine) -> None:
    numbers = {}
    keeper = Keeper(store)
    for size in (5, 50):
        pages = [
            (f"{size}/{n}", made(f"Number {n} of {size} tells of a made car. " * 9, title=f"{n}"))
            for n in range(size)
        ]
        with writing(store) as s:
            kept = [keeper.kept(s, name, article) for name, article in pages]
        numbers[size] = 0

        def count(*_: object, size: int = size) -> None:
            numbers[size] += 1

        event.listen(store, "before_cursor_execute", count)
        assert keeper.save_kept(kept) == ["stored"] * size
        event.remove(store, "before_cursor_execute", count)
    assert numbers[5] == numbers[50] < 18
