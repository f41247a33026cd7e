"""Understanding: a page's bytes or a text dump in, a clean article out; no network, database, clock or log.

The crawler's three thin stages, which carry pages here, are in `crawler/pipelines.py`. The names below are
fetched from their files when first asked for, so that whoever needs only the types loads no parser.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
]
# Where the names live that are not types of `article.py`.
_HOMES = {
    "GENERIC": "rules",
    "RULES_VERSION": "rules",
    "Rules": "rules",
    "article_from": "clean",
    "clean_html": "clean",
    "clean_text": "dump",
}


def __getattr__(name: str) -> Any:
    """The public name from the file it lives in, kept for the next time."""
    if name not in __all__:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    home = import_module(f"{__name__}.{_HOMES.get(name, 'article')}")
    value = globals()[name] = getattr(home, "VERSION" if name == "RULES_VERSION" else name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
