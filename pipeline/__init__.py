"""Understanding: a page's bytes or a text dump in, a clean article out; no network, database, clock or log.

The crawler's three thin stages, which carry pages here, are in `crawler/pipelines.py`.
"""

from pipeline.article import (
    ARTICLE,
    Block,
    Box,
    Caption,
    CleanArticle,
    Cut,
    Extraction,
    Kind,
    Metadata,
    RawPage,
)
from pipeline.clean import article_from, clean_html
from pipeline.dump import clean_text
from pipeline.extract import extract
from pipeline.rules import GENERIC, Rules
from pipeline.rules import VERSION as RULES_VERSION

__all__ = [
    "ARTICLE",
    "GENERIC",
    "RULES_VERSION",
    "Block",
    "Box",
    "Caption",
    "CleanArticle",
    "Cut",
    "Extraction",
    "Kind",
    "Metadata",
    "RawPage",
    "Rules",
    "article_from",
    "clean_html",
    "clean_text",
    "extract",
]
