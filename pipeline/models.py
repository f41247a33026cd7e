"""Where a text names a model of given makes, and which model years stand beside it.

A model beside its make is believed; away from it, how much has to stand around a name depends on its kind:
`Qashqai` nothing, `Focus` an article, `308` an article and no noun that it could count.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from pipeline.makes import Line, compiled, names_by_first_word, places, tables, word_list
from pipeline.modelyears import is_year, years_before

_FIRST = re.compile(r"[A-Z0-9Š]\w*")
_BEFORE = 60  # characters looked at before a name
# An article or what stands in its place, and one word more; `on` marks the roads: `auf der A4`.
_DETERMINER = re.compile(
    r"""(?:^|[\s(\u201c\u201e\u00ab"])(?:(?P<on>on|along|off|auf|sur|en|sulla|in)[ ])?
    (?:(?:l|un|dell|all)['\u2019]|(?:the|this|that|every|each|one|another|a|an|its|their|my|your|our|his|her|new
    |der|die|das|den|dem|des|eine?|eine[nmr]|jede[rn]?|vom|beim|neue[nr]?|le|la|une?|du|chaque|nouvelle|nouveau
    |el|los|las|una|del|cada|nuev[oa]|il|lo|della|alla|al|ogni|nuov[oa])[ ])
    (?-i:[a-z\u00e0-\u00ff][\w-]*[ ])?$""",
    re.VERBOSE | re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"['\u2019]s?(?: [a-z\u00e0-\u00ff][\w-]*){0,3} ")
_JOINED = frozenset({" ", "-", "\u00a0", "\u2011"})
_INSIDE_NUMBER = ".,:/-\u2013"
_COUNTED = re.compile(
    r"""[.,:/]\d | [-\u2013]\w | [ ]?[%\u20ac$\u00a3\u00b0]
    | [ ](?:milli\w+|millones|mio|mrd|billion|bn|percent|prozent|p(?:er|or|our)[ ](?:cent|ciento)|euros?
    |dollars?|pounds?|pfund|miles?|km|kilom\w+|hp|ps|kw|cv|units|jobs|stellen|people|workers|employees|mitarbeiter|years|jahre
    |mal|times|uhr|o['\u2019]clock)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_RESULTS = re.compile(
    r"[ -](?:\d|results|earnings|profit|revenue|report|quarter|sales|numbers|call|motorway|autobahn)",
    re.IGNORECASE,
)
_SHORT = re.compile(r"\W?\w{1,2}|\der")
_FOLLOWING = re.compile(r"[ \u00a0](\w+)")
_ROAD = re.compile(r"[AM]\d")
_PLACE = re.compile(r" (?:von|vom|of|de|di|du|d['\u2019]|del) ?([A-Z\u00c0-\u00de]\w*)")
_VERSION = re.compile(
    r" (?:GT[DEIX]?|TDI|TSI|R|RS|ST|Turbo|Hybrid|EV|Touring|Avant|Variant|Kombi|Combi|Estate|Sportback|Type R"
    r"|AMG|SW|Pro|e-Hybrid|eHybrid|Electric|Cross|SUV|Coup\u00e9|Coupe)\b"
)


@dataclass(frozen=True, slots=True)
class Spelling:
    """One spelling of a model: what stands before its first capital or figure, and its pattern's text."""

    make: str
    model: str
    head: str
    written: str
    kind: str
    alone: str | None  # how it is written where it counts without its make

    @property
    def pattern(self) -> re.Pattern[str]:
        return compiled(self.written)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A spelling met at `start`-`end`."""

    spelling: Spelling
    start: int
    end: int


@cache
def spellings() -> dict[str, tuple[Spelling, ...]]:
    """All spellings under their first chunk, longest first."""
    found: dict[str, list[Spelling]] = {}
    for make, entry in tables()["makes"].items():
        alone = frozenset(entry.get("alone", "").split())
        for group in entry.get("models", "").split():
            written = group.split("=")
            for word in written:
                spelling = _spelling(make, written[0].replace("_", " "), word, alone=word in alone)
                for key in _keys(word):
                    found.setdefault(key, []).append(spelling)
    return {key: tuple(sorted(some, key=lambda s: -len(s.written))) for key, some in found.items()}


def _spelling(make: str, model: str, word: str, *, alone: bool) -> Spelling:
    first = _FIRST.search(word)
    head = word[: first.start()].replace("_", " ") if first else ""
    loose = {"_": "[ \u00a0-]", "-": "[- \u2011]?", ".": r"\.?"}
    written = "".join(loose.get(char) or re.escape(char) for char in word) + r"(?!\w)"
    return Spelling(make, model, head, written, _kind(word), word.replace("_", " ") if alone else None)


def _keys(word: str) -> set[str]:
    """The chunks that the spelling can begin with: `F-150` with `F` and, written as one, with `F150`."""
    return {
        found.group()
        for form in (word.replace("_", " "), word.replace("-", ""))
        if (found := _FIRST.search(form))
    }


def _kind(word: str) -> str:
    """How much a spelling proves by itself: "beside" its make only, "number", "short", "common" or "sure"."""
    if word in word_list("beside") or (word.isdigit() and len(word) < 3):
        return "beside"
    if word.isdigit():
        return "number"
    if word in word_list("common"):
        return "common"
    return "short" if _SHORT.fullmatch(word) else "sure"


@cache
def alone_chunks() -> frozenset[str]:
    """The first chunks of what counts without its make."""
    return frozenset(key for key, some in spellings().items() if any(s.alone for s in some))


def candidates(text: str, found: Iterable[str], makes: frozenset[str]) -> list[Candidate]:
    """Every spelling of the makes' models in `text` and of those that need no make, in the text's order."""
    index = spellings()
    told: list[Candidate] = []
    for key in index.keys() & set(found):
        some = [s for s in index[key] if s.alone or s.make in makes]
        for head in {s.head for s in some}:
            fitting = [s for s in some if s.head == head]
            for at in places(text, key, head):
                told += _longest(text, fitting, at, makes)
    told += _likes(text, makes)
    return sorted(told, key=lambda c: (c.start, -c.end))


def _longest(text: str, fitting: list[Spelling], at: int, makes: frozenset[str]) -> Iterator[Candidate]:
    """For each make the longest of its spellings at this place."""
    seen: set[str] = set()
    for spelling in fitting:
        match = None if spelling.make in seen else spelling.pattern.match(text, at)
        if match and (spelling.make in makes or match.group() == spelling.alone):
            seen.add(spelling.make)
            yield Candidate(spelling, at, match.end())


@cache
def _patterns(make: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    likes = tables()["makes"][make].get("like", ())
    return tuple((re.compile(rf"(?<![\w.,-]){pattern}(?!\w)"), model) for pattern, model in likes)


def _likes(text: str, makes: Iterable[str]) -> Iterator[Candidate]:
    for make in makes:
        for pattern, model in _patterns(make):
            for match in pattern.finditer(text):
                spelling = Spelling(make, match.expand(model), "", pattern.pattern, "sure", alone=None)
                yield Candidate(spelling, match.start(), match.end())


def is_beside(text: str, end: int, start: int) -> bool:
    """Whether a model that begins at `start` stands right after its make, which ends at `end`."""
    return start == end + 1 and text[end] in _JOINED


def is_believed(text: str, what: Candidate, make_end: int | None, line: Line, joined: int | None) -> bool:
    """Whether the model is meant, its make being named.

    `make_end` is where the make was last named before it, `joined` where the make's last model ended.
    """
    kind, start, end = what.spelling.kind, what.start, what.end
    number = kind == "number" or what.spelling.model.isdigit()
    if number and (
        _COUNTED.match(text, end)
        or (start > 1 and text[start - 1] in _INSIDE_NUMBER and text[start - 2].isdigit())
    ):
        return False
    if make_end is not None and is_beside(text, make_end, start):
        return True
    if kind == "sure" or what.spelling.alone:
        return True
    if kind == "beside":
        return False
    if make_end is not None and start - make_end < _BEFORE and _POSSESSIVE.fullmatch(text, make_end, start):
        return not number or _names(text, end)
    return _by_surroundings(text, what, line, joined)


def _by_surroundings(text: str, what: Candidate, line: Line, joined: int | None) -> bool:
    kind, start, end = what.spelling.kind, what.start, what.end
    if kind != "number" and _VERSION.match(text, end):
        return True
    if years_before(text, start, line):
        return True
    before = _DETERMINER.search(text[max(line.start, start - _BEFORE) : start])
    if kind == "number":
        return bool(before) and _names(text, end) and not is_year(text[start:end])
    if kind == "short":
        if line.speaks_of_roads and _ROAD.fullmatch(text, start, end):
            return False
        near = joined is not None and 0 < start - joined < _BEFORE and "." not in text[joined:start]
        return (near or bool(before and not before.group("on"))) and not _RESULTS.match(text, end)
    return bool(before) and (line.is_prose or line.is_sentence) and not _is_place(text, end)


def _names(text: str, end: int) -> bool:
    """Whether the number before `end` names something: what follows is no noun that it counts."""
    following = _FOLLOWING.match(text, end)
    if following is None:
        return True
    word: str = following.group(1)
    return word.casefold() in word_list("following") or (word.isupper() and 2 <= len(word) <= 4)


def _is_place(text: str, end: int) -> bool:
    """Whether the word goes on as a place's name does: `Golf von Neapel`, but not `Golf von Volkswagen`."""
    match = _PLACE.match(text, end)
    return bool(match) and match is not None and match.group(1) not in names_by_first_word()
