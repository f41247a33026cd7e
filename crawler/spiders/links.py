"""From the body of a feed, sitemap or listing page to the links in it; fetches nothing, follows nothing.

All three come from strangers: entities stay unexpanded, counts and sizes are bounded, and what cannot be read
is a `problem` to report, never a silent zero.
"""

import calendar
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, ParseError

import feedparser
from dateutil import parser as dates
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]  # ships no types
from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]
from selectolax.lexbor import LexborHTMLParser

MAX_LINKS = 50_000  # the most a sitemap may hold (sitemaps.org); feeds and pages stay far below
MAX_CHILD_SITEMAPS = 10  # of an index, the newest; a news index needs one or two
MAX_UNZIPPED_BYTES = 50 * 1024 * 1024  # sitemaps.org allows 50 MB
PROLOG_BYTES = 64 * 1024  # what may stand before the root element
ROOT = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf|urlset|sitemapindex)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """An address as a channel gives it: not yet canonical, perhaps not an article, perhaps not even http."""

    url: str
    title: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What one channel's body held; `sitemaps` are children of an index still to be fetched."""

    links: tuple[Link, ...] = ()
    sitemaps: tuple[str, ...] = ()
    problem: str | None = None


def links_in(kind: str, body: bytes, url: str) -> Listing:
    """The links of a body fetched from `url`; `kind` is "feed", "sitemap" or "section"."""
    readers = {"feed": feed_links, "sitemap": sitemap_links, "section": page_links}
    return readers[kind](body, url)


def feed_links(body: bytes, url: str) -> Listing:
    """The entries of an RSS or Atom feed, newest first."""
    if problem := unfit_xml(body):
        return Listing(problem=f"invalid feed: {problem}")
    # a stream, because feedparser takes plain bytes for the name of a file or an address to open
    feed = feedparser.parse(io.BytesIO(body), response_headers={"content-location": url}, sanitize_html=False)
    links = [link for entry in feed.entries[:MAX_LINKS] if (link := entry_link(entry, url))]
    if not links:
        return Listing(problem="feed without entries" if feed.version else "invalid feed: not RSS or Atom")
    return Listing(newest_first(links))


def entry_link(entry: Any, url: str) -> Link | None:
    """One entry of a feed; None where it has no address."""
    address = entry.get("feedburner_origlink") or entry.get("link")
    if not address:
        return None
    when = entry.get("published_parsed") or entry.get("updated_parsed")
    title = " ".join(str(entry.get("title", "")).split())
    return Link(urljoin(url, address), title or None, from_struct(when))


def sitemap_links(body: bytes, url: str) -> Listing:
    """The addresses of a sitemap, plain or gzipped, newest first; or the newest children of an index."""
    links: list[Link] = []
    children: list[Link] = []
    problem = None
    try:
        if unfit := unfit_xml(Plain(body).read(PROLOG_BYTES)):
            return Listing(problem=f"invalid sitemap: {unfit}")
        for is_index, link in entries(Plain(body), url):
            (children if is_index else links).append(link)
            if len(links) + len(children) >= MAX_LINKS:
                break
    except (ParseError, DefusedXmlException, ValueError, zlib.error) as error:
        problem = f"invalid sitemap: {error}"
    newest = newest_first(children)[:MAX_CHILD_SITEMAPS]
    if not links and not newest:
        problem = problem or "sitemap without addresses"
    return Listing(newest_first(links), tuple(link.url for link in newest), problem)


def entries(body: "Plain", url: str) -> Iterator[tuple[bool, Link]]:
    """Each `<url>` and each `<sitemap>` (True) with a `<loc>`; memory stays flat."""
    parser = iterparse(body, events=("start", "end"), forbid_dtd=True)
    _, root = next(parser)
    for event, element in parser:
        name = local(element)
        if event == "end" and name in {"url", "sitemap"}:
            told = {local(child): (child.text or "").strip() for child in element.iter()}
            if told.get("loc"):
                when = told.get("publication_date") or told.get("lastmod")
                yield name == "sitemap", Link(urljoin(url, told["loc"]), told.get("title"), from_text(when))
            root.clear()


def page_links(body: bytes, url: str) -> Listing:
    """The links of a listing page in page order, each address once, with the longest of its link texts."""
    found: dict[str, str] = {}
    for anchor in LexborHTMLParser(body).css("a[href]"):
        address = (anchor.attributes.get("href") or "").strip()
        try:
            address = urljoin(url, address).partition("#")[0]
        except ValueError:  # such as http://[broken
            continue
        title = " ".join(anchor.text().split())
        if address and (address not in found or len(title) > len(found[address])):
            found[address] = title
        if len(found) >= MAX_LINKS:
            break
    links = tuple(Link(address, title or None) for address, title in found.items())
    return Listing(links, problem=None if links else "page without links")


def unfit_xml(body: bytes) -> str | None:
    """Why `body` must not reach an XML parser; None where it may.

    Entities are declared before the root element, so bombs and external entities show there. A document
    type alone is harmless and old feeds have one.
    """
    prolog = uncommented(body[:PROLOG_BYTES].replace(b"\0", b""))  # UTF-16 reads like ASCII without its zeros
    root = ROOT.search(prolog)
    if root is None:
        return "no feed or sitemap element at its beginning"
    return "it declares entities" if b"<!ENTITY" in prolog[: root.start()].upper() else None


def uncommented(prolog: bytes) -> bytes:
    """`prolog` without comments and instructions, in which anything may stand, such as a root element."""
    for opening, closing in ((b"<!--", b"-->"), (b"<?", b"?>")):
        first, *rest = prolog.split(opening)
        prolog = first + b" ".join(part.partition(closing)[2] for part in rest)
    return prolog


class Plain:
    """A body to read piece by piece, freed of gzip where it has it; so memory stays flat.

    `read` raises zlib.error for broken gzip, and ValueError when more than 50 MiB came out.
    """

    def __init__(self, body: bytes) -> None:
        self._body = io.BytesIO(body)
        self._gzip = zlib.decompressobj(wbits=31) if body.startswith(b"\x1f\x8b") else None
        self._given = 0

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; none at the end."""
        if self._gzip is None:
            return self._body.read(size)
        piece = b""
        while not piece and not self._gzip.eof:
            zipped = self._gzip.unconsumed_tail or self._body.read(size)
            piece = self._gzip.decompress(zipped, size)
            if not zipped:
                break
        self._given += len(piece)
        if self._given > MAX_UNZIPPED_BYTES:
            raise ValueError(f"more than {MAX_UNZIPPED_BYTES} bytes when unzipped")
        return piece


def newest_first(links: list[Link]) -> tuple[Link, ...]:
    """`links` by date, those without one last, equal ones in the order they came."""
    oldest = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(links, key=lambda link: link.published_at or oldest, reverse=True))


def local(element: Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def from_struct(when: Any) -> datetime | None:
    """The moment in feedparser's UTC tuple; None where there is none or it lies outside the calendar."""
    try:
        return datetime.fromtimestamp(calendar.timegm(when), UTC) if when else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def from_text(when: str | None) -> datetime | None:
    """The moment in a sitemap's W3C date, UTC where it names no zone; None where it is none."""
    if not when or len(when) > 40:
        return None
    try:
        moment: datetime = dates.isoparse(when)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
