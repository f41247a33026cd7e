"""Listing pages: the links in them with what stands beside, JSON-LD lists, and the way to the next page."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.channels.feeds import joined, named
from crawler.channels.link import MAX_LINKS, Link, Listing, from_text, phrase, tree_of
from pipeline.jsonld import nodes

MAX_DATED_BYTES = 2 * 1024 * 1024  # of a page whose dates are looked at; a listing has 50 to 500 kB
MAX_TIMES = 300  # of a page's dates that are looked at; a listing has one for each of its 10 to 100 entries
MAX_CLIMB = 4  # elements between a date and the box that also holds its entry's link
MAX_TEASER_LINKS = 6  # different addresses in one entry's box; more, and it is the box of a whole list
NEXT = "link[rel~=next][href], a[rel~=next][href]"
# a page's number in its address: ?page=2, /page/2/, /page-2; what stands before is the listing itself
NUMBER = re.compile(r"(?:/page[/-](\d{1,5})/?|[?&](?:page|paged|pg)=(\d{1,5}))$")


def page_links(body: bytes, url: str) -> Listing:
    """The links of a listing page in page order, each address once, with the longest of its link texts."""
    tree = tree_of(body)
    anchors = anchors_of(tree, url)
    listed = {link.url: link for link in item_list(tree, url)}
    dated = dates_of(tree, url) if len(body) <= MAX_DATED_BYTES else {}
    plain = {address: Link(address, phrase(title), dated.get(address)) for address, title in anchors.items()}
    listed = {
        url: replace(link, title=link.title or phrase(anchors.get(url))) for url, link in listed.items()
    }
    links = tuple({**plain, **listed}.values())[:MAX_LINKS]
    problem = None if links else "page without links"
    return Listing(links, next_page=next_page(tree, url, anchors), problem=problem)


def anchors_of(tree: LexborHTMLParser, url: str) -> dict[str, str]:
    """The addresses that the page links to, without fragments, each with its longest link text."""
    found: dict[str, str] = {}
    for anchor in tree.css("a[href]"):
        address = address_in(anchor, url)
        if address is None:
            continue
        title = " ".join(anchor.text().split())
        if address not in found or len(title) > len(found[address]):
            found[address] = title
        if len(found) >= MAX_LINKS:
            break
    return found


def address_in(anchor: LexborNode, url: str) -> str | None:
    """Where an anchor on the page `url` leads, without the fragment; None where nowhere."""
    address = joined(url, anchor.attributes.get("href") or "#")
    return (address or "").partition("#")[0] or None


def dates_of(tree: LexborHTMLParser, url: str) -> dict[str, datetime]:
    """What `<time datetime>` says for each address whose box it stands in."""
    found: dict[str, datetime] = {}
    for time in tree.css("time[datetime]")[:MAX_TIMES]:
        if when := from_text(time.attributes.get("datetime")):
            for address in beside(time, url):
                found.setdefault(address, when)
    return found


def beside(node: LexborNode, url: str) -> set[str]:
    """The addresses in the smallest box around `node` that has any; none where that box is a whole list."""
    box = node.parent
    for _ in range(MAX_CLIMB):
        if box is None or box.tag in {"body", "html", "main"}:
            break
        if box.css_first("a[href]"):
            anchors = box.css("a[href]")[: 4 * MAX_TEASER_LINKS]
            addresses = {address for anchor in anchors if (address := address_in(anchor, url))}
            is_list = len(addresses) > MAX_TEASER_LINKS or len(box.css("time[datetime]")) > 2
            return set() if is_list else addresses
        box = box.parent
    return set()


def item_list(tree: LexborHTMLParser, url: str) -> Iterator[Link]:
    """The entries of the page's JSON-LD ItemLists."""
    scripts = [script.text() for script in tree.css('script[type="application/ld+json"]')]
    for node in nodes(scripts):
        kinds = node.get("@type")
        items = node.get("itemListElement")
        if "ItemList" in (kinds if isinstance(kinds, list) else [kinds]) and isinstance(items, list):
            for item in items[:MAX_LINKS]:
                if link := listed_link(item, url):
                    yield link


def listed_link(element: Any, url: str) -> Link | None:
    """One element of an ItemList, be it an address, a ListItem or the thing itself."""
    if isinstance(element, str):
        element = {"url": element}
    if not isinstance(element, dict):
        return None
    item = element.get("item")
    thing = item if isinstance(item, dict) else {"url": item} if isinstance(item, str) else element
    address = joined(url, thing.get("url") or thing.get("@id") or element.get("url"))
    if address is None:
        return None
    authors = thing.get("author")
    people = authors if isinstance(authors, list) else [authors]
    return Link(
        address.partition("#")[0],
        title=phrase(thing.get("headline") or thing.get("name") or element.get("name")),
        published_at=from_text(thing.get("datePublished")),
        modified_at=from_text(thing.get("dateModified")),
        author=named(person.get("name") if isinstance(person, dict) else person for person in people),
    )


def next_page(tree: LexborHTMLParser, url: str, anchors: dict[str, str]) -> str | None:
    """The page with the older entries: what `rel=next` says, else the next number among the page's links."""
    for node in tree.css(NEXT)[:3]:
        address = address_in(node, url)
        if address and address != url and urlsplit(address).netloc == urlsplit(url).netloc:
            return address
    here, number = numbered(url)
    numbers: dict[int, str] = {}
    for address in anchors:
        base, other = numbered(address)
        if other and base == here:
            numbers.setdefault(other, address)
    if number:
        return numbers.get(number + 1)
    # a count from nought calls the second page 1
    second = numbers.get(1)
    return second if second and anchors[second] == "2" else numbers.get(2)


def numbered(url: str) -> tuple[str, int]:
    """The listing that an address is a page of, without final slash, and the page's number; 0 for none."""
    found = NUMBER.search(url)
    number = int(found[1] or found[2]) if found else 0
    return (url[: found.start()] if found else url).rstrip("/"), number
