"""What a site file may tell the reader about its pages. The generic reader needs none of it."""

from dataclasses import dataclass

from pipeline.recurring import NOTHING, Recurring

VERSION = "5"  # raised whenever extraction or cleaning changes its result; stored with every article


@dataclass(frozen=True, slots=True)
class Rules:
    """One site's hints, as CSS selectors unless said otherwise; empty means: read generically.

    `drop` marks what the selectors match, so that a step removes it and a cut names it. `stop_at` are
    headings (compared without case) from which everything to the end of the enclosing box is cut.
    `language` is an ISO 639-1 code used where the page itself names none. `recurring` is what the site's
    earlier pages taught: lines on many of them leave the text.
    """

    body: str | None = None
    title: str | None = None
    standfirst: str | None = None
    authors: str | None = None
    published_at: str | None = None
    drop: tuple[str, ...] = ()
    stop_at: tuple[str, ...] = ()
    language: str | None = None
    recurring: Recurring = NOTHING


GENERIC = Rules()
