"""How well reports of the same news are grouped: a made month of forty outlets, the real store.

    python benchmarks/stories.py [--news 150] [--seed 31]

Every pair of reports in one story is right where both tell the same news: precision, recall and F1 of pairs.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from copies import keep
from madecopies import Told
from madenews import month
from sqlalchemy import Engine, text

from db.engine import open_store, reading, writing
from db.stories import regroup_stories


class Pairs(NamedTuple):
    """Shares of pairs, 0-1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def score(engine: Engine, told: Sequence[Told]) -> Pairs:
    """How the stories in the store agree with the news."""
    with reading(engine) as s:
        rows = s.execute(text("SELECT story_id, url FROM article_stories")).all()
    placed = [(row.story_id, told[int(row.url.rpartition("/")[2])].family) for row in rows]
    right = pairs(placed)
    return Pairs(right / pairs(story for story, _ in placed), right / pairs(family for _, family in placed))


def pairs(labels: Iterable[Hashable]) -> int:
    """How many pairs have the same label."""
    return sum(size * (size - 1) // 2 for size in Counter(labels).values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--news", type=int, default=150)
    parser.add_argument("--seed", type=int, default=31)
    asked = parser.parse_args()
    told = month(asked.seed, asked.news)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_store(str(Path(folder) / "stories.db"))
        keep(engine, told)
        began = time.process_time()
        with writing(engine) as s:
            regroup_stories(s)
        spent = time.process_time() - began
        result = score(engine, told)
        engine.dispose()
    print(f"{len(told)} reports of {asked.news} news: F1 {result.f1:.3f} (precision {result.precision:.3f}, "
          f"recall {result.recall:.3f}), {1000 * spent / len(told):.2f} ms CPU a report")  # fmt: skip


if __name__ == "__main__":
    main()
