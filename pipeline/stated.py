"""What a page states about itself, read once from its tree: meta elements, JSON-LD, and mark-up of dates
and people.
"""

import html as entities
from collections.abc import Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline import jsonld
from pipeline.titles import plain

MARKED_UP = (
    'time, [itemprop], abbr.published, a[rel~="author"]'  # the hAtom microformat's dates are in <abbr>
)
STAMPS = ("datetime", "content", "title")  # where an element keeps the exact moment of the date it shows
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
    people: list[tuple[str, str]]

    def meta(self, *names: str) -> list[tuple[str, str]]:
        """Candidates (place, value) out of the meta elements, in the order of `names`."""
        return [(f"meta {name}", value) for name in names for value in self.metas.get(name, ())[:1]]

    def node(self, *keys: str) -> list[tuple[str, str]]:
        """The first of `keys` the JSON-LD article fills, as a list of at most one candidate."""
        value = jsonld.text_of(self.article, *keys) if self.article else None
        return [(f"json-ld {keys[0]}", value)] if value else []


def stated_by(tree: LexborHTMLParser) -> Stated:
    """Everything the page states about itself."""
    metas = metas_of(tree)
    nodes = jsonld.nodes([node.text() for node in tree.css('script[type*="ld+json" i]')])
    dates, people = marked_up(tree)
    root, head, link = (tree.css_first(s) for s in ("html", "title", 'link[rel="canonical" i]'))
    lang = root.attributes.get("lang") or root.attributes.get("xml:lang") if root is not None else None
    return Stated(
        metas=metas,
        nodes=nodes,
        article=jsonld.article_node(nodes),
        headings=[heading for node in tree.css("h1")[:HEADINGS] if (heading := heading_text(node))],
        title_element=plain(head.text()) if head is not None else None,
        language=lang,
        canonical=link.attributes.get("href") if link is not None else None,
        dates=dates,
        people=people,
    )


def metas_of(tree: LexborHTMLParser) -> dict[str, list[str]]:
    """The contents of the page's <meta> elements under their lower-case name, property or itemprop."""
    metas: dict[str, list[str]] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        content = plain(attributes.get("content"))
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        if content and name:
            text = entities.unescape(content) if "&" in content else content
            metas.setdefault(name.strip().lower(), []).append(text)
    return metas


def heading_text(node: LexborNode) -> str:
    """A heading's text; parts set in elements of their own are kept a space apart."""
    return plain(node.text(separator=" " if node.css_first("br, div, span, p") is not None else ""))


def marked_up(tree: LexborHTMLParser) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Dates and people that the page's own mark-up names, the surest first."""
    dates: list[tuple[int, str, str]] = []
    people: list[tuple[int, str, str]] = []
    for node in tree.css(MARKED_UP)[:80]:
        attributes = node.attributes
        prop = (attributes.get("itemprop") or "").lower()
        if node.tag in ("time", "abbr") or prop in ("datepublished", "datecreated"):
            rank = 0 if prop == "datepublished" else 1
            stamp = next((s for key in STAMPS if (s := attributes.get(key))), plain(node.text(separator=" ")))
            if "modified" not in prop and stamp:
                dates.append((rank, "itemprop" if prop else "time element", stamp))
        elif prop in ("author", "creator") or (not prop and node.tag == "a"):
            named = node.css_first('[itemprop="name"]')
            inner = named if named is not None else node
            text = inner.attributes.get("content") or plain(inner.text(separator=" "))
            people.append((0 if prop else 1, "itemprop" if prop else "rel=author", text))
    dates.sort(key=lambda found: found[0])
    people.sort(key=lambda found: found[0])
    return [found[1:] for found in dates], [found[1:] for found in people]
