"""Blocks that a field claims: the title, standfirst, byline, date and biography that a page prints around
its text.

They are found by where they stand (near the title), by what the page states elsewhere, and by how the page
names them; marked here, they leave the text as cuts that say which field they became.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.article import Block, Kind, Metadata
from pipeline.authors import HOUSE
from pipeline.body import is_prose
from pipeline.captions import read_caption
from pipeline.dates import day_of, parse_date
from pipeline.lexicon import counted_section
from pipeline.moments import note
from pipeline.names import BY, names_in, people_in
from pipeline.standfirst import standfirst_of
from pipeline.titles import fold

# rule -> the field its block turned into; other marks are boilerplate.
BECAME = {
    "title": "title",
    "standfirst": "standfirst",
    "byline": "authors",
    "dateline": "published_at",
    "section": "section",
}
NEAR = 2  # blocks after the title within which a bare name is its author's
OUTSIDE = "outside body"  # the mark of what a site's body selector leaves out; a field may still claim it
ABOVE, BELOW = 8, 16  # blocks before and after the title that may belong to its head
BYLINE = re.compile(
    r"(?:^|[ _-])(?:byline|by-line|authors?|autor|writer|contributor|post-?meta|entry-?meta|"
    r"article-?meta)(?:$|[ _-])"
)
# Of these, what names a person; the others hold the section and the counters too.
WRITER = re.compile(r"(?:^|[ _-])(?:byline|by-line|authors?|autor|writer|contributor)(?:$|[ _-])")
DATELINE = re.compile(
    r"(?:^|[ _-])(?:date|time|datum|published|pubdate|dateline|timestamp|posted-on)(?:$|[ _-])"
)
CHANGED = re.compile(
    r"updated|modified|aktualisiert|mis à jour|actualizado|aggiornato|geändert|edited|reviewed", re.IGNORECASE
)
# What is said of a writer in the third person, in the languages most pages are in.
ABOUT = re.compile(
    r"\b(?:is|was|has|have|writes|covers|joined|works|lives|tests|drives|reports|began|spent|"
    r"ist|war|hat|schreibt|arbeitet|testet|fährt|leitet|lebt|kümmert|berichtet|gehört|"
    r"est|a|écrit|essaie|teste|couvre|travaille|habite|vit|suit|"
    r"es|escribe|prueba|cubre|trabaja|vive|lleva|lidera|"
    r"è|scrive|prova|segue|lavora|ha|racconta|"
    r"schrijft|test|werkt|woont|rijdt|volgt|heeft)\b"
)
DIGIT = re.compile(r"\d")
MAX_LINE = 160  # characters of a byline or dateline


@dataclass(slots=True)
class Claims:
    """What was found so far: marks by block order, and the fields read from the blocks."""

    marks: dict[int, str] = field(default_factory=dict)
    standfirst: str | None = None
    authors: tuple[str, ...] = ()
    dated: str | None = None
    section: str | None = None


def claimed(metadata: Metadata, blocks: list[Block]) -> tuple[Metadata, list[Block]]:
    """The metadata completed by what the page shows, and the blocks with the claimed ones marked."""
    claims = Claims()
    at = mark_title(blocks, metadata.title, claims)
    zone = head_of(blocks, at)
    told = told_standfirst(blocks, metadata.standfirst)
    if lead := told or standfirst_of(blocks, zone, at, metadata.evidence.get("description", "")):
        claims.standfirst = lead.text
        claims.marks[lead.order] = "standfirst"
    find_lines(zone, at, metadata, claims)
    mark_biographies(blocks, metadata.authors or claims.authors, claims)
    marked = [
        replace(block, marked=claims.marks[block.order])
        if block.order in claims.marks and is_free(block)
        else block
        for block in blocks
    ]
    return completed(metadata, claims), marked


def told_standfirst(blocks: Sequence[Block], text: str | None) -> Block | None:
    """The block that the site's own rule names as the standfirst; None where it names none."""
    key = fold(text or "")
    told = (block for block in blocks if key and is_free(block) and fold(block.text) == key)
    return next(told, None)


def is_free(block: Block) -> bool:
    """Whether no rule has condemned the block by what it is."""
    return block.marked is None or block.marked == OUTSIDE


def completed(metadata: Metadata, claims: Claims) -> Metadata:
    """The metadata with the fields it lacked filled from the page's visible head."""
    evidence = dict(metadata.evidence)
    authors, published = metadata.authors, metadata.published_at
    if claims.authors and (not authors or evidence.get("authors", "").startswith(HOUSE)):
        authors = claims.authors
        evidence["authors"] = "byline"
    if published is None and claims.dated:
        published = parse_date(claims.dated, metadata.language)
        if published:
            note(evidence, "published_at", "dateline", claims.dated)
    if claims.standfirst and metadata.standfirst is None:
        evidence["standfirst"] = "visible"
    if metadata.section is None and claims.section:
        evidence["section"] = "comment counter"
    return replace(
        metadata,
        standfirst=metadata.standfirst or claims.standfirst,
        authors=authors,
        published_at=published,
        section=metadata.section or claims.section,
        evidence=evidence,
    )


def mark_title(blocks: Sequence[Block], title: str | None, claims: Claims) -> int | None:
    """Mark the headings that print the title; the order of the main one, None where no heading prints it."""
    key = fold(title or "")
    if not key:
        return None
    hits = [
        b for b in blocks if b.kind is Kind.HEADING and len(b.text) < 400 and is_free(b) and prints(b, key)
    ]
    for block in hits:
        claims.marks[block.order] = "title"
    first = next((b for b in hits if b.level == 1), None)
    return (first or hits[0]).order if hits else None


def prints(block: Block, key: str) -> bool:
    """Whether a heading is the title of this key, or on the first level a kicker and then the title."""
    text = fold(block.text)
    return text == key or (block.level == 1 and len(key) >= 12 and text.endswith(key))


def head_of(blocks: Sequence[Block], at: int | None) -> list[Block]:
    """The blocks around the title, up to the first running text after it; without a title those before the
    text.
    """
    start = at
    if start is None:
        start = next((b.order for b in blocks if is_prose(b) and is_free(b)), 0)
    zone = [b for b in blocks[max(0, start - ABOVE) : start] if is_free(b)]
    prose = 0
    for block in blocks[start + (at is not None) : start + 1 + BELOW]:
        if not is_free(block):
            continue
        zone.append(block)
        prose += is_prose(block)
        if prose == 2:
            break
    return zone


def find_lines(zone: list[Block], at: int | None, metadata: Metadata, claims: Claims) -> None:
    """Claim bylines, datelines and the section's name among the short lines around the title."""
    people = [fold(name) for name in metadata.authors]
    section = fold(metadata.section or "")
    unnamed = metadata.section is None and at is not None
    fresh: list[tuple[bool, str]] = []
    for block in zone:
        text = block.text
        if len(text) > MAX_LINE or block.order in claims.marks or is_prose(block) or is_credit(text):
            continue
        key = fold(text)
        names = " ".join(box.names for box in block.boxes[-2:])
        dated = day_of(text, metadata.language) if DIGIT.search(text) else None
        if dated:
            fresh.append((bool(CHANGED.search(text)) or block.order < (at or 0), text))
        if section and key == section:
            claims.marks[block.order] = "section"
        elif unnamed and (counted := counted_section(text)):
            claims.section = claims.section or counted
            claims.marks[block.order] = "section"
        elif BY.match(text) or BYLINE.search(names) or names_one_of(people, key):
            claims.marks[block.order] = "byline"
            claims.authors = claims.authors or authors_on(text, dated[1] if dated else text, names)
        elif dated or DATELINE.search(names):
            claims.marks[block.order] = "dateline"
            claims.authors = claims.authors or (people_in(dated[1].strip(" |·•,-")) if dated else ())
        elif (
            at is not None
            and 0 < block.order - at <= NEAR
            and not claims.authors
            and people_in(text) == (text,)
        ):
            claims.authors = (text,)
            claims.marks[block.order] = "byline"
    claims.dated = freshest(fresh)


def freshest(found: Sequence[tuple[bool, str]]) -> str | None:
    """The dateline that most likely tells of publication; None where all that is told is a change."""
    words = min(found, key=lambda pair: pair[0])[1] if found else None
    return None if words is None or CHANGED.match(words) else words


def is_credit(text: str) -> bool:
    """Whether a line is a picture's credit ("Foto: A. Name"), which may name the author without being a
    byline.
    """
    caption = None if BY.match(text) else read_caption(text)
    return caption is not None and caption.credit is not None and caption.view is None


def names_one_of(people: Sequence[str], key: str) -> bool:
    """Whether a line, folded, says little more than one of the authors' names."""
    return any(person and person in key and len(key) < 3 * len(person) + 30 for person in people)


def authors_on(text: str, undated: str, names: str) -> tuple[str, ...]:
    """The authors a byline names: after "By" any name, elsewhere only what looks like a person's."""
    if BY.match(text):
        return names_in([BY.sub("", text)])
    return people_in(undated.strip(" |·•,-")) if WRITER.search(names) else ()


def mark_biographies(blocks: Sequence[Block], authors: Sequence[str], claims: Claims) -> None:
    """Mark what is said about an author in the third person, which pages print before or after the text."""
    names = [name for name in authors if " " in name]
    if not names:
        return
    for block in blocks:
        if block.order in claims.marks or not is_free(block) or not 40 < len(block.text) < 900:
            continue
        start = block.text[:80]
        for name in names:
            place = start.find(name)
            if 0 <= place <= 20 and ABOUT.search(block.text[place + len(name) : place + len(name) + 60]):
                claims.marks[block.order] = "author biography"
