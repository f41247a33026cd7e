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

# What a browser never shows as text. They are taken from the tree before the walk.
SILENT = list(
    "script style noscript template svg math canvas iframe object audio video select textarea datalist "  # noqa: SIM905
    "title noembed noframes".split()
)
# Written by the parser: `<`, `>` and `"` in attributes and `<` in texts are always entities.
TOKEN = re.compile(r"<(/?)([a-z][^\s>/]*)([^>]*)>([^<]*)")
COMMENT = re.compile(r"<!--.*?-->|<[!?][^>]*>", re.DOTALL)
ATTRIBUTE = re.compile(r' ([^\s=]+)="([^"]*)"')
MARK = "carnews-mark"  # the attribute under which a rule's mark on an element reaches the walk
HIDDEN = re.compile(r' hidden="| style="[^"]*display: ?none', re.IGNORECASE)
NAMING = re.compile(r' (?:id|class|role|itemprop|data-testid|data-component)="([^"]*)"')
# Text flows through these; every other element sets its text off from what stands around it.
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rp rt ruby s "  # noqa: SIM905
    "samp small span strike strong sub sup time tt u var wbr".split()
)
BOLD = frozenset("b strong em i cite".split())  # noqa: SIM905
LEVELS = {f"h{level}": level for level in range(1, 7)}
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
MAX_BOXES = 200  # enclosing elements remembered per block; real pages nest less than 100 deep
KINDS = {
    "li": Kind.ITEM,
    "dt": Kind.ITEM,
    "dd": Kind.ITEM,
    "blockquote": Kind.QUOTE,
    "figcaption": Kind.CAPTION,
    "td": Kind.CELL,
    "th": Kind.CELL,
    "pre": Kind.CODE,
    "summary": Kind.HEADING,
} | dict.fromkeys(LEVELS, Kind.HEADING)
# A paragraph inside one of these is still what the outer element says it is.
LASTING = frozenset({Kind.ITEM, Kind.QUOTE, Kind.CAPTION, Kind.CODE})
# Class names by which pages without <figcaption> set a caption off from the text around it.
CAPTION_NAMES = re.compile(
    r"(?:^|[ _-])(?:wp-caption-text|(?:photo|image|img|picture|media|figure|foto|bild|article__img)"
    r"[_-]*(?:title|caption|credits?|text|copyright|source|description)|caption(?:-text)?|"
    r"bildunterschrift|legende)(?:$|[ _-])"
)
HEADING, CAPTION, ITEM, CELL = Kind.HEADING, Kind.CAPTION, Kind.ITEM, Kind.CELL  # looked up once per block otherwise
UNSAID = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\ud800-\udfff]")


class Element:
    """One open element that sets its text off; what the text inside it inherits is made when first asked for."""

    # `end` is where it closes; `inline`, of a marked inline element, how many of its tag are open inside it.
    __slots__ = ("attributes", "boxes", "end", "inline", "kind", "level", "mark", "order", "outer", "tag")
    kind: Kind
    level: int
    end: int
    inline: int

    def __init__(
        self, tag: str, attributes: str, outer: "Element | None", order: int, mark: str | None
    ) -> None:
        self.tag, self.attributes, self.outer, self.order, self.mark = tag, attributes, outer, order, mark
        self.boxes: tuple[Box, ...] | None = None

    def resolved(self) -> tuple[Box, ...]:
        """The boxes from the page's body down to this element; sets kind and level of all of them."""
        if self.boxes is not None:
            return self.boxes
        missing = [self]
        element = self.outer
        while element is not None and element.boxes is None:
            missing.append(element)
            element = element.outer
        boxes = element.boxes if element is not None and element.boxes is not None else ()
        for inner in reversed(missing):
            inner.inherit()
            if len(boxes) < MAX_BOXES:
                boxes = (*boxes, Box(inner.order, inner.tag, names_in(inner.attributes)))
            inner.boxes = boxes
        return boxes

    def inherit(self) -> None:
        """Set what the text inside is: by the element's own tag, or by what the one around it is."""
        kind, outer = KINDS.get(self.tag), self.outer
        if outer is None:
            self.kind, self.level = Kind.PARAGRAPH, 0
        elif kind is None or (kind is CELL and outer.kind in LASTING):
            self.kind = outer.kind if outer.kind in LASTING else Kind.PARAGRAPH
            self.level = outer.level
        else:
            self.kind = kind
            self.level = LEVELS.get(self.tag) or (
                outer.level + 1 if kind is ITEM and outer.kind is kind else 1
            )


@lru_cache(maxsize=8192)
def names_in(attributes: str) -> str:
    """What an element's attributes call it, lower case, parted by single spaces."""
    return " ".join(" ".join(NAMING.findall(attributes)).lower().split()) if attributes else ""


def attributes_of(attributes: str) -> dict[str, str]:
    """An element's attributes as the parser wrote them, by name."""
    return {name: unescaped(value) for name, value in ATTRIBUTE.findall(attributes)}


def unescaped(text: str) -> str:
    """`text` with the entities resolved that the parser writes."""
    if "&" not in text:
        return text
    text = text.replace("&nbsp;", "\xa0").replace("&lt;", "<").replace("&gt;", ">")
    return text.replace("&quot;", '"').replace("&amp;", "&")


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
        if kind is CAPTION or (kind is not HEADING and names_caption(boxes[-1].names)):
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


def blocks_of(html: str, *, marked: bool = False) -> list[Block]:
    """Every block of text in `html`, a <body> as the parser writes it, freed of silent elements.

    Blocks in hidden elements carry the mark "hidden"; where `marked` says so, those in elements with the
    attribute `MARK` carry its value, and `INSIDE` frees of the mark around.
    """
    # One loop over all tags of the page: calls for each of them would double the time of the whole reading.
    walk = Walk()
    element: Element | None = None
    links = bolds = 0
    for order, (closes, tag, attributes, text) in enumerate(TOKEN.findall(without_comments(html))):
        inline = tag in INLINE or (tag == "button" and element is not None and element.tag in LEVELS)
        if closes:
            if inline and (element is None or element.tag != tag or element.inline):
                links -= tag == "a"
                bolds -= tag in BOLD
                if element is not None and element.tag == tag:
                    element.inline -= 1
            elif element is not None:
                if walk.total:
                    walk.emit(element)
                elif walk.pieces:
                    walk.pieces = []
                element.end = order
                if inline:
                    links -= tag == "a"
                    bolds -= tag in BOLD
                element = element.outer
        elif tag in EMPTY:
            walk.pieces.append(EMPTY[tag])
            if tag == "img":
                walk.pictures.append((order, attributes))
        else:
            mark = mark_in(attributes, marked) if attributes else None
            if inline:
                links += tag == "a"
                bolds += tag in BOLD
            if inline and mark is None and element is not None:
                if element.tag == tag:
                    element.inline += 1
            else:
                if walk.total:
                    walk.emit(element or Element("body", "", None, 0, None))
                else:
                    walk.pieces = []
                outer_mark = element.mark if element is not None else None
                element = Element(tag, attributes, element, order, None if mark == INSIDE else outer_mark or mark)
                if inline:
                    element.inline = 0
        if text:
            if "&" in text:
                text = unescaped(text)  # noqa: PLW2901 - the token is done with
            walk.pieces.append(text)
            if not text.isspace():
                size = len(text)
                walk.total += size
                if links > 0:
                    walk.linked += size
                if bolds > 0:
                    walk.bold += size
    return with_pictures(walk)


def without_comments(html: str) -> str:
    """`html` without what the parser kept of comments and processing instructions."""
    return COMMENT.sub("", html) if "<!" in html or "<?" in html else html


def mark_in(attributes: str, marked: bool) -> str | None:
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
    """The address in an <img>, lazily loaded or not; None for inline data."""
    for name in ("data-src", "data-lazy-src", "data-original", "data-img-url", "src"):
        value = attributes.get(name, "").strip()
        if value and not value.startswith("data:"):
            return value
    srcset = (attributes.get("srcset") or attributes.get("data-srcset") or "").split()
    return srcset[0].rstrip(",") if srcset else None
