"""After crawls their sites are judged; the log tells which alarms opened and which ended."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import Engine
from virtual import site_files

from db import ledger
from db.alarms import open_alarms
from db.engine import open_store, reading, writing
from db.settings import Settings
from ops.aftercare import Aftercare
from ops.crew import Ending

HOUR = timedelta(hours=1)


@pytest.fixture
def aftercare(tmp_path: Path) -> Aftercare:
    return Aftercare(site_files(tmp_path, ("one", "two")), Settings(archive=tmp_path))


def crawls(store: Engine, site: str, *outcomes: str) -> None:
    """Crawls of the site two hours apart, the last of them just now."""
    now = datetime.now(UTC)
    for number, outcome in enumerate(outcomes, 1):
        at = now - (len(outcomes) - number) * 2 * HOUR
        with writing(store) as s:
            run_id = ledger.begin_run(s, site, "crawl", at)
            ledger.end_run(s, run_id, outcome, at, "timeout" if outcome == "unreachable" else None)


def alarms(store: Engine) -> set[tuple[str, str]]:
    with reading(store) as s:
        return {(alarm.site, alarm.kind) for alarm in open_alarms(s)}


def test_an_alarm_is_told_when_it_opens_and_when_it_ends_and_not_between(
    store: Engine, aftercare: Aftercare, said: StringIO
) -> None:
    crawls(store, "one", "finished", *["unreachable"] * 5)
    for _ in range(3):
        aftercare(store, [Ending("one", 1)])
    assert alarms(store) == {("one", "failing")}
    assert said.getvalue().count("WARNING alarm one failing: ") == 1
    crawls(store, "one", "finished")
    aftercare(store, [Ending("one", 0)])
    assert alarms(store) == set()
    assert said.getvalue().splitlines()[-1].startswith("INFO over one failing: ")


def test_only_sites_whose_crawls_ended_are_judged_and_of_none_all(
    store: Engine, aftercare: Aftercare
) -> None:
    for site in ("one", "two"):
        crawls(store, site, "finished", *["unreachable"] * 5)
    aftercare(store, [Ending("one", 1), Ending("gone", 1)])
    assert alarms(store) == {("one", "failing")}
    aftercare(store, [Ending("gone", 1)])
    assert alarms(store) == {("one", "failing")}
    aftercare(store, ())
    assert alarms(store) == {("one", "failing"), ("two", "failing")}


def test_a_store_that_is_away_is_told_and_stops_nothing(
    tmp_path: Path, aftercare: Aftercare, said: StringIO
) -> None:
    store = open_store(str(tmp_path / "away.db"))
    store.dispose()
    for file in tmp_path.glob("away.db*"):
        file.unlink()
    (tmp_path / "away.db").mkdir()
    aftercare(store, [Ending("one", 0)])
    assert said.getvalue().startswith("ERROR health: ")
