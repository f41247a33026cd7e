"""Which model years stand beside a name: `2026 BMW iX3`, `2019-21 Kia`, `iX3 des Modelljahrs 2026`."""

import re

from pipeline.makes import Line, word_list

_YEAR = r"(?:18[89]|19\d|20[0-4])\d"
_DASH = r" ?[-\u2013\u2014/] ?"
_LONGEST_RANGE = 40  # years; a longer one is no range of model years
_LOOKED_AT = 60  # characters before a name
_BEFORE = re.compile(
    rf"""(?:([\w'\u2019]{{1,40}})[ (]{{1,4}})?(?<![\w.,-])
    ((?:{_YEAR}(?:{_DASH.replace(" ", "[ ]")}|[ ](?:to|through|bis|and|und|et|y|e|or|&)[ ]|,[ ]))*{_YEAR}
    |{_YEAR}[-\u2013/]\d\d)
    (?:[- ]model[- ]year|er)?[ ]$""",
    re.VERBOSE,
)
_AFTER = re.compile(
    rf"""(?:[ ][A-Z][\w-]*)?[ ]\(?({_YEAR}(?:{_DASH.replace(" ", "[ ]")}(?:{_YEAR}|\d\d))?)
    (?![\w.,]\d|[\w%\u20ac$]|[ ][$\u20ac%])
    |[ ,(]{{1,3}}(?:des[ ]|du[ ]|of[ ]|for[ ]|as[ ]|del[ ]|dell['\u2019])?
    (?:[Mm]odelljahre?s?|Baujahr|[Mm]odel[ ]year|MY|mill\u00e9sime|a\u00f1o[ ]modelo|anno[ ]modello)
    [ ]?['\u2019]?({_YEAR})""",
    re.VERBOSE,
)
_LISTED = re.compile(r"\d(?:,|/| and| und| et| y| e| or| &)")
_ENDS = ("year ", "er ")  # what may stand between a year and the name


def years_before(text: str, start: int, line: Line) -> tuple[int, ...]:
    """The model years right before a name that begins at `start`; none where they are a date."""
    if not (text[max(start - 2, 0) : start - 1].isdigit() or text.endswith(_ENDS, max(start - 5, 0), start)):
        return ()
    match = _BEFORE.search(text[max(line.start, start - _LOOKED_AT) : start])
    if match is None or (match.group(1) or "").casefold() in word_list("dating"):
        return ()
    return _years(match.group(2))


def years_after(text: str, end: int, line: Line) -> tuple[int, ...]:
    """The model years right after a model that ends at `end`."""
    match = _AFTER.match(text, end, line.end)
    return _years(match.group(1) or match.group(2)) if match else ()


def is_year(number: str) -> bool:
    """Whether the figures can be a model year."""
    return bool(re.fullmatch(_YEAR, number))


def _years(written: str) -> tuple[int, ...]:
    """Each year of a list or a range: `2019-21` is three, `2019 and 2021` two."""
    numbers = [int(number) for number in re.findall(r"\d+", written)]
    years = [number if number > 99 else numbers[0] // 100 * 100 + number for number in numbers]
    is_range = len(years) == 2 and not _LISTED.search(written)
    if is_range and years[0] < years[1] <= years[0] + _LONGEST_RANGE:
        return tuple(range(years[0], years[1] + 1))
    return tuple(years)
