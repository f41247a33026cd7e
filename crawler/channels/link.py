"""What a channel gives: links with what it says of them, and where it goes on; the bounds all share."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from dateutil import parser as dates
from selectolax.lexbor import LexborHTMLParser

from pipeline.bounds import bounded
from pipeline.decoding import as_utf8

MAX_LINKS = 50_000  # the most a sitemap may hold (sitemaps.org); feeds and pages stay far below
MAX_TEXT_BYTES = 64 * 1024  # of an entry's text that is kept; an article has 3 to 10 kB
MAX_TITLE_CHARS = 1000  # of a title or an author that are kept; they are phrases
MAX_DATE_CHARS = 40  # of what may be a date; the longest spelling of a W3C date has 35

BREAK = re.compile(r"<(?:br|hr|/p|/h[1-6]|/li|/div|/blockquote|/tr|/figcaption)\b", re.IGNORECASE)
NO_TEXT = ["script", "style", "template", "noscript", "svg"]


@dataclass(frozen=True, slots=True)
class Link:
    """An address as a channel gives it: not yet canonical, perhaps not an article, perhaps not even http.

    The rest is what the channel says of the page, None where it says nothing; `text` is plain.
    """

    url: str
    title: str | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None
    author: str | None = None
    text: str | None = None

    @property
    def newest_at(self) -> datetime | None:
        """The best known moment to order by."""
        return self.published_at or self.modified_at


@dataclass(frozen=True, slots=True)
class Listing:
    """What one channel's body held.

    `sitemaps` are an index's children, still to be chosen from and fetched; `next_page` shows what is older.
    """

    links: tuple[Link, ...] = ()
    sitemaps: tuple[Link, ...] = ()
    next_page: str | None = None
    problem: str | None = None


def newest_first(links: list[Link]) -> tuple[Link, ...]:
    """`links` by date, those without one last, equal ones in the order they came."""
    oldest = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(links, key=lambda link: link.newest_at or oldest, reverse=True))


def phrase(value: object) -> str | None:
    """A title or a name as one bounded line; None where there is none."""
    words = " ".join(value[: 8 * MAX_TITLE_CHARS].split()) if isinstance(value, str) else ""
    return words[:MAX_TITLE_CHARS] or None


def plain(html: object) -> str | None:
    """The text of some HTML, paragraphs parted by a blank line, cut at MAX_TEXT_BYTES; None if empty."""
    if not isinstance(html, str) or not html.strip():
        return None
    tree = tree_of(BREAK.sub("\n\\g<0>", html[: 16 * MAX_TEXT_BYTES]))
    tree.strip_tags(NO_TEXT)
    lines = (" ".join(line.split()) for line in (tree.body.text() if tree.body else "").splitlines())
    text = "\n\n".join(line for line in lines if line)
    return text.encode("utf-8", "replace")[:MAX_TEXT_BYTES].decode("utf-8", "ignore") or None


def tree_of(html: bytes | str) -> LexborHTMLParser:
    """A page or a piece of one, parsed after it was brought within the limits of pages."""
    return LexborHTMLParser(bounded(as_utf8(html)[0])[0])


def from_text(when: object) -> datetime | None:
    """The moment in a W3C date, UTC where it names no zone; None where it is none."""
    if not isinstance(when, str) or not 4 <= len(when) <= MAX_DATE_CHARS:
        return None
    try:
        moment: datetime = dates.isoparse(when.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
