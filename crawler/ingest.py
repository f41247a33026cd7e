"""Pages from files instead of the network: WARC, saved HTML, text dumps; the same stages, no Scrapy.

Each batch is written down, archived and cleaned before its rows are committed, so a killed ingest is simply
started again: what is stored already is recognised by its time and passed over, its content unread. Several
processes may clean; this one alone writes, in the order of the file.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crawler.cleaners import Cleaned, Cleaners, clean_all, result_of
from crawler.intake import BATCH, BATCH_BYTES, NO_ADDRESS, STRANGER, Asked, Intake, Page, batches_of
from crawler.outcomes import Outcome, of_status
from crawler.savedpages import IngestError, Offer, offers_of
from crawler.sites import SiteBook, load_sites
from crawler.stages import Work, archived, stored, taught
from db import ledger
from db.addresses import rows_of
from db.archive import Archive
from db.engine import reading, writing
from db.errors import ArchiveError
from db.ledger import Address, Found, State
from db.recurring import count_lines
from db.reread import fetched, fetched_by
from db.runs import Outcome as Ending
from db.stories import regroup_stories
from pipeline.rules import Rules

__all__ = [
    "BATCH",
    "BATCH_BYTES",
    "NO_ADDRESS",
    "Asked",
    "IngestResult",
    "Page",
    "Progress",
    "batches_of",
    "ingest",
]

BEAT_EVERY = timedelta(seconds=15)
INGEST = "ingest"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one file has come; `bytes_total` is its size."""

    path: Path
    bytes_read: int
    bytes_total: int
    pages: int


@dataclass(slots=True)
class IngestResult:
    """What the files came to: pages by state, records passed over, and in sentences what went wrong."""

    pages: int = 0
    states: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Flight:
    """A batch whose pages are being cleaned: its pages, how those end that need no cleaning, the promise of
    the others.
    """

    pages: Sequence[Page]
    ends: dict[int, Outcome]
    promise: Future[Cleaned] | None


def ingest(  # noqa: PLR0913 - the files, the store, and how to go about it
    paths: Sequence[Path],
    engine: Engine,
    archive: Archive,
    *,
    url: str | None = None,
    asked: Asked | None = None,
    jobs: int = 1,
    report: Callable[[Progress], None] = lambda _: None,
    book: SiteBook | None = None,
) -> IngestResult:
    """What became of the pages in `paths`, one run of the ledger for each file.

    `url` is the address of a single saved page or dump, `asked` what is wanted of the files, `jobs` the
    number of processes that clean; the store is the same with any. A file that cannot be read becomes a
    problem of the result and stops no other; StoreError and ArchiveError of our own archive end the ingest.
    """
    result = IngestResult()
    if url is not None and len(paths) != 1:
        result.problems.append(f"--url {url}: names one page, but {len(paths)} files were given")
        return result
    sites = book or load_sites()
    with Cleaners(jobs) as cleaners:
        for path in paths:
            with reading(engine) as s:
                known = fetched_by(s, path.name, INGEST)
            intake = Intake(sites, asked or Asked(), result.passed, known)
            try:
                offers = offers_of(path, url, intake.skims)
            except (IngestError, ArchiveError) as error:
                result.problems.append(str(error))
                continue
            FileRun(path, engine, archive, intake, cleaners, result, report).through(offers)
    return result


@dataclass(slots=True)
class FileRun:
    """The run of one file through the stages."""

    path: Path
    engine: Engine
    archive: Archive
    intake: Intake
    cleaners: Cleaners
    result: IngestResult
    report: Callable[[Progress], None]
    id: int = 0
    beaten_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    rules: dict[str, Rules] = field(default_factory=dict)  # by site, as of the file's first page of it

    def through(self, offers: Iterable[Offer]) -> None:
        """Brings all pages of the file into the store and closes the run, whatever happens."""
        with writing(self.engine) as s:
            self.id = ledger.begin_run(s, self.path.name, INGEST, self.beaten_at)
        outcome, note = Ending.FAILED, None
        try:
            note = self.batches(offers)
            outcome = Ending.FAILED if note else Ending.FINISHED
        except KeyboardInterrupt:
            outcome = Ending.INTERRUPTED
            raise
        finally:
            with writing(self.engine) as s:
                for site in sorted(self.rules) if outcome == Ending.FINISHED else ():
                    count_lines(s, site)
                regroup_stories(s)
                ledger.end_run(s, self.id, outcome, datetime.now(UTC), note)

    def batches(self, offers: Iterable[Offer]) -> str | None:
        """All pages, batch by batch; returns what was wrong with the file, None where nothing was."""
        problem = None
        flying: deque[Flight] = deque()
        try:
            for batch in batches_of(self.intake.usable(offers)):
                urls = {page.url for page in batch}
                while any(not urls.isdisjoint(page.url for page in flight.pages) for flight in flying):
                    self.land(flying.popleft())  # an address' pages are decided upon one after the other
                flying.append(self.started(batch))
                while len(flying) > self.cleaners.ahead:
                    self.land(flying.popleft())
        except ArchiveError as error:
            if str(self.archive.folder) in str(error):
                raise
            problem = str(error)
        while flying:
            self.land(flying.popleft())
        broken = getattr(offers, "broken", 0)
        if broken:
            problem = f"{self.path}: records damaged or cut short: {broken}; the others are stored"
        if problem:
            self.result.problems.append(problem)
        self.result.passed["no page of a web server"] += getattr(offers, "skipped", 0)
        return problem

    def started(self, batch: list[Page]) -> Flight:
        """Writes the addresses down, archives what is new and gives it to be cleaned."""
        with writing(self.engine) as s:
            pages = self.met_before(s, batch)
            addresses = self.written_down(s, pages)
            for site in {page.site for page in pages} - self.rules.keys():
                self.rules[site] = taught(s, self.intake.book.sites.get(site), site)
        ends: dict[int, Outcome] = {}
        works: list[Work] = []
        for page in pages:
            address = addresses[page.url]
            what = self.looked_at(page, address)
            if isinstance(what, Work):
                works.append(archived(what, self.archive))
            else:
                ends[address.id] = what
        return Flight(pages or batch, ends, self.cleaners.give(clean_all, works) if works else None)

    def land(self, flight: Flight) -> None:
        """Commits what became of the pages."""
        ends: dict[int, Work | Outcome] = {**flight.ends}
        if flight.promise is not None:
            ends |= {work.address_id: work for work in result_of(flight.promise) if isinstance(work, Work)}
        with writing(self.engine) as s:
            self.result.states.update(self.settled(s, ends))
            now = datetime.now(UTC)
            if now - self.beaten_at > BEAT_EVERY:
                ledger.beat(s, self.id, now)
                self.beaten_at = now
        self.result.pages += len(ends)
        self.tell(flight.pages[-1].offer)

    def met_before(self, s: Session, pages: list[Page]) -> list[Page]:
        """The pages without revisits of what was never read here: there is nothing they could be like."""
        urls = {page.url for page in pages if page.offer.is_revisit}
        strangers = urls - fetched(s, urls)
        self.intake.passed[STRANGER] += len(strangers)
        return [page for page in pages if page.url not in strangers]

    def written_down(self, s: Session, pages: list[Page]) -> dict[str, Address]:
        """The ledger's rows of the pages, by canonical address."""
        now = datetime.now(UTC)
        finds = [Found(page.url, page.offer.channel, site=page.site) for page in pages]
        ledger.record_found(s, self.id, self.path.name, finds, now)
        urls = {page.url for page in pages}
        claimed = ledger.claim(s, self.id, "", now, len(urls), sorted(urls), again=True)
        addresses = {address.url: address for address in claimed}
        for url in sorted(urls - addresses.keys()):  # earlier in this very file, or in a live crawl's hands
            known = ledger.history(s, url)
            assert known is not None, "it was just recorded"
            addresses[url] = known.address
        return addresses

    def looked_at(self, page: Page, address: Address) -> Work | Outcome:
        """The page as a work; or why there is nothing to clean."""
        raw = page.offer.page
        if page.offer.is_unread:
            return Outcome(State.UNCHANGED, "")
        if address.fetched_at is not None and raw.fetched_at <= address.fetched_at:
            return Outcome(State.UNCHANGED, "")
        if not page.offer.is_dump:
            kind = raw.header("content-type") or ""
            if outcome := of_status(raw.status, kind, None, raw.fetched_at):
                return outcome
        return Work(address.id, page.site, raw, self.rules[page.site])

    def settled(self, s: Session, ends: dict[int, Work | Outcome]) -> list[State]:
        """The states the pages' addresses get."""
        # first the pages: `stored` waits for its turn to save, and must not hold addresses meanwhile
        works = stored([end for end in ends.values() if isinstance(end, Work)], s, self.id)
        rows, now = rows_of(s, ends), datetime.now(UTC)  # read together: `settle` finds each there
        states = []
        for number in sorted(ends):
            if isinstance(end := ends[number], Outcome):
                ledger.settle(s, self.id, rows[number].id, end.state, now, end.reason or None)
                states.append(end.state)
        return states + [work.state or State.STORED for work in works]

    def tell(self, offer: Offer) -> None:
        """Reports how far the file has come."""
        size = self.path.stat().st_size
        self.report(Progress(self.path, min(offer.read_bytes, size), size, self.result.pages))
