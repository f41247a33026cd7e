"""What changed between two versions of an article: nothing that counts, figures alone, or more."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from db.changes import Change, Kind
from db.models import ArticleRow

WORD = re.compile(r"\w+")
TOKEN = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*|[^\w\s]")  # words, figures with their own points, single signs
FIGURE = re.compile(r"\d")
# Counters and clocks in a text change by themselves; nobody edited it.
CLOCKS = re.compile(
    r"\b\d+\s*(?:comments?|kommentare?|commentaires?|comentarios?|commenti|reacties|shares?|views?|votes?|likes?|"
    r"(?:min(?:ute[sn]?|uti|utos|uten)?|hours?|stunden?|heures?|horas?|ore|days?|tagen?|jours?|seconds?)"
    r"(?:\s+(?:ago|read|lesezeit|de lecture|de lectura|di lettura))?)\b"
    r"|\b\d{1,2}:\d{2}(?::\d{2})?\b|\b(?:vor|il y a|hace)\s+\d+\b",
    re.IGNORECASE,
)
# What a figure counts, by the sign before it or the word after it.
UNITS = (
    ("price", re.compile(r"[$€£¥]|usd|eur|gbp|chf|euros?|pounds?|dollars?|yen|yuan|kronor", re.IGNORECASE)),
    ("power", re.compile(r"hp|bhp|ps|kw|ch|cv|pk|horsepower|lb|nm", re.IGNORECASE)),
    ("range", re.compile(r"miles?|mi|km|kilomet(?:er|re)s?|wltp|epa|kwh|mpg|mph|kph", re.IGNORECASE)),
)
MONTHS = re.compile(
    r"jan|feb|m(?:ar|är|rz)|apr|may|mai|jun|jul|aug|sep|o[ck]t|nov|de[cz]|quarter|year|spring|summer|autumn|fall|winter",
    re.IGNORECASE,
)
WINDOW = 2  # words before and after a figure that may say what it counts
MAX_TOKENS = 20_000  # texts beyond are compared by paragraphs: difflib takes seconds on more


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that was corrected; `what` it counts is "price", "power", "range", "date" or "figure"."""

    what: str
    was: str
    now: str


SHOWN = (
    "title",
    "standfirst",
    "text",
    "section",
    "language",
    "published_at",
    "modified_at",
    "image",
)


def change_of(held: ArticleRow, new: Mapping[str, Any], now: datetime) -> Change:
    """What it means that `held` gets the columns `new`; a new revision where title or text differ.

    Where our rules are others than they were and the page does not say that it was changed, we are the ones
    who read it anew.
    """
    fields = tuple(name for name in SHOWN if getattr(held, name) != new[name])
    is_version = bool({"title", "text"} & set(fields))
    reread = new["rules_version"] != held.rules_version and "modified_at" not in fields
    figures: tuple[Figure, ...] = ()
    kind = Kind.REEXTRACTED if reread or new["fetched_at"] == held.fetched_at else Kind.DETAILS
    if is_version and kind is Kind.DETAILS:
        figures = corrected_figures(_whole(held.title, held.text), _whole(new["title"], new["text"]))
        kind = Kind.CORRECTED if figures else Kind.EDITED
    return Change(
        kind,
        now,
        held.revision + is_version,
        fields,
        tuple(asdict(figure) for figure in figures),
        _version(held) if is_version else None,
    )


def _whole(title: str | None, text: str) -> str:
    return f"{title or ''}\n\n{text}"


def _version(held: ArticleRow) -> dict[str, Any]:
    """The columns of the version that is replaced."""
    names = ("revision", "title", "standfirst", "text", "rules_version", "fetched_at")
    return {name: getattr(held, name) for name in names}


def is_noise(was: str, now: str) -> bool:
    """Whether two texts say the same, counters, clocks, white space and punctuation left aside."""
    return _bare(was) == _bare(now)


def _bare(text: str) -> list[str]:
    return WORD.findall(CLOCKS.sub(" ", text).casefold())


def corrected_figures(was: str, now: str) -> tuple[Figure, ...]:
    """The figures in which two texts differ; none where they differ in any word too."""
    before, after = TOKEN.findall(was), TOKEN.findall(now)
    if len(before) != len(after) or len(before) > MAX_TOKENS:
        return ()
    pairs = [at for at, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    if not pairs or not all(FIGURE.match(before[at]) and FIGURE.match(after[at]) for at in pairs):
        return ()
    return tuple(Figure(_counted(after, at), before[at], after[at]) for at in pairs)


def _counted(tokens: list[str], at: int) -> str:
    """What the figure at that place counts."""
    near = [*tokens[at + 1 : at + 1 + WINDOW], *reversed(tokens[max(0, at - WINDOW) : at])]
    for word in near:
        for what, unit in UNITS:
            if unit.fullmatch(word):
                return what
        if MONTHS.match(word):
            return "date"
    return "date" if re.fullmatch(r"(?:19|20)\d\d", tokens[at]) else "figure"


def readable(was: str, now: str) -> Iterator[str]:
    """The difference line by line: "- " a paragraph that went, "+ " one that came, "~ " one that changed."""
    old, new = was.split("\n\n"), now.split("\n\n")
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "replace" and b - a == d - c:
            for before, after in zip(old[a:b], new[c:d], strict=True):
                yield f"~ {_words(before, after)}"
        elif what != "equal":
            yield from (f"- {line}" for line in old[a:b])
            yield from (f"+ {line}" for line in new[c:d])


def _words(was: str, now: str) -> str:
    """One paragraph with its changes: [-old-]{+new+}."""
    old, new = was.split(), now.split()
    parts: list[str] = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            parts += old[a:b]
            continue
        gone = [f"[-{' '.join(old[a:b])}-]"] if b > a else []
        come = [f"{{+{' '.join(new[c:d])}+}}"] if d > c else []
        parts += gone + come
    return " ".join(parts)
