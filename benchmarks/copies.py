"""How well copies are told from strangers, and what looking for them costs: made families, real store.

    python benchmarks/copies.py [--families 60] [--seed 11]

Every article goes through the store's own `save`, in shuffled order. Precision: share of links that join
articles of one family. Recall: share of copies that are linked to their family.
"""

import argparse
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from madecopies import Told, families
from sqlalchemy import Engine, select

from db import ledger
from db.archive import Position
from db.engine import open_store, reading, writing
from db.ledger import Found
from db.models import ArticleRow
from db.store import Kept, save
from pipeline.article import Block, CleanArticle, Kind
from pipeline.vehicles import makes_in

NOW = datetime(2027, 1, 1, tzinfo=UTC)
BATCH = 20


@dataclass
class Score:
    """Links right and wrong, copies found and all, and which ways of copying did worst."""

    right: int = 0
    wrong: int = 0
    copies: int = 0
    missed: Counter[str] = field(default_factory=Counter)
    mistaken: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return 1 - self.missed.total() / max(1, self.copies)


def as_article(told: Told) -> CleanArticle:
    """What the pipeline would make of it."""
    blocks = tuple(Block(n, Kind.PARAGRAPH, text) for n, text in enumerate(told.paragraphs))
    return CleanArticle(
        url=None, title=told.title, standfirst=None, blocks=blocks, cuts=(), captions=(), authors=(),
        published_at=told.published_at, modified_at=None, section=None, tags=(), language=told.language,
        image=None, makes=makes_in([told.title, *told.paragraphs]), verdict="article",
    )  # fmt: skip


def keep(engine: Engine, told: Sequence[Told]) -> float:
    """Saves them all in this order, under addresses that end in their places; seconds of CPU it took."""
    with writing(engine) as s:
        run_id = ledger.begin_run(s, "made", "ingest", NOW)
    spent = 0.0
    for start in range(0, len(told), BATCH):
        urls = {
            f"https://outlet{one.outlet}.example/{n}": one
            for n, one in enumerate(told[start : start + BATCH], start)
        }
        with writing(engine) as s:
            ledger.record_found(s, run_id, "made", [Found(url, "asked") for url in urls], NOW)
            claimed = ledger.claim(s, run_id, "made", NOW, BATCH, only=list(urls))
        pages = [
            Kept(a.id, a.url, as_article(urls[a.url]), Position("made.warc.gz", 0, 1), NOW,
                 f"outlet{urls[a.url].outlet}", "1")
            for a in claimed
        ]  # fmt: skip
        began = time.process_time()
        with writing(engine) as s:
            save(s, run_id, pages)
        spent += time.process_time() - began
    return spent


def score(engine: Engine, told: Sequence[Told]) -> Score:
    """How the links in the store agree with the families."""
    with reading(engine) as s:
        rows = s.execute(select(ArticleRow.key, ArticleRow.url, ArticleRow.duplicate_of)).all()
    of = {row.key: told[int(row.url.rpartition("/")[2])] for row in rows}
    result = Score()
    live = defaultdict(list)
    for row in rows:
        own = of[row.key]
        if row.duplicate_of is None:
            live[own.family].append(own)
        elif of[row.duplicate_of].family == own.family:
            result.right += 1
        else:
            result.wrong += 1
            result.mistaken[f"{own.way} / {of[row.duplicate_of].way}"] += 1
    sizes = Counter(one.family for one in of.values())
    result.copies = sum(size - 1 for size in sizes.values())
    for ones in live.values():
        earliest = min(ones, key=lambda one: one.published_at)
        result.missed.update(one.way for one in ones if one is not earliest)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--families", type=int, default=60)
    parser.add_argument("--seed", type=int, default=11)
    asked = parser.parse_args()
    told = families(asked.seed, asked.families)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_store(str(Path(folder) / "copies.db"))
        spent = keep(engine, told)
        result = score(engine, told)
        engine.dispose()
    print(f"{len(told)} articles, {result.copies} copies: precision {result.precision:.4f}, "
          f"recall {result.recall:.4f}, {1000 * spent / len(told):.2f} ms CPU to save one")  # fmt: skip
    print("missed:", dict(result.missed), "mistaken:", dict(result.mistaken))


if __name__ == "__main__":
    main()
