"""What understanding a page costs in CPU time, as a multiple of the bare Lexbor parse and beside the peers.

    python benchmarks/speed.py [--pages FOLDER] [--sample 100] [--repeats 3] [--peers]

All readers read a page in turn, again and again, so that a busy machine slows all alike; a reader's time for
a page is the least of the repeats. Medians are over pages; ratios are taken page by page, then their median.
Peers are given text that is decoded already, which we do ourselves.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import peers
from realpages import found, golds, pages
from selectolax.lexbor import LexborHTMLParser

from pipeline import clean_html
from pipeline.decoding import as_utf8

PARSE, OURS = "bare Lexbor parse", "carnews"


class Page:
    """One page as bytes and as text."""

    def __init__(self, url: str, html: bytes, content_type: str | None) -> None:
        self.url, self.html, self.content_type = url, html, content_type
        self.text = as_utf8(html, content_type)[0].decode("utf-8", "replace")


Reader = Callable[[Page], object]


def bare_parse(page: Page) -> object:
    return LexborHTMLParser(page.html)


def ours(page: Page) -> object:
    return clean_html(page.html, page.url, content_type=page.content_type)


def theirs(name: str, page: Page) -> object:
    return peers.reading(name, page.text, page.url)


def sampled(where: Path, size: int) -> list[Page]:
    """So many article pages, evenly spread over all."""
    urls = [url for url, gold in golds(where).items() if gold["kind"] == "article"]
    wanted = set(urls[:: max(1, len(urls) // size)][:size])
    return [Page(*page) for page in pages(where) if page[0] in wanted]


def measured(readers: dict[str, Reader], sample: Sequence[Page], repeats: int) -> dict[str, list[float]]:
    """Each reader's least CPU time for each page, in seconds."""
    least = {name: [float("inf")] * len(sample) for name in readers}
    for reader in readers.values():
        reader(sample[0])  # tables and models are read at the first call
    for _ in range(repeats):
        for at, page in enumerate(sample):
            for name, reader in readers.items():
                start = time.process_time()
                reader(page)
                least[name][at] = min(least[name][at], time.process_time() - start)
    return least


def show(times: dict[str, list[float]], repeats: int) -> None:
    """Prints a line for each reader."""
    print(f"{len(times[OURS])} pages, CPU time, least of {repeats} interleaved runs; x: median over pages")
    heads = f"{'median ms':>9} {'mean ms':>8} {'x parse':>8} {'x carnews':>10} {'x parse, sums':>14}"
    print(f"{'reader':<18} {heads}")
    for name, spent in times.items():
        ratios = [
            statistics.median(a / b for a, b in zip(spent, times[other], strict=True) if b)
            for other in (PARSE, OURS)
        ]
        print(
            f"{name:<18} {statistics.median(spent) * 1e3:9.2f} {statistics.fmean(spent) * 1e3:8.2f}"
            f" {ratios[0]:8.1f} {ratios[1]:10.2f} {sum(spent) / sum(times[PARSE]):14.1f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", help="folder with pages.warc.gz and gold.jsonl.gz")
    parser.add_argument("--sample", type=int, default=100, help="pages measured, evenly spread")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peers", action="store_true", help="add the other extractors")
    options = parser.parse_args()
    sample = sampled(found(parser, options.pages), options.sample)
    readers: dict[str, Reader] = {PARSE: bare_parse, OURS: ours}
    if options.peers:
        readers |= {name: partial(theirs, name) for name in peers.installed()}
    show(measured(readers, sample, options.repeats), options.repeats)


if __name__ == "__main__":
    main()
