"""Two writers of one store on PostgreSQL wait for each other's turn with empty hands."""

from collections import Counter
from pathlib import Path
from threading import Thread

import pytest
from loopback import until
from made_articles import Keeper, made
from sqlalchemy import text
from sqlalchemy.orm import Session

from crawler.cleaners import Cleaners
from crawler.desk import Desk
from crawler.ingest import FileRun, IngestResult
from crawler.intake import Asked, Intake
from crawler.outcomes import Outcome
from crawler.run import CrawlRun
from crawler.sites import SiteBook, lone_site
from db import ledger
from db.archive import Archive
from db.engine import open_store, writing
from db.ledger import State
from db.settings import Settings
from db.turns import take_turn_to_save

URL = "https://motor.example/1"
WAITING = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
GONE = Outcome(State.GONE, "http 410")  # withdraws the article, which is a change with a number


@pytest.mark.parametrize("who", ["crawl", "ingest"])
def test_who_waits_for_the_turn_to_save_holds_no_address_meanwhile(
    postgres_url: str, tmp_path: Path, who: str
) -> None:
    engine = open_store(postgres_url)
    keeper = Keeper(engine)
    keeper.save("1", made())
    number, address = keeper.run_id, keeper.address("1")
    archive = Archive(tmp_path)
    intake = Intake(SiteBook({}, []), Asked(), Counter(), {})
    file = FileRun(tmp_path, engine, archive, intake, Cleaners(1), IngestResult(), print, number)
    run = CrawlRun(Desk(Settings(database_url=postgres_url, archive=tmp_path)), lone_site(URL))
    run.id = number

    def settle(s: Session) -> None:
        if who == "crawl":
            run._apply([(address.id, GONE)], s)
        else:
            file.settled(s, {address.id: GONE})

    def other() -> None:
        with writing(engine) as s:
            settle(s)

    second = Thread(target=other)
    with writing(engine) as s:
        take_turn_to_save(s)
        second.start()
        with engine.connect() as watcher:
            until(lambda: watcher.execute(WAITING).scalar(), 10)
        s.execute(text("SET LOCAL lock_timeout = '2s'"))
        s.execute(text("UPDATE addresses SET channel = 'asked' WHERE id = :id"), {"id": address.id})
    second.join()
    with writing(engine) as s:
        known = ledger.history(s, URL)
    run.close()
    engine.dispose()
    assert known is not None
    assert known.address.state is State.GONE
