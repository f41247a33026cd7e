"""How one answer is marked against its gold, and what the marks of many pages come to.

Words are runs of letters and digits in lower case. Precision and recall are a page's shares of common words,
or of common 4-grams of words, counted as often as they occur; they are averaged over pages, and F1 is of the
means. A body is exact where the 4-grams are the same. Snippets are counted over all pages together: kept ones
that must stand there, leaked ones that must not, and F = 2PR / (P + R) with P = kept / (kept + leaked) and
R = kept / all.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.article import ARTICLE, Cut

WORD = re.compile(r"\w+")
SHINGLE = 4  # words
JOINING = frozenset(("and", "und", "et", "by"))  # words between names
# What is summed up over pages, and what `measures` makes of the sums.
SUMS = ("texts", "token p", "token r", "gram p", "gram r", "exact", "kept", "wanted", "leaked", "unwanted")
MEASURES = ("tokF1", "4gF1", "4gP", "4gR", "exact", "with", "leak", "snipF")
Floats = NDArray[np.float64]
Counts = Counter[Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one reader made of one page: `verdict` says why it is no article; `fields` are those it reads."""

    text: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    day: str | None = None
    accepted: bool = True
    verdict: str = ARTICLE
    fields: tuple[str, ...] = ("title", "authors", "date")
    cuts: tuple[Cut, ...] = ()


@dataclass(slots=True)
class Score:
    """One page's marks; None where its gold holds nothing to compare with."""

    url: str
    set: str
    kind: str
    domain: str
    accepted: bool
    verdict: str
    tokens: tuple[float, float] | None = None
    shingles: tuple[float, float] | None = None
    exact: bool = False
    kept: tuple[int, int] = (0, 0)
    leaked: tuple[int, int] = (0, 0)
    fields: dict[str, bool] = field(default_factory=dict)
    faults: dict[str, Any] = field(default_factory=dict)

    @property
    def f1(self) -> float:
        """The page's own 4-gram F1."""
        return f1(*(self.shingles or (0.0, 0.0)))

    @property
    def sums(self) -> tuple[float, ...]:
        """What the page adds to each of `SUMS`."""
        texts = (0.0,) * 6
        if self.tokens and self.shingles:
            texts = (1.0, *self.tokens, *self.shingles, float(self.exact))
        return (*texts, *map(float, self.kept), *map(float, self.leaked))


def f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def measures(sums: Floats) -> Floats:
    """`MEASURES` (last axis) out of `SUMS` (last axis), shares from 0 to 1; NaN where nothing was judged."""
    texts, token_p, token_r, gram_p, gram_r, exact, kept, wanted, leaked, unwanted = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (
            2 * token_p * token_r / (token_p + token_r) / texts,
            2 * gram_p * gram_r / (gram_p + gram_r) / texts,
            gram_p / texts,
            gram_r / texts,
            exact / texts,
            kept / wanted,
            leaked / unwanted,
            2 * kept / (kept + leaked + wanted),  # 2PR / (P + R)
        )
    return np.stack(found, axis=-1)


def total(scores: Iterable[Score]) -> Floats:
    """The `SUMS` of these pages."""
    return np.array([score.sums for score in scores], dtype=np.float64).reshape(-1, len(SUMS)).sum(axis=0)


def words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def plain(text: str) -> str:
    return " ".join(words(text))


def overlap(found: Counts, wanted: Counts) -> tuple[float, float]:
    """Precision and recall of what was found."""
    common = sum((found & wanted).values())
    return common / max(1, sum(found.values())), common / max(1, sum(wanted.values()))


def shingles(tokens: list[str]) -> Counts:
    """The runs of `SHINGLE` words, of fewer where the text has no more."""
    size = min(SHINGLE, max(1, len(tokens)))
    return Counter(tuple(tokens[i : i + size]) for i in range(len(tokens) - size + 1))


def score(gold: dict[str, Any], answer: Answer, domain: str) -> Score:
    """One answer held against its gold."""
    marks = Score(gold["url"], gold["set"], gold["kind"], domain, answer.accepted, answer.verdict)
    if gold.get("text"):
        found, wanted = words(answer.text), words(gold["text"])
        grams, wanted_grams = shingles(found), shingles(wanted)
        marks.tokens = overlap(Counter(found), Counter(wanted))
        marks.shingles = overlap(grams, wanted_grams)
        marks.exact = grams == wanted_grams
    marks.kept = counted(gold.get("with"), answer.text)
    marks.leaked = counted(gold.get("without"), answer.text)
    marks.fields = {name: right for name, right in fields(gold, answer).items() if name in answer.fields}
    return marks


def counted(snippets: list[str] | None, text: str) -> tuple[int, int]:
    """How many of the snippets stand in the text, and how many there are."""
    wanted = [" ".join(snippet.split()) for snippet in snippets or ()]
    shown = " ".join(text.split())
    return sum(snippet in shown for snippet in wanted), len(wanted)


def fields(gold: dict[str, Any], answer: Answer) -> dict[str, bool]:
    """Which of the fields that the gold knows were read right."""
    right: dict[str, bool] = {}
    if gold.get("title"):
        right["title"] = plain(gold["title"]) == plain(answer.title or "")
    if gold.get("date"):
        right["date"] = str(gold["date"])[:10] == answer.day
    if gold.get("authors"):
        right["authors"] = people(gold["authors"]) == people(answer.authors)
    return right


def people(names: str | Iterable[str]) -> list[str]:
    """The words of names in any order, without those that join them."""
    told = names if isinstance(names, str) else " ".join(names)
    return sorted(word for word in words(told) if word not in JOINING)
