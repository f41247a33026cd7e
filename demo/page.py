"""What the made web promises about each of its pages, and what a server of it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DemoCaption:
    """A picture's line as printed, and the parts it was put together from."""

    text: str
    subject: str | None = None
    view: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class DemoPage:
    """One address of the made web with everything a reader must find there.

    `kind` is "article" or what becomes of the address: "not_article", "blocked", "gone", "duplicate" (another
    address of the article `same_as`; of such a pair the one fetched first is stored) or "same" (equal to
    `same_as` once its tracking words are gone). `reason` says why, in the words of a page's verdict where
    there is one. `channels` are the places that link to it: "feed", "sitemap", "section". `paragraphs` are
    all blocks of the body in page order: paragraphs, sub-headings, list items, quotes, table cells.
    `captions` are the pictures' lines in page order, `repeated` the same lines printed once more, which a
    reader may list as captions or not. `removed` are lines on the page that are no part of the article.
    """

    site: str
    url: str
    kind: str
    reason: str | None = None
    same_as: str | None = None
    status: int = 200
    channels: tuple[str, ...] = ()
    title: str | None = None
    standfirst: str | None = None
    paragraphs: tuple[str, ...] = ()
    captions: tuple[DemoCaption, ...] = ()
    repeated: tuple[DemoCaption, ...] = ()
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes, status and headers that stand behind one path."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MadeSite:
    """One site of the made web at one home address: its pages' truth and an answer for each path."""

    name: str
    title: str
    home: str
    pages: tuple[DemoPage, ...]
    answers: Mapping[str, Answer]
