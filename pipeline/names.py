# ruff: noqa: RUF001 - signs and letters of other alphabets are the thing itself here
"""People's names out of author fields, bylines and the lines around a title."""

import re
from collections.abc import Iterable

from pipeline.dates import month_of
from pipeline.titles import plain

BY = re.compile(
    r"^\s*(?:(?:(?:written|posted|published|reported|reviewed|created|contributed|submitted|story|text|words|"
    r"eingestellt|veröffentlicht|verfasst|geschrieben|publié|publicado|escrito|scritto|article|review|interview)\s+)?(?:by|von|par|por|di|door|av|af)|autore?|autorin|authors?|written|text|interview|"
    r"redaktion|przez|автор|yazan)(?:\s*[:|]\s*|\s+)|^\s*(?-i:[Bb]y)(?=(?-i:[A-Z]))",
    re.IGNORECASE,
)
# What links to an author's page say before the name: "View all posts by", "Alle Beiträge von".
ALL_BY = re.compile(
    r"^(?:posted|published|filed|written|veröffentlicht|erstellt|eingestellt|geschrieben|gespeichert|publié)\b.{0,50}?\s"
    r"(?:by|von|par|por)\s+|^(?:more|mehr|alle|all)\s+(?:by|from|von)\s+|^(?:[^\W\d_]+\s+){0,4}(?:posts|articles?|stories|artikel|beiträge|texte|articoli|artículos|entradas)\s+"
    r"(?:by|from|von|de|di|par|por)\s+",
    re.IGNORECASE,
)
# What stands after a name in one line: a date, a reading time, a role, a place.
AFTER = re.compile(
    r"\s*(?:[|•·⋅●/]|\s[-–—]\s|\b(?-i:on|am|le|in|for|at)\b|published|updated|posted|\d|\(|"
    r"contributor|reporter|correspondent|staff writer|senior|editor).*$",
    re.IGNORECASE | re.DOTALL,
)
# A role behind two words, for Writer is a name too.
ROLE = re.compile(
    r"^(\S+\s+\S+)\s+(?:reviewed|writer|chefredakteur(?:in)?|redakteur(?:in)?|redaktion|content|autor(?:in)?|"
    r"sponsored|last)\b.*$",
    re.IGNORECASE | re.DOTALL,
)
# What ends a name also where a field was given to the author alone.
BEHIND = re.compile(r"\s*(?:[|•·⋅●(]|\s[-–—]\s).*$", re.DOTALL)
MONTH = re.compile(r"\s*([^\W\d_]{3,10})\.?\s*(?=\d)")
# What only bodies bear in their names: legal forms, societies, offices.
BODY = re.compile(
    r"\b(?:e\.\s?V|GmbH|AG|Ltd|LLC|Inc|Stiftung|Verband|Verlag|Landesanstalt|Ministerium|Institut[eo]?|University|"
    r"Foundation|Association|Agency|Agentur|Team|Redaktion|Editors?|Staff|Press|News|Magazine?|Times|Media)\b",
    re.IGNORECASE,
)
HANDLE = re.compile(r"[^\W\d_][\w-]{2,24}")
SITE = re.compile(r"\b[\w-]+\.(?:de|com|at|ch|org|net|fr|it|es|nl|co\.uk|tv|info|eu)\b", re.IGNORECASE)
AND = re.compile(r"\s*(?:[,;|/&\n]|\b(?:and|und|et|y|e|en|och|og)\b)\s*(?=[^\W\d_])")
NOT_A_NAME = re.compile(
    r"\[at\]|^\W*$|^(?:by|admin|administrator|editor|editors|staff|none|null|undefined|unknown|user|guest|link|"
    r"author|authors|home|about|contact|more|follow|share|subscribe|redaktion|redaktionsteam|n/?a|sponsored)$|"
    r"learn more|read more|teilen|twitter|facebook|view (?:all|more)|all posts|posts by|more posts|"
    r"see all|archiv|anzeigen|"
    r"\b(?:bio|navigation|print|modified|menu|search|shop|edition|skip|continue|reading|kommentare?|"
    r"comments?|subscribers?|newsletter)\b|admin$|(?:expert|editor|manager|founder)$|^(?:the|our|of|this|zur|zum|from|how|why|what|wem|deinen)\s|[?!→]",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"https?:|www\.|@", re.IGNORECASE)
DEGREE = re.compile(
    r"^(?:ph\.?\s?d|m\.?d|jr|sr|ms|mba|rdn?|esq|cfp|cfa|facs|do|dvm|rn|lcsw|r\.d|m\.s|cpa|bsc|msc|dr)\.?$",
    re.IGNORECASE,
)
PARTICLES = frozenset(
    "von van de der den del della di da dos du la le el al bin ibn y e zu zur ter ten".split()  # noqa: SIM905
)
MAX_NAME = 60  # characters; longer ones were biographies


def names_in(values: Iterable[str], *, given: bool = False) -> tuple[str, ...]:
    """People's names in author fields, in order and each once; without "By", dates and roles.

    `given` says that the values hold names alone, so that no word within them ends one ("James Le").
    """
    names: dict[str, str] = {}
    for value in values:
        text = plain(value)
        if len(text) > 4 * MAX_NAME or ADDRESS.search(text) or (SITE.search(text) and not BY.match(text)):
            continue
        text = before_date(ALL_BY.sub("", BY.sub("", text)))
        for part in AND.split((BEHIND if given else AFTER).sub("", text)):
            name = ROLE.sub(r"\1", part.strip(" .:|-–·•⋅,\"'"))
            if is_name(name) or (given and is_handle(name)):
                names.setdefault(name.casefold(), name)
    return tuple(names.values())


def before_date(text: str) -> str:
    """`text` up to the month that begins a date ("Ada Writer December 3, 2025")."""
    for found in MONTH.finditer(text):
        if found.start() and month_of(found.group(1)):
            return text[: found.start()]
    return text


def is_handle(text: str) -> bool:
    """Whether `text` is a name that people give themselves on the web: one word, digits allowed."""
    return bool(HANDLE.fullmatch(text)) and not (
        NOT_A_NAME.search(text) or DEGREE.match(text) or month_of(text)
    )


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
    if not 2 < len(text) <= MAX_NAME or len(text.split()) > 6 or any(c.isdigit() or c in "<>" for c in text):
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
