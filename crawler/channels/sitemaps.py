"""Sitemaps and indexes of them, news sitemaps and gzipped ones included."""

import io
import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]  # ships no types
from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

from crawler.channels.feeds import joined
from crawler.channels.link import MAX_LINKS, Link, Listing, from_text, newest_first, phrase
from crawler.channels.xml import unfit_xml

MAX_DEPTH = 10  # of elements inside each other; news and pictures need four
MAX_PARTS = 20_000  # elements' beginnings and ends in one entry; one with a thousand pictures has 8,000
MAX_UNZIPPED_BYTES = 50 * 1024 * 1024  # sitemaps.org allows 50 MB


class Overfull(Exception):  # noqa: N818 - named for what it says
    """An entry has too many parts; no honest sitemap's has."""

    def __init__(self) -> None:
        super().__init__("an entry has too many parts")


def sitemap_links(body: bytes, url: str) -> Listing:
    """The addresses of a sitemap, plain or gzipped, newest first; of an index its children."""
    try:
        body = unzipped(body)
    except (zlib.error, ValueError) as error:
        return Listing(problem=f"invalid sitemap: {error}")
    if problem := unfit_xml(body):
        return Listing(problem=f"invalid sitemap: {problem}")
    links: list[Link] = []
    children: list[Link] = []
    problem = None
    try:
        for is_index, link in entries(body, url):
            if len(links) + len(children) >= MAX_LINKS:
                problem = f"sitemap of more than {MAX_LINKS:,} addresses; the rest was not read"
                break
            (children if is_index else links).append(link)
    except ParseError as error:
        problem = f"invalid sitemap: {error}"
    except Overfull as error:
        problem = f"invalid sitemap: {error}"
    except (DefusedXmlException, ValueError, LookupError) as error:
        problem = f"invalid sitemap: {type(error).__name__}"  # its words may be the stranger's
    if not links and not children:
        problem = problem or "sitemap without addresses"
    return Listing(newest_first(links), newest_first(children), problem=problem)


def entries(body: bytes, url: str) -> Iterator[tuple[bool, Link]]:
    """Each `<url>` and each `<sitemap>` (True) with a `<loc>`; memory stays flat."""
    parser = iterparse(io.BytesIO(body), events=("start", "end"), forbid_dtd=True)
    _, root = next(parser)
    depth = parts = 0
    for event, element in parser:
        depth += 1 if event == "start" else -1
        parts += 1
        if depth > MAX_DEPTH or parts > MAX_PARTS:
            raise Overfull
        name = local(element)
        if event == "end" and name in {"url", "sitemap"}:
            if link := entry_link(element, url):
                yield name == "sitemap", link
            root.clear()
            parts = 0


def entry_link(element: Element, url: str) -> Link | None:
    """One entry, with what its news part says; None where it has no address."""
    told = {local(child): (child.text or "").strip() for child in element}  # pictures have a loc of their own
    address = joined(url, told.get("loc"))
    if address is None:
        return None
    parts = (child for child in element if local(child) == "news")
    news = {local(child): (child.text or "").strip() for part in parts for child in part}
    return Link(
        address,
        title=phrase(news.get("title")),
        published_at=from_text(news.get("publication_date")),
        modified_at=from_text(told.get("lastmod")),
    )


def unzipped(body: bytes) -> bytes:
    """`body` freed of gzip where it has it; ValueError when more than 50 MiB would come out."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    stream = zlib.decompressobj(wbits=31)
    plain = stream.decompress(body, MAX_UNZIPPED_BYTES)
    if stream.unconsumed_tail:
        raise ValueError(f"more than {MAX_UNZIPPED_BYTES} bytes when unzipped")
    return plain


def local(element: Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
