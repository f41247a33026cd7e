"""Pages from files instead of the network: WARC, saved HTML, text dumps; the same stages, no Scrapy.

Each batch is written down, archived and cleaned before its rows are committed, so a killed ingest is simply
started again: what is stored already is recognised by its time and passed over uncleaned.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crawler.outcomes import Outcome, of_status
from crawler.savedpages import IngestError, Offer, offers_of, own_address
from crawler.sites import SiteBook, load_sites
from crawler.stages import Work, archived, cleaned, stored, taught
from db import ledger
from db.addresses import rows_of
from db.archive import Archive
from db.engine import writing
from db.errors import ArchiveError
from db.ledger import Address, Found, State
from db.recurring import count_lines
from db.runs import Outcome as Ending
from db.stories import regroup_stories
from pipeline.rules import Rules
from pipeline.urls import canonical_url, host_of

BATCH = 50  # pages a transaction, as in a crawl
BATCH_BYTES = 16 * 1024 * 1024  # or as many as make this together: memory stays flat
BEAT_EVERY = timedelta(seconds=15)
INGEST = "ingest"
NO_ADDRESS = (
    "no http(s) address, and the page states none of its own; save it as .html and ingest it with --url"
)


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
class Page:
    """A page with its canonical address and the site whose rules it is read by."""

    offer: Offer
    url: str
    site: str


def ingest(
    paths: Sequence[Path],
    engine: Engine,
    archive: Archive,
    *,
    url: str | None = None,
    report: Callable[[Progress], None] = lambda _: None,
    book: SiteBook | None = None,
) -> IngestResult:
    """What became of the pages in `paths`, one run of the ledger for each file.

    `url` is the address of a single saved page or dump. A file that cannot be read becomes a problem of the
    result and stops no other; StoreError and ArchiveError of our own archive end the ingest.
    """
    result = IngestResult()
    if url is not None and len(paths) != 1:
        result.problems.append(f"--url {url}: names one page, but {len(paths)} files were given")
        return result
    sites = book or load_sites()
    for path in paths:
        try:
            offers = offers_of(path, url)
        except (IngestError, ArchiveError) as error:
            result.problems.append(str(error))
            continue
        FileRun(path, engine, archive, sites, result, report).through(offers)
    return result


@dataclass(slots=True)
class FileRun:
    """The run of one file through the stages."""

    path: Path
    engine: Engine
    archive: Archive
    book: SiteBook
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
        try:
            for batch in batches_of(self.usable(offers)):
                self.batch(batch)
                self.tell(batch[-1].offer)
        except ArchiveError as error:
            if str(self.archive.folder) in str(error):
                raise
            problem = str(error)
        broken = getattr(offers, "broken", 0)
        if broken:
            problem = f"{self.path}: records damaged or cut short: {broken}; the others are stored"
        if problem:
            self.result.problems.append(problem)
        self.result.passed["no page of a web server"] += getattr(offers, "skipped", 0)
        return problem

    def usable(self, offers: Iterable[Offer]) -> Iterator[Page]:
        """The pages that have an address of the web and are no redirect; the others are counted."""
        for offer in offers:
            if 300 <= offer.page.status < 400:
                self.result.passed["redirect"] += 1
                continue
            addressed = at_an_address(offer)
            if addressed is None:
                self.result.passed[NO_ADDRESS] += 1
                continue
            owner = self.book.owner_of(addressed[1])
            yield Page(*addressed, owner.name if owner else host_of(addressed[1]))

    def batch(self, pages: list[Page]) -> None:
        """Writes the addresses down, archives and cleans what is new, and commits what it became."""
        with writing(self.engine) as s:
            addresses = self.written_down(s, pages)
            for site in {page.site for page in pages} - self.rules.keys():
                self.rules[site] = taught(s, self.book.sites.get(site), site)
        ends: dict[int, Work | Outcome] = {}
        for page in pages:
            address = addresses[page.url]
            ends[address.id] = self.understood(page, address)
        with writing(self.engine) as s:
            self.result.states.update(self.settled(s, ends))
            now = datetime.now(UTC)
            if now - self.beaten_at > BEAT_EVERY:
                ledger.beat(s, self.id, now)
                self.beaten_at = now
        self.result.pages += len(pages)

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

    def understood(self, page: Page, address: Address) -> Work | Outcome:
        """The page archived and cleaned; or why there is nothing to clean."""
        raw = page.offer.page
        if address.fetched_at is not None and raw.fetched_at <= address.fetched_at:
            return Outcome(State.UNCHANGED, "")
        if not page.offer.is_dump:
            kind = raw.header("content-type") or ""
            if outcome := of_status(raw.status, kind, None, raw.fetched_at):
                return outcome
        work = Work(address.id, page.site, raw, self.rules[page.site])
        return cleaned(archived(work, self.archive))

    def settled(self, s: Session, ends: dict[int, Work | Outcome]) -> list[State]:
        """The states the pages' addresses get."""
        rows, now = rows_of(s, ends), datetime.now(UTC)  # read together: `settle` finds each there
        states = []
        for number in sorted(ends):
            if isinstance(end := ends[number], Outcome):
                ledger.settle(s, self.id, rows[number].id, end.state, now, end.reason or None)
                states.append(end.state)
        works = stored([end for end in ends.values() if isinstance(end, Work)], s, self.id)
        return states + [work.state or State.STORED for work in works]

    def tell(self, offer: Offer) -> None:
        """Reports how far the file has come."""
        size = self.path.stat().st_size
        self.report(Progress(self.path, min(offer.read_bytes, size), size, self.result.pages))


def at_an_address(offer: Offer) -> tuple[Offer, str] | None:
    """The offer with the canonical address to keep its page under; None where there is none.

    Test sets and saving tools make up addresses ("hard::name.html"): then the one the page states itself
    counts, and stands in the archived record too, so that the page can be found again.
    """
    page = offer.page
    if url := canonical_url(page.requested_url or page.url):
        return offer, url
    kind = page.header("content-type") or ""
    if of_status(page.status, kind, None, page.fetched_at) or not (url := own_address(page.body)):
        return None
    return replace(offer, page=replace(page, url=url, requested_url=None)), url


def batches_of(pages: Iterable[Page]) -> Iterator[list[Page]]:
    """`pages` in lists of at most BATCH pages and about BATCH_BYTES, never one address twice in a list.

    Twice would clean a page by a time that the first of the two is about to change.
    """
    batch: list[Page] = []
    size, urls = 0, set[str]()
    for page in pages:
        if batch and (len(batch) == BATCH or size > BATCH_BYTES or page.url in urls):
            yield batch
            batch, size, urls = [], 0, set()
        batch.append(page)
        urls.add(page.url)
        size += len(page.offer.page.body)
    if batch:
        yield batch
