"""One crawl's dealings with the store: each call one transaction, all of them on one thread of their own.

Off the event loop, because a commit may wait for another writer and the heartbeat must go on. Pages are
committed together: what arrives while a commit is under way, or within `LINGER_S`, goes into the next.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crawler.account import Account
from crawler.desk import Desk
from crawler.outcomes import Outcome
from crawler.progress import awaited
from crawler.sites import Site, host_and_port
from crawler.stages import Work, stored, taught, version
from crawler.summary import Sight, Told
from crawler.wishes import TERMS
from db import ledger
from db.account import last_request_at, last_stated_at
from db.addresses import ALWAYS, Range
from db.archive import Archive
from db.channels import Channel, channels_of, keep_channels
from db.claims import record_claims
from db.engine import reading, writing
from db.errors import StoreError
from db.ledger import Address, Found, State, Tally
from db.queries import runs
from db.recurring import count_lines
from db.robots import KeptRobots, keep_robots, kept_robots
from db.runs import Outcome as Ending
from db.runs import RunRow
from db.stories import regroup_stories
from db.summaries import held_before, keep_summary
from db.visits import claim_visits, recall_missing

BATCH = 50  # pages a transaction; short enough that another site's crawl hardly waits
FIND_BATCH = 1000  # addresses a transaction
LINGER_S = 0.05  # a page at most waits this long for company
THROUGH = {Ending.FINISHED, Ending.LIMIT}  # after these its pages count for what the next run knows

T = TypeVar("T")
Entry = Work | tuple[int, Outcome]  # a page to store, or an address that ends without one
Waiting = tuple[Entry, "asyncio.Future[State]"]


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


class CrawlRun:
    """A run of one site in the store, from `begin` to `end`; methods raise StoreError when the store fails.

    `broken` keeps the error after which nothing more is written: the crawl has to end.
    """

    def __init__(self, desk: Desk, site: Site) -> None:
        """A run of `site`; the delay between two requests to one of its hosts is the same for whichever run
        sent them.
        """
        self.desk, self.site = desk, site.name
        self.hosts = {host_and_port(url) for url in (site.home, *(url for _, url in site.channels))}
        self.rules = site.rules
        self._known = site
        self.account = Account()
        self.sight = Sight(site)
        self.channels: dict[str, Channel] = {}  # as earlier runs left them
        self.asked_at: datetime | None = None  # when an earlier run sent the last request
        self.terms_at: datetime | None = None  # when the site's tdmrep.json was last looked at
        kept = desk.settings
        self.archive = Archive(kept.archive_folder, durable=kept.durable, place=kept.place)
        self.id = 0
        self.broken: StoreError | None = None
        self.hands_off: str | None = None  # the last run's note, while the site wants to be left alone
        self._closed = False
        self._engine: Engine | None = None
        self._waiting: list[Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Opens the store and the run; SiteBusy when a live run crawls the site already."""
        self._engine = await self._off_loop(self.desk.engine)
        try:
            await self._write(self._begin)
        except StoreError:
            self.id = 0  # rolled back; or it stands and only its answer was lost: then the next run closes it
            raise

    async def find(self, finds: Sequence[Found]) -> Tally:
        """How many of `finds` are new; all of them are in the ledger when this returns.

        A sitemap's 50,000 go in many transactions, so that other writers get their turn.
        """
        new = known = 0
        for start in range(0, len(finds), FIND_BATCH):
            part = finds[start : start + FIND_BATCH]
            tally = await self._write(partial(self._record, part))
            new, known = new + tally.new, known + tally.known
        return Tally(new, known)

    async def miss(self, listed: Mapping[str, datetime]) -> None:
        """Makes the recent articles due that the site's sitemaps, all of them read, no longer name."""
        if listed:
            await self._write(lambda s: recall_missing(s, self.id, self.site, listed, now()))

    async def remember(self, channels: Sequence[Channel]) -> None:
        """Keeps how the channels answered, after all that was found in them is in the ledger."""
        if channels:
            await self._write(lambda s: keep_channels(s, self.site, channels))

    async def known(self, urls: Sequence[str]) -> set[str]:
        """Which of the canonical addresses are in the ledger already."""
        return await self._off_loop(partial(self._look, lambda s: ledger.known(s, urls)))

    async def note(self, claims: Sequence[Found]) -> None:
        """Keeps what channels say of articles whose addresses are in the ledger."""
        for start in range(0, len(claims), FIND_BATCH):
            part = claims[start : start + FIND_BATCH]
            await self._write(partial(record_claims, claims=part, now=now()))

    async def claim(
        self,
        limit: int,
        only: Sequence[str] | None = None,
        published: Range = ALWAYS,
        visits: int = 0,
    ) -> list[Address]:
        """Up to `limit` addresses to fetch; with `only`, those, even if settled before.

        Where nothing else is left, up to `visits` articles that are due to be looked at again.
        """
        again = only is not None

        def work(s: Session) -> list[Address]:
            claimed = ledger.claim(
                s, self.id, self.site, now(), limit, only, again=again, published=published
            )
            if claimed or again or visits <= 0:
                return claimed
            return claim_visits(s, self.id, self.site, now(), min(limit, visits))

        return await self._write(work)

    async def kept_robots(self, origin: str) -> KeptRobots | None:
        """What earlier runs were told by the origin's robots.txt; None where none asked."""
        return await self._off_loop(partial(self._look, lambda s: kept_robots(s, origin)))

    async def keep_robots(self, kept: KeptRobots) -> None:
        """Keeps it for the next runs."""
        await self._write(lambda s: keep_robots(s, kept))

    async def beat(self) -> None:
        """Says that the run is alive, and notes what it asked of whom."""
        taken = self.account.taken()  # on this thread, where it is counted

        def work(s: Session) -> None:
            ledger.beat(s, self.id, now())
            taken.note(s, self.site, now())

        await self._write(work)

    async def keep(self, work: Work) -> State:
        """The state of the page's address, once article and state are committed."""
        return await self._enqueue(work)

    async def settle(self, address_id: int, outcome: Outcome) -> State:
        """The same for an address that ends without a page to store."""
        return await self._enqueue((address_id, outcome))

    async def end(self, outcome: str, note: str | None = None) -> RunRow:
        """The closed run with its balance."""
        return await self._write(partial(self._end, outcome, note, self.account.taken()))

    def close(self) -> None:
        """Lets go of archive and, where it is its own, of the desk; safe to call twice."""
        self._closed = True
        if not self.desk.shared:
            self.desk.close()
        self.archive.close()

    def _begin(self, s: Session) -> None:
        # noted on this side of the await: a crawl stopped meanwhile must still know which run to close
        self.id = ledger.begin_run(s, self.site, ledger.CRAWL, now())
        before = [run for run in runs(s, self.site, limit=2) if run.id != self.id]
        until = awaited(before[0].note) if before else None
        self.hands_off = before[0].note if until and until > now() else None
        self.rules = taught(s, self._known, self.site)
        self.channels = channels_of(s, self.site)
        self.terms_at = last_stated_at(s, self.site, TERMS)
        self.asked_at = last_request_at(s, self.site, self.hosts)
        if before and before[0].outcome == Ending.DIED:  # it may have sent one more than it could note
            self.asked_at = max(filter(None, (self.asked_at, before[0].ended_at)), default=None)

    def _end(self, outcome: str, note: str | None, taken: Account, s: Session) -> RunRow:
        taken.note(s, self.site, now())
        if outcome in THROUGH:
            count_lines(s, self.site)
        regroup_stories(s)
        keep_summary(s, self.sight.summary, self.id, version(self.rules), now())
        return ledger.end_run(s, self.id, outcome, now(), note)

    def _record(self, finds: Sequence[Found], s: Session) -> Tally:
        return ledger.record_found(s, self.id, self.site, finds, now())

    async def _write(self, work: Callable[[Session], T]) -> T:
        return await self._off_loop(partial(self._transaction, work))

    async def _off_loop(self, work: Callable[[], T]) -> T:
        if self._closed:  # a crawl stopped in its first moments may still be looking for addresses
            raise StoreError("the crawl has ended")
        return await asyncio.get_running_loop().run_in_executor(self.desk.thread, work)

    def _transaction(self, work: Callable[[Session], T]) -> T:
        assert self._engine is not None, "begin comes first"
        with writing(self._engine) as s:
            return work(s)

    def _look(self, work: Callable[[Session], T]) -> T:
        assert self._engine is not None, "begin comes first"
        with reading(self._engine) as s:
            return work(s)

    async def _enqueue(self, entry: Entry) -> State:
        if self.broken:
            raise self.broken
        done: asyncio.Future[State] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._drain())
        return await done

    async def _drain(self) -> None:
        """Commits what waits, batch by batch, until nothing does."""
        while self._waiting:
            if len(self._waiting) < BATCH:
                await asyncio.sleep(LINGER_S)
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            await self._commit(batch)

    async def _commit(self, batch: list[Waiting]) -> None:
        """Commits `batch`, or each of it alone when together they fail: one bad page spoils no other."""
        try:
            states, told = await self._write(partial(self._apply, [entry for entry, _ in batch]))
        except StoreError as error:
            self.broken = error
            for _, done in batch + self._waiting:
                done.set_exception(error)
            self._waiting = []
        except Exception as error:  # noqa: BLE001 - told to whoever waits for this very page
            if len(batch) == 1:
                batch[0][1].set_exception(error)
                return
            for single in batch:
                await self._commit([single])
        else:
            self.sight.add(told, is_first_look=not self.channels)
            for (_, done), state in zip(batch, states, strict=True):
                if not done.done():
                    done.set_result(state)

    def _apply(self, entries: list[Entry], s: Session) -> tuple[list[State], Told]:
        """The states of `entries`, written in one transaction, and what there is to count of them."""
        held = held_before(s, [e.address_id if isinstance(e, Work) else e[0] for e in entries])
        works = stored([entry for entry in entries if isinstance(entry, Work)], s, self.id)
        kept = {work.address_id: work.state or State.STORED for work in works}
        for entry in sorted((e for e in entries if not isinstance(e, Work)), key=lambda e: e[0]):
            address_id, outcome = entry
            state, reason, retry_at = outcome.state, outcome.reason, outcome.retry_at
            ledger.settle(s, self.id, address_id, state, now(), reason, retry_at=retry_at)
            kept[address_id] = outcome.state
        told: Told = [(held.get(work.address_id), work) for work in works]
        told += [(held.get(e[0]), e[1]) for e in entries if not isinstance(e, Work)]
        return [kept[e.address_id if isinstance(e, Work) else e[0]] for e in entries], told
