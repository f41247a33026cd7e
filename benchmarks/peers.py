"""Other readers of news pages, each set up to give the body alone as its own documentation advises; all are
optional (extra `bench`).

All are given the page as text, decoded as we decode it. None reaches for the network. A peer that fails on a
page gives no text for it.
"""

import logging
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

# A tree's own text joins the last word of one of these to the first word of the next.
LINES = re.compile(
    r"address|article|aside|blockquote|br|d[dlt]|div|figcaption|figure|footer|form|h[1-6r]|header|li|main|nav|"
    r"[ou]l|p|pre|section|t[dhr]|table|tbody|tfoot|thead"
)
XML = re.compile(r"^\s*<\?xml[^>]*>")  # names an encoding, which lxml takes ill of text
# What each has to be imported as, and the fields it reads besides the text.
MODULES = {
    "trafilatura": "trafilatura",
    "readability-lxml": "readability",
    "newspaper4k": "newspaper",
    "resiliparse": "resiliparse",
}
FIELDS = {
    "trafilatura": ("title", "authors", "date"),
    "readability-lxml": ("title", "authors"),
    "newspaper4k": ("title", "authors", "date"),
    "resiliparse": ("title",),
}


@dataclass(slots=True)
class Reading:
    """What a peer made of one page; None where it does not read a field, `failed` names what it raised."""

    text: str = ""
    title: str | None = None
    authors: tuple[str, ...] = ()
    day: str | None = None
    failed: str | None = None


def trafilatura(html: str, url: str) -> Reading:
    from trafilatura import bare_extraction  # noqa: PLC0415

    found = bare_extraction(html, url=url, include_comments=False, with_metadata=True)
    if found is None:
        return Reading()
    authors = tuple(part.strip() for part in (found.author or "").split(";") if part.strip())
    return Reading(found.text or "", found.title, authors, found.date)


def readability(html: str, url: str) -> Reading:
    from lxml.html import fromstring  # noqa: PLC0415
    from readability import Document  # noqa: PLC0415

    document = Document(html, url=url)
    author = document.author()
    summary = document.summary(html_partial=True)
    return Reading(
        text_of(fromstring(summary)) if summary.strip() else "",
        document.short_title(),
        (author,) if author and author != "[no-author]" else (),
    )


def text_of(tree: Any) -> str:
    """A tree's text, its blocks on lines of their own and words within a line left whole."""
    for element in tree.iter():
        if isinstance(element.tag, str) and LINES.fullmatch(element.tag):
            element.text = "\n" + (element.text or "")
            element.tail = "\n" + (element.tail or "")
    return str(tree.text_content()).strip()


def newspaper(html: str, url: str) -> Reading:
    from newspaper import Article  # noqa: PLC0415

    article = Article(url, fetch_images=False, follow_meta_refresh=False)  # else it asks for every picture
    article.download(input_html=html, ignore_read_more=True)
    article.parse()
    day = article.publish_date.date().isoformat() if article.publish_date else None
    return Reading(article.text, article.title, tuple(article.authors), day)


def resiliparse(html: str, _url: str) -> Reading:
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415
    from resiliparse.parse.html import HTMLTree  # noqa: PLC0415

    tree = HTMLTree.parse(html)
    # numbers before items and what stands for pictures are no words of the body
    text = extract_plain_text(tree, main_content=True, list_bullets=False, alt_texts=False, comments=False)
    return Reading(text, tree.title)


PEERS: dict[str, Callable[[str, str], Reading]] = {
    "trafilatura": trafilatura,
    "readability-lxml": readability,
    "newspaper4k": newspaper,
    "resiliparse": resiliparse,
}


def installed() -> list[str]:
    """The peers that can be run here; tells which cannot."""
    found = [name for name, module in MODULES.items() if find_spec(module)]
    if missing := [name for name in MODULES if name not in found]:
        print(f"not installed, left out: {', '.join(missing)}; pip install -e '.[bench]'")
    return found


def reading(name: str, html: str, url: str) -> Reading:
    """What the peer called `name` made of the page; nothing where it raised."""
    logging.disable(logging.CRITICAL)  # their remarks about single pages and about extras that they lack
    warnings.simplefilter("ignore")
    try:
        return PEERS[name](XML.sub("", html), url.replace("hard::", "http://"))
    except Exception as error:  # noqa: BLE001 - a peer's fault on one page must not end the run
        return Reading(failed=type(error).__name__)
