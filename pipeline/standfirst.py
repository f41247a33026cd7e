# ruff: noqa: RUF001 - typographic quotes are the thing itself here
"""Which of the blocks around a title is the standfirst, the sentence or two that lead into the text."""

import re
from collections.abc import Sequence

from pipeline.article import Block, Kind
from pipeline.body import is_prose
from pipeline.lexicon import furniture, hints
from pipeline.names import BY
from pipeline.titles import WORD, fold

# Names by which pages set it apart.
NAMED = re.compile(
    r"(?:^|[ _-])(?:standfirst|dek|deck|sub-?title|sub-?head(?:line|ing)?|summary|excerpt|teaser|"
    r"intro|introtext|"
    r"introduction|lead|lede|leadtext|vorspann|anleser|chapo|chapeau|sommario|entradilla|bajada|ingress|preamble|preview|"
    r"tagline|abstract|article-?description|story-?description|heading_excerpt|herostandfirst)(?:$|[ _-])"
)
HEADER = re.compile(
    r"(?:^|[ _-])(?:article|post|entry|story|page|content)[_-]{0,2}(?:header|head)(?:$|[ _-])"
)
SENTENCE_END = re.compile(r"[.!?…][\"'”’»)]*$")
CHARS = (25, 600)  # shorter ones are labels unless they end as sentences do, longer ones paragraphs
BOLD = 0.95  # share of characters set apart by their face in a lead that is told by it
MAX_CREDIT_LINE = 100  # characters
MAX_BESIDE = (
    260  # characters of one that nothing but its place beside the title tells; longer ones are paragraphs
)
MAX_HEADER_PROSE = 600  # characters; an element with more of them is the article itself


def standfirst_of(
    blocks: Sequence[Block], zone: Sequence[Block], at: int | None, description: str
) -> Block | None:
    """The block of `zone` below the title (at order `at`) that is the standfirst; None where none is.

    The page names it so, uses it as its description, or sets it apart from the text as heading or in the
    title's own element.
    """
    if at is None:
        return None
    stated = [fold(text) for text in description.split("\n") if text]
    below = [block for block in zone if block.order > at]
    header = header_of(blocks, at)
    title = next((block for block in blocks if block.order == at), None)
    for block in below:
        if not may_lead(block) or (block.kind is Kind.ITEM and fold(block.text) not in stated):
            continue
        named = any(NAMED.search(box.names) for box in block.boxes[-2:])
        apart = (
            named
            or fold(block.text) in stated
            or heads(block, below)
            or in_header(block, header)
            or stands_with(title, block, below)
        )
        if leads_boldly(block, below) or (apart and not runs_on(blocks, block)):
            return block
    return None


def may_lead(block: Block) -> bool:
    """Whether a block has a standfirst's form: a sentence or more, and no link, caption or byline."""
    low, high = CHARS
    return (
        len(block.text) <= high
        and (len(block.text) >= low or bool(SENTENCE_END.search(block.text)))
        and block.link_share <= 0.5
        and block.kind is not Kind.CAPTION
        and not BY.match(block.text)
    )


def heads(block: Block, below: Sequence[Block]) -> bool:
    """Whether a block is a heading that says a sentence under the title, but for furniture; behind byline or
    date, which also stand above a text's first heading, only a whole statement will do.
    """
    if block.kind is not Kind.HEADING or not (len(block.text) > 40 or SENTENCE_END.search(block.text)):
        return False
    between = [other.text for other in below if other.order < block.order and not furniture(other.text)]
    return not between or (block.text.endswith((".", "!")) and all(map(is_credit_line, between)))


def is_credit_line(text: str) -> bool:
    """Whether a short line may be a byline or a date."""
    return len(text) < MAX_CREDIT_LINE and (bool(BY.match(text)) or any(map(str.isdigit, text)))


def leads_boldly(block: Block, below: Sequence[Block]) -> bool:
    """Whether the first sentences under the title are set bold as a whole, and the text after them is not."""
    if block.kind is not Kind.PARAGRAPH or block.bold < BOLD or not SENTENCE_END.search(block.text):
        return False
    if any(is_prose(other) for other in below if other.order < block.order):
        return False
    if not hints().isdisjoint(WORD.findall(block.text.casefold())):  # notes and appeals are set so as well
        return False
    following = next((other for other in below if other.order > block.order), None)
    return following is not None and is_prose(following) and following.bold < BOLD / 2


def stands_with(title: Block | None, block: Block, below: Sequence[Block]) -> bool:
    """Whether a sentence stands directly beside the title, and something else between it and the text."""
    sentence = block.kind is Kind.PARAGRAPH and SENTENCE_END.search(block.text)
    if title is None or not sentence or len(block.text) > MAX_BESIDE or furniture(block.text):
        return False
    if len(title.boxes) < 2 or block.boxes[:-1] != title.boxes[:-1]:
        return False
    following = next((other for other in below if other.order > block.order), None)
    prose = next((other for other in below if other.order > block.order and is_prose(other)), None)
    first = not any(is_prose(other) for other in below if other.order < block.order)
    if not first or prose is None:  # a page's only paragraph is its text
        return False
    return following is not prose or prose.boxes[:-1] != block.boxes[:-1]


def in_header(block: Block, header: int | None) -> bool:
    """Whether a block is a sentence in the element that holds the title and not the text."""
    return (
        block.kind is Kind.PARAGRAPH
        and any(box.order == header for box in block.boxes)
        and bool(SENTENCE_END.search(block.text))
        and not furniture(block.text)
    )


def header_of(blocks: Sequence[Block], at: int) -> int | None:
    """The order of the header element that holds the title; None where it has none or holds the text too."""
    title = next((block for block in blocks if block.order == at), None)
    headers = (
        box.order
        for box in reversed(title.boxes if title else ())
        if box.tag in ("header", "hgroup") or HEADER.search(box.names)
    )
    order = next(headers, None)
    inside = sum(len(b.text) for b in blocks if is_prose(b) and any(box.order == order for box in b.boxes))
    return order if inside <= MAX_HEADER_PROSE else None


def runs_on(blocks: Sequence[Block], block: Block) -> bool:
    """Whether the next running text has the same parents and names, so that the block is simply the first
    paragraph.
    """
    following = next((b for b in blocks[block.order + 1 : block.order + 8] if is_prose(b)), None)
    return (
        following is not None
        and following.boxes[:-1] == block.boxes[:-1]
        and (
            following.boxes[-1].names == block.boxes[-1].names
            and following.boxes[-1].tag == block.boxes[-1].tag
        )
    )
