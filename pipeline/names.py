# ruff: noqa: RUF001 - signs and letters of other alphabets are the thing itself here
"""People's names out of author fields, bylines and the lines around a title."""

import re
from collections.abc import Iterable

from pipeline.dates import month_of
from pipeline.titles import plain

BY = re.compile(
    r"^\s*(?:(?:(?:written|posted|published|reported|reviewed|created|contributed|submitted|story|text|words|"
    r"article|review|interview)\s+)?(?:by|von|par|por|di|door|av|af)|autore?|autorin|author|written|text|interview|"
    r"redaktion|przez|автор|yazan)(?:\s*[:|]\s*|\s+)",
    re.IGNORECASE,
)
# What stands after a name in one line: a date, a reading time, a role, a place.
AFTER = re.compile(
    r"\s*(?:[|•·⋅/]|\s[-–—]\s|\b(?:on|am|le|in|for|at)\b|published|updated|posted|\d|\(|"
    r"contributor|reporter|correspondent|staff writer|senior|editor).*$",
    re.IGNORECASE | re.DOTALL,
)
AND = re.compile(r"\s*(?:[,;|/&\n]|\b(?:and|und|et|y|e|en|och|og)\b)\s*(?=[^\W\d_])")
NOT_A_NAME = re.compile(
    r"\[at\]|^\W*$|^(?:by|admin|administrator|editor|editors|staff|none|null|undefined|unknown|user|guest|link|"
    r"author|authors|home|about|contact|more|follow|share|subscribe|redaktion|redaktionsteam|n/?a|sponsored)$|"
    r"learn more|read more|teilen|twitter|facebook|view (?:all|more)|all posts|posts by|more posts|"
    r"see all|archiv|anzeigen|"
    r"(?:expert|editor|manager|founder)$|^(?:the|our|from|how|why|what|wem|deinen)\s|[?!→]",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"https?:|www\.|@", re.IGNORECASE)
DEGREE = re.compile(
    r"^(?:ph\.?\s?d|m\.?d|jr|sr|ms|mba|rdn?|esq|cfp|dvm|rn|lcsw|r\.d|m\.s|cpa|bsc|msc|dr)\.?$", re.IGNORECASE
)
PARTICLES = frozenset(
    "von van de der den del della di da dos du la le el al bin ibn y e zu zur ter ten".split()  # noqa: SIM905
)
MAX_NAME = 60  # characters; longer ones were biographies


def names_in(values: Iterable[str]) -> tuple[str, ...]:
    """People's names in author fields, in order and each once; without "By", dates and roles."""
    names: dict[str, str] = {}
    for value in values:
        text = plain(value)
        if len(text) > 4 * MAX_NAME or ADDRESS.search(text):
            continue
        text = BY.sub("", text)
        for part in AND.split(AFTER.sub("", text)):
            name = part.strip(" .:|-–·•⋅,\"'")
            if is_name(name):
                names.setdefault(name.casefold(), name)
    return tuple(names.values())


def people_in(line: str) -> tuple[str, ...]:
    """The names in a line of the page that may also say something else: only what looks like a person's
    name.
    """
    return tuple(name for name in names_in([line]) if is_person(name))


def listed_people(text: str) -> tuple[str, ...]:
    """The people whose names make up all of `text`; empty when any part of it is no person's name."""
    names = tuple(part.strip() for part in AND.split(text.strip(" .:|")))
    return names if all(map(is_person, names)) else ()


def is_name(text: str) -> bool:
    """Whether `text` may be a person's or an office's name: short, no login, no month, no call to action."""
    if not 2 < len(text) <= MAX_NAME or len(text.split()) > 6 or any(c.isdigit() for c in text):
        return False
    if " " not in text and ("." in text or "_" in text or ("-" in text and text.islower()) or month_of(text)):
        return False
    return not NOT_A_NAME.search(text) and not DEGREE.match(text)


def is_person(text: str) -> bool:
    """Whether `text` has the shape of a person's name: two to four words with capitals, particles apart."""
    words = text.split()
    proper = [word for word in words if word not in PARTICLES]
    return (
        2 <= len(words) <= 5
        and len(proper) >= 2
        and all(word[:1].isupper() for word in proper)
        and not any(map(str.isdigit, text))
    )
