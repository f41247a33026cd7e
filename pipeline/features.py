"""A page as arrays: its blocks' texts in plain numbers, and the boxes around them as a tree.

What class names and words are worth comes from the scorer's model; `columns.py` makes the facts out of
these arrays
that the model judges by.
"""

import re
import string
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.article import Block, Box, Kind, Metadata
from pipeline.titles import fold

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ELEMENTS = (
    "p div li span section article h1 h2 h3 h4 h5 h6 td th tr table ul ol dl dt dd blockquote figcaption "
    "figure pre header main aside nav footer form button label details center a"
)
TAGS = {tag: float(number) for number, tag in enumerate(ELEMENTS.split(), 1)}
ENCLOSING = ("figure", "article")  # asked of the whole chain
KINDS = {kind: float(number) for number, kind in enumerate(Kind)}
TITLE, STANDFIRST, BYLINE, DATELINE, HIDDEN, OTHER_MARK = range(1, 7)
MARKS = {"title": TITLE, "standfirst": STANDFIRST, "byline": BYLINE, "dateline": DATELINE, "hidden": HIDDEN}
END = re.compile(r"[.!?\u2026:\u3002\uff01\uff1f][\"'\u201d\u2019\u00bb)\]]*$")
# What parts words in texts and in class names.
SIGNS = dict.fromkeys(
    map(
        ord,
        string.punctuation
        + string.digits
        + "\u00ab\u00bb\u201e\u201c\u201d\u201a\u2018\u2019\u2026\u2013\u2014\u00b7\u00a9"
        + "\u3002\u3001\uff0c\uff01\uff1f\uff1a\uff08\uff09\u300c\u300d",
    ),
    " ",
)
# Scripts that set no spaces between words; a character of theirs counts as much as 0.4 words.
WIDE = re.compile("[\u0e00-\u0e7f\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
LINKED = 0.9  # share of linked characters from which a block is never body, so never judged
READ = 200  # characters of a block whose words are looked up
LONG = 600  # characters; longer than any standfirst
ROOT = (Box(-1, "", ""),)  # around a block that stands in no element

TEXT = (
    "chars",
    "linked",
    "kind",
    "level",
    "twice",  # how often the text stands on the page
    "words",
    "letters a word",
    "commas",
    "sentence end",
    "meaning",  # of its words: log-odds to stand in a body, mean
    "lowest meaning",
    "share of title",
    "title's share",
    "described",  # 1.0 where the page's description holds it
)
OWN = (
    5  # columns before this one are read off every block, the others only off blocks with a text of their own
)
LINK, KIND, LEVEL, WORDS, ENDS, MEANING, TITLED = 1, 2, 3, 5, 8, 9, 11


def parts_of(names: str) -> dict[str, None]:
    """The words in an element's id and classes, each once and in order."""
    return dict.fromkeys(names.translate(SIGNS).split())


def words_of(text: str) -> list[str]:
    """The words of a block's beginning, lower case."""
    return text[:READ].lower().translate(SIGNS).split()


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

    def __init__(
        self, blocks: Sequence[Block], meta: Metadata, names: Mapping[str, float], words: Mapping[str, float]
    ) -> None:
        self.size = len(blocks)
        self.mark = np.array([0 if b.marked is None else MARKS.get(b.marked, OTHER_MARK) for b in blocks])
        self.text = text_rows(blocks, meta, words)
        self.lay(blocks, names)
        self.chars = self.text[:, 0]
        self.weight = np.where((self.mark == 0) | (self.mark == STANDFIRST), self.chars, 0.0)
        self.judged = (self.text[:, LINK] < LINKED) & (self.mark < HIDDEN) & (self.mark != TITLE)

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
    """An element's tag number, its names' highest, lowest and summed weight, and which of `ENCLOSING` it
    is.
    """
    found = [table[part] for part in parts_of(names) if part in table]
    weights = (max(found), min(found), sum(found)) if found else (0.0, 0.0, 0.0)
    return (TAGS.get(tag, 0.0), *weights, *[1.0 if tag == name else 0.0 for name in ENCLOSING])


def text_rows(blocks: Sequence[Block], meta: Metadata, words: Mapping[str, float]) -> Floats:
    """What each block's own text says, a column for each name in `TEXT`."""
    counts = Counter([block.text for block in blocks])
    rows = np.zeros((len(blocks), len(TEXT)))
    rows[:, :OWN] = [(len(b.text), b.link_share, KINDS[b.kind], b.level, counts[b.text]) for b in blocks]
    own = [at for at, block in enumerate(blocks) if block.link_share < LINKED]
    if own:
        title = set(words_of(meta.title or ""))
        told = fold(meta.evidence.get("description", ""))
        rows[own, OWN:] = [said_by(blocks[at].text, title, told, words) for at in own]
    return rows


def said_by(text: str, title: set[str], told: str, words: Mapping[str, float]) -> tuple[float, ...]:
    """A text's columns from `OWN` on: how it is written, what its words mean and what it shares with title
    and
    description.
    """
    size = len(text)
    spaced = text.count(" ") + 1.0
    if not text.isascii():
        spaced += len(WIDE.findall(text)) * 0.4
    sentence = 1.0 if END.search(text, size - 4) else 0.0
    tokens = words_of(text)
    values = [words[token] for token in tokens if token in words]
    meaning = sum(values) / (len(tokens) + 2)
    common, share = 0, 0.0
    if size < READ:
        common = len(title.intersection(tokens))
    if told and 15 < size < LONG:
        key = fold(text)
        if key and (key in told or told in key):
            share = 1.0
        elif len(key) > 40 and key[:40] in told:
            share = 0.5
    return (
        spaced,
        size / spaced,
        text.count(","),
        sentence,
        meaning,
        min(values, default=0.0),
        common / (len(title) or 1),
        common / (len(tokens) or 1),
        share,
    )
