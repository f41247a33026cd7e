"""Where a text names a model of given makes, and which model years stand beside it.

A model beside its make is believed; away from it, how much has to stand around a name depends on its kind:
`Qashqai` nothing, `Focus` an article, `308` an article and no noun that it could count.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from pipeline.makes import Line, names_by_first_word, places, tables, word_list

_FIRST = re.compile(r"[A-Z0-9Š]\w*")
_YEAR = r"(?:18[89]|19\d|20[0-4])\d"
_BEFORE = 60  # characters looked at before a name
_YEARS_BEFORE = re.compile(
    rf"(?:([\w'’]+)[ (]+)?(?<![\w.,-])((?:{_YEAR}(?: ?[-–—/] ?| (?:to|through|bis|and|und|et|y|e|or|&) |, ))*{_YEAR}"
    rf"|{_YEAR}[-–/]\d\d)(?:[- ]model[- ]year|er)? $"
)
_YEARS_AFTER = re.compile(
    rf"(?: [A-Z][\w-]*)? \(?({_YEAR}(?: ?[-–—/] ?(?:{_YEAR}|\d\d))?)(?![\w.,]\d|[\w%€$])(?! [$€%])"
    rf"|[ ,(]{{1,3}}(?:des |du |of |for |as |del |dell['’])?(?:[Mm]odelljahre?s?|Baujahr|[Mm]odel year|MY|millésime"
    rf"|año modelo|anno modello) ?['’]?({_YEAR})"
)
# Words before a year that make it a date: `in 2019 Lincoln said`.
_DATING = frozenset(
    """ab after al anno año ans before bis by crisis dal de del depuis desde dès during early en end fin für from
    hasta im in jahr jahre jahres late mid nach nel of on since seit späten until vor year""".split()
)
_LONGEST_RANGE = 40  # years; a longer one is no range of model years
_DETERMINER = re.compile(
    r"""(?:^|[\s("“„«])(?:(?P<on>on|along|off|auf|sur|en|sulla|in)[ ])?(?:(?:l|un|dell|all)['’]|(?:the|this|that|every|each|a
    |an|its|their|der|die|das|den|dem|des|ein|eine|einen|einem|einer|jede[rn]?|vom|beim|le|la|un|une|du|chaque|el|los|las
    |una|del|cada|il|lo|della|alla|al|ogni|new|neue[nr]?|nuev[oa]|nuov[oa]|nouvelle|nouveau)[ ])
    (?-i:[a-zà-ÿ][\w-]*[ ])?$""",
    re.VERBOSE | re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"['’]s?(?: [a-zà-ÿ][\w-]*){0,3} ")
_JOINED = frozenset({" ", "-", "\u00a0", "\u2011"})
_COUNTED = re.compile(
    r"[.,:/]\d|[-–]\w|[ ]?[%€$£°]|[ ](?:million|milliard|mio|mill|mrd|billion|bn|percent|prozent|per[ ]cent|por[ ]ciento"
    r"|pour[ ]cent|miles?|km|kilom|euro|dollar|pfund|pounds|hp|ps|kw|cv|units|jobs|stellen|people|workers|years|jahre"
    r"|mal|times|uhr|o['’]clock|employees|mitarbeiter)",
    re.IGNORECASE,
)
# What follows a number that is a name, not one that counts something.
_FUNCTION = frozenset(
    """is was will would has had gets got and or in with for at as on to by but from than that also now still does can could
    may comes goes remains starts costs turbo carrera gt3 gt2 gts gt cabrio coupe coupé cabriolet targa electric hybrid
    ist war wird hat bekommt und oder im mit für als auf von aus bleibt kommt folgt kostet fährt startet darf soll kann
    est sera a et ou en avec pour de du reste arrive plus coûte passe électrique hybride
    es será ha tiene y o con para por sigue llega cuesta eléctrico
    è sarà e di del torna resta arriva costa elettrica ibrida che""".split()
)
_RESULTS = re.compile(
    r"[ -](?:\d|results|earnings|profit|revenue|report|quarter|sales|numbers|call|motorway|autobahn)", re.I
)
_FOLLOWING = re.compile(r"[ \u00a0](\w+)")
_ROAD = re.compile(r"[AM]\d")
_PLACE = re.compile(r" (?:von|vom|of|de|di|du|d['’]|del) ?([A-ZÀ-Þ]\w*)")
_VERSION = re.compile(
    r" (?:GT[DEIX]?|TDI|TSI|R|RS|ST|Turbo|Hybrid|EV|Touring|Avant|Variant|Kombi|Combi|Estate|Sportback|Type R|AMG|SW|Pro"
    r"|e-Hybrid|eHybrid|Electric|Cross|SUV|Coupé|Coupe)\b"
)


@dataclass(frozen=True, slots=True)
class Spelling:
    """One spelling of a model: what stands before its first capital or figure, and all of it as a pattern."""

    make: str
    model: str
    head: str
    pattern: re.Pattern[str]
    kind: str
    alone: str | None  # how it is written where it counts without its make


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
    return {key: tuple(sorted(some, key=lambda s: -len(s.pattern.pattern))) for key, some in found.items()}


def _spelling(make: str, model: str, word: str, *, alone: bool) -> Spelling:
    first = _FIRST.search(word)
    head = word[: first.start()].replace("_", " ") if first else ""
    loose = {"_": "[ \u00a0-]", "-": "[- \u2011]?", ".": r"\.?"}
    pattern = "".join(loose.get(char) or re.escape(char) for char in word) + r"(?!\w)"
    return Spelling(
        make, model, head, re.compile(pattern), _kind(word), word.replace("_", " ") if alone else None
    )


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
    return (
        "short"
        if len(word) <= 2
        or (
            len(word) == 3
            and (word.endswith("er") or word.isupper() and word.isalpha() and word in _CAPITALS)
        )
        else "sure"
    )


_CAPITALS = frozenset("GTO GTX SEC REX HHR TRX".split())


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
                spelling = Spelling(make, match.expand(model), "", pattern, "sure", alone=None)
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
        _COUNTED.match(text, end) or (start > 1 and text[start - 1] in ".,:/-–" and text[start - 2].isdigit())
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
        return bool(before) and _names(text, end) and not _is_year(text[start:end])
    if kind == "short":
        if line.speaks_of_roads and _ROAD.fullmatch(text, start, end):
            return False
        near = joined is not None and 0 < start - joined < _BEFORE and "." not in text[joined:start]
        return (near or bool(before and not before.group("on"))) and not _RESULTS.match(text, end)
    return bool(before) and (line.is_prose or line.is_sentence) and not _is_place(text, end)


def _is_year(number: str) -> bool:
    return bool(re.fullmatch(_YEAR, number))


def _names(text: str, end: int) -> bool:
    """Whether the number before `end` names something: what follows is no noun that it counts."""
    following = _FOLLOWING.match(text, end)
    if following is None:
        return True
    word: str = following.group(1)
    return word.casefold() in _FUNCTION or (word.isupper() and 2 <= len(word) <= 4)


def _is_place(text: str, end: int) -> bool:
    """Whether the word goes on as a place's name does: `Golf von Neapel`, but not `Golf von Volkswagen`."""
    match = _PLACE.match(text, end)
    return bool(match) and match is not None and match.group(1) not in names_by_first_word()


def years_before(text: str, start: int, line: Line) -> tuple[int, ...]:
    """The model years right before a name that begins at `start`; none where they are a date."""
    match = _YEARS_BEFORE.search(text[max(line.start, start - _BEFORE) : start])
    if match is None or (match.group(1) or "").casefold() in _DATING:
        return ()
    return _years(match.group(2))


def years_after(text: str, end: int, line: Line) -> tuple[int, ...]:
    """The model years right after a model that ends at `end`."""
    match = _YEARS_AFTER.match(text, end, line.end)
    return _years(match.group(1) or match.group(2)) if match else ()


def _years(written: str) -> tuple[int, ...]:
    """Each year of a list or a range: `2019-21` is three, `2019 and 2021` two."""
    numbers = [int(number) for number in re.findall(r"\d+", written)]
    years = [n if n > 99 else numbers[0] // 100 * 100 + n for n in numbers]
    ranged = (
        len(years) == 2
        and not re.search(r"\d(?:,| and| und| et| y| e| or| &)", written)
        and "/" not in written
    )
    if ranged and years[0] < years[1] <= years[0] + _LONGEST_RANGE:
        return tuple(range(years[0], years[1] + 1))
    return tuple(years)
