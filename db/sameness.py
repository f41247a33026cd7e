"""Whether two articles report the same news: the same car, within days, and like figures or titles."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from db.shingles import TOKEN

SPAN = timedelta(days=3)  # news that is older than this when somebody reports it is another's follow-up
YEAR = re.compile(r"(?:19|20)\d\d")
LONGEST_CHARS = 6000  # what an article is about stands in its first pages
TITLES = 0.6  # words of the titles, shared of all: told by the same agency or the same press release
FIGURES, SHARED = 0.3, 3  # figures of the shorter list that both name, and how many at the least
SOME_TITLE, SOME_FIGURES = 0.3, 2  # a little of either makes up for less of the other


@dataclass(frozen=True)
class Report:
    """What is looked at of an article to know its news; `of` is the key of the article it copies."""

    number: int
    key: str
    title: str
    published_at: datetime
    makes: frozenset[str]
    text: str
    of: str | None = None

    @cached_property
    def tokens(self) -> frozenset[str]:
        """Words and figures of the beginning of its text, as printed."""
        return frozenset(TOKEN.findall(self.text[:LONGEST_CHARS]))

    @cached_property
    def title_words(self) -> frozenset[str]:
        return frozenset(TOKEN.findall(self.title.casefold()))

    @cached_property
    def names(self) -> frozenset[str]:
        """Names in its title: its text has them too, and never in small letters."""
        marks = (token for token in TOKEN.findall(self.title) if not token.islower())
        return frozenset(t for t in marks if t in self.tokens and t.lower() not in self.tokens)

    @cached_property
    def subject_makes(self) -> frozenset[str]:
        """The makes that its title names."""
        title = self.title.casefold()
        return frozenset(make for make in self.makes if make.casefold() in title)

    @cached_property
    def figures(self) -> frozenset[str]:
        """Figures that few articles have by chance: two digits or more, and no years."""
        digits = (t for t in self.tokens if sum(map(str.isdigit, t)) >= 2)
        return frozenset(t for t in digits if not YEAR.fullmatch(t))


def are_one_story(one: Report, other: Report) -> bool:
    """Whether they report the same news; the same whichever comes first."""
    if abs(one.published_at - other.published_at) > SPAN:
        return False
    if not (_speaks_of(one, other) or _speaks_of(other, one)):
        return False
    titles = len(one.title_words & other.title_words) / (len(one.title_words | other.title_words) or 1)
    if titles >= TITLES and one.names & other.names:
        return True
    shared = len(one.figures & other.figures)
    share = shared / (min(len(one.figures), len(other.figures)) or 1)
    if shared >= SHARED and share >= FIGURES:
        return True
    return titles >= SOME_TITLE and shared >= SOME_FIGURES and share >= FIGURES


def _speaks_of(one: Report, other: Report) -> bool:
    """Whether the other has a name or a make of the first one's title."""
    return bool(one.names & other.tokens or one.subject_makes & other.makes)
