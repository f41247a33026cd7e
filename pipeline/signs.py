"""Facts about a page as a whole that speak for or against its being an article, in plain numbers.

`verdict.py` judges by them, with trees that `benchmarks/train_verdict.py` fits.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

from pipeline.article import Block, Extraction, Kind
from pipeline.body import LINKED, is_prose
from pipeline.captions import read_caption
from pipeline.jsonld import ARTICLE_TYPES, LISTING_TYPES
from pipeline.lexicon import titled
from pipeline.steps import MAX_CAPTION_LINE

PRICE = re.compile(r"[$€£¥]\s?\d|\d\s?[€£¥]")
SHELF = re.compile(
    r"/(?:categor(?:y|ies)|kategorie|tags?|topics?|thema|themen|collections?|shop|products?|catalog|courses?|programs?|"
    r"lists?|search|suche|all|archiv|archives?|page/\d+|author|autor|authors)(?:/|$|-)",
    re.IGNORECASE,
)
DIGITS = re.compile(r"\d{4}")
MORE = re.compile(r"(?:\u2026|\.\.\.|more|mehr|weiterlesen|suite|más|tutto)\W*$", re.IGNORECASE)
PLURAL = re.compile(
    r"\b(?:courses|programs|products|jobs|deals|events|resources|reviews|news|articles|posts|stories|services|shop|"
    r"collection|collections|archives?|categor\w+|topics?|latest|all|browse|kategorie\w*|alle)\b",
    re.IGNORECASE,
)
NO_URL = -1.0  # the value of an address's facts for a page without one
SHORT_TEASER = 60  # characters of a line that may hold a price


def facts_of(extraction: Extraction, kept: Sequence[Block]) -> dict[str, float]:
    """All facts by name; shares are 0-1, sizes logarithms, counts as they are."""
    return {
        **address_facts(extraction.url or extraction.metadata.canonical_url),
        **stated_facts(extraction),
        **kept_facts(kept),
        **around_facts(extraction.blocks, kept),
    }


def log(count: float) -> float:
    """A size on a logarithmic scale, to two decimals, so that no machine's arithmetic can matter."""
    return round(math.log1p(count), 2)


def address_facts(address: str | None) -> dict[str, float]:
    """What an address's words and numbers say; `NO_URL` everywhere without one."""
    path = path_of(address or "")
    parts = [part for part in path.split("/") if part]
    known = bool(address)
    return {
        "slug words": slug_words(path) if known else NO_URL,
        "last words": len(re.split(r"[-_+]|%20", parts[-1])) if parts else NO_URL,
        "path parts": len(parts) if known else NO_URL,
        "numbered": float(bool(DIGITS.search(path))) if known else NO_URL,
        "shelf": float(bool(SHELF.search(path))) if known else NO_URL,
    }


def stated_facts(extraction: Extraction) -> dict[str, float]:
    """What the page says of itself: its types, its dates and people, the words of its title."""
    meta = extraction.metadata
    types = set(meta.evidence.get("types", "").split())
    og = meta.evidence.get("og:type", "")
    title = meta.title or ""
    return {
        "dated": float(meta.published_at is not None),
        "authored": float(bool(meta.authors)),
        "sectioned": float(bool(meta.section)),
        "lead": float(bool(meta.standfirst)),
        "type article": float(bool(types & ARTICLE_TYPES)),
        "type listing": float(bool(types & LISTING_TYPES)),
        "type product": float("product" in types or "offer" in types or "course" in types),
        "og article": float(og.startswith("article")),
        "og product": float(og.startswith(("product", "profile"))),
        "og website": float(og.startswith("website")),
        "title words": len(title.split()),
        "title plural": float(bool(PLURAL.search(title))),
        "title told": float(titled(title) is not None),
    }


def kept_facts(kept: Sequence[Block]) -> dict[str, float]:
    """What the text that was kept looks like."""
    prose = [len(block.text) for block in kept if is_prose(block)]
    size = sum(len(block.text) for block in kept)
    run = longest_run(kept)
    return {
        "kept": log(size),
        "run": log(run),
        "run share": round(run / (size + 1), 3),
        "prose blocks": log(len(prose)),
        "prose share": round(sum(prose) / (size + 1), 3),
        "prose length": log(sorted(prose)[len(prose) // 2] if prose else 0),
        "kept headings": log(sum(block.kind is Kind.HEADING for block in kept)),
        "kept linked headings": log(linked_headings(kept)),
        "kept links": round(sum(block.link_share * len(block.text) for block in kept) / (size + 1), 3),
        "kept parents": log(len({block.boxes[-2].order for block in kept if len(block.boxes) > 1})),
        "kept more": log(sum(1 for block in kept if MORE.search(block.text, max(0, len(block.text) - 24)))),
        "kept pictures": log(sum(block.pictures for block in kept)),
    }


def around_facts(blocks: Sequence[Block], kept: Sequence[Block]) -> dict[str, float]:
    """What the page shows beside the text: teasers, prices, links, other texts."""
    inside = {block.order for block in kept}
    shown = [block for block in blocks if block.marked != "hidden"]
    total = sum(len(block.text) for block in shown) + 1
    other = [block for block in shown if block.order not in inside]
    prose = sum(len(block.text) for block in other if is_prose(block))
    title = next((block.order for block in blocks if block.marked == "title"), None)
    return {
        "kept share": round(sum(len(block.text) for block in kept) / total, 3),
        "other prose": log(prose),
        "other prose share": round(prose / (prose + sum(len(block.text) for block in kept) + 1), 3),
        "blocks": log(len(shown)),
        "linked": round(sum(block.link_share * len(block.text) for block in shown) / total, 3),
        "linked headings": log(linked_headings(other)),
        "headings": log(sum(block.kind is Kind.HEADING for block in other)),
        "prices": log(sum(1 for b in shown if len(b.text) < SHORT_TEASER and PRICE.search(b.text))),
        "more": log(
            sum(1 for b in other if len(b.text) < 400 and MORE.search(b.text, max(0, len(b.text) - 24)))
        ),
        "pictures": log(sum(block.pictures for block in shown)),
        "alike": log(most_alike(other)),
        "titled": float(title is not None),
        "title to text": log(kept[0].order - title)
        if kept and title is not None and kept[0].order > title
        else 9.0,
    }


def most_alike(blocks: Sequence[Block]) -> int:
    """How many blocks longer than a menu entry stand in the same kind of element: cards do."""
    counts = Counter(
        (block.boxes[-1].tag, block.boxes[-1].names, block.boxes[-2].names)
        for block in blocks
        if len(block.boxes) > 1 and len(block.text) > 30
    )
    return max(counts.values(), default=0)


def path_of(address: str) -> str:
    """The path of an address; empty where it is none."""
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


def linked_headings(blocks: Sequence[Block]) -> int:
    """How many headings lead to another page: each is a teaser."""
    return sum(1 for block in blocks if block.kind is Kind.HEADING and block.link_share > LINKED)


def slug_words(path: str) -> int:
    """Words in the wordiest part of an address, at most 8."""
    return min(8, max((len(re.split(r"[-_+]|%20", part)) for part in path.split("/") if part), default=0))


def longest_run(kept: Sequence[Block]) -> int:
    """Characters of the running text that stands in one box: the largest such sum."""
    sums: dict[int, int] = {}
    for block in kept:
        if is_prose(block):
            parent = block.boxes[-2].order if len(block.boxes) > 1 else -1
            sums[parent] = sums.get(parent, 0) + len(block.text)
    return max(sums.values(), default=0)


def has_words(block: Block) -> bool:
    """Whether a block holds more than a label, and words rather than one endless string."""
    text = block.text[:2000]
    if len(text) <= 40 and text.count(" ") <= 5:
        return False
    letters = sum(
        1 for c in text if c.isalpha() or "\u0900" <= c <= "\u0fff"
    )  # vowel signs of India's scripts
    return letters > len(text) / 2 and (text.count(" ") > len(text) / 60 or not text.isascii())


def seen(blocks: Sequence[Block]) -> int:
    """How many of the blocks are captions of pictures, by their element or by the photo desks' grammar."""
    return sum(block.kind is Kind.CAPTION or is_caption_line(block) for block in blocks)


def is_caption_line(block: Block) -> bool:
    """Whether a short line names a car and how it is seen."""
    return len(block.text) < MAX_CAPTION_LINE and read_caption(block.text) is not None
