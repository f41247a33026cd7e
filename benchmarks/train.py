"""Learn `pipeline/scorer.json` from pages with expected results.

    python benchmarks/train.py [--pages FOLDER] [--out FILE] [--least 2]

Needs `catboost` and `tld` besides the project (they are used here only). FOLDER is as for `quality.py`. Pages
are split by registered domain into five parts: 0 is kept for a last look, 1 for choosing, 2-4 for fitting;
`--least 1` fits 1 too, and what ships is fitted to all once its figures on 0 are known (`--least 0`). The
first stage's chances that the second stage learns from, and the weights of words that both learn from, always
come from other domains than the page's. Made car pages (`madecars.py`) are fitted beside the real ones.
"""

import argparse
import json
import math
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import madepress
import numpy as np
from catboost import CatBoostClassifier, Pool
from labels import Labels, labels_of
from madecars import folded, made_pages
from numpy.typing import NDArray
from quality import ROOT, folder, golds, pages
from split import bucket, domain_of, part_of

from pipeline.article import Block, Extraction
from pipeline.columns import first, matrix, second
from pipeline.extract import extract
from pipeline.features import LINKED, Page, parts_of
from pipeline.features import WORDS as LENGTH
from pipeline.scorer import UNIT, Trees, read_model, trees
from pipeline.wording import words_of

FOLDS = 4
PRESS_SEED = 1000  # lower ones are for measuring
MADE = 500  # made car pages of each maker beside the real ones
MADE_WEIGHT = 0.4  # of a real page: with 1.0 real pages lost half a point of F1
TREES, DEPTH, RATE = 480, 6, 0.1
NAMES, NAME_DOMAINS = 1200, 4  # class words kept, and domains one must be seen on
WORDS, WORD_DOMAINS = 2500, 8
MUTE = 4  # one domain in so many is read as if in a language whose words nobody knows
INNER = 4  # boxes around a block whose names are counted
Floats = NDArray[np.float64]
Table = dict[str, float]


@dataclass(slots=True)
class Sample:
    """One page to learn from: `known` are the blocks with a label, `weight` what each of them counts."""

    domain: str
    extraction: Extraction
    labels: Labels
    made: bool = False  # a made page: its words say nothing of words elsewhere
    page: Page | None = None
    columns: Floats | None = None
    early: Floats | None = None


def read(job: tuple[dict[str, Any], bytes, str | None]) -> Sample | None:
    gold, html, content_type = job
    extraction = extract(html, gold["url"], content_type=content_type)
    labels = labels_of(extraction.blocks, gold) if extraction.blocks else None
    return None if labels is None else Sample(domain_of(gold["url"]), extraction, labels)


def made_samples(count: int) -> list[Sample]:
    """Made car pages with the labels that their truth gives; the standfirst's stays unknown."""
    found = []
    for number, page in enumerate([*made_pages(1, count), *madepress.pages(PRESS_SEED, count)]):
        extraction = extract(page.html, page.url)
        body, lead = set(map(folded, page.paragraphs)), folded(page.standfirst or "")
        texts = [folded(block.text) for block in extraction.blocks]
        labels = np.array([np.nan if text == lead else float(text in body) for text in texts])
        found.append(Sample(f"made{number % 40}.example", extraction, labels, made=True))
    return found


def tables(samples: Sequence[Sample]) -> tuple[Table, Table]:
    """The log-odds of class words and of words to stand in the body, each domain having one vote a word."""
    names: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    words: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    base: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for sample in (sample for sample in samples if not sample.made):
        for block, label in zip(sample.extraction.blocks, sample.labels, strict=True):
            if math.isnan(label) or block.link_share >= LINKED or is_cut(block):
                continue
            side = int(label)
            base[sample.domain][side] += 1
            for part in {part for box in block.boxes[-INNER:] for part in parts_of(box.names)}:
                names[part][sample.domain][side] += 1
            for word in set(words_of(block.text)):
                words[word][sample.domain][side] += 1
    return odds(names, base, NAME_DOMAINS, NAMES, 2.0), odds(words, base, WORD_DOMAINS, WORDS, 3.0)


def is_cut(block: Block) -> bool:
    return block.marked is not None and block.marked.startswith(("hidden", "drop"))


def odds(
    counts: dict[str, dict[str, list[int]]], base: dict[str, list[int]], domains: int, most: int, prior: float
) -> Table:
    """The `most` telling words with their smoothed log-odds against the blocks in all."""
    body = sum(inside / (outside + inside + 1) for outside, inside in base.values())
    other = sum(outside / (outside + inside + 1) for outside, inside in base.values())
    share = body / (body + other)
    found: dict[str, tuple[float, float]] = {}
    for word, seen in counts.items():
        if len(seen) < domains:
            continue
        inside = sum(b / (a + b) for a, b in seen.values())
        outside = len(seen) - inside
        value = math.log((inside + prior * share) / (outside + prior * (1 - share))) - math.log(body / other)
        if abs(value) > 0.25:
            found[word] = (value, abs(value) * math.sqrt(len(seen)))
    kept = sorted(found, key=lambda word: (-found[word][1], word))[:most]
    return {word: round(found[word][0], 2) for word in sorted(kept)}


def look(samples: Iterable[Sample], names: Table, words: Table) -> None:
    """Fill in each sample's page and first columns by these tables."""
    for sample in samples:
        known = {} if bucket("mute", sample.domain, MUTE) == 0 else words
        sample.page = Page(sample.extraction.blocks, sample.extraction.metadata, names, known)
        sample.columns = matrix(first(sample.page))


def both(sample: Sample) -> Floats:
    """A sample's columns for the second stage."""
    assert sample.page is not None
    assert sample.columns is not None
    assert sample.early is not None
    return np.concatenate([sample.columns, matrix(second(sample.page, sample.early))])


def fitted(samples: Iterable[Sample], columns: Callable[[Sample], Floats]) -> dict[str, Any]:
    """One stage, fitted to the samples, in the form it is kept in. Pages weigh by a power of their length
    below 1.
    """
    rows, labels, weights = [], [], []
    for sample in samples:
        assert sample.page is not None
        known = sample.page.judged & ~np.isnan(sample.labels)
        if known.any():
            weight = np.sqrt(np.minimum(sample.page.text[known, LENGTH], 150) + 4)
            rows.append(columns(sample)[:, known].T.astype(np.float32))
            labels.append(sample.labels[known])
            weights.append((MADE_WEIGHT if sample.made else 1.0) * weight / weight.sum() ** 0.7)
    model = CatBoostClassifier(
        iterations=TREES,
        depth=DEPTH,
        learning_rate=RATE,
        l2_leaf_reg=6,
        rsm=0.3,
        subsample=0.8,
        bootstrap_type="Bernoulli",
        border_count=64,
        random_seed=1,
        thread_count=2,
        verbose=0,
        allow_writing_files=False,
    )
    model.fit(Pool(np.concatenate(rows), np.concatenate(labels), weight=np.concatenate(weights)))
    return kept_form(model)


def kept_form(model: CatBoostClassifier, depth: int = DEPTH) -> dict[str, Any]:
    """The trees as lists: per tree the columns asked, the borders, and the leaves as whole numbers."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        model.save_model(file.name, format="json")
        data = json.loads(Path(file.name).read_text(encoding="utf-8"))
    stage: dict[str, Any] = {"asked": [], "above": [], "leaves": []}
    for tree in data["oblivious_trees"]:
        asked = [split["float_feature_index"] for split in tree["splits"]]
        above = [half_way(split["border"]) for split in tree["splits"]]
        leaves = [round(value * UNIT) for value in tree["leaf_values"]]
        while len(asked) < depth:  # a shallow tree asks a question that is always answered no
            asked, above, leaves = [*asked, 0], [*above, 1e9], [*leaves, *[0] * len(leaves)]
        stage["asked"].append(asked)
        stage["above"].append(above)
        stage["leaves"].append(leaves)
    return stage


def half_way(border: float) -> float:
    """`border` between two values of four decimals, so that no rounding error can cross it."""
    return round(math.floor(border * 10_000) / 10_000 + 0.00005, 5)


def chances(stage: Trees, sample: Sample, columns: Floats) -> Floats:
    assert sample.page is not None
    found = np.zeros(sample.page.size)
    found[sample.page.judged] = stage.chances(columns[:, sample.page.judged])
    return found


def learn(samples: Sequence[Sample]) -> dict[str, Any]:
    """The whole model out of these samples."""
    folds = [bucket("fold", sample.domain, FOLDS) for sample in samples]
    others = [[s for s, fold in zip(samples, folds, strict=True) if fold != n] for n in range(FOLDS)]
    own = [[s for s, fold in zip(samples, folds, strict=True) if fold == n] for n in range(FOLDS)]
    for n in range(FOLDS):
        look(own[n], *tables(others[n]))
    for n in range(FOLDS):
        stage = trees(fitted(others[n], columns_of))
        for sample in own[n]:
            sample.early = chances(stage, sample, columns_of(sample))
    names, words = tables(samples)
    data = {
        "names": names,
        "words": words,
        "first": fitted(samples, columns_of),
        "second": fitted(samples, both),
    }
    return data | {"usual": usual(samples)}


def columns_of(sample: Sample) -> Floats:
    assert sample.columns is not None
    return sample.columns


def usual(samples: Sequence[Sample]) -> Table:
    """Each column's median over the body's blocks: what `scorer.reasons` holds a block's facts against."""
    rows, names = [], []
    for sample in samples:
        assert sample.page is not None
        assert sample.early is not None
        names = [*first(sample.page), *second(sample.page, sample.early)]
        rows.append(both(sample)[:, (sample.labels == 1) & sample.page.judged].T[::5])
    return dict(zip(names, np.round(np.median(np.concatenate(rows), axis=0), 4).tolist(), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", help="folder with pages.warc.gz and gold.jsonl.gz")
    parser.add_argument("--out", type=Path, default=ROOT / "pipeline" / "scorer.json")
    parser.add_argument("--least", type=int, default=2, help="the first part of the split that is fitted")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    where = folder(options.pages)
    known = golds(where)
    jobs = [
        (known[url], html, kind)
        for url, html, kind in pages(where)
        if url in known and known[url]["kind"] == "article" and part_of(url) >= options.least
    ]
    with ProcessPoolExecutor(options.jobs) as pool:
        samples = [sample for sample in pool.map(read, jobs, chunksize=32) if sample is not None]
    made = made_samples(MADE)
    about = {
        "made_by": "benchmarks/train.py",
        "pages": len(samples),
        "made_pages": MADE,
        "parts": f"{options.least}-4",
    }
    data = about | learn([*samples, *made])
    read_model(data)
    options.out.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.2f} MB from {len(samples)} pages")


if __name__ == "__main__":
    main()
