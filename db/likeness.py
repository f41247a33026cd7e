"""Whether two articles are one, told from their whole texts: what shingles share, figures and names decide.

Two reports of a month's sales, or two recalls of one maker, are written in the same sentences: they share
words, but not the figures and names that their titles are about. A copy that was cut, reordered, retitled or
half rewritten loses words, but says nothing else.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from db.shingles import TOKEN, Shingled, shared

WINDOW_DAYS = 60  # what comes again later was brought out anew by somebody: readers want to see it
WHOLE = 0.72  # of the shorter text's shingles: a copy; below, it was rewritten
# The fewer words are the same, the more of the shorter text's figures, and of all its names and figures, must
# stand in the other. Found on made copies and strangers (`benchmarks/copies.py`).
DEMANDS = ((WHOLE, 0.7, 0.0), (0.5, 0.8, 0.5), (0.2, 0.9, 0.9))  # shares of shingles, figures, marks
FEW, UNTOLD = 3, 0.75  # with fewer figures their share says nothing: enough where the words are the same
EXCERPT = 0.3  # a text this much shorter than the other may be an item of a digest: titles must agree
TITLES = 0.5  # share of the shorter title's words

FIGURE = re.compile(r"\d")


class Reason(StrEnum):
    """Why an article is linked to another as its copy."""

    NEAR = "near"  # on the same site
    SYNDICATED = "syndicated"  # on another site
    REWRITTEN = "rewritten"  # much of it in other words, on either


@dataclass(frozen=True)
class Compared:
    """What a comparison looks at of an article."""

    number: int
    site: str
    title: str
    published_at: datetime | None
    text: str

    @property
    def day(self) -> int:
        """The day of publication counted from year 1; 0 where it is not known."""
        return self.published_at.toordinal() if self.published_at else 0

    @cached_property
    def shingled(self) -> Shingled:
        """Its text as shingles."""
        return Shingled(self.text)

    @cached_property
    def tokens(self) -> frozenset[str]:
        """The words and figures of its title and text as printed."""
        return self.shingled.tokens.union(TOKEN.findall(self.title))

    @cached_property
    def figures(self) -> frozenset[str]:
        """The figures of its text as printed, and words with figures in them."""
        return frozenset(mark for mark in self.shingled.marks if FIGURE.search(mark))

    @cached_property
    def subjects(self) -> frozenset[str]:
        """The names and figures of its title that its text speaks of too."""
        return self.shingled.marks.intersection(TOKEN.findall(self.title))


def likeness(one: Compared, other: Compared) -> Reason | None:
    """Why they are one; None: they are two.

    The same whichever comes first.
    """
    if one.day and other.day and abs(one.day - other.day) > WINDOW_DAYS:
        return None
    short, long = sorted((len(one.shingled.shingles), len(other.shingled.shingles)))
    if not (one.shingled.is_long_enough and other.shingled.is_long_enough):
        return None
    share = shared(one.shingled.shingles, other.shingled.shingles) / short
    if share < DEMANDS[-1][0] or _are_about_others(one, other) or not _facts_agree(one, other, share):
        return None
    if short < EXCERPT * long and _overlap(_words(one.title), _words(other.title)) < TITLES:
        return None
    if share < WHOLE:
        return Reason.REWRITTEN
    return Reason.NEAR if one.site == other.site else Reason.SYNDICATED


def _facts_agree(one: Compared, other: Compared, share: float) -> bool:
    """Whether they have as many names and figures in common as this share of shingles demands."""
    told = min(len(one.figures), len(other.figures)) >= FEW
    figures = _overlap(one.figures, other.figures) if told else UNTOLD
    marks = _overlap(one.shingled.marks, other.shingled.marks)
    return any(share >= least and figures >= f and marks >= m for least, f, m in DEMANDS)


def _are_about_others(one: Compared, other: Compared) -> bool:
    """Whether each title names what the other article does not speak of at all."""
    return bool(one.subjects - other.tokens) and bool(other.subjects - one.tokens)


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the smaller set that the other holds; 1 where it is empty."""
    return len(one & other) / (min(len(one), len(other)) or 1) if one and other else 1.0


def _words(title: str) -> frozenset[str]:
    return frozenset(word for word in TOKEN.findall(title.casefold()) if len(word) > 3)
