"""How many pages one run may ask for: in all, and of addresses that only a machine tells apart.

Calendars, filters, session numbers and links that grow by themselves make addresses without end. Those have
one shape, while the addresses of articles differ in words; so a trap spends its own allowance, not theirs.
What is left over stays pending, and the run says so.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from db.ledger import State

REPEATS = 3  # a path in which one part stands so often was made by a relative link that goes wrong
FIGURES = re.compile(r"[A-Za-z]*\d[A-Za-z0-9]*")  # numbers, dates, hexadecimal and mixed names
VAIN = frozenset({State.NOT_ARTICLE, State.DUPLICATE, State.GONE})  # fetched, and nothing gained
FRUIT = frozenset({State.STORED, State.UNCHANGED})  # what else there is, a failure say, tells nothing


@dataclass(slots=True)
class Budget:
    """What one run may still fetch; `pages` None means as many as there are.

    `per_shape` bounds the pages of one shape, `in_vain` those of it that bring no article, one after another.
    """

    pages: int | None = None
    per_shape: int = 500
    in_vain: int = 30
    _taken: Counter[str] = field(default_factory=Counter)
    _vain: Counter[str] = field(default_factory=Counter)
    _spent: Counter[str] = field(default_factory=Counter)  # addresses turned down, by shape

    @property
    def full(self) -> bool:
        """Whether no page at all may be fetched any more."""
        return self.pages is not None and self._taken.total() >= self.pages

    def takes(self, url: str) -> bool:
        """Whether the page at `url` may be fetched; it is counted as fetched then."""
        if self.full:
            return False
        shape = shape_of(url)
        if self._taken[shape] >= self.per_shape or self._vain[shape] >= self.in_vain:
            self._spent[shape] += 1
            return False
        self._taken[shape] += 1
        return True

    def settled(self, url: str, state: State) -> None:
        """Notes what became of a page that was taken."""
        shape = shape_of(url)
        if state in VAIN:
            self._vain[shape] += 1
        elif state in FRUIT:
            self._vain[shape] = 0

    def notes(self) -> Iterable[str]:
        """In words, what this run left for the next."""
        if self.full:
            yield f"budget: {self.pages} pages a run"
        for shape, number in self._spent.most_common(3):
            yield f"budget: {number} addresses like {shape} left over"


def shape_of(url: str) -> str:
    """What the addresses of one making have in common: figures become 0, and a query stands for any."""
    parts = urlsplit(url)
    path = FIGURES.sub("0", parts.path)
    steps = [step for step in path.split("/") if step]
    if steps and max(Counter(steps).values()) >= REPEATS:
        return f"{parts.netloc}/…/{Counter(steps).most_common(1)[0][0]}/…"
    if parts.query:
        return f"{parts.netloc}{path[: path.rfind('/') + 1]}*?*"
    return f"{parts.netloc}{path}"
