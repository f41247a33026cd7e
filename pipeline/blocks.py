"""The walk over a parsed page: every run of text becomes one `Block`, in page order, nothing left out.

The walk keeps its own stack of open elements, so no depth of nesting can exhaust Python's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from pipeline.article import Block, Box, Kind

# What a browser never shows as text. Their subtrees are passed over.
SILENT = frozenset(
    "script style noscript template svg math canvas iframe object embed audio video select textarea "
    "datalist head title input img source picture-source".split()
)
# Text flows through these; every other element sets its text off from what stands around it.
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rp rt ruby s "
    "samp small span strike strong sub sup time tt u var wbr".split()
)
HEADINGS = {f"h{level}": level for level in range(1, 7)}
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
} | dict.fromkeys(HEADINGS, Kind.HEADING)
# A paragraph inside one of these is still what the outer element says it is.
LASTING = frozenset({Kind.ITEM, Kind.QUOTE, Kind.CAPTION, Kind.CODE})
# Class names by which pages without <figcaption> set a caption off from the text around it.
CAPTION_NAMES = re.compile(
    r"(?:^|[ _-])(?:wp-caption-text|(?:photo|image|img|picture|media|figure|foto|bild|article__img)"
    r"[_-]*(?:title|caption|credits?|text|copyright|source|description)|caption(?:-text)?|bildunterschrift|legende)(?:$|[ _-])"
)
NEWLINE = "\x1e"  # stands for <br> while a text is being gathered; never left in a block
UNSAID = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\ud800-\udfff]")
MAX_DEPTH = 512  # elements nested deeper than Lexbor's own callers ever show add no box


class Open:
    """One element whose end has not been seen: what the text inside it inherits."""

    __slots__ = ("boxes", "depth", "key", "kind", "level", "mark", "node", "order", "outer")

    def __init__(self, node: LexborNode, outer: "Open | None", order: int) -> None:
        self.node, self.outer, self.order, self.key = node, outer, order, node.mem_id
        self.boxes: tuple[Box, ...] | None = None
        self.depth: int = outer.depth + 1 if outer else 0
        self.kind: Kind = outer.kind if outer and outer.kind in LASTING else Kind.PARAGRAPH
        self.level: int = outer.level if outer else 0
        self.mark: str | None = outer.mark if outer else None

    def chain(self) -> tuple[Box, ...]:
        """The boxes from the page's body down to this element, made when first asked for."""
        missing: list[Open] = []
        element: Open | None = self
        while element is not None and element.boxes is None:
            missing.append(element)
            element = element.outer
        boxes = element.boxes if element is not None and element.boxes is not None else ()
        for inner in reversed(missing):
            if inner.depth < MAX_DEPTH:
                boxes = (*boxes, Box(inner.order, inner.node.tag or "", names_of(inner.node)))
            inner.boxes = boxes
        return boxes


def names_of(node: LexborNode) -> str:
    """An element's id, classes and role, lower case, parted by single spaces."""
    attributes = node.attributes
    parts = (attributes.get("id"), attributes.get("class"), attributes.get("role"))
    return " ".join(" ".join(filter(None, parts)).lower().split())


@dataclass(slots=True)
class Walk:
    """The state of one walk; `marks` maps an element's memory address to the rule that condemns it."""

    marks: Mapping[int, str]
    blocks: list[Block] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    linked: int = 0  # characters of `pieces` that stand inside links
    total: int = 0
    owner: Open | None = None  # the element in which the gathered text began
    mark: str | None = None

    def gather(self, text: str, element: Open, in_link: bool, mark: str | None) -> None:
        """Add one text node to the block being gathered."""
        if not self.pieces or self.total == 0:
            self.owner, self.mark = element, mark
        self.pieces.append(text)
        size = len(text) if not text.isspace() else 0
        self.total += size
        if in_link:
            self.linked += size

    def flush(self) -> None:
        """End the block being gathered; a double line break inside it parts it in two."""
        if self.total and self.owner is not None:
            raw = "".join(self.pieces)
            if NEWLINE in raw:
                texts = paragraphs_of(raw)
            else:
                texts = [" ".join(raw.split())]
            share = self.linked / self.total
            for text in texts:
                self.emit(text, self.owner, share)
        self.pieces.clear()
        self.linked = self.total = 0

    def emit(self, text: str, owner: Open, share: float) -> None:
        """Append one block, unless only invisible characters are left of it."""
        if UNSAID.search(text):
            text = " ".join(UNSAID.sub("", text).split())
        if not text:
            return
        boxes = owner.chain()
        kind = owner.kind
        if kind is not Kind.HEADING and boxes and CAPTION_NAMES.search(boxes[-1].names):
            kind = Kind.CAPTION
        level = owner.level if kind in (Kind.HEADING, Kind.ITEM) else 0
        image = picture_of(owner) if kind is Kind.CAPTION else None
        self.blocks.append(
            Block(len(self.blocks), kind, text, level, round(share, 3), boxes, self.mark, image)
        )


def paragraphs_of(raw: str) -> list[str]:
    """`raw` parted at double line breaks, a single one kept as a line's end."""
    lines = [" ".join(line.split()) for line in raw.split(NEWLINE)]
    texts = ("\n".join(group.split("\n")) for group in "\n".join(lines).split("\n\n"))
    return [text.strip("\n") for text in texts if text.strip()]


def picture_of(caption: Open) -> str | None:
    """The address of the picture a caption belongs to: the first one in the nearest element that has one."""
    element: Open | None = caption.outer
    for _ in range(3):  # figure > div > figcaption is as deep as pages go
        if element is None:
            return None
        image = element.node.css_first("img")
        if image is not None:
            return source_of(image.attributes)
        element = element.outer
    return None


def source_of(attributes: Mapping[str, str | None]) -> str | None:
    """The address in an <img>, lazily loaded or not; None for inline data."""
    for name in ("data-src", "data-lazy-src", "data-original", "src"):
        value = (attributes.get(name) or "").strip()
        if value and not value.startswith("data:"):
            return value
    srcset = (attributes.get("srcset") or attributes.get("data-srcset") or "").split()
    return srcset[0].rstrip(",") if srcset else None


def enter(node: LexborNode, tag: str, outer: Open, order: int) -> Open:
    """A newly opened block element with the kind and level its tag gives it."""
    element = Open(node, outer, order)
    kind = KINDS.get(tag)
    if kind is not None and (element.kind not in LASTING or kind is not Kind.CELL):
        element.kind = kind
    if tag in HEADINGS:
        element.level = HEADINGS[tag]
    elif kind is Kind.ITEM:
        element.level = outer.level + 1 if outer.kind is Kind.ITEM else 1
    return element


def blocks_of(root: LexborNode, marks: Mapping[int, str]) -> list[Block]:
    """Every block of text under `root`; one inside an element of `marks` carries that mark."""
    walk = Walk(marks)
    keys = [root.mem_id]
    # One entry per open element: the block element it lies in, whether it lies in a link, and its mark.
    state: list[tuple[Open, bool, str | None]] = [(Open(root, None, 0), False, marks.get(root.mem_id))]
    silent = 0  # length of the stack at which a silent subtree began, 0 outside of one
    for order, node in enumerate(root.traverse(include_text=True, skip_empty=False)):
        parent = node.parent
        if order == 0 or parent is None:
            continue
        key = parent.mem_id
        if keys[-1] != key:
            silent = close_until(walk, keys, state, key, silent)
        if silent:
            if node.is_element_node:
                keys.append(node.mem_id)
                state.append(state[-1])
            continue
        tag = node.tag or ""
        element, in_link, mark = state[-1]
        if tag == "-text":
            walk.gather(node.text_content or "", element, in_link, mark)
        elif tag[:1] not in ("-", "!"):
            keys.append(node.mem_id)
            if tag in SILENT:
                silent = len(keys)
                state.append(state[-1])
            elif tag == "br":
                walk.gather(NEWLINE, element, in_link, mark)
                state.append(state[-1])
            else:
                state.append(opened(walk, node, tag, order, state[-1]))
    walk.flush()
    return walk.blocks


def opened(
    walk: Walk, node: LexborNode, tag: str, order: int, around: tuple[Open, bool, str | None]
) -> tuple[Open, bool, str | None]:
    """What holds inside `node`; a block element first ends the text before it."""
    element, in_link, mark = around
    mark = mark or walk.marks.get(node.mem_id)
    if tag in INLINE or ("-" in tag and element.node.tag == "p"):
        return element, in_link or tag == "a", mark
    if tag == "button" and element.kind is Kind.HEADING:
        return element, in_link, mark
    walk.flush()
    return enter(node, tag, element, order), in_link, mark


def close_until(
    walk: Walk, keys: list[int], state: list[tuple[Open, bool, str | None]], key: int, silent: int
) -> int:
    """Close elements until the one at address `key` is innermost; the new value of `silent`."""
    while len(keys) > 1 and keys[-1] != key:
        keys.pop()
        element = state.pop()[0]
        if element is not state[-1][0]:
            walk.flush()
    return silent if silent and len(keys) >= silent else 0
