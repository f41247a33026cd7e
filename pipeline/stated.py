"""What a page states about itself, read once from its tree: meta elements, JSON-LD, and mark-up of dates
and people.
"""

import html as entities
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline import jsonld
from pipeline.titles import fold, plain

# Everything read here, in one pass: each selector of its own would walk the whole tree again.
READ = (
    "html, title, meta[content], h1, "
    'script[type*="ld+json" i], link[rel="canonical" i], '
    "time, [itemprop], abbr.published, "  # the hAtom microformat's dates are in <abbr>
    'a[rel~="author"], a[href*="/author"], a[href*="/autor"], a[href*="/auteur"], '
    ".date, .published, .submitted, .entry-date, .post-date, "
    ".vcard, .byline, .username, address, [class*=author i]"
)
PROFILE = re.compile(r"/(?:authors?|autor(?:en|es)?|auteurs?)/[^/?#]")
NAMED = re.compile(
    r"(?:^|\s)(?:vcard|byline|username|(?:[\w-]*[_-])?author(?:s|[_-]*name)?(?:[_-]+(?:txt|link|text|title))?)(?=\s|$)"
)
CHANGED = re.compile(r"modified|updated(?!.*published)|lastmod")
DATED = re.compile(r"(?:^|\s)(?:(?:entry-|post-)?date|published|submitted)(?:\s|$)")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
MAX_DAY = 60  # characters of an element named after the date
FOREIGN = re.compile(r"comment|related|teaser|sidebar|widget|recommend")
STAMPS = ("datetime", "content", "title")  # where an element keeps the exact moment of the date it shows
MARKED = 160  # elements that mark up a date or a person looked at; articles have a dozen, listings hundreds
MIN_TITLE = 12  # characters of a heading that tells one article from another
MAX_PERSON = 120  # characters of an element named after the author; longer ones are biographies
HEADINGS = 12  # <h1> elements looked at; pages with more use them for everything


@dataclass(frozen=True, slots=True)
class Stated:
    """A page's own words about itself, unjudged; dates and people each with the place they were read from."""

    metas: Mapping[str, list[str]]
    nodes: list[jsonld.Node]
    article: jsonld.Node | None
    headings: list[str]
    title_element: str | None
    language: str | None
    canonical: str | None
    dates: list[tuple[str, str]]
    people: list[tuple[str, list[str]]]

    def meta(self, *names: str) -> list[tuple[str, str]]:
        """Candidates (place, value) out of the meta elements, in the order of `names`."""
        return [(f"meta {name}", value) for name in names for value in self.metas.get(name, ())[:1]]

    def node(self, *keys: str) -> list[tuple[str, str]]:
        """The first of `keys` the JSON-LD article fills, as a list of at most one candidate."""
        value = jsonld.text_of(self.article, *keys) if self.article else None
        return [(f"json-ld {keys[0]}", value)] if value else []


def stated_by(tree: LexborHTMLParser) -> Stated:
    """Everything the page states about itself."""
    found = Found()
    last = 0
    for node in tree.css(READ):
        if node.mem_id == last:  # a node that several of the selectors match comes once for each
            continue
        last = node.mem_id
        tag = node.tag
        if tag == "meta":
            found.meta(node)
        elif tag == "script":
            found.scripts.append(node.text())
        elif tag == "h1":
            found.heading(node)
        elif tag == "html":
            found.language = node.attributes.get("lang") or node.attributes.get("xml:lang")
        elif tag == "title":
            found.title = found.title if found.title is not None else plain(node.text())
        elif tag == "link":
            found.canonical = found.canonical or node.attributes.get("href")
        else:
            found.marked_up(node)
    nodes = jsonld.nodes(found.scripts)
    return Stated(
        metas=found.metas,
        nodes=nodes,
        article=jsonld.article_node(
            nodes,
            {fold(heading) for heading in found.headings if len(heading) > MIN_TITLE},
            {address for address in (found.canonical, *found.metas.get("og:url", ())) if address},
        ),
        headings=found.headings,
        title_element=found.title,
        language=found.language,
        canonical=found.canonical,
        dates=[each[2:] for each in sorted(found.dates, key=lambda each: each[:2])],
        people=people_of(found.people),
    )


def people_of(found: list[tuple[int, bool, int, str, str]]) -> list[tuple[str, list[str]]]:
    """The people marked up, the surest place first; those named side by side come together."""
    together: dict[tuple[int, int], tuple[str, list[str]]] = {}
    for rank, _, group, place, text in sorted(found, key=lambda each: each[:2]):
        together.setdefault((rank, group), (place, []))[1].append(text)
    return list(together.values())


@dataclass(slots=True)
class Found:
    """What the pass over the page has met so far; of dates and people each with how sure its place is, and
    whether it stood before the title.
    """

    metas: dict[str, list[str]] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    title: str | None = None
    language: str | None = None
    canonical: str | None = None
    dates: list[tuple[int, bool, str, str]] = field(default_factory=list)
    people: list[tuple[int, bool, int, str, str]] = field(default_factory=list)
    entitled: bool = False
    seen: int = 0

    def meta(self, node: LexborNode) -> None:
        """Keep a <meta> element's content under its lower-case name, property or itemprop."""
        attributes = node.attributes
        content = plain(attributes.get("content"))
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        if content and name:
            text = entities.unescape(content) if "&" in content else content
            self.metas.setdefault(name.strip().lower(), []).append(text)
        if attributes.get("itemprop"):
            self.marked_up(node)

    def heading(self, node: LexborNode) -> None:
        """Keep a heading's text; parts set in elements of their own are kept a space apart."""
        if len(self.headings) < HEADINGS:
            parted = node.css_first("br, div, span, p") is not None
            text = plain(node.text(separator=" " if parted else ""))
            if text:
                self.headings.append(text)
                self.entitled = self.entitled or text.count(" ") >= 2

    def marked_up(self, node: LexborNode) -> None:
        """Keep the date or the person that an element marks up."""
        self.seen += 1
        if self.seen > MARKED:
            return
        attributes = node.attributes
        prop = (attributes.get("itemprop") or "").lower()
        if node.tag in ("time", "abbr") or prop in ("datepublished", "datecreated"):
            rank = 0 if prop == "datepublished" else 1
            stamp = next((s for key in STAMPS if (s := attributes.get(key))), plain(node.text(separator=" ")))
            if stamp and not CHANGED.search(f"{prop} {attributes.get('class') or ''}"[:200].lower()):
                place = "itemprop" if prop else "time element"
                self.dates.append((rank, not self.entitled, place, stamp))
        elif not prop and DATED.search(attributes.get("class") or ""):
            self.day(node)
        elif prop in ("author", "creator"):
            named = node.css_first('[itemprop="name"]')
            self.person(node, named if named is not None else node, 0, "itemprop")
        elif not prop and (told := place_of(node, attributes)):
            self.person(node, node, *told)

    def day(self, node: LexborNode) -> None:
        """Keep the words of an element named after the date, where they are few and hold a year."""
        text = plain(node.text(separator=" "))
        if len(text) <= MAX_DAY and YEAR.search(text):
            self.dates.append((2, not self.entitled, "class date", text))

    def person(self, node: LexborNode, named: LexborNode, rank: int, place: str) -> None:
        text = named.attributes.get("content") or plain(named.text(separator=" "))
        parent = node.parent
        above = parent.parent if parent is not None else None
        if 0 < len(text) <= MAX_PERSON or rank == 0:
            group = above.mem_id if above is not None else 0
            self.people.append((rank, not self.entitled, group, place, text))


def place_of(node: LexborNode, attributes: Mapping[str, str | None]) -> tuple[int, str] | None:
    """How sure an element that may name the author is, and what to call it; None where it names none."""
    names = (attributes.get("class") or "").lower()
    parent = node.parent
    around = names
    for _ in range(3):
        if parent is not None:
            around += " " + (parent.attributes.get("class") or "").lower()
            parent = parent.parent
    if FOREIGN.search(around):
        return None
    if node.tag == "a":
        if "author" in (attributes.get("rel") or "").lower().split():
            return 1, "rel=author"
        return (2, "author's page") if PROFILE.search(attributes.get("href") or "") else None
    return (3, "class author") if node.tag == "address" or NAMED.search(names) else None
