"""What a crawl costs, all included: pages per second of CPU time, requests per new article, memory.

    python benchmarks/crawl.py [--pages 400] [--repeats 3] [--budgets]

`carnews crawl` archives, understands and stores the pages of a made web on loopback (`crawlweb.py`); beside
it a bare Scrapy spider throws the same pages away, and another reads them with trafilatura and commits each
one by itself (`crawlpeers.py`). They take turns; what counts is the CPU time of their processes, not the
web's. Every repeat also crawls one page alone: the difference is the cost of a page without that of starting.
A ratio says how many times as fast as carnews, within a repeat; then their median counts.

Memory is the crawling process's peak with 100,000 addresses in a sitemap and in the ledger. With `--budgets`
the exit code is 1 where one is missed.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from crawlweb import Web

from db.engine import open_store, reading
from db.queries import site_status
from pipeline import clean_html

HERE = Path(__file__).parent
OURS, BARE, THEIRS = "carnews crawl", "bare Scrapy", "Scrapy + trafilatura"
PEERS = {BARE: "bare", THEIRS: "trafilatura"}
LEAST_OF_BARE, LEAST_OF_THEIRS = 0.45, 4.0  # shares of pages per CPU second
MOST_MB = 300
NEW = 10  # pages that are new at the second crawl


@dataclass(frozen=True)
class Cost:
    """What one process and its children took."""

    cpu_s: float
    peak_mb: float


def cost_of(words: list[str], folder: Path, environment: Mapping[str, str]) -> Cost:
    """What the command takes; it must succeed."""
    child = subprocess.Popen(
        [sys.executable, *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert child.stderr is not None
    said = child.stderr.read().decode()
    _, status, used = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{' '.join(words)}: status {status}\n{said}")
    child.returncode = 0
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


@contextmanager
def made_web(pages: int) -> Iterator[str]:
    """The address of a made web in a process of its own."""
    web = subprocess.Popen(
        [sys.executable, str(HERE / "crawlweb.py"), str(pages + NEW), str(pages)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert web.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(web.stdout.readline())}/"
    finally:
        web.kill()
        web.wait()


def asked(web: str, grow: int = 0) -> int:
    """How many requests the web has had; it has so many more pages from now on."""
    with urlopen(f"{web}grow/{grow}") as answer:
        return int(answer.read())


class Place:
    """A folder with a new store, in which the made web is crawled."""

    def __init__(self, folder: Path, web: str, sitemap: str = "sitemap.xml") -> None:
        self.folder, self.web, self.sitemap = folder, web, web + sitemap
        kept = {key: value for key, value in os.environ.items() if not key.startswith("CARNEWS_")}
        paths = [str(HERE.parent), str(HERE)]
        self.environment = kept | {
            "CARNEWS_DATABASE_URL": f"sqlite:///{folder / 'store.db'}",
            "CARNEWS_SITES": str(folder / "sites"),
            "PYTHONPATH": os.pathsep.join(paths),
        }
        (folder / "sites").mkdir()
        (folder / "sites" / "made.toml").write_text(
            f'title = "Made"\nhome = "{web}"\n[find]\nsitemaps = ["{self.sitemap}"]\narticles = "/news/"\n'
            "[crawl]\ndelay_s = 0\nallow_private = true\n"
        )

    def crawl(self, most: int) -> Cost:
        """What `carnews crawl` takes for so many pages."""
        self.ready()
        words = ["-m", "carnews", "crawl", "made", "--quiet", "--max-articles", str(most)]
        return cost_of(words, self.folder, self.environment)

    def peer(self, name: str, most: int) -> Cost:
        """What a peer takes for them."""
        (self.folder / "store.db").unlink(missing_ok=True)
        words = [str(HERE / "crawlpeers.py"), PEERS[name], self.sitemap, str(most)]
        return cost_of(words, self.folder, self.environment)

    def ready(self) -> None:
        """Makes the database where there is none: not what is measured."""
        open_store(self.environment["CARNEWS_DATABASE_URL"]).dispose()

    def stored(self) -> int:
        """How many articles the store holds."""
        engine = open_store(self.environment["CARNEWS_DATABASE_URL"])
        with reading(engine) as s:
            number = sum(status.articles for status in site_status(s))
        engine.dispose()
        return number


def spent(reader: str, web: str, most: int) -> float:
    """The CPU seconds a reader takes for so many pages, into a store of its own."""
    with TemporaryDirectory() as folder:
        place = Place(Path(folder), web)
        return (place.crawl(most) if reader == OURS else place.peer(reader, most)).cpu_s


def show_speed(web: str, pages: int, repeats: int) -> list[str]:
    """Prints a line for each reader; returns the budgets that are missed."""
    readers = (OURS, BARE, *([THEIRS] if find_spec("trafilatura") else []))
    whole: dict[str, list[float]] = {name: [] for name in readers}
    start: dict[str, list[float]] = {name: [] for name in readers}
    alone: list[float] = []
    made = Web(pages, pages).pages
    clean_html(made[0])  # its tables and models are read at the first call
    for _ in range(repeats):
        alone.append(understanding(made))
        for name in readers:
            whole[name].append(spent(name, web, pages))
            start[name].append(spent(name, web, 1))
    each = {
        name: [(a - b) / (pages - 1) for a, b in zip(whole[name], start[name], strict=True)]
        for name in readers
    }
    print(f"{pages} pages, medians of {repeats} repeats")
    print(
        f"{'reader':<22} {'pages/CPU s':>12} {'start s':>8} {'ms a page':>10} {'x carnews':>10} {'a page':>8}"
    )
    ratios = {}
    for name in readers:
        all_in = median(a / b for a, b in zip(whole[OURS], whole[name], strict=True))
        a_page = median(a / b for a, b in zip(each[OURS], each[name], strict=True))
        ratios[name] = all_in, a_page
        print(
            f"{name:<22} {pages / median(whole[name]):12.1f} {median(start[name]):8.2f}"
            f" {median(each[name]) * 1e3:10.2f} {all_in:10.2f} {a_page:8.2f}"
        )
    ours = zip(each[OURS], each[BARE], alone, strict=True)
    rest = median(whole - bare - read for whole, bare, read in ours)
    print(
        f"of a page: understanding {median(alone) * 1e3:.2f} ms; archive, store, all else {rest * 1e3:.2f} ms"
    )
    found = {name: 1 / ratio for name, (_, ratio) in ratios.items()}
    wanted = {BARE: LEAST_OF_BARE, THEIRS: LEAST_OF_THEIRS}
    return [
        f"{found[name]:.2f} x {name}, wanted {least}"
        for name, least in wanted.items()
        if found.get(name, least) < least
    ]


def understanding(pages: list[bytes]) -> float:
    """The CPU seconds that understanding a page takes by itself."""
    began = time.process_time()
    for page in pages:
        clean_html(page)
    return (time.process_time() - began) / len(pages)


def median(values: Iterator[float] | list[float]) -> float:
    return statistics.median(values)


def show_requests(web: str, pages: int) -> None:
    """Prints how many requests an article costs, at first and when a few are new."""
    with TemporaryDirectory() as folder:
        place = Place(Path(folder), web)
        before = asked(web)
        place.crawl(2 * pages)
        first, kept = asked(web, NEW) - before, place.stored()
        place.crawl(2 * pages)
        second, more = asked(web, -NEW) - before - first, place.stored() - kept
    print(f"\nrequests per new article: {first / kept:.3f} at first ({first} for {kept}),")
    print(f"  {second / max(more, 1):.2f} when {NEW} of {pages + NEW} pages are new ({second} for {more})")


def show_memory(web: str) -> list[str]:
    """Prints the peak with few and with many addresses; returns the budget that is missed."""
    peaks = {}
    for sitemap, addresses in (("sitemap.xml", "few"), ("index.xml", "100,000")):
        with TemporaryDirectory() as folder:
            place = Place(Path(folder), web, sitemap)
            place.ready()
            words = ["-m", "crawler", "made", "--max-articles", "50"]
            peaks[addresses] = cost_of(words, place.folder, place.environment)
    print("\npeak of the crawling process, 50 pages fetched:")
    for addresses, cost in peaks.items():
        print(f"  {addresses:>8} addresses: {cost.peak_mb:.0f} MB, {cost.cpu_s:.1f} s of CPU")
    most = peaks["100,000"].peak_mb
    return [f"{most:.0f} MB at 100,000 addresses, wanted {MOST_MB}"] if most > MOST_MB else []


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--budgets", action="store_true", help="exit with 1 where a budget is missed")
    options = parser.parse_args()
    with made_web(options.pages) as web:
        missed = show_speed(web, options.pages, options.repeats)
        show_requests(web, options.pages)
        missed += show_memory(web)
    for what in missed:
        print(f"missed: {what}")
    return int(bool(missed) and options.budgets)


if __name__ == "__main__":
    sys.exit(main())
