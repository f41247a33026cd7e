"""The search language: words, "phrases", prefix*, one OR another, and -what is not wanted.

Words are compared in small letters and without accents; `e-tron` is the phrase "e tron". All that is asked
for must be there, except that OR joins its two neighbours: `bmw OR audi recall -truck` is (bmw or audi) and
recall and not truck.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from db.errors import SearchError
from db.models import storable

WORD = re.compile(r"[^\W_]+")
PART = re.compile(r'(-?)(?:"([^"]*)"(\*?)|([^\s"]+))')
INNER_STAR = re.compile(r"\*+[^\W_]")
# signs that compatibility would turn into letters: "Folgore™" is no "folgoretm"
SIGNS = re.compile(
    "[\u2100\u2101\u2103-\u2106\u2108\u2109\u2116\u2120-\u2122\u249c-\u24e9\U0001f100-\U0001f1ff]"
)
FEW_ACCENTS = 16  # no language has more, and so many are faster taken out one by one
TERMS = 32
WORD_CHARS = 200  # PostgreSQL knows no word above 2,047 bytes, and no language one of this length


@dataclass(frozen=True, slots=True)
class Term:
    """One word or several in a row; with `is_prefix` the last of them may go on."""

    words: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search asks for: of each group in `wanted` one term at least, and none of `unwanted`."""

    wanted: tuple[tuple[Term, ...], ...]
    unwanted: tuple[Term, ...] = ()

    @property
    def terms(self) -> list[Term]:
        """All terms that an article may be found by."""
        return [term for group in self.wanted for term in group]


Part = tuple[Term | None, bool]  # a term and whether it is unwanted
OR: Part = (None, False)


def words_of(text_: str) -> str:
    """The words of `text_`, lower case, without accents, parted by single spaces."""
    if text_.isascii():  # most English texts: a third of the time
        return " ".join(WORD.findall(text_.lower()))
    plain = unicodedata.normalize("NFKD", SIGNS.sub(" ", text_).casefold())
    accents = [c for c in set(plain) if unicodedata.combining(c)]
    if len(accents) <= FEW_ACCENTS:
        for accent in accents:
            plain = plain.replace(accent, "")
    else:
        plain = plain.translate(dict.fromkeys(map(ord, accents)))
    return " ".join(WORD.findall(plain))


def asked_for(search: str) -> Asked:
    """What `search` means.

    Raises SearchError, one line, for a quote that never closes, an OR without a word on either side, a * that
    does not end its word, no word at all or too many, or nothing but unwanted ones.
    """
    search = storable(search)
    if search.count('"') % 2:
        raise SearchError(f'search {search!r}: a quote is never closed; write "words like this"')
    wanted: list[tuple[Term, ...]] = []
    unwanted: list[Term] = []
    before = None  # the part before: what OR joins must be wanted on both sides
    for part in _parts(search):
        term, is_unwanted = part
        if (term is None and (before is None or before == OR or before[1])) or (before == OR and is_unwanted):
            raise SearchError(f"search {search!r}: OR stands between two wanted words; write bmw OR audi")
        if term is not None and is_unwanted:
            unwanted.append(term)
        elif term is not None and before == OR:
            wanted[-1] = (*wanted[-1], term)
        elif term is not None:
            wanted.append((term,))
        before = part
    if before == OR:
        raise SearchError(f"search {search!r}: nothing stands after OR; write bmw OR audi")
    return _sound(search, Asked(tuple(wanted), tuple(unwanted)))


def _parts(search: str) -> Iterator[Part]:
    """Each term, or OR. What holds no word is passed over."""
    for minus, phrase, star, word in PART.findall(search):
        if word == "OR" and not minus:
            yield OR
            continue
        if INNER_STAR.search(word):
            raise SearchError(f"search {search!r}: a * stands at the end of a word only; write batter*")
        if words := words_of(phrase or word).split():
            yield Term(tuple(words), bool(star) or word.endswith("*")), bool(minus)


def _sound(search: str, asked: Asked) -> Asked:
    """`asked`, if it can be answered."""
    terms = [*asked.terms, *asked.unwanted]
    if not terms:
        raise SearchError(f"search {search!r}: holds no word; give one or more words")
    if not asked.wanted:
        raise SearchError(f"search {search!r}: says only what is not wanted; add a word that is")
    if len(terms) > TERMS:
        raise SearchError(f"search of {len(terms)} words: too long; give at most {TERMS}")
    if any(len(word) > WORD_CHARS for term in terms for word in term.words):
        raise SearchError(f"search: a word of more than {WORD_CHARS} letters; give shorter ones")
    return asked
