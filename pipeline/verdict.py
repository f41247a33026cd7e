"""Whether a page is an article, and if not, why: by structure and words, never by length alone."""

import math
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from pipeline.article import ARTICLE, Block, Extraction, Kind
from pipeline.body import LINKED, is_prose
from pipeline.jsonld import ARTICLE_TYPES, LISTING_TYPES

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

SHORT_RUN = 600  # characters; a page with more running text than this is no wall, challenge or error
TEASERS, TEASER_RUN = 5, 400  # linked headings, and characters of running text, of a page that lists others
PRICE = re.compile(r"[$€£¥]\s?\d|\d\s?[€£¥]")
SHELF = re.compile(
    r"/(?:categor(?:y|ies)|kategorie|tags?|topics?|thema|themen|collections?|shop|products?|catalog|courses?|programs?|"
    r"lists?|search|suche|all|archiv|archives?|page/\d+|author|autor|authors)(?:/|$|-)",
    re.IGNORECASE,
)
DIGITS = re.compile(r"\d{4}")
SAYS = (
    (
        "bot challenge",
        re.compile(
            r"just a moment|attention required|verify(?:ing)? (?:that )?you are (?:a )?human|are you "
            r"(?:a )?(?:human|robot)|"
            r"not a robot|checking your browser|access denied|pardon our interruption|unusual traffic|"
            r"captcha|"
            r"ddos protection|request blocked|bist du ein mensch|kein roboter",
            re.IGNORECASE,
        ),
    ),
    (
        "not found page",
        re.compile(
            r"\b404\b|page not found|not found|no longer (?:available|exists)|seite (?:wurde )?nicht "
            r"gefunden|"
            r"nicht (?:mehr )?verfügbar|page introuvable|n'existe (?:plus|pas)|página no encontrada|"
            r"pagina non trovata|"
            r"nie znaleziono|strona nie istnieje|sidan kunde inte hittas|страница не найдена",
            re.IGNORECASE,
        ),
    ),
    (
        "consent wall",
        re.compile(
            r"(?:we|our partners|wir|nous|usamos|utilizziamo).{0,60}cookies|before you continue|"
            r"cookie[- ]?einstellungen|"
            r"zustimmung|mit werbung (?:und|weiter)|consent to|datenschutzeinstellungen|accepter et|"
            r"continuer sans accepter",
            re.IGNORECASE,
        ),
    ),
    (
        "login or paywall",
        re.compile(
            r"(?:subscribe|sign in|log ?in|register) to (?:continue|read|view|access)|already a "
            r"subscriber|subscribers only|"
            r"jetzt (?:weiterlesen|abonnieren)|nur für abonnenten|mit .{0,12}plus weiterlesen|réservé "
            r"aux abonnés|"
            r"contenido exclusivo|solo para suscriptores|please (?:log|sign) in",
            re.IGNORECASE,
        ),
    ),
    (
        "script shell",
        re.compile(
            r"(?:enable|activate|requires?|aktivieren sie|activer) java ?script|javascript (?:is "
            r")?(?:disabled|required|aktivieren)",
            re.IGNORECASE,
        ),
    ),
)
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


def verdict(extraction: Extraction, kept: Sequence[Block]) -> str:  # noqa: PLR0911 - one return per answer
    """The verdict: "article", or one of `REASONS`."""
    if "binary" in extraction.flags:
        return "not a page"
    if not extraction.blocks:
        return "script shell" if "scripted" in extraction.flags else "not a page"
    run = longest_run(kept)
    if run < SHORT_RUN:
        told = told_by(extraction, kept)
        if told:
            return told
    if not any(has_words(block) for block in kept):
        if linked_headings(extraction.blocks) >= TEASERS:
            return why_not(extraction, run)
        return "gallery" if captions(extraction) > 3 else "no text"
    if score(signs(extraction, kept, run)) >= LINE:
        return ARTICLE
    return why_not(extraction, run)


def told_by(extraction: Extraction, kept: Sequence[Block]) -> str | None:
    """The reason that a page with little text gives in its own words; None where it gives none."""
    title = extraction.metadata.title or ""
    shown = [block.text for block in (kept or extraction.blocks[:40])]
    text = "\n".join([title, *shown])[:4000]
    stated = " ".join(extraction.metadata.evidence.get(key, "") for key in ("types", "og:type"))
    is_stated = "article" in stated and extraction.metadata.published_at is not None
    for reason, pattern in SAYS:
        if pattern.search(title) or (not is_stated and pattern.search(text)):
            return reason
    return None


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
    if run < TEASER_RUN and captions(extraction) > 8:
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


def captions(extraction: Extraction) -> int:
    """How many picture captions the page has."""
    return sum(1 for block in extraction.blocks if block.kind is Kind.CAPTION)
