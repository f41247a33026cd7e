"""Who wrote the article: the people a page states, the surest place first, and which place it was."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from pipeline import jsonld
from pipeline.names import BODY, is_person, names_in
from pipeline.stated import Stated
from pipeline.titles import fold

AUTHORS = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "cxenseparse:author",
    "citation_author",
    "creator",
)
INVERTED = frozenset(["citation_author", "dc.creator", "dcterms.creator"])  # libraries write "Writer, Ada"
ORGANISATIONS = frozenset(["organization", "newsmediaorganization", "corporation", "brand"])
HOUSE = "house"  # begins the evidence of an author that is only the publisher

Source = tuple[str, tuple[str, ...]]


def authors_of(
    evidence: dict[str, str], stated: Stated, chosen: list[tuple[str, str | None]], houses: Iterable[str]
) -> tuple[str, ...]:
    """The article's authors in page order, each once, without "By"; empty where the page states none.

    `houses` are the site's own names; they and organisations are the authors only where nobody else is.
    """
    own = {fold(name) for name in houses if name}
    spare: Source | None = None
    first: Source | None = None
    for place, names in sources(stated, chosen):
        if not names:
            continue
        house = place.startswith(HOUSE) or (
            place != "selector" and all(fold(n) in own or BODY.search(n) for n in names)
        )
        if house:
            spare = spare or (place if place.startswith(HOUSE) else f"{HOUSE}, {place}", names)
        elif first is None:
            first = (place, names)
        elif place in STATING and known(names).isdisjoint(known(first[1])):
            evidence.setdefault("authors conflict", f"{place}: {', '.join(names)}")
    found = first or spare
    if found is None:
        return ()
    evidence["authors"] = found[0]
    return found[1]


STATING = frozenset(["json-ld author", "meta author", "itemprop", "rel=author"])


def known(names: Iterable[str]) -> set[str]:
    """The words of the names, for telling whether two lists mean the same people."""
    return {fold(word) for name in names for word in name.split()}


def sources(stated: Stated, chosen: list[tuple[str, str | None]]) -> Iterable[Source]:
    """Every place that may name the authors with the names it gives, best first."""
    yield "selector", names_in([value for _, value in chosen if value])
    people, houses = linked_names(stated)
    if not all(BODY.search(name) for name in people):
        yield "json-ld author", names_in(people, given=True)
    yield f"{HOUSE}, json-ld author", names_in([*people, *houses], given=True)
    for name in AUTHORS:
        values = stated.metas.get(name, ())
        yield f"meta {name}", names_in(map(turned, values) if name in INVERTED else values, given=True)
    for place, values in stated.people[:6]:
        names = names_in(values) or names_in(values, given=True)
        yield place, names if place != "class author" else tuple(n for n in names if may_be_one(n))


def may_be_one(name: str) -> bool:
    """Whether an element's text is likely a name: a person's, or one word."""
    return " " not in name or is_person(name)


def turned(name: str) -> str:
    """Turns "Writer, Ada" into "Ada Writer"; anything else stays as it is."""
    family, comma, given = name.partition(",")
    return f"{given.strip()} {family.strip()}" if comma and "," not in given and given.strip() else name


def linked_names(stated: Stated) -> tuple[list[str], list[str]]:
    """The people and the organisations under the article's `author`, also where it only refers to a node
    elsewhere in the graph.
    """
    by_id = {n["@id"]: n for n in stated.nodes if isinstance(n.get("@id"), str) and n.get("name")}
    values = stated.article.get("author") if stated.article else None
    people: list[str] = []
    houses: list[str] = []
    for item in values if isinstance(values, list) else [values]:
        target = item
        if isinstance(item, dict) and not item.get("name"):
            key = item.get("@id")
            target = by_id.get(key, item) if isinstance(key, str) else item
        house = isinstance(target, dict) and bool(jsonld.types_of(target) & ORGANISATIONS)
        for name in named(target):
            (houses if house else people).append(name)
    return people, houses


def named(item: object) -> list[str]:
    """The names an author says: a string, an object's name, or the list that stands in its place."""
    if isinstance(item, dict) and isinstance(item.get("name"), list):
        return jsonld.texts_of(item, "name")
    name = jsonld.text_of({"x": item}, "x")
    return [name] if name else []


def houses_of(site: str, url: str | None) -> tuple[str, ...]:
    """The names by which a site may call itself: its name, its host and the host's main word."""
    try:
        host = (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    parts = host.split(".")
    return (site, host, parts[-2] if len(parts) > 1 else "")
