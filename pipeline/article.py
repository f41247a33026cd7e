"""The whole life of an article as types: `RawPage`, then `Extraction`, then `CleanArticle`.

Everything here is frozen data. Times are aware UTC, shares lie between 0 and 1, `None` means that
the page did not say. Which room makes which type:

    RawPage       crawler (network) or ingest (files)   what came back, untouched
    Extraction    pipeline.extract                      every text block of the page, only marked
    CleanArticle  pipeline.clean                        the kept blocks, and each cut with its rule
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

ARTICLE = "article"  # the verdict of a page that is one; every other verdict is the reason why not
FAULT = "fault: "  # begins the flag of a page that our own code failed on; whoever cleans pages logs it
# Verdicts of pages that a site put before the article: the address is blocked, what lies behind is unknown.
WALLS = frozenset({"consent wall", "login or paywall", "bot challenge"})


@dataclass(frozen=True, slots=True)
class RawPage:
    """One answer of a server, or one saved page, before anything has understood it.

    `url` is the address that answered, after redirects; `requested_url` the one asked for.
    `headers` keep the server's order and spelling. `body` is already freed of transfer and content encoding.
    """

    url: str
    body: bytes
    status: int
    headers: tuple[tuple[str, str], ...]
    fetched_at: datetime
    requested_url: str | None = None

    def header(self, name: str) -> str | None:
        """The first header called `name` in any case; None where the answer had none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


class Kind(StrEnum):
    """What a block of text is on the page."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"
    QUOTE = "quote"
    CAPTION = "caption"
    CELL = "cell"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Box:
    """An element that encloses a block.

    `order` is the element's place in document order and so its identity within one page;
    `names` its id and classes, lower case, parted by single spaces.
    """

    order: int
    tag: str
    names: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One run of text as the page sets it off, with every fact a cleaning step may ask for.

    `order` counts blocks from 0 in page order. `level` is 1-6 for a heading, the nesting depth for a list
    item, else 0. `link_share` is the share of its characters inside links. `boxes` are the enclosing
    elements, outermost first. `marked` names the rule or selector that has already condemned the block;
    extraction only marks, a step removes. `image` is the address of the picture a caption belongs to.
    `pictures` stand between the block before and this one; `bold` is the share of characters set off as bold
    or italic.
    """

    order: int
    kind: Kind
    text: str
    level: int = 0
    link_share: float = 0.0
    boxes: tuple[Box, ...] = ()
    marked: str | None = None
    image: str | None = None
    pictures: int = 0
    bold: float = 0.0

    def __reduce__(self) -> tuple[type["Block"], tuple[Any, ...]]:
        """How it travels between processes: a dataclass's own way takes four times as long."""
        facts = (self.level, self.link_share, self.boxes, self.marked, self.image, self.pictures, self.bold)
        return Block, (self.order, self.kind, self.text, *facts)


@dataclass(frozen=True, slots=True)
class Caption:
    """A picture's caption, taken apart as far as its words allow; `text` is the whole line as printed."""

    text: str
    subject: str | None = None
    view: str | None = None
    credit: str | None = None
    image: str | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """A block that left the text, the rule that took it, and the field it became (None: boilerplate)."""

    rule: str
    block: Block
    became: str | None = None

    def __reduce__(self) -> tuple[type["Cut"], tuple[str, Block, str | None]]:
        """As a block does."""
        return Cut, (self.rule, self.block, self.became)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle that a text names; `model` is None where only the make is, `years` its model years."""

    make: str
    model: str | None = None
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the page says about its article; `evidence` maps a field to where its value was found."""

    title: str | None = None
    standfirst: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    modified_at: datetime | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    canonical_url: str | None = None
    image: str | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Extraction:
    """A page as blocks and metadata, nothing removed yet; `flags` name what was odd about its bytes."""

    url: str | None
    metadata: Metadata
    blocks: tuple[Block, ...]
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CleanArticle:
    """An article and its cleaning receipt: `blocks` kept plus `cuts` are exactly the blocks extracted.

    `verdict` is "article" or the reason why the page is none; the other fields are filled either way.
    """

    url: str | None
    title: str | None
    standfirst: str | None
    blocks: tuple[Block, ...]
    cuts: tuple[Cut, ...]
    captions: tuple[Caption, ...]
    authors: tuple[str, ...]
    published_at: datetime | None
    modified_at: datetime | None
    section: str | None
    tags: tuple[str, ...]
    language: str | None
    image: str | None
    makes: tuple[str, ...]
    verdict: str
    evidence: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()

    @property
    def text(self) -> str:
        """The body alone, paragraphs parted by a blank line; no title, byline or caption."""
        return "\n\n".join(self.paragraphs)

    @property
    def paragraphs(self) -> list[str]:
        """The kept blocks' texts in page order."""
        return [block.text for block in self.blocks]

    @property
    def removed(self) -> list[str]:
        """The texts of cuts that became no field: pure boilerplate, in page order."""
        return [cut.block.text for cut in self.cuts if cut.became is None]

    def as_json(self) -> dict[str, Any]:
        """The article under the contract's names, ready for `json.dumps`."""
        return {
            "url": self.url,
            "title": self.title,
            "standfirst": self.standfirst,
            "authors": list(self.authors),
            "published_at": iso(self.published_at),
            "modified_at": iso(self.modified_at),
            "section": self.section,
            "tags": list(self.tags),
            "language": self.language,
            "image": self.image,
            "makes": list(self.makes),
            "vehicles": [{"make": v.make, "model": v.model, "years": list(v.years)} for v in self.vehicles],
            "text": self.paragraphs,
            "captions": [caption_json(caption) for caption in self.captions],
            "removed": self.removed,
            "cuts": [{"rule": c.rule, "text": c.block.text, "became": c.became} for c in self.cuts],
            "verdict": self.verdict,
        }


def caption_json(caption: Caption) -> dict[str, str | None]:
    """A caption under the contract's names; `image` stands there only where the page showed one."""
    row = {
        "text": caption.text,
        "subject": caption.subject,
        "view": caption.view,
        "credit": caption.credit,
    }
    return row | {"image": caption.image} if caption.image else row


def iso(moment: datetime | None) -> str | None:
    """`moment` (aware UTC) as `2026-03-02T09:30:00Z`; None stays None."""
    # not strftime: on Linux it writes the year 987 with three digits
    return moment.isoformat()[:19] + "Z" if moment else None
