"""Articles as a feed for news readers: Atom (RFC 4287) and JSON Feed 1.1.

What a page said is text here, whatever it looks like: nothing of it is markup to whoever reads the feed.
"""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring

from terminal.formats import as_json
from terminal.screen import one_line, safe

Row = Mapping[str, Any]

ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"
XML_REFUSES = re.compile(r"[\ufffe\uffff]")  # beside the control characters, which `safe` takes away
NEVER = "1970-01-01T00:00:00Z"  # when a feed without articles changed last


class FeedFormat(StrEnum):
    """Which kind of feed."""

    ATOM = "atom"
    JSONFEED = "jsonfeed"


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's own words: its title, the question it answers (which makes its id), where it will be found."""

    title: str
    question: str
    url: str | None = None

    @property
    def id(self) -> str:
        """The same for the same question."""
        return f"urn:uuid:{uuid5(NAMESPACE_URL, f'carnews feed {self.question}')}"


def as_feed(form: FeedFormat, feed: Feed, rows: Sequence[Row]) -> str:
    """The feed of these articles, each with its times in the store, in their order."""
    return as_atom(feed, rows) if form == FeedFormat.ATOM else as_json_feed(feed, rows)


def as_atom(feed: Feed, rows: Sequence[Row]) -> str:
    """An Atom document; the text is HTML of paragraphs in which all that a page said is escaped."""
    root = Element("feed", xmlns=ATOM)
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "updated", max((_changed(row) for row in rows), default=NEVER))
    if feed.url:
        SubElement(root, "link", rel="self", href=_plain(feed.url))
    for row in rows:
        _entry(SubElement(root, "entry"), row)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _entry(entry: Element, row: Row) -> None:
    language = {"xml:lang": _plain(row["language"])} if row["language"] else {}
    _add(entry, "id", _entry_id(row))
    _add(entry, "title", _title(row), **language)
    _add(entry, "updated", _changed(row))
    if row["published_at"]:
        _add(entry, "published", row["published_at"])
    for name in row["authors"] or [row["site"]]:  # an entry without an author is not valid
        _add(SubElement(entry, "author"), "name", one_line(name) or row["site"])
    if url := _link(row["url"]):
        SubElement(entry, "link", rel="alternate", href=url)
    for term in dict.fromkeys([*row["makes"], *row["tags"]]):
        SubElement(entry, "category", term=_plain(one_line(term)))
    if row["standfirst"]:
        _add(entry, "summary", row["standfirst"], **language)
    # made safe one by one: a sequence that a page left open must not swallow our own markup
    paragraphs = "".join(f"<p>{html.escape(safe(text))}</p>" for text in row["text"])
    _add(entry, "content", paragraphs, type="html", **language)


def as_json_feed(feed: Feed, rows: Sequence[Row]) -> str:
    """A JSON Feed document; the text is `content_text`, its paragraphs parted by blank lines."""
    document = {"version": JSON_FEED, "title": one_line(feed.title), "feed_url": feed.url}
    return as_json(_known(document) | {"items": [_item(row) for row in rows]}, indent=2) + "\n"


def _item(row: Row) -> dict[str, Any]:
    item = {
        "id": _entry_id(row),
        "url": _link(row["url"]),
        "title": _title(row),
        "summary": row["standfirst"],
        "image": _link(row["image"]),
        "date_published": row["published_at"],
        "date_modified": _changed(row),
        "language": row["language"],
        "authors": [{"name": name} for name in row["authors"]],
        "tags": list(dict.fromkeys([*row["makes"], *row["tags"]])),
    }
    return _known(item) | {"content_text": "\n\n".join(row["text"])}


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _add(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = _plain(text)


def _plain(text: str) -> str:
    return XML_REFUSES.sub("", safe(text))


def _title(row: Row) -> str:
    """A headline; a feed must have one, so the address where the page shows none."""
    return one_line(row["title"]) or one_line(row["url"])


def _entry_id(row: Row) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, row['url'])}"


def _changed(row: Row) -> str:
    """When the article last changed: by the site's word, else as this store saw it, else when it came out."""
    seen = row["updated_at"] if row["updated_at"] > row["first_stored_at"] else None
    return str(row["modified_at"] or seen or row["published_at"] or row["first_stored_at"])


def _link(url: str | None) -> str | None:
    """`url` where it is one that a reader may follow; a page may name `javascript:` as its own."""
    return _plain(url) if url and url.lower().startswith(("http://", "https://")) else None
