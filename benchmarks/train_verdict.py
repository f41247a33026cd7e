"""Learn `pipeline/verdict.json`: whether a page is an article, from real pages and made ones.

    python benchmarks/train_verdict.py [--pages FOLDER] [--out FILE] [--least 2]

Needs what `train.py` needs, and splits as it does. What was kept is what the scorer beside it keeps now, so
this runs after `train.py`.
"""

import argparse
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from catboost import CatBoostClassifier, Pool
from madecars import made_pages
from madeothers import made_others
from quality import ROOT, folder, golds, pages
from split import part_of
from train import kept_form

from pipeline.clean import run, steps_for
from pipeline.extract import extract
from pipeline.rules import GENERIC
from pipeline.signs import facts_of

TREES, DEPTH, RATE = 120, 4, 0.06
MADE, OTHERS = 300, 450  # made car pages that are articles, and that are none
OWN, OWN_WEIGHT = 5, 0.1  # the part that made pages form, and what one counts beside a real page
Row = tuple[dict[str, float], bool, int]  # facts, whether an article, part of the split


def read(job: tuple[str, bytes | str, str | None, bool, int]) -> list[Row]:
    """The page's facts, once with its address and once without: neither may be needed."""
    url, html, content_type, is_article, part = job
    rows = []
    for address in (url, None):
        extraction = extract(html, address, content_type=content_type)
        kept, _ = run(steps_for(extraction, GENERIC), extraction.blocks, GENERIC)
        rows.append((facts_of(extraction, kept), is_article, part))
    return rows


def fitted(rows: Sequence[Row]) -> dict[str, Any]:
    """The trees in the form they are kept in, and each fact's median over articles."""
    values = np.array([list(facts.values()) for facts, _, _ in rows], dtype=np.float32)
    labels = np.array([label for _, label, _ in rows], dtype=float)
    real = np.array([part != OWN for _, _, part in rows])
    against = (labels > 0).sum() / max(1, ((labels == 0) & real).sum()) / 2
    weights = np.where(labels > 0, 1.0, against) * np.where(real, 1.0, OWN_WEIGHT)
    model = CatBoostClassifier(
        iterations=TREES,
        depth=DEPTH,
        learning_rate=RATE,
        l2_leaf_reg=4,
        rsm=0.5,
        subsample=0.7,
        bootstrap_type="Bernoulli",
        border_count=32,
        random_seed=1,
        thread_count=2,
        verbose=0,
        allow_writing_files=False,
    )
    model.fit(Pool(values, labels, weight=weights))
    usual = np.median(values[labels > 0], axis=0).round(4).tolist()
    return kept_form(model, DEPTH) | {"usual": dict(zip(rows[0][0], usual, strict=True))}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", help="folder with pages.warc.gz and gold.jsonl.gz")
    parser.add_argument("--out", type=Path, default=ROOT / "pipeline" / "verdict.json")
    parser.add_argument("--least", type=int, default=2, help="the first part of the split that is fitted")
    options = parser.parse_args()
    where = folder(options.pages)
    known = golds(where)
    jobs: list[tuple[str, bytes | str, str | None, bool, int]] = [
        (url, html, kind, known[url]["kind"] == "article", part_of(url))
        for url, html, kind in pages(where)
        if url in known and part_of(url) >= options.least
    ]
    jobs += [(page.url, page.html, None, True, OWN) for page in made_pages(2, MADE)]
    jobs += [(page.url, page.html, None, False, OWN) for page in made_others(3, OTHERS)]
    with ProcessPoolExecutor(2) as pool:
        rows = [row for found in pool.map(read, jobs, chunksize=32) for row in found]
    about = {"made_by": "benchmarks/train_verdict.py", "pages": len(jobs), "parts": f"{options.least}-4"}
    options.out.write_text(json.dumps(about | fitted(rows), separators=(",", ":")) + "\n", encoding="utf-8")
    others = sum(not label for _, label, _ in rows) // 2
    print(f"{options.out}: from {len(jobs)} pages, {others} of them no articles")


if __name__ == "__main__":
    main()
