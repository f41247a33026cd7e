"""What a page says about itself in JSON-LD: the node that is the article, broken or wrapped as it may be."""

import html
import json
import re
from collections.abc import Container, Iterator, Mapping
from typing import Any

from pipeline.blocks import UNSAID
from pipeline.titles import fold

ARTICLE_TYPES = frozenset(
    [
        "article",
        "newsarticle",
        "reportagenewsarticle",
        "analysisnewsarticle",
        "opinionnewsarticle",
        "backgroundnewsarticle",
        "reviewnewsarticle",
        "blogposting",
        "liveblogposting",
        "techarticle",
        "scholarlyarticle",
        "report",
        "satiricalarticle",
        "advertisercontentarticle",
        "socialmediaposting",
        "medicalscholarlyarticle",
        "howto",
        "recipe",
    ]
)
PAGE_TYPES = frozenset(["webpage", "itempage", "videoobject", "review", "product"])
LISTING_TYPES = frozenset(
    ["collectionpage", "itemlist", "searchresultspage", "blog", "profilepage", "offercatalog"]
)
MAX_NODES = 4000  # nodes looked at per page; the largest real page seen has some hundreds
TRAILING_COMMA = re.compile(r",(\s*[}\]])")
BREAK = re.compile(r"<(?:/p|/h[1-6]|/li|br)[^<>]*>", re.IGNORECASE)
MARKUP = re.compile(r"<[^<>]*>")
WRAPPER = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?://\s*)?(?:\]\]>|-->)\s*$"
)

Node = Mapping[str, Any]


def nodes(scripts: list[str]) -> list[Node]:
    """Every JSON object in the page's JSON-LD scripts, outer before inner; what cannot be read is left
    out.
    """
    found: list[Node] = []
    for script in scripts:
        found.extend(objects_in(loaded(script)))
    return found[:MAX_NODES]


def loaded(script: str) -> Any:
    """The script's value; None where neither it nor its repaired form is JSON."""
    for text in (script, TRAILING_COMMA.sub(r"\1", WRAPPER.sub("", script)).strip().rstrip(";")):
        try:
            return json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def objects_in(value: Any) -> Iterator[Node]:
    """The objects within a JSON value, breadth first, without recursion."""
    queue = [value]
    seen = 0
    while queue and seen < MAX_NODES:
        following: list[Any] = []
        for item in queue:
            seen += 1
            if isinstance(item, dict):
                yield item
                following.extend(v for v in item.values() if isinstance(v, dict | list))
            elif isinstance(item, list):
                following.extend(v for v in item if isinstance(v, dict | list))
        queue = following


def types_of(node: Node) -> set[str]:
    """The node's types in lower case, without a vocabulary's address."""
    types = node.get("@type")
    names = types if isinstance(types, list) else [types]
    return {name.rsplit("/", 1)[-1].lower() for name in names if isinstance(name, str)}


def article_node(
    found: list[Node], titles: Container[str] = (), addresses: Container[str] = ()
) -> Node | None:
    """The node that describes the page's article; of several, the one that bears the page's title (folded
    ones are in `titles`) or one of its `addresses`, else the one with most to say.
    """
    articles = [node for node in found if types_of(node) & ARTICLE_TYPES]
    if len(articles) < 2:
        return articles[0] if articles else None

    def rank(node: Node) -> tuple[bool, bool, int]:
        headline = text_of(node, "headline", "name")
        own = fold(headline or "") in titles or any(
            (text_of(node, key) or "") in addresses for key in ("url", "mainEntityOfPage", "@id")
        )
        return own, bool(headline), richness(node)

    return max(articles, key=rank)


def richness(node: Node) -> int:
    """How many of the fields that matter a node fills."""
    return sum(
        1 for key in ("headline", "articleBody", "datePublished", "author", "description") if node.get(key)
    )


def text_of(node: Node, *keys: str) -> str | None:
    """The first of `keys` that holds text, with its entities resolved; None where none does."""
    for key in keys:
        value = node.get(key)
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, dict):
            value = value.get("name") or value.get("@value") or value.get("url")
        if isinstance(value, str) and value.strip():
            return " ".join(UNSAID.sub("", html.unescape(value)).split())
    return None


def raw_text(node: Node, key: str) -> str | None:
    """The text under `key` with its line ends, without mark-up; None where it holds no text."""
    value = node.get(key)
    if not isinstance(value, str):
        return None
    text = BREAK.sub("\n", value)
    return UNSAID.sub("", html.unescape(MARKUP.sub("", text)))


def texts_of(node: Node, key: str) -> list[str]:
    """Every text under `key`: a string, a list of strings, or objects with a name."""
    value = node.get(key)
    texts = []
    for item in value if isinstance(value, list) else [value]:
        text = text_of({"x": item}, "x")
        if text:
            texts.append(text)
    return texts


def image_of(node: Node) -> str | None:
    """The address of the node's first picture."""
    value = node.get("image") or node.get("thumbnailUrl")
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl") or value.get("@id")
    return value if isinstance(value, str) and value.startswith(("http", "/")) else None
