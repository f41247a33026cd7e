"""Which lines are page furniture: what stands around an article and is never part of it.

The words themselves are data, in `lexicon.toml` beside this file.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

MAX_FURNITURE_CHARS = 200  # the longest furniture met is a newsletter appeal of 180; longer lines are prose

_EDGE = " \t:;,.!?\u2026\u00b7\u2022|*+-\u2013\u2014_=<>\u00ab\u00bb\u2039\u203a\u2192\u2190\u2191\u2193"
_EDGE += "\u25b2\u25bc\u25ba\u25b6\u25c4\"'\u201c\u201d\u201e()[]{}\ufeff"
# Openers that also start true sentences (`More: ...`): furniture only when no full stop ends the line.
_OPENER = re.compile(
    r"(?:more|read|watch|review|first look|future cars|first drive|video|opinion|podcast) ?: ?[^.!?]{2,160}",
    re.IGNORECASE,
)
_COUNTER = re.compile(r"([^/]{2,40}) / (?:[\d.,]{1,8} )?comments?", re.IGNORECASE)
_AGE_GLUED = re.compile(r"\d{1,3} (?:seconds?|minutes?|mins?|hours?|days?|weeks?|months?) ago(?=[A-Z])")
_GLUE = re.compile("(?<=[a-z\u00df-\u00ff+!?.])(?=[A-Z\u00c0-\u00de])")


def fold(line: str) -> str:
    """`line` as the tables spell it: lower case, single spaces, plain apostrophes, no outer punctuation."""
    return " ".join(line.replace("\u2019", "'").split()).strip(_EDGE).casefold()


def furniture(line: str) -> str | None:
    """The name of the rule by which the whole line is page furniture; None when it may be text."""
    if len(line) > MAX_FURNITURE_CHARS:
        return None
    plain = " ".join(line.replace("\u2019", "'").split())
    return _phrases().get(fold(plain)) or _by_pattern(plain.casefold()) or _opener(plain) or _glued(plain)


def phrase_rule(line: str) -> str | None:
    """The rule of a line that is one of the known phrases; None for all others."""
    return _phrases().get(fold(line)) if len(line) <= MAX_FURNITURE_CHARS else None


def closing(line: str) -> str | None:
    """The rule's name when `line` is a heading that opens a box of other content; None otherwise.

    Such a box (related, most read, comments, newsletter, author) runs from its heading to the end of
    whatever encloses it.
    """
    rule = furniture(line)
    if rule not in _tables()["closing"] or ": " in line:
        return None
    # Appeals to subscribe fill whole sentences and stand anywhere; only their bare headings open a box.
    return rule if rule not in {"newsletter", "author box"} or fold(line) in _phrases() else None


def counted_section(line: str) -> str | None:
    """The section before a count of comments (`Industry News / 12 Comments`); None in other lines."""
    found = _COUNTER.fullmatch(line)
    return found[1] if found else None


def wall(lines: Iterable[str]) -> str | None:
    """Which wall or error the lines are instead of an article ("consent wall" ...); None for neither.

    Only for texts too short to be articles: an article may well report on an error 404.
    """
    folded = [fold(line) for line in lines]
    for reason, pattern in _reasons("walls"):
        if any(map(pattern.search, folded)):
            return reason
    return None


def titled(title: str) -> str | None:
    """What a page is instead of an article by the words of its title; None where they do not say."""
    folded = fold(title)
    return next((reason for reason, pattern in _reasons("titles") if pattern.search(folded)), None)


@cache
def hints() -> frozenset[str]:
    """Words, lower case, that speak of an appeal or an offer without deciding it."""
    return frozenset(word.strip() for word in _split(_tables()["hints"]["words"]))


def is_poster(text: str) -> bool:
    """Whether `text`, line ends kept, tells of a forum's member: joined when, how many posts."""
    return any(pattern.search(text.casefold()) for _, pattern in _reasons("poster"))


@cache
def _reasons(table: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The table's reasons in their order, each with its expressions as one."""
    return tuple((reason, re.compile("|".join(told))) for reason, told in _tables()[table].items())


def _split(text: str) -> list[str]:
    return [part for part in text.replace("\n", "|").split("|") if part.strip()]


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("lexicon.toml").read_text(encoding="utf-8"))


@cache
def _phrases() -> dict[str, str]:
    """Each phrase with its rule; the first rule that names a phrase keeps it."""
    rules: dict[str, str] = {}
    for table in ("closing", "phrases"):
        for rule, text in _tables()[table].items():
            for phrase in _split(text):
                if key := fold(phrase):
                    rules.setdefault(key, rule)
    return rules


@cache
def _patterns() -> tuple[re.Pattern[str], tuple[str, ...]]:
    """All patterns as one expression, a group each, and the rule of each group."""
    rules = [
        (rule, _whole(pattern)) for rule, patterns in _tables()["patterns"].items() for pattern in patterns
    ]
    return re.compile("|".join(f"({pattern})" for _, pattern in rules)), tuple(rule for rule, _ in rules)


def _whole(pattern: str) -> str:
    """`pattern` with the names of the shared parts replaced by the parts."""
    for name, part in _tables()["parts"].items():
        pattern = pattern.replace(f"{{{name}}}", part)
    return pattern


def _by_pattern(folded: str) -> str | None:
    expression, rules = _patterns()
    # A single full stop stays: it is what tells the sentence from the heading.
    found = expression.fullmatch(folded.removesuffix("...").rstrip(" :!\u2026\u00bb\u203a"))
    return rules[found.lastindex - 1] if found and found.lastindex else None


def _opener(plain: str) -> str | None:
    return "read more" if _OPENER.fullmatch(plain) else None


def _glued(plain: str) -> str | None:
    """The rule of a line that is several furniture words run together (`CommentsJoin the Convo`)."""
    if _AGE_GLUED.match(plain):
        return "related"
    parts = _GLUE.split(plain)
    if not 2 <= len(parts) <= 20:
        return None
    rules = [_phrases().get(fold(part)) for part in parts]
    return rules[0] if all(rules) else None
