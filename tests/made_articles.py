"""Made articles and pages for the tests of the store."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from db import ledger
from db.archive import Position
from db.engine import writing
from db.ledger import Found, State
from db.store import Kept, save
from pipeline.article import Block, Caption, CleanArticle, Cut, Kind, RawPage

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LONG = (
    "The new saloon of the made brand goes on sale in April, and the first drive on a made road was quiet.",
    "It has four doors, two motors and a battery that lasts from one made town to the next without a stop.",
)
CAPTION = Caption("2026 Made Saloon Front View Maker", "2026 Made Saloon", "Front View", "Maker")


def made(*paragraphs: str, **fields: Any) -> CleanArticle:
    """An article with these paragraphs (two long ones by default) and whatever else is given."""
    texts = paragraphs or LONG
    values: dict[str, Any] = {
        "url": None,
        "title": "Electric saloon arrives in spring",
        "standfirst": "Four doors, two motors.",
        "blocks": tuple(Block(n, Kind.PARAGRAPH, text) for n, text in enumerate(texts)),
        "cuts": (Cut("stop_at", Block(9, Kind.HEADING, "Related Cars")),),
        "captions": (
            Caption("2026 Made Saloon Front View Maker", "2026 Made Saloon", "Front View", "Maker"),
        ),
        "authors": ("A. Writer", "B. Writer"),
        "published_at": NOW - timedelta(days=1),
        "modified_at": None,
        "section": "News",
        "tags": ("electric", "saloon"),
        "language": "en",
        "image": "https://motor.example/saloon.jpg",
        "makes": ("BMW", "Audi"),
        "verdict": "article",
    }
    return CleanArticle(**{**values, **fields})


def counted(seed: str) -> str:
    """Half a sentence that no other seed gives: stories alike but for a word or two would be copies."""
    drawn = Random(seed)
    words = [
        "harbour",
        "lamp",
        "gear",
        "ferry",
        "orchard",
        "engine",
        "copper",
        "barge",
        "saddle",
        "winter",
        "mill",
    ]
    return " and ".join(f"{drawn.randint(2, 90)} of the {drawn.choice(words)}" for _ in range(9))


def page_at(url: str, body: bytes = b"<html>made</html>", fetched_at: datetime = NOW) -> RawPage:
    return RawPage(url, body, 200, (("Content-Type", "text/html"),), fetched_at)


class Keeper:
    """One long run of the site "motor" that saves articles under addresses given by their last part."""

    def __init__(self, store: Engine) -> None:
        self.store = store
        with writing(store) as s:
            self.run_id = ledger.begin_run(s, "motor", "ingest", NOW)

    def save(
        self,
        name: str,
        article: CleanArticle,
        fetched_at: datetime = NOW,
        rules_version: str = "1",
        site: str = "motor",
    ) -> State:
        with writing(self.store) as s:
            page = self.kept(s, name, article, fetched_at, rules_version, site)
            return save(s, self.run_id, [page])[0]

    def save_all(self, pages: list[tuple[str, CleanArticle, datetime]]) -> list[State]:
        """The states of several pages saved together."""
        with writing(self.store) as s:
            return save(s, self.run_id, [self.kept(s, *page) for page in pages])

    def save_kept(self, pages: list[Kept]) -> list[State]:
        with writing(self.store) as s:
            return save(s, self.run_id, pages)

    def kept(
        self,
        s: Session,
        name: str,
        article: CleanArticle,
        fetched_at: datetime = NOW,
        rules_version: str = "1",
        site: str = "motor",
    ) -> Kept:
        """A page as `save` takes it, its address found and claimed."""
        url = f"https://motor.example/{name}"
        ledger.record_found(s, self.run_id, site, [Found(url, "asked")], fetched_at)
        (address,) = ledger.claim(s, self.run_id, site, fetched_at, 1, only=[url], again=True) or [
            ledger.history(s, url).address  # claimed by this run before
        ]
        position = Position("made.warc.gz", 0, 1)
        return Kept(address.id, url, article, position, fetched_at, site, rules_version)

    def address(self, name: str) -> ledger.Address:
        with writing(self.store) as s:
            return ledger.history(s, f"https://motor.example/{name}").address
