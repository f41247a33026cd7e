"""How a reader's answer to a made page is marked."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from madelayouts.sheet import MadePage

BULLET = re.compile(r"^[-•*–]\s+")
# Shorter lines of boilerplate count as leaked only when they stand alone: their words occur in any text.
LONG_LINE = 15


@dataclass(slots=True)
class Marks:
    """One page's marks, or several pages' added up; `captions` is (found, printed)."""

    pages: int = 1
    hits: int = 0
    kept: int = 0
    wanted: int = 0
    exact: int = 0
    leaked: list[str] = field(default_factory=list)
    lines: int = 0
    captions: tuple[int, int] = (0, 0)
    fields: Counter[str] = field(default_factory=Counter)
    extra: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    @property
    def f1(self) -> float:
        """F1 of whole paragraphs, of all pages together."""
        return 2 * self.hits / max(1, self.kept + self.wanted)


def plain(text: str) -> str:
    """A line without what readers add or change: bullets, runs of spaces."""
    return BULLET.sub("", " ".join(text.split()))


def mark(page: MadePage, paragraphs: Sequence[str], captions: Iterable[str] = ()) -> Marks:
    """The marks for a text of `paragraphs`; empty ones do not count."""
    kept = [line for line in map(plain, paragraphs) if line]
    wanted = [plain(text) for text in page.paragraphs]
    extra = list((Counter(kept) - Counter(wanted)).elements())
    shown = {plain(text) for text in captions}
    return Marks(
        hits=sum((Counter(kept) & Counter(wanted)).values()),
        kept=len(kept),
        wanted=len(wanted),
        exact=kept == wanted,
        leaked=[line for line in (*page.boilerplate, *page.captions) if leaks(plain(line), extra)],
        lines=len(page.boilerplate) + len(page.captions),
        captions=(sum(plain(text) in shown for text in page.captions), len(page.captions)),
        extra=extra,
        lost=list((Counter(wanted) - Counter(kept)).elements()),
    )


def leaks(line: str, extra: Sequence[str]) -> bool:
    """Whether a line of boilerplate stands in what the text has too much."""
    return any(line == text or (len(line) >= LONG_LINE and line in text) for text in extra)


def total(marks: Iterable[Marks]) -> Marks:
    """Marks of several pages added up."""
    result = Marks(pages=0)
    for one in marks:
        for name in ("pages", "hits", "kept", "wanted", "exact", "lines"):
            setattr(result, name, getattr(result, name) + getattr(one, name))
        result.captions = (result.captions[0] + one.captions[0], result.captions[1] + one.captions[1])
        result.fields += one.fields
        for name in ("leaked", "extra", "lost"):
            getattr(result, name).extend(getattr(one, name))
    return result
