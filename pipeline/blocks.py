"""The walk over a parsed page: every run of text becomes one `Block`, in page order, nothing left out.

It reads the mark-up that the parser writes of its tree, which is balanced and spelt one way, rather than the
tree's nodes: fetching those one by one into Python takes three times as long. The walk keeps its own stack of
open elements, so no depth of nesting can exhaust Python's.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from pipeline.article import Block, Box, Kind
from pipeline.elements import LEVELS, Element, attributes_of, names_in, unescaped

# What a browser never shows as text. They are taken from the tree before the walk.
SILENT = list(
    "script style noscript template svg math canvas iframe object audio video select textarea datalist "  # noqa: SIM905
    "title noembed noframes".split()
)
# Written by the parser: `<`, `>` and `"` in attributes and `<` in texts are always entities.
TOKEN = re.compile(r"<(/?)([a-z][^\s>/]*)([^>]*)>([^<]*)")
COMMENT = re.compile(r"<!--.*?-->|<[!?][^>]*>", re.DOTALL)
MARK = "carnews-mark"  # the attribute under which a rule's mark on an element reaches the walk
HIDDEN = re.compile(r' hidden="| style="[^"]*display: ?none', re.IGNORECASE)
# Text flows through these; every other element sets its text off from what stands around it.
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rp rt ruby s "  # noqa: SIM905
    "samp small span strike strong sub sup time tt u var wbr".split()
)
BOLD = frozenset("b strong em i cite".split())  # noqa: SIM905
NO_PICTURE = re.compile(r"(?!https?:)[a-z][a-z0-9+.-]{0,20}:", re.IGNORECASE)  # data:, blob:, javascript:
PICTURE_NAMES = re.compile(r"(?:^|[ _-])(?:wp-caption|figure|image|img|picture|photo|bild)(?:$|[ _-])")
NEWLINE = "\x1e"  # stands for <br> while a text is being gathered; never left in a block
# These hold nothing; only a line break and a rule say something.
EMPTY = {
    "br": NEWLINE,
    "hr": NEWLINE * 2,
    **dict.fromkeys(
        "area base basefont bgsound col embed frame img input keygen link meta param source track".split(),  # noqa: SIM905
        "",
    ),
}
INSIDE = ""  # the mark of an element whose text is freed of the mark around it
# Class names by which pages without <figcaption> set a caption off from the text around it.
CAPTION_NAMES = re.compile(
    r"(?:^|[ _-])(?:wp-caption-text|(?:photo|image|img|picture|media|figure|foto|bild|article__img)"
    r"[_-]*(?:title|caption|credits?|text|copyright|source|description)|caption(?:-text)?|"
    r"bildunterschrift|legende)(?:$|[ _-])"
)
HEADING, CAPTION, ITEM = Kind.HEADING, Kind.CAPTION, Kind.ITEM  # looked up once per block otherwise
# Control characters, invisible ones, overrides of the writing direction, half characters and no characters.
UNSAID = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


class Walk:
    """The state of one walk: the text gathered since the last block, and the blocks and pictures so far."""

    __slots__ = ("blocks", "bold", "captions", "linked", "pictures", "pieces", "seen", "total")

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.pieces: list[str] = []
        self.total = self.linked = self.bold = 0  # characters gathered; those inside links; those set bold
        self.pictures: list[tuple[int, str]] = []  # order and attributes of each <img>
        self.seen = 0  # pictures before the last block
        self.captions: list[tuple[int, Element, int]] = []  # block, its element, pictures before it

    def emit(self, element: Element) -> None:
        """Append what was gathered as a block; a double line break inside it parts it in two."""
        raw = "".join(self.pieces)
        total, share, bold = self.total, 0.0, 0.0
        if self.linked:
            share = round(self.linked / total, 3)
        if self.bold:
            bold = round(self.bold / total, 3)
        self.pieces, self.total, self.linked, self.bold = [], 0, 0, 0
        texts = paragraphs_of(raw) if NEWLINE in raw else (" ".join(raw.split()),)
        boxes = element.resolved()
        kind, level = element.kind, 0
        if kind is HEADING or kind is ITEM:
            level = element.level
        if kind is CAPTION or (kind is not HEADING and stands_as_caption(boxes)):
            kind, level = CAPTION, 0
        blocks, passed = self.blocks, len(self.pictures) - self.seen
        for text in texts:
            # Nearly all texts are printable, and asking that is ten times as fast as searching.
            clean = text if text.isprintable() else without_unsaid(text)
            if clean:
                if kind is CAPTION:
                    self.captions.append((len(blocks), element, self.seen))
                blocks.append(
                    Block(len(blocks), kind, clean, level, share, boxes, element.mark, None, passed, bold)
                )
                passed, self.seen = 0, len(self.pictures)

    def entered(
        self, element: Element | None, tag: str, attributes: str, order: int, mark: str | None
    ) -> Element:
        """The element that opens in `element`; what was gathered before becomes a block of the outer one."""
        if self.total and element is not None:
            self.emit(element)
        self.pieces = []
        outer = element.mark if element is not None else None
        return Element(tag, attributes, element, order, None if mark == INSIDE else outer or mark)

    def left(self, element: Element, order: int) -> Element | None:
        """The element around `element`, which closes here; what was gathered becomes its block."""
        if self.total:
            self.emit(element)
        self.pieces = []
        element.end = order
        return element.outer

    def gather(self, text: str, *, links: int, bolds: int) -> None:
        """Add a text that stands inside so many open links and elements set bold."""
        if "&" in text:
            text = unescaped(text)
        self.pieces.append(text)
        if text.isspace():
            return
        size = len(text)
        self.total += size
        if links:
            self.linked += size
        if bolds:
            self.bold += size


def blocks_of(html: str, *, marked: bool = False) -> list[Block]:
    """Every block of text in `html`, a <body> as the parser writes it, freed of silent elements.

    Blocks in hidden elements carry the mark "hidden"; where `marked` says so, those in elements with the
    attribute `MARK` carry its value, and `INSIDE` frees of the mark around.
    """
    walk = Walk()
    element: Element | None = None
    links = bolds = 0
    for order, (closes, tag, attributes, text) in enumerate(TOKEN.findall(without_comments(html))):
        inline = tag in INLINE or (tag == "button" and element is not None and element.tag in LEVELS)
        step = -1 if closes else 1
        if inline:
            links += step if tag == "a" else 0
            bolds += step if tag in BOLD else 0
        if closes:
            if inline and element is not None and (element.tag != tag or element.inline):
                element.inline -= element.tag == tag
            elif element is not None:
                element = walk.left(element, order)
        elif tag in EMPTY:
            walk.pieces.append(EMPTY[tag])
            if tag == "img":
                walk.pictures.append((order, attributes))
        else:
            mark = mark_in(attributes, marked=marked) if attributes else None
            if inline and mark is None and element is not None:
                element.inline += element.tag == tag
            else:
                element = walk.entered(element, tag, attributes, order, mark)
        if text:
            walk.gather(text, links=links, bolds=bolds)
    return with_pictures(walk)


def without_comments(html: str) -> str:
    """`html` without what the parser kept of comments and processing instructions."""
    return COMMENT.sub("", html) if "<!" in html or "<?" in html else html


def mark_in(attributes: str, *, marked: bool) -> str | None:
    """The mark that an element's own attributes give it; None for most."""
    if marked and MARK in attributes:
        return attributes_of(attributes).get(MARK)
    if ("hidden" in attributes or "none" in attributes) and HIDDEN.search(attributes):
        return "hidden"
    return None


def without_unsaid(text: str) -> str:
    """`text` without control characters, soft hyphens, zero-width spaces and lone surrogates; line ends
    stay.
    """
    return "\n".join(" ".join(line.split()) for line in UNSAID.sub("", text).split("\n")).strip()


def stands_as_caption(boxes: tuple[Box, ...]) -> bool:
    """Whether the innermost element is called a caption, or is the plain paragraph of one that is."""
    inner = boxes[-1]
    if inner.names or inner.tag != "p" or len(boxes) < 2:
        return names_caption(inner.names)
    return names_caption(boxes[-2].names)


@lru_cache(maxsize=4096)
def names_caption(names: str) -> bool:
    """Whether an element's names say that it holds a caption."""
    return bool(names) and CAPTION_NAMES.search(names) is not None


def paragraphs_of(raw: str) -> list[str]:
    """`raw` parted at double line breaks, a single one kept as a line's end."""
    lines = [" ".join(line.split()) for line in raw.split(NEWLINE)]
    texts = ("\n".join(group.split("\n")) for group in "\n".join(lines).split("\n\n"))
    return [text.strip("\n") for text in texts if text.strip()]


def with_pictures(walk: Walk) -> list[Block]:
    """The walk's blocks, each caption with the address of its picture."""
    blocks = walk.blocks
    for at, element, seen in walk.captions:
        attributes = picture_of(element, walk.pictures, seen)
        if attributes is not None:
            blocks[at] = replace(blocks[at], image=source_of(attributes_of(attributes)))
    return blocks


def picture_of(caption: Element, pictures: list[tuple[int, str]], seen: int) -> str | None:
    """The attributes of the picture a caption belongs to: its figure's first, else the last one since the
    block before it, which stands behind the first `seen` pictures.
    """
    element: Element | None = caption
    for _ in range(4):  # figure > div > div > figcaption is as deep as pages go
        if element is None:
            break
        if element.tag in ("figure", "picture", "dl") or names_picture(names_in(element.attributes)):
            at = bisect_right(pictures, (element.order, ""))
            if at < len(pictures) and pictures[at][0] < element.end:
                return pictures[at][1]
        element = element.outer
    at = bisect_left(pictures, (caption.order, "")) - 1
    return pictures[at][1] if at >= seen else None


def names_picture(names: str) -> bool:
    """Whether an element's names say that it holds one picture with what belongs to it."""
    return PICTURE_NAMES.search(names) is not None


def source_of(attributes: Mapping[str, str]) -> str | None:
    """The address in an <img>, lazily loaded or not; None for inline data and for one that acts."""
    for name in ("data-src", "data-lazy-src", "data-original", "data-img-url", "src"):
        value = attributes.get(name, "").strip()
        if value and not NO_PICTURE.match(value):
            return value
    srcset = (attributes.get("srcset") or attributes.get("data-srcset") or "").split()
    return srcset[0].rstrip(",") if srcset else None
