"""Which pages of a file are taken in, and under which addresses: decided before anything is cleaned.

What the address and the time of a record decide is decided before its content is read.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from crawler.outcomes import of_status
from crawler.savedpages import Offer, own_address
from crawler.sites import SiteBook
from db.addresses import address_key
from pipeline.urls import canonical_url, host_of

BATCH = 50  # pages a transaction, as in a crawl
BATCH_BYTES = 16 * 1024 * 1024  # or as many as make this together: memory stays flat
NO_ADDRESS = (
    "no http(s) address, and the page states none of its own; save it as .html and ingest it with --url"
)
NOT_ASKED = "not asked for"
STRANGER = "revisit of a page that is not here"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted of the files: pages of one site, addresses in which `match` is found; None is all."""

    site: str | None = None
    match: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page with its canonical address and the site whose rules it is read by."""

    offer: Offer
    url: str
    site: str


@dataclass(slots=True)
class Intake:
    """The choice among one file's records; `passed` counts those left out, by why.

    `known` tells when the pages were fetched that the store has from the file, by the keys of addresses.
    """

    book: SiteBook
    asked: Asked
    passed: Counter[str]
    known: Mapping[str, datetime] = field(default_factory=dict)

    def skims(self, url: str, fetched_at: datetime, requested_url: str | None) -> bool:
        """Whether a record's content need not be read: nobody asked for the page, or the store has it."""
        address = canonical_url(requested_url or url)
        if address is None:
            return False
        known_at = self.known.get(address_key(address)) if self.known else None
        return not self.wants(address) or (known_at is not None and fetched_at <= known_at)

    def usable(self, offers: Iterable[Offer]) -> Iterator[Page]:
        """The pages asked for that have an address of the web and are no redirect; the others are counted."""
        for offer in offers:
            if 300 <= offer.page.status < 400:
                self.passed["redirect"] += 1
                continue
            addressed = at_an_address(offer)
            if addressed is None:
                self.passed[STRANGER if offer.is_revisit else NO_ADDRESS] += 1
            elif not self.wants(addressed[1]):
                self.passed[NOT_ASKED] += 1
            else:
                yield Page(*addressed, self.site_of(addressed[1]))

    def wants(self, url: str) -> bool:
        """Whether the page at the canonical address was asked for."""
        asked = self.asked
        if asked.match and not asked.match.search(url):
            return False
        if asked.site is None:
            return True
        site = self.book.sites.get(asked.site)
        if site is not None and not site.owns(url):  # nearly always; asking all sites takes longer
            return False
        return self.site_of(url) == asked.site

    def site_of(self, url: str) -> str:
        """The name of the site the address lies on: its file's, else its host."""
        owner = self.book.owner_of(url)
        return owner.name if owner else host_of(url)


def at_an_address(offer: Offer) -> tuple[Offer, str] | None:
    """The offer with the canonical address to keep its page under; None where there is none.

    Test sets and saving tools make up addresses ("hard::name.html"): then the one the page states itself
    counts, and stands in the archived record too, so that the page can be found again.
    """
    page = offer.page
    if url := canonical_url(page.requested_url or page.url):
        return offer, url
    kind = page.header("content-type") or ""
    if offer.is_unread or of_status(page.status, kind, None, page.fetched_at):
        return None
    if not (url := own_address(page.body)):
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
