"""Whether a page is an article, and if not, why: by structure and words, never by length alone.

What a page says in its own words goes first; then trees judge the facts of `signs.py`. They are fitted by
`benchmarks/train_verdict.py`, which writes `verdict.json`.
"""

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from pipeline.article import ARTICLE, Block, Extraction
from pipeline.body import LINKED, foreign_rules, is_prose
from pipeline.lexicon import is_poster, titled, wall
from pipeline.names import is_person
from pipeline.scorer import Trees, trees
from pipeline.signs import facts_of, has_words, linked_headings, longest_run, seen

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

# Chance from which a page is an article; with hosts held out in turn one article in a hundred lay below.
LINE = 0.25
NEARLY_ALL, MOSTLY = 0.85, 0.6  # shares: of a bare page's text kept, and of running text in it
FEW_WORDS, FEW_ALIKE = 5.0, 2.2  # logarithms: 150 characters of text, and eight lines set alike
PAYWALL = "login or paywall"
BEGUN = 400  # characters of a text before a wall; short notes have as many and no wall
CAPTIONS = 4  # fewer may stand beside a text that could not be found
MOST_LINES = 40  # lines read for what they say; walls have few
MAX_POSTER = 160  # characters of the box that introduces a forum's member
FEW_TEASERS = 3  # linked headings that make a list of a page without any prose
SHORT_RUN = 600  # characters; a page with more running text than this is no wall, challenge or error
TEASERS, TEASER_RUN = 5, 400  # linked headings, and characters of running text, of a page that lists others
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
    facts = facts_of(extraction, kept)
    return ARTICLE if is_bare(facts) or chance(facts) >= LINE else why_not(extraction, run)


def told_by(extraction: Extraction, kept: Sequence[Block], run: int) -> str | None:
    """The reason that a page with little text gives in its own words; None where it gives none."""
    if run >= SHORT_RUN:
        return None
    if "challenge" in extraction.flags:
        return "bot challenge"
    meta = extraction.metadata
    titles = [title for title in (meta.title, meta.evidence.get("title element")) if title]
    begun = sum(len(block.text) for block in kept) < BEGUN
    # Beside a text of some length only what stands in it may call it a wall: short articles have appeals too.
    shown = [block.text for block in (plainly_shown(extraction) if begun else kept)][:MOST_LINES]
    if is_stated(extraction):
        return PAYWALL if begun and (wall(shown) == PAYWALL or "paywall" in meta.evidence) else None
    told = wall([*titles, *shown])
    return told or next(filter(None, map(titled, titles)), None)


def plainly_shown(extraction: Extraction) -> list[Block]:
    """The blocks that may speak for the page: neither hidden nor a link, in no menu, footer or banner."""
    foreign = foreign_rules(extraction.blocks)
    return [
        block
        for block in extraction.blocks
        if block.marked is None and block.link_share < LINKED and block.order not in foreign
    ]


def is_stated(extraction: Extraction) -> bool:
    """Whether the page calls itself an article and says when it was published."""
    stated = " ".join(extraction.metadata.evidence.get(key, "") for key in ("types", "og:type"))
    return "article" in stated and extraction.metadata.published_at is not None


def shown_by(extraction: Extraction, kept: Sequence[Block], run: int) -> str | None:
    """The reason that the page's structure gives; None where it may be an article's."""
    if is_thread(extraction):
        return "forum"
    if any(has_words(block) for block in kept) and (run or is_stated(extraction)):
        return None
    if seen(kept or extraction.blocks) >= CAPTIONS and run == 0:
        return "gallery"
    worded = any(has_words(block) for block in kept)
    if linked_headings(extraction.blocks) >= (TEASERS if worded else FEW_TEASERS):
        return why_not(extraction, run)
    if worded:
        return None
    return "gallery" if seen(extraction.blocks) >= CAPTIONS else "no text"


def is_thread(extraction: Extraction) -> bool:
    """Whether members of a forum talk: at least two are introduced, and none wrote half of it all."""
    posters = sum(introduces(block) for block in extraction.blocks)
    if posters < 2:
        return False
    shown = plainly_shown(extraction)
    run = longest_run(shown)
    return run < SHORT_RUN or 2 * run <= sum(len(block.text) for block in shown if is_prose(block))


def introduces(block: Block) -> bool:
    """Whether a block tells of a forum's member: a few words with a number in them."""
    text = block.text
    return len(text) < MAX_POSTER and any(map(str.isdigit, text)) and is_poster(text)


def why_not(extraction: Extraction, run: int) -> str:
    """The likeliest reason why a page below the line is none."""
    address = extraction.url or extraction.metadata.canonical_url or ""
    for reason, pattern in ADDRESSES:
        if pattern.search(address):
            return reason
    types = set(extraction.metadata.evidence.get("types", "").split())
    if "discussionforumposting" in types or "qapage" in types:
        return "forum"
    if "profilepage" in types or introduces_writer(extraction):
        return "author page"
    if run < TEASER_RUN and seen(extraction.blocks) > 8:
        return "gallery"
    return "listing"


def introduces_writer(extraction: Extraction) -> bool:
    """Whether the page's title is a person's name, and some line tells of that person."""
    name = extraction.metadata.title or ""
    return is_person(name) and any(
        block.text.startswith(name) and len(block.text) > len(name) + 20 for block in extraction.blocks
    )


@cache
def learned() -> dict[str, Any]:
    """What lies beside this file: the trees, and each fact's median over articles under "usual"."""
    known: dict[str, Any] = json.loads(
        files(__package__).joinpath("verdict.json").read_text(encoding="utf-8")
    )
    return known


@cache
def judges() -> Trees:
    """The trees as numpy walks them."""
    return trees(learned())


def chance(facts: dict[str, float]) -> float:
    """How likely the page with these facts is an article, 0-1."""
    return float(judges().chances(column(facts))[0])


def is_bare(facts: dict[str, float]) -> bool:
    """Whether a page is its text and leads to no other: a print view, or a dated article of few words."""
    if facts["linked headings"]:
        return False
    stated = facts["dated"] and (facts["og article"] or facts["type article"])
    if stated and facts["kept"] >= FEW_WORDS and facts["alike"] <= FEW_ALIKE:
        return True
    return facts["kept share"] >= NEARLY_ALL and facts["prose share"] >= MOSTLY


def column(facts: dict[str, float]) -> Any:
    """The facts as the one column that the trees read."""
    return np.array(list(facts.values()), dtype=np.float64)[:, None]


def against(extraction: Extraction, kept: Sequence[Block]) -> tuple[str, ...]:
    """The facts that speak most against an article: those whose value in a usual one would help most."""
    facts, usual = facts_of(extraction, kept), learned()["usual"]
    base = judges().sums(column(facts))[0]
    gains = {
        name: int(judges().sums(column(facts | {name: usual[name]}))[0] - base)
        for name in facts
        if name in usual
    }
    ranked = sorted(gains, key=lambda name: (-gains[name], name))
    return tuple(f"{name} {facts[name]:g}" for name in ranked[:3] if gains[name] > 0)
