"""Whether a page is an article, and if not, why: by structure and words, never by length alone."""

from collections.abc import Sequence

from pipeline.article import ARTICLE, Block, Extraction

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


def verdict(extraction: Extraction, kept: Sequence[Block]) -> str:
    """ "article", or one of `REASONS`."""
    if not extraction.blocks:
        return "not a page"
    if not kept:
        return "no text"
    return ARTICLE
