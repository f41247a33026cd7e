"""What a site's pages have in common: the lines of its newest pages, and how often each stood there.

A line is a number here; `pipeline.recurring` says which and what follows from the counts. They are counted
anew only when a run of the site has come to its end: pages of one run, killed and resumed or not, are all
read by the same counts.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from struct import Struct

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db.addresses import within_reach
from db.models import AddressRow, PageLines, SiteLines
from db.upserts import upsert

WINDOW = 200  # pages of a site that count: some weeks of a busy one, so that a new template is soon known
LINE, COUNTED = Struct(">Q"), Struct(">QH")  # in bytes, for they are many and nobody reads them


@dataclass(frozen=True, slots=True)
class Counts:
    """On how many of a site's newest `pages` pages each line stood; those on one page alone are left out."""

    pages: int = 0
    counts: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """The lines of one page of an address."""

    address_id: int
    site: str
    fetched_at: datetime
    lines: tuple[int, ...]


def note_lines(s: Session, run_id: int, pages: Sequence[Told]) -> None:
    """Keeps the lines of these pages in place of what earlier pages of the same addresses told."""
    rows = [
        {
            "address_id": page.address_id,
            "site": page.site,
            "fetched_at": page.fetched_at,
            "run_id": run_id,
            "lines": b"".join(map(LINE.pack, page.lines)),
        }
        for page in pages
    ]
    upsert(s, PageLines, rows)


def counts_of(s: Session, site: str) -> Counts:
    """The counts as of the site's last run that came to its end; none before it."""
    row = s.get(SiteLines, site)
    return Counts(row.pages, dict(COUNTED.iter_unpack(row.counts))) if row else Counts()


def count_lines(s: Session, site: str) -> None:
    """Counts the lines of the site's newest pages, and forgets those of older ones."""
    newest = s.scalar(select(func.max(PageLines.run_id)).where(PageLines.site == site))
    held = s.get(SiteLines, site)
    if newest is None or (held and held.run_id == newest):
        return
    rows = list(_newest_first(s, site))
    known = counts_among([[line for (line,) in LINE.iter_unpack(lines)] for _, lines in rows[:WINDOW]])
    packed = b"".join(COUNTED.pack(*pair) for pair in known.counts.items())
    s.merge(SiteLines(site=site, run_id=newest, pages=known.pages, counts=packed))
    if old := [address_id for address_id, _ in rows[WINDOW:]]:
        s.execute(delete(PageLines).where(PageLines.address_id.in_(old)))
    s.flush()


def counts_among(pages: Sequence[Sequence[int]]) -> Counts:
    """The counts of the lines of these pages, each given by its own."""
    counts = Counter(line for lines in pages for line in lines)
    return Counts(len(pages), dict(sorted(pair for pair in counts.items() if pair[1] > 1)))


def tell_anew(s: Session, run_id: int, site: str, pages: Sequence[Told], away: Sequence[str] = ()) -> Counts:
    """The counts after these pages have taken the place of all that pages of the site had told, but for those
    that lie in archives away from here.
    """
    told = delete(PageLines).where(PageLines.site == site)
    if away:
        near = select(AddressRow.id).where(AddressRow.site == site, *within_reach(away))
        told = told.where(PageLines.address_id.in_(near))
    s.execute(told)
    note_lines(s, run_id, pages)
    count_lines(s, site)
    return counts_of(s, site)


def _newest_first(s: Session, site: str) -> Iterator[tuple[int, bytes]]:
    """The site's pages by time of fetching; addresses in the order they were found break ties."""
    query = select(PageLines.address_id, PageLines.lines).where(PageLines.site == site)
    for row in s.execute(query.order_by(PageLines.fetched_at.desc(), PageLines.address_id.desc())):
        yield row.address_id, row.lines
