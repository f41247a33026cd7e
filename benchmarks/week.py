"""A week of twenty made sites in virtual time: is every article found, stored once, kept up to date?

    python benchmarks/week.py [--days 7] [--rates 45,5,0.5] [--seed 1] [--every 30m|own]

All crawls are real ones (Scrapy, TLS, SQLite), one after the other in this process; only the clock and the
internet are made. Which site is polled when is a function's choice, `by_site_file` unless a test gives
another.
"""

import argparse
import asyncio
import heapq
import os
import re
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Self, TypeVar

from madekeys import Authority
from madenet import Asked, inside, serving
from madesites import TimedSite
from madetimes import SITES, Truth, made_sites, truth_of

T = TypeVar("T")
START = datetime(2026, 11, 2, tzinfo=UTC)  # a Monday
PER_POLL, SELDOM_H = 2, 12.0  # stories a poll should bring, hours between two polls of a quiet site
CHANNELS = {"/feed", "/sitemap.xml", "/news/"}
NUMBER = re.compile(r"/news/(\d+)-")
EDITION = re.compile(r"Edition (\d+) adds")


class Clock(type):
    """Makes real moments count as moments of the virtual clock."""

    now_is = START

    def __instancecheck__(cls, thing: object) -> bool:
        return isinstance(thing, datetime)


class Moment(datetime, metaclass=Clock):
    """`datetime` whose present is the virtual one."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return Clock.now_is.astimezone(tz)  # type: ignore[return-value]


@contextmanager
def virtual_time() -> Any:
    """Until the block ends, all modules of the crawler and the store take `Clock.now_is` for the present."""
    moved = [
        module
        for name, module in sys.modules.items()
        if name.startswith(("crawler.", "db.")) and vars(module).get("datetime") is datetime
    ]
    for module in moved:
        module.datetime = Moment  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for module in moved:
            module.datetime = datetime  # type: ignore[attr-defined]


Policy = Callable[[Any, datetime], timedelta]  # of a crawler's Site, at a moment: until its next poll


def by_site_file(site: Any, now: datetime) -> timedelta:  # noqa: ARG001 - a policy may look at the clock
    """What the site file says."""
    return site.crawl.every  # type: ignore[no-any-return]


@dataclass(slots=True)
class Figures:
    """What one site's week came to; requests by kind: robots, channel, article (first time), again."""

    truth: Truth
    copies: Counter[int]  # stored articles by story number
    editions: set[tuple[int, int]]
    withdrawals: set[int]
    requests: Counter[str]
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def once(self) -> int:
        """Articles there were to see that are stored exactly once."""
        return sum(self.copies[number] == 1 for number in self.truth.visible)


def simulated(
    sites: Sequence[TimedSite],
    folder: Path,
    days: float,
    every: Sequence[str] = (),
    policy: Policy = by_site_file,
) -> list[Figures]:
    """The figures of `days` virtual days, site by site; `folder` gets store, archive and site files.

    `every` is what each site's file says of its rhythm; half an hour where it is left out.
    """
    (folder / "sites").mkdir()
    for site, rhythm in zip(sites, every or ["30m"] * len(sites), strict=True):
        (folder / "sites" / f"{name_of(site)}.toml").write_text(site.toml(rhythm), encoding="utf-8")
    authority = Authority(folder)
    os.environ |= {
        "CARNEWS_DATABASE_URL": f"sqlite:///{folder / 'week.db'}",
        "CARNEWS_ARCHIVE": str(folder / "archive"),
        "CARNEWS_SITES": str(folder / "sites"),
        "CARNEWS_LOG": str(folder / "log"),
        "SSL_CERT_FILE": str(authority.file),
    }
    with serving({site.host: site for site in sites}, authority) as web, inside(web.net):
        web.now = lambda: Clock.now_is
        outcomes = on_the_reactor(polls(sites, days, policy))
    asked = list(web.asked)
    return [figures(site, folder, asked, days, outcomes[name_of(site)]) for site in sites]


def rhythms(rates: Sequence[float], every: str) -> list[str]:
    """What each site's file says; "own" suits its stories a day: two a poll, hourly to twice a day."""
    if every != "own":
        return [every] * len(rates)
    hours = (min(SELDOM_H, max(1.0, 24 * PER_POLL / rate)) for rate in rates)
    return [f"{round(60 * each)}m" for each in hours]


def on_the_reactor(work: Coroutine[Any, Any, T]) -> T:
    """What `work` returns, run on the reactor that Scrapy wants; once in a process."""
    from twisted.internet import asyncioreactor  # noqa: PLC0415 - before anything imports the default one

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    asyncioreactor.install(loop)
    from twisted.internet import reactor  # noqa: PLC0415

    task = loop.create_task(work)
    task.add_done_callback(lambda _: reactor.stop())  # type: ignore[attr-defined]
    reactor.run()  # type: ignore[attr-defined]
    return task.result()


async def polls(sites: Sequence[TimedSite], days: float, policy: Policy) -> dict[str, Counter[str]]:
    """Crawls each site whenever the policy says so, in the order of virtual time."""
    from scrapy.crawler import AsyncCrawlerRunner  # noqa: PLC0415
    from scrapy.settings import Settings  # noqa: PLC0415

    from crawler.extensions import Keeper  # noqa: PLC0415
    from crawler.spiders.news import BOOK, spider_for  # noqa: PLC0415

    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.set("DOWNLOAD_DELAY", 0, priority="cmdline")  # virtual time stands still during a crawl
    runner = AsyncCrawlerRunner(settings)
    known = [BOOK.site(name_of(site)) for site in sites]
    outcomes: dict[str, Counter[str]] = {site.name: Counter() for site in known}
    waiting = [(START + timedelta(minutes=place), place) for place in range(len(known))]
    with virtual_time():
        while waiting[0][0] < START + timedelta(days=days):
            Clock.now_is, place = waiting[0]
            site = known[place]
            crawler = runner.create_crawler(spider_for(site))
            await runner.crawl(crawler)
            keeper = crawler.get_extension(Keeper)
            outcomes[site.name][(keeper.said or "lost").split()[0] if keeper else "lost"] += 1
            heapq.heapreplace(waiting, (Clock.now_is + policy(site, Clock.now_is), place))
    return outcomes


def name_of(site: TimedSite) -> str:
    """The name of the site's file."""
    return site.host.split(".")[1]


def figures(
    site: TimedSite, folder: Path, asked: Sequence[Asked], days: float, outcomes: Counter[str]
) -> Figures:
    """What the store holds of the site and what it was asked."""
    truth = truth_of(site, START, START + timedelta(days=days))
    copies: Counter[int] = Counter()
    editions: set[tuple[int, int]] = set()
    like = (f"https://{site.host}/%",)
    with closing(sqlite3.connect(folder / "week.db")) as store:
        live = "select url, text from articles where duplicate_of is null and url like ?"
        for url, text in store.execute(live, like):
            number = number_in(url)
            copies[number] += 1
            editions |= {(number, int(edition)) for edition in EDITION.findall(text)}
        gone = store.execute("select url from addresses where state = 'gone' and url like ?", like).fetchall()
    requests = kinds(request.path for request in asked if request.host == site.host)
    requests["conditional"] = sum("if-none-match" in r.headers for r in asked if r.host == site.host)
    return Figures(truth, copies, editions, {number_in(url) for (url,) in gone}, requests, outcomes)


def kinds(paths: Iterable[str]) -> Counter[str]:
    """Requests by what they were for."""
    counted: Counter[str] = Counter()
    seen: set[int] = set()
    for path in paths:
        number = number_in(path)
        known = "again" if number in seen else "article"
        kind = "robots" if path == "/robots.txt" else "channel" if path in CHANNELS else known
        counted[kind] += 1
        if kind == "article":
            seen.add(number)
    return counted


def number_in(url: str) -> int:
    """The number of the story at `url`; 0 for an address of none."""
    found = NUMBER.search(url)
    return int(found[1]) if found else 0


def table(sites: Sequence[TimedSite], found: Sequence[Figures]) -> Iterator[str]:
    """The lines to print: a site each, and the sum."""
    yield (
        f"{'site':22} {'to see':>6} {'once':>5} {'twice':>5} {'missed':>6} {'edits':>9} {'withdrawn':>9}"
        f" {'robots':>6} {'channel':>7} {'first':>6} {'again':>6}  runs"
    )
    for name, figure in zip([site.host for site in sites], found, strict=True):
        yield line(name, [figure])
    yield line("all", found)
    new = sum(len(figure.copies) for figure in found) or 1
    total = sum((figure.requests for figure in found), Counter())
    first = total["robots"] + total["channel"] + total["article"]
    in_all = first + total["again"]
    yield f"requests per new article: {first / new:.2f} to find and fetch, {in_all / new:.2f} in all"
    yield f"conditional requests: {total['conditional']}"


def line(name: str, found: Sequence[Figures]) -> str:
    """One line of the table: the sum of `found`."""

    def total(figure: Callable[[Figures], int]) -> int:
        return sum(map(figure, found))

    visible = total(lambda f: len(f.truth.visible))
    twice = total(lambda f: sum(f.copies[number] > 1 for number in f.truth.visible))
    missed = total(lambda f: sum(f.copies[number] == 0 for number in f.truth.visible))
    edits = f"{total(lambda f: len(f.editions & f.truth.edits))}/{total(lambda f: len(f.truth.edits))}"
    gone = (
        f"{total(lambda f: len(f.withdrawals & f.truth.withdrawn))}/{total(lambda f: len(f.truth.withdrawn))}"
    )
    requests = sum((figure.requests for figure in found), Counter())
    runs = " ".join(f"{k}={n}" for k, n in sum((f.outcomes for f in found), Counter()).most_common())
    return (
        f"{name:22} {visible:6} {total(lambda f: f.once):5} {twice:5} {missed:6} {edits:>9} {gone:>9}"
        f" {requests['robots']:6} {requests['channel']:7} {requests['article']:6} {requests['again']:6}"
        f"  {runs}"
    )


def main(words: Sequence[str] | None = None) -> int:
    """0 where every article there was to see is stored exactly once."""
    parser = argparse.ArgumentParser(description="A week of made sites in virtual time.")
    parser.add_argument("--days", type=float, default=7)
    parser.add_argument("--rates", metavar="N,N", help="stories a day, one site each; unset: twenty sites")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", default="30m", help='what the site files say, "own": by each site\'s rate')
    asked = parser.parse_args(words)
    rates = [float(rate) for rate in asked.rates.split(",")] if asked.rates else SITES
    sites = made_sites(asked.seed, START, asked.days, rates)
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        found = simulated(sites, Path(folder), asked.days, rhythms(rates, asked.every))
    print("\n".join(table(sites, found)))
    runs = sum(figure.outcomes.total() for figure in found)
    took = time.process_time() - began
    print(f"{runs} crawls, {took:.0f} s of CPU with the server's, {1000 * took / max(runs, 1):.0f} ms each")
    return 0 if all(figure.once == len(figure.truth.visible) for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
