"""Copies are told from strangers on made families, and what was reached must not be lost."""

from copies import keep, score
from madecopies import families

from db.engine import open_store

FAMILIES = 12  # of an article, its eight copies and five strangers that look like copies


def test_copies_are_found_and_strangers_left_alone(sqlite_url: str) -> None:
    told = families(5, FAMILIES)
    engine = open_store(sqlite_url)
    keep(engine, told)
    result = score(engine, told)
    engine.dispose()
    assert result.copies == 8 * FAMILIES
    assert result.precision >= 0.99, result.mistaken
    assert result.recall >= 0.95, result.missed
