"""The piece of an article that shows best why a search found it, the same from both databases."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from db.language import WORD, Asked, Term, asked_for, words_of

BEFORE, SHOWN = 6, 30  # words before the first hit, and in all
READ_CHARS = 50_000
FIRST_CHARS, LONG = 1200, 2500  # most texts show all that was asked for in their first paragraphs
MOST_HITS = 200
ROOM_BEFORE, ROOM_AFTER = 200, 800  # characters that hold `BEFORE` and `SHOWN` words of any usual text
ACCENTED = re.compile(r"[^\W\x00-\x7f]")  # a letter whose word may be found by other letters
SPACES = re.compile(r"\s+")


def with_snippets(search: str, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each article with its `snippet`: of the text, else of the standfirst, else of the title."""
    asked = asked_for(search)
    return [
        {**row, "snippet": snippet(asked, ("\n\n".join(row["text"]), row["standfirst"], row["title"]))}
        for row in rows
    ]


def snippet(asked: Asked, fields: Iterable[str | None]) -> str | None:
    """About 30 words of the first of `fields` in which a word asked for stands, each hit `**like this**`.

    "…" marks where it was cut. None where no field holds any in its first 50,000 characters.
    """
    for field in fields:
        text = (field or "")[:READ_CHARS]
        at = _plain_hit(asked, text)
        if at is not None and (shown := _shown_around(asked, text, at)):
            return shown
        first = text.find(" ", FIRST_CHARS) if len(text) > LONG else -1
        shown = _shown(asked, text[:first], goes_on=True) if first > 0 else None
        shown = shown or _shown(asked, text)
        if shown:
            return shown
    return None


def _plain_hit(asked: Asked, text: str) -> int | None:
    """Where a single word that was asked for stands first; None: not, or only a closer look can tell."""
    term = asked.terms[0]
    if len(asked.terms) > 1 or len(term.words) > 1 or term.is_prefix or ACCENTED.search(text):
        return None
    low, word = text.lower(), term.words[0]
    at = low.find(word)
    while at >= 0:
        around = (low[at - 1 : at], low[at + len(word) : at + len(word) + 1])
        if not any(letter.isalnum() for letter in around):
            return at
        at = low.find(word, at + 1)
    return None


def _shown_around(asked: Asked, text: str, at: int) -> str | None:
    """The piece of the text that shows what stands there, without a look at the rest."""
    start = text.rfind(" ", 0, at - ROOM_BEFORE) + 1 if at > ROOM_BEFORE else 0
    end = text.find(" ", at + ROOM_AFTER)
    shown = _shown(asked, text[start : end if end > 0 else None])
    if shown is None:
        return None
    head = "… " if start and not shown.startswith("… ") else ""
    tail = " …" if end > 0 and not shown.endswith(" …") else ""
    return f"{head}{shown}{tail}"


def _shown(asked: Asked, text: str, *, goes_on: bool = False) -> str | None:
    """The best piece of the text; None where it has none, or where more of a text that `goes_on` may be
    better.
    """
    text = unicodedata.normalize("NFC", text)
    words = _bare_words(text)
    hits = [hit for number, term in enumerate(asked.terms) for hit in _hits(number, term, words)]
    if not hits:
        return None
    hits = sorted(hits)[:MOST_HITS]
    best = max((at for at, _, _ in hits), key=lambda at: (_terms_from(hits, at), -at))
    if goes_on:
        longest = max(len(term.words) for term in asked.terms)
        if best + SHOWN + longest > len(words) or _terms_from(hits, best) < len(asked.terms):
            return None
    return _cut(text, len(words), hits, max(0, best - BEFORE))


Hit = tuple[int, int, int]  # its first word, the one after its last, the number of its term


def _bare_words(text: str) -> list[str]:
    """The words of the text as a search compares them."""
    if text.isascii():
        return WORD.findall(text.lower())
    return [word.lower() if word.isascii() else _bare(word) for word in WORD.findall(text)]


def _hits(number: int, term: Term, words: Sequence[str]) -> Iterable[Hit]:
    first, size = term.words[0], len(term.words)
    if size == 1 and not term.is_prefix:
        starts = (at for at, word in enumerate(words) if word == first)
    else:
        starts = (at for at, word in enumerate(words) if word.startswith(first))
    for at in starts:
        if _is_at(term, words[at : at + size]):
            yield at, at + size, number


def _is_at(term: Term, words: Sequence[str]) -> bool:
    if term.is_prefix and len(words) == len(term.words):
        return tuple(words[:-1]) == term.words[:-1] and words[-1].startswith(term.words[-1])
    return tuple(words) == term.words


def _terms_from(hits: Sequence[Hit], first: int) -> int:
    """How many terms stand in the stretch whose first hit is there."""
    return len({number for at, _, number in hits if first <= at < first + SHOWN - BEFORE})


def _cut(text: str, number: int, hits: Sequence[Hit], start: int) -> str:
    """The stretch of the text, which has so many words, from there on."""
    end = min(number, start + SHOWN)
    spans = [found.span() for found in islice(WORD.finditer(text), end)]
    marked = {n for at, after, _ in hits for n in range(at, after)}
    parts, copied = [], 0 if start == 0 else spans[start][0]
    for n in range(start, end):
        if n in marked and (n == start or n - 1 not in marked):
            parts.append(text[copied : spans[n][0]] + "**")
            copied = spans[n][0]
        if n in marked and (n + 1 == end or n + 1 not in marked):
            parts.append(text[copied : spans[n][1]] + "**")
            copied = spans[n][1]
    parts.append(text[copied : spans[end - 1][1] if end < number else None])
    shown = SPACES.sub(" ", "".join(parts)).strip()
    return f"{'… ' if start else ''}{shown}{' …' if end < number else ''}"


@lru_cache(maxsize=10_000)
def _bare(word: str) -> str:
    return words_of(word)
