"""Sitemaps and indexes of them, news sitemaps and gzipped ones included."""

import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]  # ships no types
from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

from crawler.channels.feeds import joined
from crawler.channels.link import MAX_LINKS, Link, Listing, from_text, newest_first, phrase
from crawler.channels.plain import Overfull, Plain
from crawler.channels.xml import PROLOG_BYTES, unfit_xml

MAX_DEPTH = 10  # of elements inside each other; news and pictures need four
MAX_PARTS = 20_000  # elements' beginnings and ends in one entry; one with a thousand pictures has 8,000


def sitemap_links(body: bytes, url: str) -> Listing:
    """The addresses of a sitemap, plain or gzipped, newest first; of an index its children."""
    links: list[Link] = []
    children: list[Link] = []
    problem = None
    try:
        if unfit := unfit_xml(Plain(body).read(PROLOG_BYTES)):
            return Listing(problem=f"invalid sitemap: {unfit}")
        for is_index, link in entries(Plain(body), url):
            if len(links) + len(children) >= MAX_LINKS:
                problem = f"sitemap of more than {MAX_LINKS:,} addresses; the rest was not read"
                break
            (children if is_index else links).append(link)
    except (ParseError, zlib.error, Overfull) as error:
        problem = f"invalid sitemap: {error}"
    except (DefusedXmlException, ValueError, LookupError) as error:
        problem = f"invalid sitemap: {type(error).__name__}"  # its words may be the stranger's
    if not links and not children:
        problem = problem or "sitemap without addresses"
    return Listing(newest_first(links), newest_first(children), problem=problem)


def entries(body: Plain, url: str) -> Iterator[tuple[bool, Link]]:
    """Each `<url>` and each `<sitemap>` (True) with a `<loc>`; memory stays flat."""
    parser = iterparse(body, events=("start", "end"), forbid_dtd=True)
    _, root = next(parser)
    depth = parts = 0
    for event, element in parser:
        depth += 1 if event == "start" else -1
        parts += 1
        if depth > MAX_DEPTH or parts > MAX_PARTS:
            raise Overfull("an entry has too many parts")
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


def local(element: Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
