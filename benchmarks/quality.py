"""How right the clean articles are, on real pages with expected results; `--peers` adds others to the run.

    python benchmarks/quality.py [--pages FOLDER] [--peers] [--part 0] [--worst N] [--report FILE] [--jobs 2]

FOLDER holds `pages.warc.gz` and `gold.jsonl.gz`; else the environment variable CARNEWS_REALPAGES, else
`../shared/realpages` beside the repository. What is scored of ours is the standfirst (when the text does not
hold it already) and the text; what the marks mean stands in `marks.py`. `--part` restricts to parts of the
split by registered domain (`split.py`; part 0 is never fitted to). Intervals are of ours less the peer's,
domains drawn anew (95 %). `--worst` tells what our worst pages lost, to which rule, and what leaked;
`--report` writes that and all marks, a line of JSON for each page.
"""

import argparse
import json
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

import peers
from faults import faults
from marks import Answer, Score, score
from realpages import ROOT, Gold, folder, found, golds, pages
from split import PARTS, domain_of, part_of
from tables import show, show_worst

from pipeline import ARTICLE, CleanArticle, clean_html
from pipeline.decoding import as_utf8

__all__ = ["ROOT", "folder", "golds", "pages"]  # what the other programs here take from this one
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
PAGE = ("url", "set", "kind", "domain")  # what a page is, whoever reads it
Job = tuple[Gold, bytes, str | None, tuple[str, ...]]


def ours(html: bytes, url: str, content_type: str | None) -> Answer:
    article = clean_html(html, url, content_type=content_type)
    text = article.text
    if article.standfirst and article.standfirst not in text:
        text = f"{article.standfirst}\n\n{text}"
    return Answer(
        text,
        article.title,
        article.authors,
        local_day(article),
        accepted=article.verdict == ARTICLE,
        verdict=article.verdict,
        cuts=article.cuts,
    )


def local_day(article: CleanArticle) -> str | None:
    """The day of publication in the page's own zone, as gold and peers have it; we keep the moment in UTC."""
    if article.published_at is None:
        return None
    written = article.evidence.get("published_at raw", "")
    stated = article.evidence.get("published_at zone") == "given" and ISO_DAY.match(written)
    return stated[0] if stated else article.published_at.date().isoformat()


def theirs(name: str, html: str, url: str) -> Answer:
    """A peer's answer; it calls an article what it finds any text on."""
    read = peers.reading(name, html, url)
    verdict = f"failed: {read.failed}" if read.failed else ARTICLE if read.text else "no text"
    return Answer(
        read.text,
        read.title,
        read.authors,
        read.day,
        accepted=bool(read.text),
        verdict=verdict,
        fields=peers.FIELDS[name],
    )


def measure(job: Job) -> dict[str, Score]:
    """One page's marks by reader."""
    gold, html, content_type, readers = job
    url, domain = gold["url"], domain_of(gold["url"])
    answer = ours(html, url, content_type)
    marks = {"carnews": score(gold, answer, domain)}
    marks["carnews"].faults = faults(gold, answer)
    text = as_utf8(html, content_type)[0].decode("utf-8", "replace") if readers else ""
    return marks | {name: score(gold, theirs(name, text, url), domain) for name in readers}


def jobs(where: Path, parts: list[int] | None, readers: tuple[str, ...]) -> Iterator[Job]:
    known = golds(where)
    for url, html, content_type in pages(where):
        if url in known and (not parts or part_of(url) in parts):
            yield known[url], html, content_type, readers


def write_report(file: Path, marked: Iterable[dict[str, Score]]) -> None:
    """One line of JSON for each page: articles first, our worst first, those without expected text last."""
    ordered = sorted(marked, key=order)
    with file.open("w", encoding="utf-8") as out:
        for marks in ordered:
            page = {name: getattr(marks["carnews"], name) for name in PAGE}
            own = {reader: own_marks(marks[reader]) for reader in marks}
            out.write(json.dumps(page | own, ensure_ascii=False) + "\n")


def order(marks: dict[str, Score]) -> tuple[bool, bool, float]:
    own = marks["carnews"]
    return own.kind != "article", own.shingles is None, own.f1


def own_marks(marks: Score) -> dict[str, object]:
    """What one reader's marks add to the page's line."""
    told = {name: value for name, value in asdict(marks).items() if value not in (None, {})}
    return {name: told[name] for name in told if name not in PAGE}


def arguments() -> tuple[argparse.ArgumentParser, argparse.Namespace]:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", help="folder with pages.warc.gz and gold.jsonl.gz")
    parser.add_argument("--peers", action="store_true", help="add the other extractors")
    parser.add_argument(
        "--part", type=int, choices=range(PARTS), nargs="+", help="only these parts of the split"
    )
    parser.add_argument(
        "--worst", type=int, default=0, metavar="N", help="tell what is wrong with our N worst"
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="write every page's marks and faults")
    parser.add_argument("--jobs", type=int, default=2)
    return parser, parser.parse_args()


def main() -> None:
    parser, options = arguments()
    where = found(parser, options.pages)
    readers = tuple(peers.installed()) if options.peers else ()
    with ProcessPoolExecutor(options.jobs) as pool:
        marked = list(pool.map(measure, jobs(where, options.part, readers), chunksize=8))
    if not marked:
        parser.exit(2, f"{where}: no page of these parts there\n")
    show({reader: [marks[reader] for marks in marked] for reader in ("carnews", *readers)})
    if options.worst:
        show_worst([marks["carnews"] for marks in marked], options.worst)
    if options.report:
        write_report(options.report, marked)


if __name__ == "__main__":
    main()
