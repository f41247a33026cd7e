"""Whether a page is an article, and if not, why: by structure and words, never by length alone."""

import math
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from pipeline.article import ARTICLE, Block, Extraction, Kind
from pipeline.body import LINKED, is_prose
from pipeline.captions import read_caption
from pipeline.jsonld import ARTICLE_TYPES, LISTING_TYPES
from pipeline.lexicon import is_poster, titled, wall
from pipeline.steps import MAX_CAPTION_LINE

REASONS = (
    "no text",
    "listing",
    "gallery",
    "consent wall",
    "login or paywall",
    "bot challenge",
    "not found page",
    "search page",
    "author page",
    "forum",
    "script shell",
    "not a page",
)

# How much each sign, 0-1, speaks for an article. Fitted by logistic regression on half of the hosts of the
# pages
# that `benchmarks/quality.py` reads and rounded; the other half agreed.
WEIGHTS = {
    "slug": 4.5,  # words in the address's last parts, 8 and more being 1: headlines make long ones
    "run": 2.5,  # characters of the longest run of paragraphs in one box, on a logarithmic scale
    "kept": 2.0,  # share of the page's text that the body is
    "dated": 1.7,
    "numbered": 1.8,  # a number of four digits in the address: a year or an article's key
    "authored": 1.0,
    "article": 0.8,  # the page calls itself one
    "listing": -1.6,  # the page calls itself a collection, a product or a profile
    "prices": -2.5,
    "shelf": -1.7,  # the address names a shelf: /category/, /tag/, /shop/
    "teasers": -1.5,  # many linked headings and no run of paragraphs
}
BIAS = -5.2
LINE = (
    -1.8
)  # articles lie above it, 99 % of them with something to spare; refusing one is worse than the reverse
UNKNOWN_SLUG = 0.55  # what articles have on average, for a page without an address

CAPTIONS = 4  # fewer may stand beside a text that could not be found
MOST_LINES = 40  # lines read for what they say; walls have few
MAX_POSTER = 160  # characters of the box that introduces a forum's member
FEW_TEASERS = 3  # linked headings that make a list of a page without any prose
SHORT_RUN = 600  # characters; a page with more running text than this is no wall, challenge or error
TEASERS, TEASER_RUN = 5, 400  # linked headings, and characters of running text, of a page that lists others
PRICE = re.compile(r"[$€£¥]\s?\d|\d\s?[€£¥]")
SHELF = re.compile(
    r"/(?:categor(?:y|ies)|kategorie|tags?|topics?|thema|themen|collections?|shop|products?|catalog|courses?|programs?|"
    r"lists?|search|suche|all|archiv|archives?|page/\d+|author|autor|authors)(?:/|$|-)",
    re.IGNORECASE,
)
DIGITS = re.compile(r"\d{4}")
ADDRESSES = (
    (
        "search page",
        re.compile(
            r"/(?:search|suche|recherche|buscar|cerca)(?:/|$)|[?&](?:s|q|query|search)=", re.IGNORECASE
        ),
    ),
    (
        "author page",
        re.compile(
            r"/(?:authors?|autor(?:en)?|auteurs?|redaktion|staff|contributors?|profile)/[^/]+/?$",
            re.IGNORECASE,
        ),
    ),
    (
        "forum",
        re.compile(
            r"(?://|\.)forums?\.|/(?:forums?|threads?|viewtopic|showthread|community)(?:/|\.|$)",
            re.IGNORECASE,
        ),
    ),
    (
        "gallery",
        re.compile(
            r"/(?:galler(?:y|ies)|galerie|galeria|photos?|fotos?|fotostrecken?|bilder|slideshow|diaporama)(?:/|$|-)",
            re.IGNORECASE,
        ),
    ),
)


def verdict(extraction: Extraction, kept: Sequence[Block]) -> str:
    """The verdict: "article", or one of `REASONS`."""
    if "binary" in extraction.flags:
        return "not a page"
    if not extraction.blocks:
        return "script shell" if "scripted" in extraction.flags else "not a page"
    run = longest_run(kept)
    told = told_by(extraction, kept, run) or shown_by(extraction, kept, run)
    if told:
        return told
    return ARTICLE if score(signs(extraction, kept, run)) >= LINE else why_not(extraction, run)


def told_by(extraction: Extraction, kept: Sequence[Block], run: int) -> str | None:
    """The reason that a page with little text gives in its own words; None where it gives none."""
    if run >= SHORT_RUN:
        return None
    if "challenge" in extraction.flags:
        return "bot challenge"
    meta = extraction.metadata
    titles = [title for title in (meta.title, meta.evidence.get("title element")) if title]
    shown = (
        [] if is_stated(extraction) else [block.text for block in (kept or extraction.blocks[:MOST_LINES])]
    )
    told = wall([*titles, *shown[:MOST_LINES]])
    return told or next(filter(None, map(titled, titles)), None)


def is_stated(extraction: Extraction) -> bool:
    """Whether the page calls itself an article and says when it was published."""
    stated = " ".join(extraction.metadata.evidence.get(key, "") for key in ("types", "og:type"))
    return "article" in stated and extraction.metadata.published_at is not None


def shown_by(extraction: Extraction, kept: Sequence[Block], run: int) -> str | None:
    """The reason that the page's structure gives; None where it may be an article's."""
    if is_thread(kept, run):
        return "forum"
    if any(has_words(block) for block in kept) and (run or is_stated(extraction)):
        return None
    if seen(kept or extraction.blocks) >= CAPTIONS and run == 0:
        return "gallery"
    linked = linked_headings(extraction.blocks)
    if linked >= (FEW_TEASERS if kept else TEASERS):
        return why_not(extraction, run)
    if any(has_words(block) for block in kept):
        return None
    return "gallery" if seen(extraction.blocks) >= CAPTIONS else "no text"


def is_thread(kept: Sequence[Block], run: int) -> bool:
    """Whether members of a forum talk: at least two are introduced, and none wrote half of it all."""
    posters = sum(len(block.text) < MAX_POSTER and is_poster(block.text) for block in kept)
    return posters >= 2 and (run < SHORT_RUN or 2 * run <= sum(len(b.text) for b in kept if is_prose(b)))


def why_not(extraction: Extraction, run: int) -> str:
    """The likeliest reason why a page below the line is none."""
    address = extraction.url or extraction.metadata.canonical_url or ""
    for reason, pattern in ADDRESSES:
        if pattern.search(address):
            return reason
    types = set(extraction.metadata.evidence.get("types", "").split())
    if "discussionforumposting" in types or "qapage" in types:
        return "forum"
    if "profilepage" in types:
        return "author page"
    if run < TEASER_RUN and seen(extraction.blocks) > 8:
        return "gallery"
    return "listing"


def score(found: dict[str, float]) -> float:
    """The signs weighed together; articles lie above `LINE`."""
    return BIAS + sum(WEIGHTS[name] * value for name, value in found.items())


def signs(extraction: Extraction, kept: Sequence[Block], run: int) -> dict[str, float]:
    """The signs for and against an article, each 0-1, under the names of `WEIGHTS`."""
    meta, blocks = extraction.metadata, extraction.blocks
    types = set(meta.evidence.get("types", "").split())
    og = meta.evidence.get("og:type", "")
    path = path_of(extraction.url or meta.canonical_url or "")
    shown = sum(len(b.text) for b in blocks if b.marked != "hidden")
    prices = sum(1 for b in blocks if len(b.text) < 60 and PRICE.search(b.text))
    return {
        "slug": slug_words(path) / 8 if extraction.url or meta.canonical_url else UNKNOWN_SLUG,
        "run": min(math.log(run + 1), 9.0) / 9,
        "kept": sum(len(b.text) for b in kept) / max(1, shown),
        "dated": float(meta.published_at is not None),
        "numbered": float(bool(DIGITS.search(path))),
        "authored": float(bool(meta.authors)),
        "article": float(bool(types & ARTICLE_TYPES) or og.startswith("article")),
        "listing": float(
            bool(types & (LISTING_TYPES | {"product"})) or og.startswith(("product", "profile"))
        ),
        "prices": min(math.log(prices + 1), 3.0) / 3,
        "shelf": float(bool(SHELF.search(path))),
        "teasers": float(run < TEASER_RUN and linked_headings(blocks) >= TEASERS),
    }


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
    letters = sum(1 for c in text if c.isalpha())
    return letters > len(text) / 2 and (text.count(" ") > len(text) / 60 or not text.isascii())


def seen(blocks: Sequence[Block]) -> int:
    """How many of the blocks are captions of pictures, by their element or by the photo desks' grammar."""
    return sum(block.kind is Kind.CAPTION or is_caption_line(block) for block in blocks)


def is_caption_line(block: Block) -> bool:
    """Whether a short line names a car and how it is seen."""
    return len(block.text) < MAX_CAPTION_LINE and read_caption(block.text) is not None
