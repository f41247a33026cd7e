"""Where a text names a make, and whether its surroundings prove it. The names are data, in `vehicles.toml`.

Only words that begin with a capital or a figure are looked at, by one search over the whole text: a page
about something else costs little more than that. All else is asked around the few words found.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

_CHUNK = re.compile(r"[A-Z0-9Š]\w*")  # also from inside a word: `iX3` gives `X3`
_WORD = re.compile(r"\w+")
_NEXT = re.compile(r"[^\w\n]{1,3}(\w+)")
_BEFORE = re.compile(r"(\w+)\.? $")
_CAPITALISED = re.compile(r"[A-ZÀ-Þ][a-zß-ÿ]+")
_LISTED = re.compile(r", (\w{3,})[.,]|,? [A-Z]\.?, [A-Z]\w+,? [A-Z]{1,2}[.,;]|,? [A-Z]{1,3},? et al")
_SURNAME = re.compile(r" ([A-ZÀ-Þ][a-zß-ÿ]+)(?:[,.;]|$| [a-zß-ÿ])")
_NUMBERED = re.compile(r"(?<!\d)\d{1,3} $")  # `iPhone 12 Mini`
_SENTENCE_END = re.compile(r"""[.!?:;"\u201c\u201d\u201e\u00ab]\W*$""")
_ROADS = re.compile(r"motorway|highway|[Aa]utobahn|[Aa]utoroute|[Aa]utopista|[Aa]utovía|[Aa]utostrada")
_TITLE_CASE_SHARE = 0.6  # headlines set in title case have 0.8 and more, prose at most 0.3
_LONGEST_WORD = 30  # what is looked at before a name
# What stands behind a company's name and hardly behind a word's or a person's.
_COMPANY = """Motor Motors Automobiles Automotive Cars Group dealer dealers dealership dealerships brand
    models lineup badge boss CEO engineers designers spokesperson spokesman spokeswoman
    fans buyers drivers owners"""
_COMPANY_WORDS = frozenset(_COMPANY.split())
_SAYS = frozenset({"says", "said", "sagt", "sagte"})


@dataclass(frozen=True, slots=True)
class Name:
    """One spelling: the text of its pattern, the makes it stands for and what proof it asks.

    `person` names the make whose name a person, place or thing bears here; `makes` is empty then.
    """

    written: str
    makes: tuple[str, ...]
    careful: str | None = None
    given: bool = False
    person: str | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        return compiled(self.written)


@dataclass(frozen=True, slots=True)
class Hit:
    """A name met at `start`-`end` of a text, in `line`."""

    name: Name
    start: int
    end: int
    line: "Line"
    led: bool = False  # by a capitalised word, as a surname is


class Line:
    """A paragraph of a text, and what only doubtful names ask of it."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text, self.start, self.end = text, start, end

    @cached_property
    def words(self) -> list[str]:
        return _WORD.findall(self.text, self.start, self.end)

    @cached_property
    def is_prose(self) -> bool:
        """Whether a capital tells something: not where most words have one, as in headlines and captions."""
        long = [word for word in self.words if len(word) > 3]
        return sum(word[0].isupper() for word in long) <= _TITLE_CASE_SHARE * len(long)

    @cached_property
    def speaks_of_roads(self) -> bool:
        return bool(_ROADS.search(self.text, self.start, self.end))

    @cached_property
    def is_sentence(self) -> bool:
        return self.text[self.start : self.end].rstrip()[-1:] in {".", "!", "?"}

    @cached_property
    def speaks_of_cars(self) -> bool:
        return not word_list("car").isdisjoint(word.casefold() for word in self.words)


@cache
def compiled(written: str) -> re.Pattern[str]:
    """The pattern, made when a text first asks for it: few of the three thousand ever are."""
    return re.compile(written)


@cache
def tables() -> dict[str, Any]:
    """What `vehicles.toml` holds."""
    return tomllib.loads(files(__package__).joinpath("vehicles.toml").read_text(encoding="utf-8"))


@cache
def word_list(name: str) -> frozenset[str]:
    """The words of one list of the table."""
    return frozenset(tables()["words"][name].split())


def chunks(text: str) -> list[str]:
    """The words of `text` from their first capital or figure on."""
    return _CHUNK.findall(text)


def places(text: str, word: str, head: str = "") -> Iterator[int]:
    """Where `head` and `word` stand in `text` together and as a whole word."""
    whole = head + word
    at = text.find(whole)
    while at >= 0:
        end = at + len(whole)
        if not (at and _is_letter(text[at - 1])) and not (end < len(text) and _is_letter(text[end])):
            yield at
        at = text.find(whole, end)


def _is_letter(char: str) -> bool:
    return char.isalnum() or char == "_"


@cache
def names_by_first_word() -> dict[str, tuple[Name, ...]]:
    """The names under their first word, longest first: `Harrison Ford` is read before `Ford`."""
    found: dict[str, list[tuple[int, Name]]] = {}
    for spelling, name in _names():
        found.setdefault(_WORD.findall(spelling)[0], []).append((-len(spelling), name))
    return {
        first: tuple(name for _, name in sorted(names, key=lambda pair: pair[0]))
        for first, names in found.items()
    }


def _names() -> Iterator[tuple[str, Name]]:
    for make, entry in tables()["makes"].items():
        careful, given = entry.get("careful"), entry.get("given", False)
        yield make, Name(_pattern(make), (make,), careful, given)
        if make.upper() != make:  # RAM and SEAT stand in prose for memory and a chair: capitals prove nothing
            upper = "always" if careful == "outside prose" else "no car" if given else careful
            yield make.upper(), Name(_pattern(make.upper()), (make,), upper)
        for spelling in entry.get("also", ()):
            doubt = "no car" if spelling in word_list("short") else None
            yield spelling, Name(_pattern(spelling), (make,), doubt, given)
        for other in entry.get("not", ()):
            yield other, Name(_pattern(other), (), person=make)
    for group, entry in tables()["groups"].items():
        yield group, Name(_pattern(group), tuple(entry.get("of", ())))


def _pattern(spelling: str) -> str:
    return r"[^\w\n]{1,3}".join(_WORD.findall(spelling)) + r"(?!\w)"


def hits(text: str, found: Iterable[str]) -> list[Hit]:
    """Every make's name in `text`, none inside another, in the text's order; `found` are its chunks."""
    index = names_by_first_word()
    met = sorted((at, word) for word in index.keys() & set(found) for at in places(text, word))
    told: list[Hit] = []
    after = 0
    line = Line(text, 0, 0)
    for at, word in met:
        match = next(((n, m) for n in index[word] if (m := n.pattern.match(text, at))), None)
        if at < after or match is None:
            continue
        if at >= line.end:
            line = line_at(text, at)
        after = match[1].end()
        told.append(_hit(match[0], at, after, line))
    return told


def line_at(text: str, at: int) -> Line:
    end = text.find("\n", at)
    return Line(text, text.rfind("\n", 0, at) + 1, end if end >= 0 else len(text))


def _hit(name: Name, start: int, end: int, line: Line) -> Hit:
    """The name as it stands there: a person's behind a first name or a title and in `Ford, Martin`."""
    if len(name.makes) != 1:
        return Hit(name, start, end, line)
    match = _BEFORE.search(line.text, max(line.start, start - _LONGEST_WORD), start)
    before = match.group(1) if match else ""
    if before in word_list("given") or _is_listed_person(line, end):
        return Hit(Name(name.written, (), person=name.makes[0]), start, end, line)
    opening = before.casefold() in word_list("opening") or before in names_by_first_word()
    return Hit(name, start, end, line, led=bool(_CAPITALISED.fullmatch(before)) and not opening)


def _is_listed_person(line: Line, end: int) -> bool:
    """Whether a name goes on as in lists of authors: `Ford, Martin. 2016`, `Ferrari M, Rossi A`."""
    match = _LISTED.match(line.text, end, line.end)
    return match is not None and (match.group(1) is None or match.group(1) in word_list("given"))


def proven(told: Sequence[Hit], followed: frozenset[int], dated: frozenset[int]) -> set[str]:
    """The makes that `told` prove to be meant.

    `followed` are the ends of names right before a model of theirs, `dated` the starts of those behind a
    model year: either proves any name. A make whose name a person bears in the text is doubtful all over it.
    """
    persons = {hit.name.person for hit in told}.union(*(hit.name.makes for hit in told if hit.led))
    sure = {hit.line.start for hit in told if hit.name.makes and not _doubt(hit, persons)}
    page = Line(told[0].line.text, 0, len(told[0].line.text)) if told else Line("", 0, 0)
    found: set[str] = set()
    for hit in told:
        if found.issuperset(hit.name.makes):
            continue
        direct = hit.end in followed or hit.start in dated or _next_word(hit) in _COMPANY_WORDS
        if direct or _by_line(hit, _doubt(hit, persons), sure, page):
            found.update(hit.name.makes)
    return found


def _doubt(hit: Hit, persons: set[str | None]) -> str | None:
    """The proof that the name asks for here; None for none."""
    return hit.name.careful or ("no car" if persons.intersection(hit.name.makes) else None)


def _by_line(hit: Hit, doubt: str | None, sure: set[int], page: Line) -> bool:
    """Whether the paragraph around a name shows that the make is meant."""
    if hit.name.given and doubt is None:
        return not _SURNAME.match(hit.line.text, hit.end)
    if doubt in {None, "always"}:
        return doubt is None
    if doubt == "outside prose" and _next_word(hit) in _SAYS:
        return page.speaks_of_cars
    if not (hit.line.start in sure or hit.line.speaks_of_cars):
        return False
    return doubt == "no car" or (hit.line.is_prose and _inside_sentence(hit))


def _next_word(hit: Hit) -> str | None:
    match = _NEXT.match(hit.line.text, hit.end, hit.line.end)
    return match.group(1) if match else None


def _inside_sentence(hit: Hit) -> bool:
    """Whether the name does not begin its sentence, where any word has a capital, nor a compound word."""
    before = hit.line.text[max(hit.line.start, hit.start - 6) : hit.start]
    return (
        hit.start > hit.line.start
        and not _SENTENCE_END.search(before)
        and not hit.line.text.startswith("-", hit.end)
        and not _NUMBERED.search(before)
    )
