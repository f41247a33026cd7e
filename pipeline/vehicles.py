"""Which car makes a text is about. The names are data, in `vehicles.toml` beside this file."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"""[.!?:;"\u201c\u201d\u201e\u00ab\n]""")
_YEAR = re.compile(r"(?:19|20)\d\d")
_TITLE_CASE_SHARE = 0.6  # headlines set in title case have 0.8 and more, prose at most 0.3
# What stands behind a company's name and hardly behind a word's or a person's.
_COMPANY = """Motor Motors Automobiles Automotive Cars Group dealer dealers dealership dealerships brand
    models lineup badge boss CEO engineers designers spokesperson spokesman spokeswoman
    fans buyers"""
_COMPANY_WORDS = frozenset(_COMPANY.split())


@dataclass(frozen=True, slots=True)
class Name:
    """One spelling: its words, the makes it stands for (none: no make at all) and what proof it asks."""

    words: tuple[str, ...]
    makes: tuple[str, ...]
    careful: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A name met in a text, and whether its surroundings prove that the make is meant."""

    name: Name
    proven: bool


def makes_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The makes that `texts` name, by their usual names: those of the first text in its order, then the rest.

    The first text is the headline ("" where there is none): it says what matters most. The others follow by
    the alphabet, so that an edited paragraph does not reorder them.
    """
    headline: list[str] = []
    seen: dict[str, bool] = {}
    for index, text in enumerate(texts):
        for mention in _mentions(text):
            for make in mention.name.makes:
                seen[make] = seen.get(make, False) or mention.proven
                if index == 0 and make not in headline:
                    headline.append(make)
    rest = [make for make in _tables()["makes"] if make in seen and make not in headline]
    return tuple(make for make in headline + rest if seen[make])


def make_named(word: str) -> str | None:
    """The make that `word` names in any case, with or without accents ("skoda", "vw"); None for no make."""
    return _makes_by_plain_name().get(_plain(word))


@cache
def _makes_by_plain_name() -> dict[str, str]:
    spelt = ((name, [name, *about.get("also", ())]) for name, about in _tables()["makes"].items())
    return {_plain(spelling): name for name, spellings in spelt for spelling in spellings}


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.strip())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


@cache
def makers() -> frozenset[str]:
    """Every spelling of a make or a group, as it may stand as the credit of a picture."""
    return frozenset([*_tables()["makes"], *_tables()["groups"], *_spellings()])


def _spellings() -> Iterator[str]:
    for name, entry in _tables()["makes"].items():
        yield from entry.get("also", ())
        yield name.upper()


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("vehicles.toml").read_text(encoding="utf-8"))


def _names() -> Iterator[Name]:
    for make, entry in _tables()["makes"].items():
        careful = entry.get("careful")
        yield Name(_words(make), (make,), careful)
        if make.upper() != make:  # RAM and SEAT stand in prose for memory and a chair: capitals prove nothing
            yield Name(_words(make.upper()), (make,), careful and "always")
        for spelling in entry.get("also", ()):
            yield Name(_words(spelling), (make,))
        for other in entry.get("not", ()):
            yield Name(_words(other), ())
    for group, entry in _tables()["groups"].items():
        yield Name(_words(group), tuple(entry.get("of", ())))


@cache
def _names_by_first_word() -> dict[str, tuple[Name, ...]]:
    """The names under their first word, longest first: `Harrison Ford` is read before `Ford`."""
    found: dict[str, list[Name]] = {}
    for name in _names():
        found.setdefault(name.words[0], []).append(name)
    return {first: tuple(sorted(names, key=lambda n: -len(n.words))) for first, names in found.items()}


@cache
def _models(make: str) -> frozenset[str]:
    """The first words of the make's models."""
    return frozenset(_words(model)[0] for model in _tables()["makes"][make].get("models", "").split())


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text))


def _mentions(text: str) -> Iterator[Mention]:
    """Every name in `text`, none read inside another."""
    index = _names_by_first_word()
    if index.keys().isdisjoint(_WORD.findall(text)):  # most paragraphs name no make
        return
    matches = list(_WORD.finditer(text))
    words = [match.group() for match in matches]
    prose = not _in_capitals(words)
    after = 0
    for at, word in enumerate(words):
        if at < after or word not in index:
            continue
        name = next((n for n in index[word] if tuple(words[at : at + len(n.words)]) == n.words), None)
        if name:
            after = at + len(name.words)
            proven = name.careful is None or _has_company(name, words, at)
            inside = prose and name.careful == "outside prose" and _inside_sentence(text, matches, at)
            yield Mention(name, proven or inside)


def _has_company(name: Name, words: Sequence[str], at: int) -> bool:
    """Whether the words around the name are a car's: model or company word after, year before."""
    after = words[at + len(name.words)] if at + len(name.words) < len(words) else ""
    before = words[at - 1] if at else ""
    return after in _models(name.makes[0]) or after in _COMPANY_WORDS or bool(_YEAR.fullmatch(before))


def _inside_sentence(text: str, matches: Sequence[re.Match[str]], at: int) -> bool:
    """Whether the word does not begin its sentence, where any word has a capital."""
    return at > 0 and not _SENTENCE_END.search(text, matches[at - 1].end(), matches[at].start())


def _in_capitals(words: Sequence[str]) -> bool:
    """Whether most words have a capital, as in headlines and captions; a capital then proves nothing."""
    long = [word for word in words if len(word) > 3]
    return sum(word[0].isupper() for word in long) > _TITLE_CASE_SHARE * len(long)
