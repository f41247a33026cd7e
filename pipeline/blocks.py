"""The walk over a parsed page: every run of text becomes one `Block`, in page order, nothing left out.

The walk keeps its own stack of open elements, so no depth of nesting can exhaust Python's.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from selectolax.lexbor import LexborNode

from pipeline.article import Block, Box, Kind

# What a browser never shows as text. They are taken from the tree before the walk.
SILENT = list(
    "script style noscript template svg math canvas iframe object audio video select textarea datalist "  # noqa: SIM905
    "title".split()
)
# Text flows through these; every other element sets its text off from what stands around it.
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rp rt ruby s "  # noqa: SIM905
    "samp small span strike strong sub sup time tt u var wbr".split()
)
LEVELS = {f"h{level}": level for level in range(1, 7)}
PICTURE_NAMES = re.compile(r"(?:^|[ _-])(?:wp-caption|figure|image|img|picture|photo|bild)(?:$|[ _-])")
NEWLINE = "\x1e"  # stands for <br> while a text is being gathered; never left in a block
# These hold nothing; a line break is the only one of them that says something.
EMPTY = {
    "br": NEWLINE,
    **dict.fromkeys("area base col embed hr img input link meta param source track".split(), ""),  # noqa: SIM905
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
HEADING, CAPTION, ITEM = Kind.HEADING, Kind.CAPTION, Kind.ITEM  # looked up once per block otherwise
UNSAID = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\ud800-\udfff]")


class Element:
    """One open element that sets its text off, and what the text inside it inherits."""

    __slots__ = ("boxes", "kind", "level", "mark", "node", "order", "outer", "tag")

    def __init__(
        self, node: LexborNode, tag: str, outer: "Element | None", order: int, mark: str | None
    ) -> None:
        self.node, self.tag, self.outer, self.order, self.mark = node, tag, outer, order, mark
        self.boxes: tuple[Box, ...] | None = None
        kind = KINDS.get(tag)
        if outer is None:
            self.kind, self.level = Kind.PARAGRAPH, 0
        elif kind is None or (kind is Kind.CELL and outer.kind in LASTING):
            self.kind, self.level = (
                (outer.kind, outer.level) if outer.kind in LASTING else (Kind.PARAGRAPH, outer.level)
            )
        else:
            self.kind = kind
            self.level = LEVELS.get(tag) or (
                outer.level + 1 if kind is Kind.ITEM and outer.kind is kind else 1
            )

    def chain(self) -> tuple[Box, ...]:
        """The boxes from the page's body down to this element, made when first asked for."""
        if self.boxes is not None:
            return self.boxes
        missing = [self]
        element = self.outer
        while element is not None and element.boxes is None:
            missing.append(element)
            element = element.outer
        boxes = element.boxes if element is not None and element.boxes is not None else ()
        for inner in reversed(missing):
            if len(boxes) < MAX_BOXES:
                boxes = (*boxes, Box(inner.order, inner.tag, names_of(inner.node)))
            inner.boxes = boxes
        return boxes


def names_of(node: LexborNode) -> str:
    """An element's id, classes and role, lower case, parted by single spaces."""
    attributes = node.attributes
    if not attributes:
        return ""
    identity, classes, role = attributes.get("id"), attributes.get("class"), attributes.get("role")
    if identity or role:
        classes = f"{identity or ''} {classes or ''} {role or ''}"
    return " ".join(classes.lower().split()) if classes else ""


def blocks_of(root: LexborNode, marks: Mapping[int, str]) -> list[Block]:
    """Every block of text under `root`; one inside an element of `marks` carries that mark.

    `marks` maps an element's memory address to the rule that condemns it. Silent elements must be gone.
    """
    # One loop over all nodes of the page: calls for each of them would double the time of the whole reading.
    blocks: list[Block] = []
    key, in_link = root.mem_id, False
    element = Element(root, "body", None, 0, marks.get(key))
    # One entry per open element: its address, the element its text belongs to, whether it lies in a link.
    keys, frames = [key], [(element, in_link)]
    pieces: list[str] = []
    total = linked = 0  # characters gathered, and those of them inside links
    nodes = enumerate(root.traverse(include_text=True, skip_empty=False))
    next(nodes)
    for order, node in nodes:
        outer = node.parent
        if outer is not None and outer.mem_id != key:
            key = outer.mem_id
            unwind(keys, frames, key)
            if frames[-1][0] is not element:
                emit(blocks, element, pieces, total, linked)
                pieces, total, linked = [], 0, 0
            element, in_link = frames[-1]
        tag = node.tag or "-"
        if tag == "-text":
            text = node.text_content or ""
            pieces.append(text)
            if not text.isspace():
                total += len(text)
                linked += len(text) if in_link else 0
        elif tag in EMPTY or tag[0] in "-!":
            pieces.append(EMPTY.get(tag, ""))
        else:
            key = node.mem_id
            mark = marks.get(key)
            if mark is None and (tag in INLINE or (tag == "button" and element.kind is HEADING)):
                in_link = in_link or tag == "a"
            else:
                emit(blocks, element, pieces, total, linked)
                pieces, total, linked = [], 0, 0
                element = Element(node, tag, element, order, None if mark == INSIDE else element.mark or mark)
            keys.append(key)
            frames.append((element, in_link))
    emit(blocks, element, pieces, total, linked)
    return blocks


def unwind(keys: list[int], frames: list[tuple[Element, bool]], key: int) -> None:
    """Close open elements until the one at address `key` is innermost."""
    while len(keys) > 1 and keys[-1] != key:
        keys.pop()
        frames.pop()


def emit(blocks: list[Block], element: Element, pieces: list[str], total: int, linked: int) -> None:
    """Append what was gathered as a block, if anything; a double line break inside it parts it in two."""
    if not total:
        return
    raw = "".join(pieces)
    texts = paragraphs_of(raw) if NEWLINE in raw else (" ".join(raw.split()),)
    boxes = element.chain()
    kind, level, image = element.kind, 0, None
    if kind is HEADING:
        level = element.level
    elif kind is CAPTION or names_caption(boxes[-1].names):
        kind, image = CAPTION, picture_of(element)
    elif kind is ITEM:
        level = element.level
    share = round(linked / total, 3) if linked else 0.0
    for text in texts:
        # Nearly all texts are printable, and asking that is ten times as fast as searching.
        clean = text if text.isprintable() else without_unsaid(text)
        if clean:
            blocks.append(Block(len(blocks), kind, clean, level, share, boxes, element.mark, image))


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


def picture_of(caption: Element) -> str | None:
    """The address of the picture a caption belongs to: its figure's, else the one directly before it."""
    element: Element | None = caption
    for _ in range(4):  # figure > div > div > figcaption is as deep as pages go
        if element is None:
            break
        if element.tag in ("figure", "picture", "dl") or names_picture(names_of(element.node)):
            image = element.node.css_first("img")
            if image is not None:
                return source_of(image.attributes)
        element = element.outer
    before = caption.node.prev
    for _ in range(3):  # white space, the picture, and a wrapper's white space
        if before is None:
            return None
        image = before if before.tag == "img" else before.css_first("img") if before.is_element_node else None
        if image is not None:
            return source_of(image.attributes)
        before = before.prev
    return None


def names_picture(names: str) -> bool:
    """Whether an element's names say that it holds one picture with what belongs to it."""
    return PICTURE_NAMES.search(names) is not None


def source_of(attributes: Mapping[str, str | None]) -> str | None:
    """The address in an <img>, lazily loaded or not; None for inline data."""
    for name in ("data-src", "data-lazy-src", "data-original", "src"):
        value = (attributes.get(name) or "").strip()
        if value and not value.startswith("data:"):
            return value
    srcset = (attributes.get("srcset") or attributes.get("data-srcset") or "").split()
    return srcset[0].rstrip(",") if srcset else None
