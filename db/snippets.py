"""The piece of an article that shows best why a search found it, the same from both databases."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from db.language import WORD, Asked, Term, asked_for, words_of

BEFORE, SHOWN = 6, 30  # words before the first hit, and in all
READ_CHARS = 50_000
MOST_HITS = 200
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
        text = unicodedata.normalize("NFC", (field or "")[:READ_CHARS])
        spans = [(found.start(), found.end()) for found in WORD.finditer(text)]
        words = [_bare(text[start:end]) for start, end in spans]
        hits = [hit for number, term in enumerate(asked.terms) for hit in _hits(number, term, words)]
        if hits:
            return _cut(text, spans, sorted(hits)[:MOST_HITS])
    return None


Hit = tuple[int, int, int]  # its first word, the one after its last, the number of its term


def _hits(number: int, term: Term, words: Sequence[str]) -> Iterable[Hit]:
    first, size = term.words[0], len(term.words)
    for at, word in enumerate(words):
        if word.startswith(first) and _is_at(term, words[at : at + size]):
            yield at, at + size, number


def _is_at(term: Term, words: Sequence[str]) -> bool:
    if term.is_prefix and len(words) == len(term.words):
        return tuple(words[:-1]) == term.words[:-1] and words[-1].startswith(term.words[-1])
    return tuple(words) == term.words


def _cut(text: str, spans: Sequence[tuple[int, int]], hits: Sequence[Hit]) -> str:
    """The stretch with the most different terms, the first of several."""

    def terms_from(start: int) -> int:
        return len({number for at, _, number in hits if start <= at < start + SHOWN - BEFORE})

    best = max((at for at, _, _ in hits), key=lambda at: (terms_from(at), -at))
    start = max(0, best - BEFORE)
    end = min(len(spans), start + SHOWN)
    marked = {n for at, after, _ in hits for n in range(at, after)}
    parts, copied = [], 0 if start == 0 else spans[start][0]
    for n in range(start, end):
        if n in marked and (n == start or n - 1 not in marked):
            parts.append(text[copied : spans[n][0]] + "**")
            copied = spans[n][0]
        if n in marked and (n + 1 == end or n + 1 not in marked):
            parts.append(text[copied : spans[n][1]] + "**")
            copied = spans[n][1]
    parts.append(text[copied : spans[end - 1][1] if end < len(spans) else None])
    shown = SPACES.sub(" ", "".join(parts)).strip()
    return f"{'… ' if start else ''}{shown}{' …' if end < len(spans) else ''}"


def _bare(word: str) -> str:
    return word.lower() if word.isascii() else words_of(word)
