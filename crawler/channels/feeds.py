"""RSS, Atom and JSON Feed: the entries with all that they say of their articles."""

import calendar
import io
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import feedparser

from crawler.channels.link import MAX_LINKS, Link, Listing, from_text, newest_first, phrase, plain
from crawler.channels.xml import unfit_xml

MAX_TAGS = 60_000  # outside of CDATA sections; a feed of 500 entries has 15,000
CDATA = re.compile(rb"<!\[CDATA\[.*?\]\]>", re.DOTALL)
JSON_FEED = re.compile(r"https?://jsonfeed\.org/version/")
FEED_PROXY = re.compile(r"https?://(?:feedproxy\.|feeds?\.|rss\.)", re.IGNORECASE)  # they count clicks


def feed_links(body: bytes, url: str) -> Listing:
    """The entries of an RSS or Atom feed or a JSON Feed, newest first."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return json_feed_links(body, url)
    if problem := unfit_xml(body) or too_full(body):
        return Listing(problem=f"invalid feed: {problem}")
    # a stream, because feedparser takes plain bytes for the name of a file or an address to open
    try:
        feed = feedparser.parse(
            io.BytesIO(body),
            response_headers={"content-location": url},
            resolve_relative_uris=False,  # those in texts, a fourth of the time
            sanitize_html=False,
        )
    except Exception as error:  # noqa: BLE001 - feedparser meets some torn feeds with a KeyError of its own
        return Listing(problem=f"invalid feed: {type(error).__name__}")
    is_atom = str(feed.version).startswith("atom")
    links = [link for entry in feed.entries[:MAX_LINKS] if (link := entry_link(entry, url, is_atom=is_atom))]
    if not links:
        return Listing(problem="feed without entries" if feed.version else "invalid feed: not RSS or Atom")
    following = [link.get("href") for link in feed.feed.get("links", ()) if link.get("rel") == "next"]
    return Listing(newest_first(links), next_page=joined(url, following[0]) if following else None)


def too_full(body: bytes) -> str | None:
    """Why a feed would take minutes to read; None where it would not. HTML in CDATA sections costs little."""
    if body.count(b"<") <= MAX_TAGS or CDATA.sub(b"", body).count(b"<") <= MAX_TAGS:
        return None
    return f"more than {MAX_TAGS:,} tags"


def entry_link(entry: Any, url: str, *, is_atom: bool) -> Link | None:
    """One entry of a feed; None where it has no address."""
    address = joined(url, entry_address(entry))
    if address is None:
        return None
    published = from_struct(entry.get("published_parsed"))
    # past feedparser's own look-up, which takes the one date for the other
    modified = from_struct(dict.get(entry, "updated_parsed"))
    names = [author.get("name") for author in entry.get("authors", ())]
    return Link(
        address,
        title=phrase(entry.get("title")),
        published_at=published or (None if is_atom else modified),  # in RSS a lone dc:date is the publication
        modified_at=modified,
        author=named(names) or phrase(entry.get("author")),
        text=entry_text(entry),
    )


def entry_text(entry: Any) -> str | None:
    """The longest text of an entry: its whole content where the feed carries it, else the summary."""
    told = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    texts = [
        plain(escaped(part.get("value")) if part.get("type") == "text/plain" else part.get("value"))
        for part in told
    ]
    return max(filter(None, texts), key=len, default=None)


def entry_address(entry: Any) -> str | None:
    """Where the article itself lies, if a feed service has put its own address in front."""
    if original := entry.get("feedburner_origlink"):
        return str(original)
    address, guid = entry.get("link"), entry.get("id")
    is_counted = FEED_PROXY.match(address or "")
    if is_counted and isinstance(guid, str) and guid.startswith("http") and not FEED_PROXY.match(guid):
        return guid
    return address or None


def json_feed_links(body: bytes, url: str) -> Listing:
    """The items of a JSON Feed (jsonfeed.org, versions 1 and 1.1), newest first."""
    try:
        feed = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return Listing(problem="invalid feed: not JSON")
    if not JSON_FEED.match(str(feed.get("version"))) or not isinstance(feed.get("items"), list):
        return Listing(problem="invalid feed: not a JSON Feed")
    items = [item for item in feed["items"][:MAX_LINKS] if isinstance(item, dict)]
    links = [link for item in items if (link := item_link(item, url))]
    if not links:
        return Listing(problem="feed without entries")
    return Listing(newest_first(links), next_page=joined(url, feed.get("next_url")))


def item_link(item: dict[str, Any], url: str) -> Link | None:
    """One item of a JSON Feed; None where it has no address."""
    address = joined(url, item.get("url") or item.get("external_url"))
    if address is None:
        return None
    published, modified = from_text(item.get("date_published")), from_text(item.get("date_modified"))
    authors = item.get("authors")
    people = [item.get("author"), *(authors if isinstance(authors, list) else [])]
    return Link(
        address,
        title=phrase(item.get("title")),
        published_at=published,
        modified_at=modified,
        author=named(person.get("name") for person in people if isinstance(person, dict)),
        text=plain(item.get("content_html")) or plain(escaped(item.get("content_text"))),
    )


def escaped(text: object) -> str | None:
    """Plain text as HTML, each line a paragraph."""
    if not isinstance(text, str):
        return None
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")


def named(names: Iterable[object]) -> str | None:
    """Names as one phrase, each once."""
    return phrase(", ".join(dict.fromkeys(name.strip() for name in names if isinstance(name, str))))


def joined(url: str, address: object) -> str | None:
    """`address` as it is meant on the page `url`; None where it is none."""
    if not isinstance(address, str) or not (address := address.strip()):
        return None
    try:
        # joining would take control characters out; the address shall be known for what it is
        return urljoin(url, address) if address.isprintable() else address
    except ValueError:  # such as http://[broken
        return None


def from_struct(when: Any) -> datetime | None:
    """The moment in feedparser's UTC tuple; None where there is none or it lies outside the calendar."""
    try:
        return datetime.fromtimestamp(calendar.timegm(when), UTC) if when else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None
