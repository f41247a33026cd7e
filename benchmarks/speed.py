"""What understanding a page costs in CPU time, in bare Lexbor parses and beside other extractors.

    python benchmarks/speed.py [--pages FOLDER] [--sample 200] [--repeats 5] [--peers]

Each page's time is the least of the repeats; the table shows medians and means over pages, and the ratio of
sums.
"""

import argparse
import statistics
import time
from collections.abc import Callable

from peers import PEERS, reading
from quality import folder, golds, pages
from selectolax.lexbor import LexborHTMLParser

from pipeline import clean_html

Page = tuple[str, bytes, str | None]
Reader = Callable[[Page], object]


def bare_parse(page: Page) -> object:
    return LexborHTMLParser(page[1])


def ours(page: Page) -> object:
    return clean_html(page[1], page[0], content_type=page[2])


def peer(name: str) -> Reader:
    """A peer as a reader; it is given the text, whose decoding costs it nothing here."""

    def read(page: Page) -> object:
        return reading(name, page[1].decode("utf-8", "replace"), page[0])

    return read


def seconds(reader: Reader, page: Page, repeats: int) -> float:
    """The least CPU time of `repeats` runs, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        reader(page)
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", help="folder with pages.warc.gz and gold.jsonl.gz")
    parser.add_argument("--sample", type=int, default=200, help="pages measured, evenly spread")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--peers", action="store_true", help="add the other extractors")
    options = parser.parse_args()
    where = folder(options.pages)
    if not (where / "gold.jsonl.gz").exists():
        parser.exit(
            2, f"{where}: no gold.jsonl.gz there; name the folder with --pages or CARNEWS_REALPAGES\n"
        )
    articles = {url for url, gold in golds(where).items() if gold["kind"] == "article"}
    read = [page for page in pages(where) if page[0] in articles]
    sample = read[:: max(1, len(read) // options.sample)]
    readers: dict[str, Reader] = {"bare Lexbor parse": bare_parse, "carnews": ours}
    if options.peers:
        readers |= {name: peer(name) for name in PEERS}
    for reader in readers.values():
        reader(sample[0])  # tables and models are read at the first call
    times = {
        name: [seconds(reader, page, options.repeats) for page in sample] for name, reader in readers.items()
    }
    bare = times["bare Lexbor parse"]
    print(f"{len(sample)} pages, least of {options.repeats} runs each")
    print(
        f"{'reader':<18} {'median ms':>9} {'mean ms':>8} {'x parse, sums':>14} {'x parse, median page':>21}"
    )
    for name, spent in times.items():
        ratio = statistics.median(s / b for s, b in zip(spent, bare, strict=True) if b)
        print(
            f"{name:<18} {statistics.median(spent) * 1e3:9.2f} {statistics.fmean(spent) * 1e3:8.2f}"
            f" {sum(spent) / sum(bare):14.1f} {ratio:21.1f}"
        )


if __name__ == "__main__":
    main()
