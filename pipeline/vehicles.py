"""Which makes, models and model years a text is about. The names are data, in `vehicles.toml` beside this.

`makes.py` finds the makes, `models.py` what is a model's; here both become an answer.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import groupby

from pipeline.article import Vehicle
from pipeline.makes import Hit, Line, chunks, hits, line_at, names_by_first_word, proven, tables
from pipeline.models import (
    Candidate,
    alone_chunks,
    candidates,
    is_believed,
    is_beside,
)
from pipeline.modelyears import years_after, years_before

__all__ = ["Vehicle", "make_named", "makers", "makes_in", "vehicles_in"]


def makes_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The makes that `texts` name, by their usual names: those of the first text in its order, then the rest.

    The first text is the headline ("" where there is none): it says what matters most. The others follow by
    the alphabet, so that an edited paragraph does not reorder them.
    """
    return _named(tuple(texts))[0]


def vehicles_in(texts: Iterable[str]) -> tuple[Vehicle, ...]:
    """The vehicles that `texts` name: makes in the order of `makes_in`, models the headline's, then the rest.

    A make without a model or a year stands only where none of its models is named. A model counts where its
    make is named in the texts, or where no other thing bears its name (`F-150`).
    """
    return _named(tuple(texts))[1]


@lru_cache(maxsize=4)  # makes and vehicles of a page are asked for one after the other
def _named(texts: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[Vehicle, ...]]:
    """The answers of `makes_in` and `vehicles_in`."""
    headline = len(texts[0]) if texts else 0
    text = "\n".join(texts)
    found = frozenset(chunks(text))
    if names_by_first_word().keys().isdisjoint(found) and alone_chunks().isdisjoint(found):
        return (), ()  # most pages of the world
    told = hits(text, found)
    named = frozenset(make for hit in told for make in hit.name.makes)
    models = candidates(text, found, named)
    told = [hit for hit in told if hit.name.makes or hit.name.person]
    dated = frozenset(hit.start for hit in told if years_before(text, hit.start, hit.line))
    followed = _followed(text, told, models)
    sure = proven(told, followed, dated)
    first = dict.fromkeys(make for hit in told if hit.start < headline for make in hit.name.makes)
    makes = [*first, *(make for make in tables()["makes"] if make in sure and make not in first)]
    reader = _Reader(text, sure)
    reader.read(told, models, followed)
    return tuple(make for make in makes if make in sure), reader.vehicles(makes, headline)


def _followed(text: str, told: Sequence[Hit], models: Sequence[Candidate]) -> frozenset[int]:
    """The ends of the makes' names that stand right before a model of theirs, or in one paragraph with one
    that no other thing bears.

    A number of one or two figures (`Seres 5`) is no such proof: it counts things after most words.
    """
    beside = {(m.spelling.make, m.start) for m in models if not _is_small_number(m)}
    coined: dict[str, list[int]] = {}
    for model in models:
        if model.spelling.kind == "sure":
            coined.setdefault(model.spelling.make, []).append(model.start)
    return frozenset(
        hit.end
        for hit in told
        for make in hit.name.makes
        if ((make, hit.end + 1) in beside and is_beside(text, hit.end, hit.end + 1))
        or _any_within(coined.get(make, ()), hit.line)
    )


def _is_small_number(model: Candidate) -> bool:
    return model.spelling.kind == "beside" and model.spelling.model.isdigit()


def _any_within(places: Sequence[int], line: Line) -> bool:
    return bisect_left(places, line.start) < bisect_left(places, line.end)


class _Reader:
    """Walks once through makes and models in the order of the text and gathers years."""

    def __init__(self, text: str, sure: set[str]) -> None:
        self.text, self.sure = text, sure
        self.years: dict[tuple[str, str | None], set[int]] = {}
        self.first_at: dict[tuple[str, str | None], int] = {}
        self.last: dict[str, Hit] = {}  # each make's last naming
        self.joined: dict[str, int] = {}  # where each make's last model ended
        self.line = Line(text, 0, 0)

    def read(self, told: Sequence[Hit], models: Sequence[Candidate], followed: frozenset[int]) -> None:
        waiting = iter(told)
        hit = next(waiting, None)
        after = 0
        for start, group in groupby(models, key=lambda model: model.start):
            while hit and hit.start <= start:
                self._name(hit, named_beside=hit.end in followed)
                hit = next(waiting, None)
            if start < after:
                continue
            model = self._meant(list(group))
            if model:
                after = model.end
                self._add(model)
        while hit:
            self._name(hit, named_beside=hit.end in followed)
            hit = next(waiting, None)

    def _name(self, hit: Hit, *, named_beside: bool) -> None:
        for make in self.sure.intersection(hit.name.makes):
            self.last[make] = hit
            years = () if named_beside else years_before(self.text, hit.start, hit.line)
            self._count(make, None, hit.start, years)

    def _meant(self, group: Sequence[Candidate]) -> Candidate | None:
        """Which of several makes' models spelled alike is meant: its make was named last."""
        known = [c for c in group if c.spelling.make in self.sure or c.spelling.alone]
        known.sort(key=lambda c: -self._make_end(c))
        return next((c for c in known if self._is_believed(c)), None)

    def _make_end(self, model: Candidate) -> int:
        hit = self.last.get(model.spelling.make)
        return hit.end if hit else -1

    def _is_believed(self, model: Candidate) -> bool:
        make = model.spelling.make
        if make not in self.sure:
            return model.spelling.alone is not None
        end = self._make_end(model)
        return is_believed(
            self.text, model, end if end >= 0 else None, self._line(model.start), self.joined.get(make)
        )

    def _line(self, at: int) -> Line:
        if not self.line.start <= at < self.line.end:
            self.line = line_at(self.text, at)
        return self.line

    def _add(self, model: Candidate) -> None:
        make, line = model.spelling.make, self._line(model.start)
        self.joined[make] = model.end
        hit = self.last.get(make)
        start = hit.start if hit and is_beside(self.text, hit.end, model.start) else model.start
        years = (*years_before(self.text, start, line), *years_after(self.text, model.end, line))
        self._count(make, model.spelling.model, model.start, years)

    def _count(self, make: str, model: str | None, at: int, years: Sequence[int]) -> None:
        self.years.setdefault((make, model), set()).update(years)
        self.first_at.setdefault((make, model), at)

    def vehicles(self, makes: Sequence[str], headline: int) -> tuple[Vehicle, ...]:
        """What was gathered: by `makes`, then those of the headline, then by the alphabet."""
        modelled = {make for make, model in self.years if model}
        places = {make: at for at, make in enumerate(makes)}

        def order(key: tuple[str, str | None]) -> tuple[int, int, str]:
            at = self.first_at[key]
            return (
                places.get(key[0], len(places)),
                min(at, headline),
                f"{key[0]} {key[1] or ''}",
            )

        kept = [key for key, years in self.years.items() if key[1] or years or key[0] not in modelled]
        return tuple(
            Vehicle(make, model, tuple(sorted(self.years[make, model])))
            for make, model in sorted(kept, key=order)
        )


def make_named(word: str) -> str | None:
    """The make that `word` names in any case, with or without accents ("skoda", "vw"); None for no make."""
    return _makes_by_plain_name().get(_plain(word))


@cache
def _makes_by_plain_name() -> dict[str, str]:
    spelt = ((name, [name, *about.get("also", ())]) for name, about in tables()["makes"].items())
    return {_plain(spelling): name for name, spellings in spelt for spelling in spellings}


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.strip())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


@cache
def makers() -> frozenset[str]:
    """Every spelling of a make or a group, as it may stand as the credit of a picture."""
    return frozenset([*tables()["makes"], *tables()["groups"], *_spellings()])


def _spellings() -> Iterator[str]:
    for name, entry in tables()["makes"].items():
        yield from entry.get("also", ())
        yield name.upper()
