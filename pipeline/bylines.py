"""Bylines and datelines as people write them: who, and when."""

import re
from dataclasses import dataclass
from datetime import datetime

from pipeline.dates import parse_date
from pipeline.lexicon import furniture
from pipeline.names import listed_people

MAX_BYLINE_CHARS = 120  # the longest met names three people, a date and a time

_LABEL = re.compile(
    r"(?:(?:words|text|story|reporting|written|posted|review|report|article|text und fotos)\s*"
    r"(?:by|von|par|por|di)?|by|author|autore?|auteur|von|par|por|di|door|av|redakteur|editor)(?P<colon>\s*:)?\s+",
    re.IGNORECASE,
)
_DATE_LABEL = re.compile(
    r"(?:first )?(?:published|posted|updated|last updated|last modified|modified|date"
    r"|veröffentlicht|aktualisiert|zuletzt aktualisiert|stand|publié|mis à jour|publicado|actualizado"
    r"|pubblicato|aggiornato|gepubliceerd)(?: (?:on|at|am|le|el|il|op|em))?\s*:?\s+",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"(?:last )?(?:updated|modified)|zuletzt|aktualisiert|mis à jour|actualizado|aggiornato", re.IGNORECASE
)
_BARS = re.compile(r"\s*[|\u2022\u00b7]\s*")
_PARTING = re.compile(
    r"\s*[|\u2022\u00b7]\s*|\s+[-\u2013\u2014]\s+|\s+(?:on|am|le|el|il)\s+(?=\w*\s?\d)|,\s+(?=\w*\s?\d)"
)
_DATE_BY = re.compile(r"(?P<date>[^|]{6,40}?\d)\s*,?\s+(?:by|von|par|por)\s+(?P<name>.{3,60})", re.IGNORECASE)
_CLOCK = "at on am pm a.m p.m um uhr h of the de den th st nd rd à et utc gmt est edt cst cdt"
_CLOCK += " pt pst pdt cet cest bst ist"
_TIME_WORDS = frozenset(_CLOCK.split())


@dataclass(frozen=True, slots=True)
class Byline:
    """What a byline says; empty names and None where it says nothing of the kind."""

    names: tuple[str, ...] = ()
    published_at: datetime | None = None
    modified_at: datetime | None = None


def read_byline(line: str) -> Byline | None:
    """Who and when the whole `line` names, as `By A. Writer | 3 March 2024` does; None if neither."""
    text = " ".join(line.split())
    if not 4 <= len(text) <= MAX_BYLINE_CHARS:
        return None
    return _in_parts(text) or _one(text)


def _one(text: str) -> Byline | None:
    return _dateline(text) or _label_first(text) or _date_first(text)


def _in_parts(text: str) -> Byline | None:
    """A line of several such parts, a reading time or counter among them (`3 March 2031 | 4 min read`)."""
    parts = [part for part in _BARS.split(text) if part and not furniture(part)]
    found = [byline for part in parts if (byline := _one(part))]
    if not found or len(found) < len(parts):
        return None
    return Byline(
        tuple(name for byline in found for name in byline.names),
        next((byline.published_at for byline in found if byline.published_at), None),
        next((byline.modified_at for byline in found if byline.modified_at), None),
    )


def _label_first(text: str) -> Byline | None:
    label = _LABEL.match(text)
    if not label:
        return None
    who, *rest = _PARTING.split(text[label.end() :], maxsplit=1)
    names = listed_people(who) or (() if not label["colon"] else (who.strip(),) if _is_handle(who) else ())
    if not names:
        return None
    when = _dateline(rest[0]) if rest else None
    return Byline(names, when.published_at if when else None, when.modified_at if when else None)


def _date_first(text: str) -> Byline | None:
    found = _DATE_BY.fullmatch(text)
    when = _dateline(found["date"]) if found else None
    names = listed_people(found["name"]) if found else ()
    return Byline(names, when.published_at) if when and names else None


def _dateline(text: str) -> Byline | None:
    """A line that is a date, with at most a label and a time of day."""
    label = _DATE_LABEL.match(text)
    words = text[label.end() :] if label else text
    if not any(char.isdigit() for char in words) or not _is_date(words):
        return None
    moment = parse_date(words.strip(" -\u2013\u2014|\u00b7\u2022"))
    if moment is None:
        return None
    return Byline(modified_at=moment) if _UPDATED.match(text) else Byline(published_at=moment)


def _is_date(words: str) -> bool:
    """Whether the words are a date alone: a year, and two words at most (weekday, month) beside the time."""
    found = [word for word in re.findall(r"[^\W\d_]+", words.casefold()) if word not in _TIME_WORDS]
    return (
        len(found) <= 2 and bool(re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", words)) and not words.endswith("?")
    )


def _is_handle(name: str) -> bool:
    return 1 <= len(name.split()) <= 3 and name.strip()[:1].isupper() and not any(map(str.isdigit, name))
