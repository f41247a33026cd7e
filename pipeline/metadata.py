"""What a page says about its article: JSON-LD first, then OpenGraph and other meta elements, then what is visible."""

import html as entities
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline import jsonld
from pipeline.article import Metadata
from pipeline.dates import parse_date
from pipeline.rules import Rules
from pipeline.titles import best_title, plain

Metas = Mapping[str, list[str]]

TITLE_METAS = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "title")
DESCRIPTION_METAS = ("og:description", "description", "twitter:description", "dc.description")
AUTHOR_METAS = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "cxenseparse:author",
    "citation_author",
)
PUBLISHED_METAS = (
    "article:published_time",
    "og:article:published_time",
    "article:published",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "date",
    "dc.date.issued",
    "dc.date",
    "dcterms.created",
    "dcterms.date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "cxenseparse:recs:publishtime",
    "article.published",
    "article:create_time",
    "citation_publication_date",
    "last-modified-original",
)
MODIFIED_METAS = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "lastmod",
    "dcterms.modified",
    "last-modified",
)
SECTION_METAS = (
    "article:section",
    "parsely-section",
    "og:article:section",
    "section",
    "category",
    "cxenseparse:section",
)
TAG_METAS = ("article:tag", "og:article:tag", "parsely-tags", "news_keywords")
IMAGE_METAS = ("og:image", "og:image:url", "twitter:image", "twitter:image:src")
# An author's field often holds something else.
NOT_A_NAME = re.compile(
    r"https?:|www\.|@\w+\.\w|^\W*$|^(?:admin|administrator|editor|staff|none|null|undefined|unknown|user)$",
    re.I,
)
BY = re.compile(
    r"^\s*(?:(?:written|posted|published|reported|reviewed|story|text|words|article|review)\s+by|by|von|par|por|di|door|av|af|autore?:?|author:?|"
    r"text:?|redaktion:?|przez)(?:\s*[:|]\s*|\s+)",
    re.I,
)
AND = re.compile(r"\s*(?:,|;|\||/|&|\band\b|\bund\b|\bet\b|\by\b|\be\b|\ben\b)\s*(?=[^\W\d_])")
TITLES_AFTER = re.compile(r"^(?:ph\.?d|m\.?d|jr|sr|md|ms|mba|rd|esq|cfp|dvm|rn|lcsw|r\.d|m\.s)\.?$", re.I)
MAX_NAME = 60  # characters; longer ones were biographies


def metadata_of(tree: LexborHTMLParser, url: str | None, rules: Rules) -> Metadata:
    """Every field the page fills, each with the place it was read from under its name in `evidence`."""
    metas = metas_of(tree)
    found = jsonld.nodes(scripts_of(tree))
    node = jsonld.article_node(found)
    language = language_of(tree, metas, rules)
    evidence: dict[str, str] = {}
    title = first(evidence, "title", titles(tree, metas, node, rules))
    published = first_date(evidence, "published_at", dates(tree, metas, node, rules, "published"), language)
    return Metadata(
        title=title,
        standfirst=None,
        authors=authors_of(evidence, tree, metas, found, node, rules),
        published_at=published,
        modified_at=first_date(
            evidence, "modified_at", dates(tree, metas, node, rules, "modified"), language
        ),
        section=first(evidence, "section", sections(metas, node)),
        tags=tags_of(metas, node),
        language=language,
        canonical_url=canonical(tree, metas, url),
        image=first(evidence, "image", pictures(metas, node, url)),
        evidence=evidence | types_evidence(found, metas) | described(metas, node),
    )


def metas_of(tree: LexborHTMLParser) -> dict[str, list[str]]:
    """The contents of the page's <meta> elements under their lower-case name, property or itemprop."""
    metas: dict[str, list[str]] = {}
    for node in tree.css("meta"):
        attributes = node.attributes
        content = attributes.get("content")
        if not content:
            continue
        for key in ("property", "name", "itemprop"):
            name = attributes.get(key)
            if name:
                text = " ".join(entities.unescape(content).split())
                metas.setdefault(name.strip().lower(), []).append(text)
    return metas


def scripts_of(tree: LexborHTMLParser) -> list[str]:
    """The texts of the page's JSON-LD scripts."""
    return [node.text() for node in tree.css('script[type*="ld+json" i]')]


def from_metas(metas: Metas, names: Iterable[str]) -> list[tuple[str, str]]:
    """Candidates (place, value) out of the meta elements, in the order of `names`."""
    return [(f"meta {name}", value) for name in names for value in metas.get(name, ())[:1] if value.strip()]


def first(evidence: dict[str, str], name: str, candidates: Iterable[tuple[str, str | None]]) -> str | None:
    """The first candidate that says something; its place is noted in `evidence`."""
    for place, value in candidates:
        if value and value.strip():
            evidence[name] = place
            return value.strip()
    return None


def first_date(
    evidence: dict[str, str], name: str, candidates: Iterable[tuple[str, str | None]], language: str | None
) -> datetime | None:
    """The first candidate that is a date; its place is noted in `evidence`."""
    for place, value in candidates:
        read = parse_date(value, language)
        if read:
            evidence[name] = place
            return read
    return None


def titles(
    tree: LexborHTMLParser, metas: Metas, node: jsonld.Node | None, rules: Rules
) -> list[tuple[str, str | None]]:
    """Title candidates, best first: the site's selector, then what heading and meta data agree on."""
    stated = [("json-ld headline", jsonld.text_of(node, "headline", "name"))] if node else []
    stated += from_metas(metas, TITLE_METAS)
    head = tree.css_first("head title") or tree.css_first("title")
    if head is not None:
        stated.append(("title element", head.text()))
    headings = [node.text() for node in tree.css("h1")[:12]]
    site = (metas.get("og:site_name") or [""])[0]
    picked = [("selector", selected(tree, rules.title))] if rules.title else []
    return [*picked, best_title(headings, [(p, v) for p, v in stated if v], site)]


def selected(tree: LexborHTMLParser, selector: str) -> str | None:
    """The text of the first element a site's selector matches; None without one."""
    node = tree.css_first(selector)
    return plain(node.text(separator=" ")) or node.attributes.get("content") if node is not None else None


def dates(
    tree: LexborHTMLParser, metas: Metas, node: jsonld.Node | None, rules: Rules, which: str
) -> list[tuple[str, str | None]]:
    """Candidates for the moment of publication or of the last change, best first."""
    found: list[tuple[str, str | None]] = []
    if which == "modified":
        if node:
            found.append(("json-ld dateModified", jsonld.text_of(node, "dateModified")))
        return found + list(from_metas(metas, MODIFIED_METAS))
    if rules.published_at:
        for element in tree.css(rules.published_at)[:3]:
            found.append(
                ("selector", element.attributes.get("datetime") or element.attributes.get("content"))
            )
            found.append(("selector", element.text(separator=" ")))
    if node:
        found.append(
            ("json-ld datePublished", jsonld.text_of(node, "datePublished", "dateCreated", "uploadDate"))
        )
    found += from_metas(metas, PUBLISHED_METAS)
    return found + list(visible_dates(tree))


def visible_dates(tree: LexborHTMLParser) -> list[tuple[str, str | None]]:
    """Dates the page shows: marked up with itemprop or <time>, then by class name."""
    found: list[tuple[str, str | None]] = []
    for selector in ('[itemprop="datePublished"]', "time[pubdate]", "article time", "main time", "time"):
        for node in tree.css(selector)[:3]:
            attributes = node.attributes
            found.append((selector, attributes.get("datetime") or attributes.get("content")))
            found.append((selector, node.text(separator=" ")))
    for node in tree.css(
        '[class*="date" i], [class*="publish" i], [id*="date" i], [class*="byline" i], [class*="meta" i]'
    )[:12]:
        text = node.text(separator=" ")
        if 6 <= len(text) < 300:
            found.append(("class name", text))
    return found


def authors_of(
    evidence: dict[str, str],
    tree: LexborHTMLParser,
    metas: Metas,
    found: list[jsonld.Node],
    node: jsonld.Node | None,
    rules: Rules,
) -> tuple[str, ...]:
    """The article's authors in page order, each once, without "By"; empty where the page names none."""
    by_id = {n.get("@id"): n for n in found if isinstance(n.get("@id"), str) and n.get("name")}
    sources: list[tuple[str, list[str]]] = []
    if rules.authors:
        sources.append(("selector", [n.text(separator=" ") for n in tree.css(rules.authors)[:6]]))
    if node:
        sources.append(("json-ld author", linked_names(node, by_id)))
    sources += [(f"meta {name}", metas.get(name, [])) for name in AUTHOR_METAS]
    for place, values in sources:
        names = names_in(values)
        if names:
            evidence["authors"] = place
            return names
    return visible_authors(evidence, tree)


def linked_names(node: jsonld.Node, by_id: Mapping[object, jsonld.Node]) -> list[str]:
    """The names under `author`, also where it only refers to a node elsewhere in the graph."""
    values = node.get("author")
    names = []
    for item in values if isinstance(values, list) else [values]:
        if isinstance(item, dict) and not item.get("name"):
            item = by_id.get(item.get("@id"), item)  # noqa: PLW2901 - the reference stands for its target
        name = jsonld.text_of({"x": item}, "x")
        if name:
            names.append(name)
    return names


def visible_authors(evidence: dict[str, str], tree: LexborHTMLParser) -> tuple[str, ...]:
    """Authors by the page's own mark-up, the surest first."""
    for selector in (
        '[itemprop="author"] [itemprop="name"]',
        '[itemprop="author"]',
        'a[rel~="author"]',
        "address a",
        '[class*="byline" i] a',
        '[class*="author-name" i]',
        '[class*="author" i] a',
        '[class*="byline" i]',
        '[class~="author" i]',
    ):
        names = names_in([node.text(separator=" ") for node in tree.css(selector)[:3]])
        if names:
            evidence["authors"] = selector
            return names
    return ()


def names_in(values: Iterable[str]) -> tuple[str, ...]:
    """People's names out of author fields, in order and each once."""
    names: dict[str, str] = {}
    for value in values:
        text = BY.sub("", plain(value))
        if len(text) > 4 * MAX_NAME:
            continue
        for part in AND.split(text):
            name = part.strip(" .:|-–·•")
            if 2 < len(name) <= MAX_NAME and not NOT_A_NAME.search(name) and not TITLES_AFTER.match(name):
                if not any(c.isdigit() for c in name) and len(name.split()) <= 6:
                    names.setdefault(name.casefold(), name)
    return tuple(names.values())


def sections(metas: Metas, node: jsonld.Node | None) -> list[tuple[str, str | None]]:
    """Candidates for the rubric the site files the article under."""
    stated = [("json-ld articleSection", jsonld.text_of(node, "articleSection"))] if node else []
    return [*stated, *from_metas(metas, SECTION_METAS)]


def tags_of(metas: Metas, node: jsonld.Node | None) -> tuple[str, ...]:
    """The article's tags, each once: from meta elements, else JSON-LD keywords, else meta keywords."""
    values = [value for name in TAG_METAS for value in metas.get(name, ())]
    if not values and node:
        values = jsonld.texts_of(node, "keywords")
    if not values:
        values = list(metas.get("keywords", ()))
    tags: dict[str, str] = {}
    for value in values:
        for part in value.split(","):
            tag = plain(part)
            if 1 < len(tag) <= 60:
                tags.setdefault(tag.casefold(), tag)
    return tuple(tags.values())[:40]


def language_of(tree: LexborHTMLParser, metas: Metas, rules: Rules) -> str | None:
    """The page's language as it states it, in lower case with its region ("en-us"); else the site's; else None."""
    root = tree.css_first("html")
    stated = (root.attributes.get("lang") or root.attributes.get("xml:lang")) if root is not None else None
    stated = stated or (metas.get("og:locale") or metas.get("content-language") or [None])[0]
    found = re.match(r"\s*([A-Za-z]{2,3})(?:[-_]([A-Za-z]{2}))?\b", stated or "")
    if not found:
        return rules.language
    return "-".join(part.lower() for part in found.groups() if part)


def canonical(tree: LexborHTMLParser, metas: Metas, url: str | None) -> str | None:
    """The address the page calls its own, absolute; None where it names none or only a site's front page."""
    link: LexborNode | None = tree.css_first('link[rel="canonical" i]')
    stated = link.attributes.get("href") if link is not None else None
    for value in (stated, *metas.get("og:url", ())):
        if not value:
            continue
        try:
            address = urljoin(url or "", value.strip())
            parts = urlsplit(address)
        except ValueError:
            continue
        front = parts.path in ("", "/") and not parts.query
        if parts.scheme in ("http", "https") and parts.netloc and not front:
            return address
    return None


def pictures(metas: Metas, node: jsonld.Node | None, url: str | None) -> list[tuple[str, str | None]]:
    """Candidates for the lead picture's address."""
    stated = [("json-ld image", jsonld.image_of(node))] if node else []
    return [(p, joined(url, v)) for p, v in [*from_metas(metas, IMAGE_METAS), *stated] if v]


def joined(url: str | None, address: str) -> str | None:
    """`address` made absolute; None where it is none."""
    try:
        return urljoin(url or "", address.strip())
    except ValueError:
        return None


def types_evidence(found: list[jsonld.Node], metas: Metas) -> dict[str, str]:
    """What kind of page the page says it is, for the verdict."""
    types = sorted({name for node in found[:400] for name in jsonld.types_of(node)})
    return {"types": " ".join(types), "og:type": " ".join(metas.get("og:type", ()))[:40].lower()}


def described(metas: Metas, node: jsonld.Node | None) -> dict[str, str]:
    """The descriptions the page gives search engines: evidence for a standfirst, never one themselves."""
    stated = [v for _, v in from_metas(metas, DESCRIPTION_METAS)]
    if node:
        stated += [
            jsonld.text_of(node, "description") or "",
            jsonld.text_of(node, "alternativeHeadline") or "",
        ]
    return {"description": "\n".join(dict.fromkeys(v for v in stated if v))}
