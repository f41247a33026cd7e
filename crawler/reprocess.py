"""Reading archived pages again: by today's rules, and by what each site's pages teach under them.

What a site teaches is told anew where articles of it were read by other written rules. A page's lines do not
depend on what was learned before, so a run that was killed comes to the same counts again, and what it did
has today's version already. The store decides what a page becomes, in a dry run too: that is taken back.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crawler.again import Call, read_again
from crawler.cleaners import Cleaned, Cleaners, light, result_of
from crawler.compared import KINDS, UNCHANGED, Difference, became, difference
from crawler.sites import Site, SiteBook
from crawler.stages import Work, learns, rules_of, stored, taught, told, version, with_counts
from crawler.stages import written_version as written
from crawler.summary import count_reread
from db import ledger
from db.addresses import State
from db.archive import Archive
from db.engine import reading, writing
from db.recurring import WINDOW, Told, count_lines, counts_among, tell_anew
from db.reread import (
    Chosen,
    Held,
    addresses_of,
    any_address,
    chosen_pages,
    held_by,
    is_of_other_rules,
    pages_of,
    read_by,
    segments_of,
    sites_with_pages,
    stale_pages,
    trying,
)
from db.runs import REPROCESS
from db.runs import Outcome as Ending
from db.summaries import Summary, fell_since, keep_summary
from pipeline.article import ARTICLE
from pipeline.rules import GENERIC, Rules

BATCH = 50  # pages a transaction, as in a crawl
CURRENT = "current"  # read by today's rules already
ELSEWHERE = "elsewhere"  # its page lies in the archive of another machine, which reads it again there
LOST = "lost"  # its page cannot be read from the archive
MOST_TOLD = 20  # problems in sentences; the others are counted


@dataclass(slots=True)
class Reprocessed:
    """What became of each site's pages, counted by kind, and in sentences what went wrong."""

    sites: dict[str, Counter[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def rows(self) -> list[dict[str, str | int]]:
        """A row for each site with its counts, all kinds named."""
        return [
            {"site": site, **{kind: counts[kind] for kind in (CURRENT, *KINDS, ELSEWHERE, LOST)}}
            for site, counts in sorted(self.sites.items())
        ]


@dataclass(frozen=True, slots=True)
class Means:
    """What all sites of a reprocess share; `tell` is None where nobody asks for the differences."""

    engine: Engine
    archive: Archive
    chosen: Chosen
    cleaners: Cleaners
    dry: bool = False
    tell: Callable[[Difference], None] | None = None

    def transaction(self) -> AbstractContextManager[Session]:
        """A write transaction, taken back at its end in a dry run."""
        return trying(self.engine) if self.dry else writing(self.engine)


def reprocess(  # noqa: PLR0913 - the store, what is meant, and how
    engine: Engine,
    archive: Archive,
    book: SiteBook,
    chosen: Chosen | None = None,
    *,
    dry: bool = False,
    jobs: int = 1,
    tell: Callable[[Difference], None] | None = None,
) -> Reprocessed:
    """What became of the chosen pages, one run of the ledger for each site that had any to read.

    `tell` gets each article that changes, or would in a `dry` run, and each that today's rules refuse, which
    stays as it is. A page lost from the archive is a problem of the result. Articles taken back by their
    publisher and addresses that are duplicates stay as they are.
    """
    chosen = chosen or Chosen()
    result = Reprocessed()
    with reading(engine) as s:
        names = [name for name in sites_with_pages(s) if chosen.site in {None, name}]
    with Cleaners(jobs) as cleaners:
        means = Means(engine, archive, chosen, cleaners, dry, tell)
        for name in names:
            SiteRun(means, name, site_of(means, book, name), result).through()
    return result


def site_of(means: Means, book: SiteBook, name: str) -> Site | None:
    """The site whose rules pages kept under `name` are read by; a host's may have got a file since."""
    if name in book.sites:
        return book.sites[name]
    with reading(means.engine) as s:
        url = any_address(s, name)
    return book.owner_of(url) if url else None


@dataclass(slots=True)
class SiteRun:
    """The run of one site's pages."""

    means: Means
    name: str
    site: Site | None
    result: Reprocessed
    id: int | None = None  # None in a dry run too: each of its transactions begins one and takes it back
    rules: Rules = GENERIC
    chosen: Chosen = field(default_factory=Chosen)  # of the pages that lie here
    elsewhere: int = 0  # how many do not
    spare: dict[int, Work] = field(default_factory=dict)  # cleaned already, by number of the address
    broken_at: datetime | None = None  # when an open alarm saw the site's layout break
    summary: Summary = field(init=False)  # of the pages fetched since then

    def __post_init__(self) -> None:
        self.summary = Summary(self.name)

    def through(self) -> None:
        """Reads what is to be read and closes the run, whatever happens."""
        means = self.means
        with reading(means.engine) as s:
            away = means.archive.elsewhere(segments_of(s, self.name))
            self.chosen = replace(means.chosen, away=tuple(away))
            total = chosen_pages(s, self.name, self.chosen)
            self.elsewhere = chosen_pages(s, self.name, means.chosen) - total if away else 0
            self.rules, self.broken_at = taught(s, self.site, self.name), fell_since(s, self.name)
            anew = learns(self.site) and is_of_other_rules(s, self.name, written(self.rules), away)
            stale = stale_pages(s, self.name, self.chosen, version(self.rules))
        if total or self.elsewhere:
            self.counted(total - len(stale))
        if not stale:
            return
        if not means.dry:
            with writing(means.engine) as s:
                self.id = ledger.begin_run(s, self.name, REPROCESS, datetime.now(UTC))
        outcome = Ending.FAILED
        try:
            if anew:
                stale = self.taught_anew()
                self.counted(total - len(stale))
            for works in self.read(stale):
                self.keep(works)
            outcome = Ending.FINISHED
        except KeyboardInterrupt:
            outcome = Ending.INTERRUPTED
            raise
        finally:
            self.end(outcome)

    def counted(self, current: int) -> None:
        """Begins the account of the site."""
        away = {ELSEWHERE: self.elsewhere} if self.elsewhere else {}
        self.result.sites[self.name] = Counter({CURRENT: current, **away})

    def end(self, outcome: Ending) -> None:
        if self.id is None:
            return
        with writing(self.means.engine) as s:
            if outcome == Ending.FINISHED:
                count_lines(s, self.name)
            keep_summary(s, self.summary, self.id, version(self.rules), datetime.now(UTC))
            ledger.end_run(s, self.id, outcome, datetime.now(UTC), f"by rules {version(self.rules)}")

    def taught_anew(self) -> list[int]:
        """Tells the site's lines by today's rules; the pages that are then to be read."""
        means = self.means
        self.rules = rules_of(self.site)
        pages: list[Told] = []
        with reading(means.engine) as s:
            numbers = pages_of(s, self.name, self.chosen.away)
        seen: dict[int, Work] = {}
        for works in self.read(numbers):
            seen |= {work.address_id: light(work) for work in works if isinstance(work, Work)}
            pages = [told(work) for work in seen.values() if is_article(work)][:WINDOW]
            if len(pages) == WINDOW:
                break
        if self.id is None:
            known = counts_among([page.lines for page in pages])
        else:
            with writing(means.engine) as s:
                known = tell_anew(s, self.id, self.name, pages, self.chosen.away)
        self.rules = with_counts(self.rules, known)
        if not self.rules.recurring.lines:  # nothing learned would read them otherwise
            self.spare = seen
        with reading(means.engine) as s:
            return stale_pages(s, self.name, self.chosen, version(self.rules))

    def read(self, numbers: Sequence[int]) -> Iterator[Cleaned]:
        """The pages of these addresses, cleaned, batch by batch in their order."""
        flying: deque[tuple[Future[Cleaned], list[Work]]] = deque()
        for start in range(0, len(numbers), BATCH):
            flying.append(self.given(numbers[start : start + BATCH]))
            while len(flying) > self.means.cleaners.ahead:
                yield landed(*flying.popleft())
        while flying:
            yield landed(*flying.popleft())

    def given(self, numbers: Sequence[int]) -> tuple[Future[Cleaned], list[Work]]:
        """The promise of one batch, and what of it has been read by these rules already."""
        spare = [self.spare.pop(number) for number in numbers if number in self.spare]
        done = {work.address_id for work in spare}
        with reading(self.means.engine) as s:
            addresses = addresses_of(s, [number for number in numbers if number not in done])
        pages = tuple((a.id, a.position) for a in addresses if a.position)
        archive = self.means.archive
        call = Call(archive.folder, archive.place, self.name, self.rules, pages)
        return self.means.cleaners.give(read_again, call), spare

    def keep(self, cleaned_ones: Cleaned) -> None:
        """Lets the store decide what a batch becomes, and counts and tells it."""
        self.problems([work for work in cleaned_ones if isinstance(work, str)])
        works = [work for work in cleaned_ones if isinstance(work, Work)]
        numbers = [work.address_id for work in works]
        with self.means.transaction() as s:
            run_id = self.id or ledger.begin_run(s, self.name, REPROCESS, datetime.now(UTC))
            was = held_by(s, numbers)
            states = self.decided(s, run_id, works, was)
            now = held_by(s, numbers)
            if self.id:
                ledger.beat(s, run_id, datetime.now(UTC))
        if self.broken_at:
            settled = [replace(work, state=states[work.address_id]) for work in works]
            count_reread(self.summary, settled, self.broken_at)
        counts = self.result.sites[self.name]
        for work in works:
            number = work.address_id
            kind = became(was[number], now[number], states[number])
            counts[kind] += 1
            if kind != UNCHANGED and self.means.tell:
                self.means.tell(difference(self.name, kind, was[number], now[number]))

    def decided(
        self, s: Session, run_id: int, works: Sequence[Work], was: dict[int, Held]
    ) -> dict[int, State]:
        """What the store makes of each page; one that is no article still, and why, is noted as seen."""
        seen = {work.address_id for work in works if is_refused_still(work, was[work.address_id])}
        fresh = [work for work in works if work.address_id not in seen]
        # first these: `stored` waits for its turn to save, and must not hold addresses meanwhile
        states = {work.address_id: work.state or State.STORED for work in stored(fresh, s, run_id)}
        why = read_by(version(self.rules))
        for number in sorted(seen):
            ledger.settle(s, run_id, number, State.UNCHANGED, datetime.now(UTC), why)
            states[number] = State.UNCHANGED
        return states

    def problems(self, lost: Sequence[str]) -> None:
        """Counts pages that are not in the archive, and says of the first which they are."""
        if lost:
            self.result.sites[self.name][LOST] += len(lost)
            room = max(0, MOST_TOLD - len(self.result.problems))
            self.result.problems += lost[:room]


def landed(promise: Future[Cleaned], spare: list[Work]) -> Cleaned:
    """What was promised, and what was there before, in the order of their addresses."""
    works = [*spare, *result_of(promise)]
    return sorted(works, key=lambda work: -1 if isinstance(work, str) else work.address_id)


def is_article(work: Work) -> bool:
    return work.article is not None and work.article.verdict == ARTICLE


def is_refused_still(work: Work, was: Held) -> bool:
    """Whether the page is no article for the reason for which it was none."""
    assert work.article is not None, "cleaned comes before decided"
    return was.article is None and work.article.verdict == was.reason
