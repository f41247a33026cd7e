"""The article in the state that scripts fill a page from: JSON trees of any shape; it is their longest text.

Only pages that show hardly any text themselves are read so.
"""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser

SCRIPTS = 'script[type$="json" i]:not([type*="ld+json" i]), script[id="__NEXT_DATA__"]'
ASSIGNED = re.compile(r"^\s*(?:window|self|globalThis)\.[\w$.]{1,60}\s*=\s*(?=[{\[])")
MAX_SCRIPT = 4_000_000  # characters read as JSON; the largest state met had 1.5 million
MAX_NODES = 20_000
LEAST = 40  # characters of a text that makes a part of a tree a paragraph
WORDS = ("text", "html", "content", "value", "children", "body", "data", "attributes", "paragraph", "model")
BREAK = re.compile(r"<(?:/p|/h[1-6]|/li|br|/div|/blockquote)[^<>]{0,200}>", re.IGNORECASE)
MARKUP = re.compile(r"<[^<>]{0,2000}>")


def body_in_state(page: bytes) -> list[str]:
    """The paragraphs of the longest text in the page's state trees; empty where there is none."""
    best: list[str] = []
    for node in LexborHTMLParser(page).css(SCRIPTS):
        for found in texts_in(loaded(node.text())):
            if weight(found) > weight(best):
                best = found
    return best


def weight(paragraphs: list[str]) -> int:
    """Characters in paragraphs that read like text: with spaces, or in a script without them."""
    return sum(len(p) for p in paragraphs if len(p) >= LEAST and (" " in p or not p.isascii()))


def loaded(script: str) -> Any:
    """The script's JSON value; None where it holds none."""
    if len(script) > MAX_SCRIPT:
        return None
    try:
        return json.loads(ASSIGNED.sub("", script).strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def texts_in(value: Any) -> Iterator[list[str]]:
    """Every text in the tree that may be a body: a string of mark-up, or a list whose parts hold one each."""
    queue, seen = [value], 0
    while queue and seen < MAX_NODES:
        item = queue.pop()
        seen += 1
        if isinstance(item, str):
            if "</p>" in item:
                yield paragraphs_in(item)
        elif isinstance(item, dict):
            queue.extend(item.values())
        elif isinstance(item, list):
            queue.extend(item)
            parts = [said(part) for part in item]
            if sum(len(part) >= LEAST for part in parts) > 1:
                yield [line for part in parts for line in paragraphs_in(part)]


def said(part: Any, depth: int = 4) -> str:
    """The words of one part of a list: its own, or those under the names such trees use; else empty."""
    if isinstance(part, str):
        return part
    if depth and isinstance(part, dict):
        return next((text for key in WORDS if (text := said(part.get(key), depth - 1))), "")
    if depth and isinstance(part, list):
        return "".join(said(inner, depth - 1) for inner in part)
    return ""


def paragraphs_in(text: str) -> list[str]:
    """A text's lines without mark-up and entities."""
    plain = html.unescape(MARKUP.sub("", BREAK.sub("\n", text)))
    lines = (
        " ".join("".join(c if c.isprintable() else " " for c in line).split()) for line in plain.split("\n")
    )
    return [line for line in lines if line]
