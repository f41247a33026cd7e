"""Made car-news pages in 25 layouts with their whole truth, for validation only: nothing is fitted to them.

Each layout is written by hand after the habits of one kind of site between 2012 and 2026, each story is put
together from our own sentences in `words/`. All of it follows from a seed.
"""

from collections.abc import Callable
from random import Random

from madelayouts import american, british, german, modern, southern
from madelayouts.sheet import MadePage, Sheet
from madelayouts.stories import story

__all__ = ["LAYOUTS", "MadePage", "made_pages"]
LAYOUTS: dict[str, tuple[str, Callable[[Sheet], str]]] = {
    layout.__name__: (language, layout)
    for room in (american, british, modern, german, southern)
    for language, layout in room.LAYOUTS
}


def made_pages(stories_per_layout: int = 4, seed: int = 1) -> list[MadePage]:
    """The pages of all layouts in turn; the same arguments give the same pages."""
    pages = []
    for name, (language, layout) in LAYOUTS.items():
        for number in range(stories_per_layout):
            rng = Random(f"{seed} {name} {number}")
            sheet = Sheet(name, story(rng, language, interview=name == "trade_weekly"), rng)
            pages.append(sheet.finished(layout(sheet), number))
    return pages
