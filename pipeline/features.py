"""A page as arrays: its blocks' texts in plain numbers, and the boxes around them as a tree.

What class names and words are worth comes from the scorer's model; `columns.py` makes the facts out of
these arrays
that the model judges by.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.article import Block, Box, Kind, Metadata
from pipeline.landmarks import AROUND, NAMES, ROLES, around_rule, rule_of
from pipeline.landmarks import TAGS as LANDMARKS
from pipeline.steps import within
from pipeline.wording import SAID, SIGNS, TextReader

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ELEMENTS = (
    "p div li span section article h1 h2 h3 h4 h5 h6 td th tr table ul ol dl dt dd blockquote figcaption "
    "figure pre header main aside nav footer form button label details center a"
)
TAGS = {tag: float(number) for number, tag in enumerate(ELEMENTS.split(), 1)}
RULE = 4  # column of `Page.own`
FAR = 99.0  # blocks; farther than this all is equally far
ENCLOSING = ("figure", "article")  # asked of the whole chain
KINDS = {kind: float(number) for number, kind in enumerate(Kind)}
RULES = {
    rule: float(at)
    for at, rule in enumerate(sorted({*NAMES.values(), *ROLES.values(), *LANDMARKS.values(), *AROUND}), 1)
}
TITLE, STANDFIRST, BYLINE, DATELINE, HIDDEN, OTHER_MARK = range(1, 7)
MARKS = {"title": TITLE, "standfirst": STANDFIRST, "byline": BYLINE, "dateline": DATELINE, "hidden": HIDDEN}
LINKED = 0.9  # share of linked characters from which a block is a link: judged only amid the page's prose
HELD = 0.75  # share of the prose in the box within which links may be text
ROOT = (Box(-1, "", ""),)  # around a block that stands in no element
PICTURES = 3  # more in a row say no more
# Read off every block; what `SAID` names only off blocks that may be text.
SHOWN = (
    "chars",
    "linked",
    "kind",
    "level",
    "twice",  # how often the text stands on the page
    "bold",
    "pictures",
)
TEXT = (*SHOWN, *SAID)
OWN = len(SHOWN)
LINK, KIND, LEVEL, WORDS, ENDS, MEANING, TITLED, FURNITURE = (
    TEXT.index(name)
    for name in ("linked", "kind", "level", "words", "sentence end", "meaning", "title's share", "furniture")
)


def parts_of(names: str) -> dict[str, None]:
    """The words in an element's id and classes, each once and in order."""
    return dict.fromkeys(names.translate(SIGNS).split())


class Page:
    """A page's blocks and boxes, numbered from 0; `flat` holds each block's boxes, outermost first, from
    `starts` on.
    """

    size: int  # blocks
    boxes: int
    text: Floats  # a row for each block, a column for each name in `TEXT`
    mark: Ints
    chars: Floats
    weight: Floats  # characters, 0 where extraction has condemned the block
    judged: NDArray[np.bool_]  # whether the scorer has a say
    flat: Ints
    starts: Ints
    of: Ints  # the block that each entry of `flat` belongs to
    inner: Ints  # for each block its innermost box
    shape: Ints  # for each block the kind of element it stands in
    parent: Ints  # for each box the one around it, -1 for the outermost
    depth: Floats
    own: Floats  # for each box what `worth_of` says
    called: Ints  # for each box the innermost one at or around it whose names say what it holds; -1 for none
    since_closing: Floats  # for each block how many blocks back the heading stands whose box it is in
    prose: Floats  # for each block 1.0 less its link share where it reads like running text, else 0
    mass: Floats  # characters of such text

    def __init__(
        self, blocks: Sequence[Block], meta: Metadata, names: Mapping[str, float], words: Mapping[str, float]
    ) -> None:
        self.size = len(blocks)
        self.mark = np.array([0 if b.marked is None else MARKS.get(b.marked, OTHER_MARK) for b in blocks])
        self.lay(blocks, names)
        counts = Counter([block.text for block in blocks])
        self.text = np.zeros((self.size, len(TEXT)))
        self.text[:, :OWN] = [
            (
                len(b.text),
                b.link_share,
                KINDS[b.kind],
                b.level,
                counts[b.text],
                b.bold,
                min(b.pictures, PICTURES),
            )
            for b in blocks
        ]
        self.chars = self.text[:, 0]
        self.weight = np.where((self.mark == 0) | (self.mark == STANDFIRST), self.chars, 0.0)
        free = (self.mark < HIDDEN) & (self.mark != TITLE)
        unlinked = free & (self.text[:, LINK] < LINKED)
        reader = TextReader(meta, words)
        self.read(blocks, np.flatnonzero(unlinked), reader)
        self.find_prose()
        self.judged = unlinked | (free & self.inside(holder(self, self.mass, HELD)))
        self.read(blocks, np.flatnonzero(self.judged & ~unlinked), reader)
        self.since_closing = since_closing(blocks, self.text[:, FURNITURE])

    def read(self, blocks: Sequence[Block], places: Ints, reader: TextReader) -> None:
        """Fill in what the texts at `places` say."""
        if len(places):
            self.text[places, OWN:] = [reader.said_by(blocks[at]) for at in places.tolist()]

    def find_prose(self) -> None:
        """Set which blocks read like running text."""
        text = self.text
        kind, link = text[:, KIND], text[:, LINK]
        wordy = (text[:, WORDS] >= 20) | (text[:, WORDS] >= 12) & (text[:, ENDS] > 0)
        shown = (kind != KINDS[Kind.HEADING]) & (kind != KINDS[Kind.CAPTION]) & (self.weight > 0)
        self.prose = np.where(wordy & shown & (link < 0.6), 1.0 - link, 0.0)
        self.mass = self.prose * self.chars
        if not self.mass.any():
            self.mass = self.chars * (1.0 - link) + 1e-3

    def inside(self, box: int) -> NDArray[np.bool_]:
        """For each block whether it stands in `box`."""
        found = np.zeros(self.size, dtype=bool)
        found[self.of[self.flat == box]] = True
        return found

    def lay(self, blocks: Sequence[Block], names: Mapping[str, float]) -> None:
        """Number the boxes, outer before inner, and say what each one's tag and names are worth."""
        chains: dict[int, list[int]] = {}  # by the innermost box
        parent: list[int] = []
        shapes: list[tuple[str, str]] = []
        flat: list[int] = []
        starts: list[int] = []
        for block in blocks:
            starts.append(len(flat))
            boxes = block.boxes or ROOT
            chain = chains.get(boxes[-1].order)
            if chain is None:
                chain = lengthened(boxes, chains, parent, shapes)
            flat += chain
        self.parent = np.array(parent, dtype=np.int64)
        worths = {shape: worth_of(*shape, names) for shape in dict.fromkeys(shapes)}
        self.own = np.array([worths[shape] for shape in shapes])
        self.called = called(self.own[:, RULE].tolist(), parent)
        self.flat = np.array(flat, dtype=np.int64)
        self.starts = np.array(starts, dtype=np.int64)
        lengths = np.diff(np.append(self.starts, len(flat)))
        self.of = np.repeat(np.arange(self.size), lengths)
        self.inner = self.flat[self.starts + lengths - 1]
        self.depth = np.zeros(len(parent))
        self.depth[self.flat] = np.arange(len(flat)) - self.starts[self.of] + 1.0
        self.boxes = len(parent)
        self.shape = shapes_of(self.inner.tolist(), shapes, parent)

    def within(self, value: Floats) -> Floats:
        """For each box the sum of `value` over the blocks inside it."""
        return np.bincount(self.flat, weights=value[self.of], minlength=self.boxes).astype(np.float64)

    def directly(self, value: Floats) -> Floats:
        """For each box the sum of `value` over the blocks whose second box it is: its paragraphs, mostly."""
        return np.bincount(self.outward(1), weights=value, minlength=self.boxes).astype(np.float64)

    def outward(self, steps: int) -> Ints:
        """For each block the box `steps` outside its innermost one; the outermost where there are fewer."""
        box = self.inner
        for _ in range(steps):
            outer = self.parent[box]
            box = np.where(outer >= 0, outer, box)
        return box


def shapes_of(inner: list[int], shapes: Sequence[tuple[str, str]], parent: Sequence[int]) -> Ints:
    """For each block a number for the kind of element it stands in: its tag and names, and those around it.

    Names that occur once on the page are their own element's and say nothing of a kind.
    """
    counts = Counter(shapes)
    plain = {shape: shape if count > 1 else (shape[0], "") for shape, count in counts.items()}
    numbers: dict[object, int] = {}
    kinds: dict[int, int] = {}
    for box in dict.fromkeys(inner):
        outer = parent[box]
        key = (plain[shapes[box]], plain[shapes[outer]] if outer >= 0 else None)
        kinds[box] = numbers.setdefault(key, len(numbers))
    return np.array([kinds[box] for box in inner], dtype=np.int64)


def lengthened(
    boxes: tuple[Box, ...], chains: dict[int, list[int]], parent: list[int], shapes: list[tuple[str, str]]
) -> list[int]:
    """The numbers of a block's boxes; those met for the first time are numbered and noted."""
    depth = len(boxes) - 1
    while depth >= 0 and boxes[depth].order not in chains:
        depth -= 1
    chain = chains[boxes[depth].order] if depth >= 0 else []
    for box in boxes[depth + 1 :]:
        number = len(parent)
        parent.append(chain[-1] if chain else -1)
        shapes.append((box.tag, box.names))
        chain = [*chain, number]
        chains[box.order] = chain
    return chain


def worth_of(tag: str, names: str, table: Mapping[str, float]) -> tuple[float, ...]:
    """An element's tag number, its names' highest, lowest and summed weight, the landmark's number it is, and
    which of `ENCLOSING` it is.
    """
    found = [table[part] for part in parts_of(names) if part in table]
    weights = (max(found), min(found), sum(found)) if found else (0.0, 0.0, 0.0)
    rule = rule_of(tag, names) or around_rule(tag, names)
    number = RULES.get(rule, 0.0) if rule else 0.0
    return (TAGS.get(tag, 0.0), *weights, number, *[1.0 if tag == name else 0.0 for name in ENCLOSING])


def called(rules: Sequence[float], parent: Sequence[int]) -> Ints:
    """For each box the innermost one at or around it with a rule; -1 where there is none."""
    found: list[int] = []
    for box, rule in enumerate(rules):
        found.append(box if rule else found[parent[box]] if parent[box] >= 0 else -1)
    return np.array(found, dtype=np.int64)


def holder(page: Page, mass: Floats, share: float) -> int:
    """The innermost box that holds at least this share of the mass."""
    enough = np.round(page.within(mass), 3) >= np.round(share * mass.sum(), 3)
    return int(np.argmax(np.where(enough, page.depth, -1.0)))


def since_closing(blocks: Sequence[Block], furniture: Floats) -> Floats:
    """For each block how many blocks back the closing heading stands in whose enclosing box it is."""
    found = np.full(len(blocks), FAR)
    shut: int | None = None
    start = 0
    if not (furniture == 2).any():
        return found
    for at, block in enumerate(blocks):
        if furniture[at] == 2:
            shut, start = (block.boxes[-2].order if len(block.boxes) > 1 else None), at
        if shut is not None:
            if within(block, shut):
                found[at] = min(at - start, FAR)
            else:
                shut = None
    return found
