"""How right the clean articles are, on real pages with expected results; `--peers` adds others to the
same run.

    python benchmarks/quality.py [--pages FOLDER] [--peers] [--worst N] [--part 0] [--jobs 2]

FOLDER holds `pages.warc.gz` and `gold.jsonl.gz`; else the environment variable CARNEWS_REALPAGES, else
`../shared/realpages` beside the repository. What is scored is the standfirst (when the text does not hold it
already) and the text. Precision and recall are means over pages, F1 is of the means; exact: both are 1.
`--part` restricts to a part of the split by registered domain (`split.py`). Intervals are of our F1 less the
peer's, hosts drawn anew 1,000 times (95 %).
"""

import argparse
import gzip
import json
import os
import random
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastwarc.warc import ArchiveIterator, WarcRecordType
from peers import PEERS, reading
from split import domain_of, part_of

from pipeline import ARTICLE, clean_html
from pipeline.decoding import as_utf8

ROOT = Path(__file__).parent.parent
WORD = re.compile(r"\w+")
Shares = dict[str, tuple[float, float]]  # precision and recall by address
DRAWS = 1000  # of hosts, for the intervals
SHINGLE = 4  # words; as in the article extraction benchmarks this one follows


@dataclass(slots=True)
class Answer:
    """What one reader made of one page."""

    text: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    day: str | None = None
    accepted: bool = True
    verdict: str = ARTICLE


@dataclass(slots=True)
class Score:
    """One page's marks; None where its gold holds nothing to compare with."""

    url: str
    kind: str
    accepted: bool
    verdict: str
    tokens: tuple[float, float] | None = None
    shingles: tuple[float, float] | None = None
    kept: tuple[int, int] = (0, 0)
    leaked: tuple[int, int] = (0, 0)
    fields: dict[str, bool] = field(default_factory=dict)

    @property
    def f1(self) -> float:
        """The page's own shingle F1."""
        return f1(*(self.shingles or (0.0, 0.0)))


def f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def folder(given: str | None) -> Path:
    """Where the pages are: the option, the environment, or beside the repository."""
    return Path(given or os.environ.get("CARNEWS_REALPAGES") or ROOT.parent / "shared" / "realpages")


def pages(where: Path) -> Iterator[tuple[str, bytes, str | None]]:
    with (where / "pages.warc.gz").open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=True):
            content_type = record.http_headers.get("Content-Type") if record.http_headers else None
            yield record.headers["WARC-Target-URI"], record.reader.read(), content_type


def golds(where: Path) -> dict[str, dict[str, Any]]:
    with gzip.open(where / "gold.jsonl.gz", "rt", encoding="utf-8") as lines:
        return {gold["url"]: gold for gold in map(json.loads, lines)}


def ours(html: bytes, url: str, content_type: str | None) -> Answer:
    article = clean_html(html, url, content_type=content_type)
    text = article.text
    if article.standfirst and article.standfirst not in text:
        text = f"{article.standfirst}\n\n{text}"
    day = article.published_at.date().isoformat() if article.published_at else None
    return Answer(text, article.title, article.authors, day, article.verdict == ARTICLE, article.verdict)


def read(reader: str, html: bytes, url: str, content_type: str | None) -> Answer:
    """The page as the reader reads it; peers are given the text, decoded as we do."""
    if reader == "carnews":
        return ours(html, url, content_type)
    found = reading(reader, as_utf8(html, content_type)[0].decode("utf-8", "replace"), url)
    return Answer(found.text, found.title, found.authors, found.day, bool(found.text))


def words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def overlap(found: Counter[Any], wanted: Counter[Any]) -> tuple[float, float]:
    common = sum((found & wanted).values())
    return common / max(1, sum(found.values())), common / max(1, sum(wanted.values()))


def shingles(tokens: list[str]) -> Counter[tuple[str, ...]]:
    size = min(SHINGLE, max(1, len(tokens)))
    return Counter(tuple(tokens[i : i + size]) for i in range(len(tokens) - size + 1))


def plain(text: str) -> str:
    return " ".join(words(text))


def score(gold: dict[str, Any], answer: Answer) -> Score:
    """One answer held against its gold."""
    marks = Score(gold["url"], gold["kind"], answer.accepted, answer.verdict)
    if gold.get("text"):
        found, wanted = words(answer.text), words(gold["text"])
        marks.tokens = overlap(Counter(found), Counter(wanted))
        marks.shingles = overlap(shingles(found), shingles(wanted))
    shown = " ".join(answer.text.split())
    for name in ("with", "without"):
        snippets = [" ".join(s.split()) for s in gold.get(name) or ()]
        counted = (sum(s in shown for s in snippets), len(snippets))
        setattr(marks, "kept" if name == "with" else "leaked", counted)
    marks.fields = fields(gold, answer)
    return marks


def fields(gold: dict[str, Any], answer: Answer) -> dict[str, bool]:
    """Which of the fields that the gold knows were read right."""
    right: dict[str, bool] = {}
    if gold.get("title"):
        right["title"] = plain(gold["title"]) == plain(answer.title or "")
    if gold.get("date"):
        right["date"] = str(gold["date"])[:10] == answer.day
    authors = gold.get("authors")
    if authors:
        wanted = plain(" ".join(authors) if isinstance(authors, list) else authors)
        right["authors"] = people(wanted) == people(plain(" ".join(answer.authors)))
    return right


def people(names: str) -> list[str]:
    """The words of names in any order, without those that join them."""
    return sorted(word for word in names.split() if word not in ("and", "und", "et", "by"))


def measure(job: tuple[str, dict[str, Any], bytes, str | None]) -> tuple[str, Score]:
    reader, gold, html, content_type = job
    return gold["set"], score(gold, read(reader, html, gold["url"], content_type))


def mean(values: Iterable[float]) -> float:
    listed = list(values)
    return statistics.fmean(listed) if listed else 0.0


def share(pairs: Iterable[tuple[int, int]]) -> str:
    hits, total = (sum(column) for column in zip(*pairs, strict=True))
    return f"{100 * hits / total:5.1f}" if total else "    -"


def row(name: str, reader: str, scores: list[Score]) -> str:
    """One line of the table: a set of pages and what one reader made of it."""
    tokens = [s.tokens for s in scores if s.tokens]
    grams = [s.shingles for s in scores if s.shingles]
    token = f1(mean(p for p, _ in tokens), mean(r for _, r in tokens))
    precision, recall = mean(p for p, _ in grams), mean(r for _, r in grams)
    right = [
        share([(s.fields[f], 1) for s in scores if f in s.fields] or [(0, 0)])
        for f in ("title", "authors", "date")
    ]
    called = 100 * mean(s.accepted for s in scores)
    exact = mean(p == r == 1.0 for p, r in grams)
    text = (
        f"{token:.3f} {f1(precision, recall):.3f} {precision:.3f} {recall:.3f} {exact:.3f}"
        if grams
        else " " * 29
    )
    kept, leaked = share(s.kept for s in scores), share(s.leaked for s in scores)
    return (
        f"{name:<16} {reader:<16} {len(scores):4} {called:6.1f} {text} {kept} {leaked} {snippets(scores):.3f}"
        f" {' '.join(right)}"
    )


def snippets(scores: list[Score]) -> float:
    """F1 of the snippets: kept ones that must stand there against leaked ones and lost ones."""
    kept, leaked = sum(s.kept[0] for s in scores), sum(s.leaked[0] for s in scores)
    return f1(kept / max(1, kept + leaked), kept / max(1, sum(s.kept[1] for s in scores)))


def report(results: dict[str, list[tuple[str, Score]]]) -> None:
    """Print the table and what was refused or wrongly accepted."""
    print(
        f"{'set':<16} {'reader':<16} {'n':>4} {'called':>6} {'tokF1':>5} {'4gF1':>5} {'4gP':>5} {'4gR':>5} "
        f"{'exact':>5} {'with%':>5} {'leak%':>5} {'snipF':>5} {'title':>5} {'auth':>5} {'date':>5}"
    )
    for reader, scored in results.items():
        groups: dict[str, list[Score]] = {}
        for name, marks in scored:
            key = f"{name} {marks.kind}" if name == "wcxb-dev" else name
            groups.setdefault(key, []).append(marks)
        for key in sorted(groups):
            print(row(key, reader, groups[key]))
        refused = [s for _, s in scored if s.kind == "article" and not s.accepted]
        accepted = [s for _, s in scored if s.kind != "article" and s.accepted]
        articles = sum(s.kind == "article" for _, s in scored)
        reasons = dict(Counter(s.verdict for s in refused))
        print(f"{reader}: refused articles {len(refused)} of {articles} {reasons}")
        print(f"{reader}: accepted non-articles {len(accepted)} of {len(scored) - articles}\n")


def intervals(results: dict[str, list[tuple[str, Score]]]) -> None:
    """Print by how much our shingle F1 exceeds each peer's on the same pages, with an interval."""
    mine = {s.url: s.shingles for _, s in results["carnews"] if s.shingles and s.kind == "article"}
    hosts: dict[str, list[str]] = {}
    for url in mine:
        hosts.setdefault(domain_of(url), []).append(url)
    for reader, scored in results.items():
        theirs = {s.url: s.shingles for _, s in scored if s.url in mine and s.shingles}
        if reader != "carnews" and theirs:
            low, middle, high = bootstrap(mine, theirs, list(hosts.values()))
            print(f"4-gram F1, carnews less {reader}: {middle:+.3f} ({low:+.3f} to {high:+.3f})")


def bootstrap(mine: Shares, theirs: Shares, hosts: list[list[str]]) -> tuple[float, float, float]:
    """The 2.5, 50 and 97.5 % quantiles of the difference of F1, hosts drawn with replacement."""
    draw = random.Random(1)
    found = []
    for _ in range(DRAWS):
        urls = [url for group in draw.choices(hosts, k=len(hosts)) for url in group if url in theirs]
        found.append(f1_of(mine, urls) - f1_of(theirs, urls))
    found.sort()
    return found[DRAWS // 40], found[DRAWS // 2], found[-DRAWS // 40]


def f1_of(shares: Shares, urls: list[str]) -> float:
    return f1(mean(shares[url][0] for url in urls), mean(shares[url][1] for url in urls))


def worst(scored: list[tuple[str, Score]], count: int) -> None:
    """Print the pages with the lowest shingle F1, with precision and recall."""
    judged = sorted((s for _, s in scored if s.shingles and s.kind == "article"), key=lambda s: s.f1)
    for s in judged[:count]:
        precision, recall = s.shingles or (0.0, 0.0)
        print(f"{s.f1:.3f} p={precision:.2f} r={recall:.2f} {s.verdict:<10} {s.url}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", help="folder with pages.warc.gz and gold.jsonl.gz")
    parser.add_argument("--peers", action="store_true", help="add the other extractors")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="list our N worst pages")
    parser.add_argument("--part", type=int, choices=range(5), help="only one part of the split by domain")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    where = folder(options.pages)
    if not (where / "gold.jsonl.gz").exists():
        parser.exit(
            2, f"{where}: no gold.jsonl.gz there; name the folder with --pages or CARNEWS_REALPAGES\n"
        )
    known = golds(where)
    chosen = [(known[url], html, kind) for url, html, kind in pages(where) if url in known]
    if options.part is not None:
        chosen = [page for page in chosen if part_of(page[0]["url"]) == options.part]
    results: dict[str, list[tuple[str, Score]]] = {}
    with ProcessPoolExecutor(options.jobs) as pool:
        for reader in ("carnews", *(PEERS if options.peers else ())):
            jobs = ((reader, gold, html, kind) for gold, html, kind in chosen)
            results[reader] = list(pool.map(measure, jobs, chunksize=32))
    report(results)
    intervals(results)
    worst(results["carnews"], options.worst)


if __name__ == "__main__":
    main()
