"""What a site's front page tells: its name and language, its feeds, its menus, its headlines."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from crawler.channels.feeds import joined
from crawler.channels.link import Link, phrase, tree_of
from pipeline.urls import canonical_url

FEED_TYPES = re.compile(r"application/(?:rss\+xml|atom\+xml|feed\+json|json)", re.IGNORECASE)
NO_NEWS_FEED = re.compile(r"comments?|kommentar|podcast|wp-json|oembed", re.IGNORECASE)
MENU = "nav a[href], header a[href], footer a[href]"
MENU_WORDS = 4  # a menu's entry is shorter than a headline
HEADLINE_WORDS = 5  # and the text of a link to an article is not
TITLE_PARTS = re.compile(r"\s+[|\u2013\u2014\u00b7:-]\s+")  # as in "Example Motor | Car news and reviews"
NO_NAME = re.compile(
    r"(?:home(?:page)?|startseite|accueil|inicio|(?:latest |car |auto)?-?news)", re.IGNORECASE
)
FEED_PATH = re.compile(r"/(?:rss|feed|atom)s?(?:/|\.xml|$)|\.rss$", re.IGNORECASE)


@dataclass(slots=True)
class Home:
    """A site's front page, taken apart as far as a survey needs it."""

    url: str
    title: str | None = None
    language: str | None = None
    feeds: list[str] = field(default_factory=list)
    wordpress: str | None = None
    menu: set[str] = field(default_factory=set)
    headlines: list[Link] = field(default_factory=list)

    @property
    def sections(self) -> set[str]:
        """The words that begin the paths of both a menu's entry and a headline."""
        firsts = {urlsplit(link.url).path.split("/")[1] for link in self.headlines}
        return firsts & {urlsplit(url).path.strip("/") for url in self.menu}


def home_from(body: bytes, url: str) -> Home:
    """The front page `body`, which came from `url`."""
    tree = tree_of(body)
    home = Home(url)
    name = tree.css_first('meta[property="og:site_name"]')
    title = tree.css_first("head title")
    home.title = phrase(name.attributes.get("content")) if name else None
    home.title = home.title or (name_in(phrase(title.text()) or "", url) if title else None)
    html = tree.css_first("html[lang]")
    code = ((html.attributes.get("lang") or "") if html else "")[:2].lower()
    home.language = code if re.fullmatch("[a-z]{2}", code) else None
    for link in tree.css("link[rel~=alternate][href]"):
        told = f"{link.attributes.get('title')} {link.attributes.get('href')}"
        address = joined(url, link.attributes.get("href"))
        if address and FEED_TYPES.match(link.attributes.get("type") or "") and not NO_NEWS_FEED.search(told):
            home.feeds.append(address)
    api = tree.css_first('link[rel="https://api.w.org/"][href]')
    root = joined(url, api.attributes.get("href")) if api else None
    home.wordpress = f"{root.rstrip('/')}/wp/v2/posts" if root and "?" not in root else None
    sort_links(tree, home)
    return home


def name_in(title: str, url: str) -> str | None:
    """The site's name in the title of its front page: the part that the host repeats, else the shortest."""
    parts = [part for part in TITLE_PARTS.split(title) if part and not NO_NAME.fullmatch(part)]
    host = re.sub(r"[^a-z0-9]", "", urlsplit(url).netloc)
    same = [part for part in parts if (bare := re.sub(r"[^a-z0-9]", "", part.lower())) and bare in host]
    return min(same or parts, key=len, default=None)


def sort_links(tree: LexborHTMLParser, home: Home) -> None:
    """Sorts the page's links into those of its menus and those that may lead to articles."""
    for anchor in tree.css(MENU):
        address = canonical_url(joined(home.url, anchor.attributes.get("href")) or "")
        if address and len(anchor.text().split()) <= MENU_WORDS:
            home.menu.add(address)
    for anchor in tree.css("a[href]"):
        address = canonical_url(joined(home.url, anchor.attributes.get("href")) or "")
        if address and FEED_PATH.search(urlsplit(address).path) and not NO_NEWS_FEED.search(address):
            home.feeds.append(address)
        text = phrase(anchor.text())
        if address and address not in home.menu and text and len(text.split()) >= HEADLINE_WORDS:
            home.headlines.append(Link(address, text))
