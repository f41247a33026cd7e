"""The elements a walk over a page opens: what they are called, and what the text inside inherits of them."""

import re
from functools import lru_cache

from pipeline.article import Box, Kind

ATTRIBUTE = re.compile(r' ([^\s=]+)="([^"]*)"')
NAMING = re.compile(r' (?:id|class|role|itemprop|data-testid|data-component)="([^"]*)"')
LEVELS = {f"h{level}": level for level in range(1, 7)}
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


class Element:
    """One open element that sets its text off; what the text inside inherits is made when first asked for."""

    # `end` is where it closes; `inline`, of a marked inline element, how many of its tag are open inside it.
    __slots__ = ("attributes", "boxes", "end", "inline", "kind", "level", "mark", "order", "outer", "tag")
    kind: Kind
    level: int
    end: int

    def __init__(
        self, tag: str, attributes: str, outer: "Element | None", order: int, mark: str | None
    ) -> None:
        self.tag, self.attributes, self.outer, self.order, self.mark = tag, attributes, outer, order, mark
        self.boxes: tuple[Box, ...] | None = None
        self.inline = 0

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
        elif kind is None or (kind is Kind.CELL and outer.kind in LASTING):
            self.kind = outer.kind if outer.kind in LASTING else Kind.PARAGRAPH
            self.level = outer.level
        else:
            self.kind = kind
            self.level = LEVELS.get(self.tag) or (
                outer.level + 1 if kind is Kind.ITEM and outer.kind is kind else 1
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
