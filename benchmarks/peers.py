"""Other readers of news pages, each in the words of its own documentation; all are optional (extra `bench`).

A peer that fails on a page gives no text for it.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Reading:
    """What a peer made of one page; None where it does not read a field."""

    text: str = ""
    title: str | None = None
    authors: tuple[str, ...] = ()
    day: str | None = None


def trafilatura(html: str, url: str) -> Reading:
    from trafilatura import bare_extraction  # noqa: PLC0415

    found = bare_extraction(html, url=url, include_comments=False, with_metadata=True)
    if found is None:
        return Reading()
    authors = tuple(part.strip() for part in (found.author or "").split(";") if part.strip())
    return Reading(found.text or "", found.title, authors, found.date)


def readability(html: str, _url: str) -> Reading:
    from readability import Document  # noqa: PLC0415
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415

    document = Document(html)
    body = LexborHTMLParser(document.summary()).body
    return Reading(body.text(separator="\n") if body else "", document.short_title())


def newspaper(html: str, url: str) -> Reading:
    from newspaper import Article  # noqa: PLC0415

    article = Article(url)
    article.download(input_html=html)
    article.parse()
    day = article.publish_date.date().isoformat() if article.publish_date else None
    return Reading(article.text, article.title, tuple(article.authors), day)


def resiliparse(html: str, _url: str) -> Reading:
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415

    return Reading(extract_plain_text(html, main_content=True))


PEERS: dict[str, Callable[[str, str], Reading]] = {
    "trafilatura": trafilatura,
    "readability-lxml": readability,
    "newspaper4k": newspaper,
    "resiliparse": resiliparse,
}


def reading(name: str, html: str, url: str) -> Reading:
    """What the peer called `name` made of the page; nothing where it raised."""
    try:
        return PEERS[name](html, url)
    except Exception:  # noqa: BLE001 - a peer's fault on one page must not end the run
        return Reading()
