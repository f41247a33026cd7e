"""From what a page states about itself to one value per field: the surest place first, and which place it
was.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from pipeline import jsonld
from pipeline.article import Metadata
from pipeline.authors import authors_of, houses_of
from pipeline.dates import parse_date
from pipeline.moments import in_scripts, moments_of, note
from pipeline.rules import Rules
from pipeline.stated import Stated
from pipeline.titles import ALIKE, best_title, fold, likeness, plain

Candidates = Iterable[tuple[str, str | None]]

TITLES = ["og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "title"]
DESCRIPTIONS = ["og:description", "description", "twitter:description", "dc.description"]
SECTIONS = [
    "article:section",
    "parsely-section",
    "og:article:section",
    "section",
    "category",
    "cxenseparse:section",
]
TAGS = ("article:tag", "og:article:tag", "parsely-tags", "news_keywords")
IMAGES = ("og:image", "og:image:url", "twitter:image", "twitter:image:src")
TIERS = ("article:content_tier", "content_tier", "content-tier", "isaccessibleforfree")
PAID = re.compile(r"\s*(?:locked|metered|paid|premium|subscribers?|false)\b", re.IGNORECASE)
MAX_OTHER = 120  # characters kept of a title that contradicts
FREE = "isAccessibleForFree"
PARTS = 400  # nodes of JSON-LD asked; the parts of a text state it too
MAX_TAGS, MAX_TAG_CHARS = 40, 60  # longer lists and longer tags were search words, not tags


def metadata_of(stated: Stated, tree: LexborHTMLParser, url: str | None, rules: Rules) -> Metadata:
    """Every field the page fills, each with the place it was read from under its name in `evidence`."""
    language = language_of(stated, rules)
    evidence = about(stated)
    chosen = selections(tree, rules)
    published, modified = moments_of(evidence, stated, chosen["published_at"], url, language)
    if published is None and (told := in_scripts(node.text() for node in tree.css("script"))):
        published = parse_date(told, language)
        note(evidence, "published_at", "script", told)
    title = first(evidence, "title", [*chosen["title"], title_of(stated, url)])
    if title and (other := other_title(stated, title)):
        evidence["title conflict"] = other
    return Metadata(
        title=title,
        standfirst=first(evidence, "standfirst", chosen["standfirst"]),
        authors=authors_of(evidence, stated, chosen["authors"], houses_of(site_of(stated), url)),
        published_at=published,
        modified_at=modified,
        section=first(evidence, "section", [*stated.node("articleSection"), *stated.meta(*SECTIONS)]),
        tags=tags_of(stated),
        language=language,
        canonical_url=canonical(stated, url),
        image=first(evidence, "image", pictures(stated, url)),
        evidence=evidence,
    )


def first(evidence: dict[str, str], name: str, candidates: Candidates) -> str | None:
    """The first candidate that says something; its place is noted in `evidence`."""
    for place, value in candidates:
        if value and value.strip():
            evidence[name] = place
            return value.strip()
    return None


def selections(tree: LexborHTMLParser, rules: Rules) -> dict[str, list[tuple[str, str | None]]]:
    """What the site's own selectors find, by field."""
    found: dict[str, list[tuple[str, str | None]]] = {}
    for name in ("title", "standfirst", "authors", "published_at"):
        selector = getattr(rules, name)
        found[name] = []
        for node in selected(tree, selector)[:6] if selector else ():
            attributes = node.attributes
            if name == "published_at":
                found[name].append(("selector", attributes.get("datetime")))
            found[name].append(("selector", plain(node.text(separator=" ")) or attributes.get("content")))
    return found


def selected(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    """The elements a site's selector matches; none where Lexbor cannot read it (site files are checked
    elsewhere).
    """
    try:
        return tree.css(selector)
    except (SelectolaxError, ValueError):
        return []


def title_of(stated: Stated, url: str | None) -> tuple[str, str | None]:
    """The title that heading and statements agree on best, and the place it was read from."""
    claims = [*stated.node("headline", "name"), *stated.meta(*TITLES)]
    if stated.title_element:
        claims.append(("title element", stated.title_element))
    return best_title(stated.headings, claims, site_of(stated), url)


def other_title(stated: Stated, title: str) -> str | None:
    """A statement of the title, with its place, that shares less than half of the words; None where none
    does.
    """
    for place, value in (*stated.node("headline"), *stated.meta("og:title")):
        if (
            likeness(title, value) < ALIKE
            and not fold(value).startswith(fold(title))
            and value.count(" ") > 2
        ):
            return f"{place}: {value[:MAX_OTHER]}"
    return None


def site_of(stated: Stated) -> str:
    """The site's own name; empty where the page does not say it."""
    return next((value for _, value in stated.meta("og:site_name", "application-name")), "")


def tags_of(stated: Stated) -> tuple[str, ...]:
    """The article's tags, each once: from meta elements, else JSON-LD keywords, else meta keywords."""
    values = [value for name in TAGS for value in stated.metas.get(name, [])]
    if not values and stated.article:
        values = jsonld.texts_of(stated.article, "keywords")
    tags: dict[str, str] = {}
    for value in values or stated.metas.get("keywords", []):
        for part in value.split(","):
            tag = plain(part)
            if 1 < len(tag) <= MAX_TAG_CHARS:
                tags.setdefault(tag.casefold(), tag)
    return tuple(tags.values())[:MAX_TAGS]


def language_of(stated: Stated, rules: Rules) -> str | None:
    """The language the page states, in lower case with its region ("en-us"); else the site's; else None."""
    told = [
        stated.language,
        *(value for _, value in stated.meta("og:locale", "content-language", "language")),
    ]
    for value in told:
        found = re.match(r"\s*([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}))?(?![A-Za-z])", value or "")
        if found:
            return "-".join(part.lower() for part in found.groups() if part)
    return rules.language


def canonical(stated: Stated, url: str | None) -> str | None:
    """The address the page calls its own, absolute; None where it names none or only a site's front page."""
    for value in (stated.canonical, *stated.metas.get("og:url", ())):
        address = joined(url, value or "")
        if not value or not address:
            continue
        parts = urlsplit(address)
        front = parts.path in ("", "/") and not parts.query
        if parts.scheme in ("http", "https") and parts.netloc and not front:
            return address
    return None


def pictures(stated: Stated, url: str | None) -> Candidates:
    """Candidates for the lead picture's address, absolute."""
    image = jsonld.image_of(stated.article) if stated.article else None
    found = [*stated.meta(*IMAGES), *([("json-ld image", image)] if image else [])]
    return [(place, joined(url, value)) for place, value in found]


def joined(url: str | None, address: str) -> str | None:
    """`address` made absolute; None where it is no address, or acts (`javascript:`) or holds data."""
    try:
        whole = urljoin(url or "", address.strip())
        scheme = urlsplit(whole).scheme
    except ValueError:
        return None
    return whole if scheme in {"", "http", "https"} else None


def paywall(stated: Stated) -> str | None:
    """The place that says the text is not free to read; None where nothing does."""
    own = stated.article if stated.article and FREE in stated.article else None
    others = (node for node in stated.nodes[:PARTS] if not jsonld.types_of(node) & jsonld.ARTICLE_TYPES)
    for node in [own] if own else others:
        if str(node.get(FREE, "")).rsplit("/", 1)[-1].lower() == "false":
            return f"json-ld {FREE}"
    for place, value in stated.meta(*TIERS):
        if PAID.match(value):
            return place
    return None


def about(stated: Stated) -> dict[str, str]:
    """What later rooms ask the page about itself: its types, its site's name, its descriptions."""
    types = sorted({name for node in stated.nodes[:400] for name in jsonld.types_of(node)})
    texts = [value for _, value in stated.meta(*DESCRIPTIONS)]
    texts += [value for _, value in (*stated.node("description"), *stated.node("alternativeHeadline"))]
    found: Mapping[str, str] = {
        "paywall": paywall(stated) or "",
        "types": " ".join(types),
        "og:type": " ".join(stated.metas.get("og:type", ()))[:40].lower(),
        "site": site_of(stated),
        "title element": stated.title_element or "",
        "description": "\n".join(dict.fromkeys(texts)),
    }
    return {name: value for name, value in found.items() if value}
