"""Every compiled pattern of the pipeline takes linear time on texts made of its own pieces."""

import importlib
import pkgutil
import re
import re._parser as parsing
import time
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

import pipeline

START, GROWTH = 1000, 4  # characters of the first text, and how much longer each next one is
LONGEST = 64_000  # characters of the longest text
SURE_S = 0.004  # a text read faster than this needs no longer one
SUSPECT_S, SUSPECT_RATIO = 0.02, 9.0  # slower, and growing faster, is not linear: a square grows 16-fold
TRIES = 3  # a pattern is slow when it is slow every time
MAX_PIECES = 10
# Read only where their square cannot grow; the reason is what has to stay true.
BOUNDED = {
    "blocks.TOKEN": "reads what the parser wrote: every tag is closed, no other `<` stands there",
    "names.SITE": "reads a name of at most 240 characters",
    "names.AFTER": "reads a name of at most 240 characters",
    "makes._BEFORE": "reads one word's length before a name",
    "modelyears._BEFORE": "reads 60 characters before a name",
    "metadata.PAID": "only matched at a value's start",
    "decoding.OTHER": "only matched at a header's start",
}
# These read mark-up or scripts as they came; all others read texts whose spaces have been made single.
RAW_ROOMS = ("blocks", "bounds", "decoding", "elements", "extract", "jsonld", "states", "stated")
CLASSES = {"CATEGORY_DIGIT": "0", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a"}

Regex = re.Pattern[Any]


def patterns() -> dict[str, Regex]:
    """The patterns in the modules' globals and in the tables among them, each by its first name."""
    found: dict[int, tuple[str, Regex]] = {}
    for module in pkgutil.iter_modules(pipeline.__path__):
        loaded = importlib.import_module(f"pipeline.{module.name}")
        for name, value in vars(loaded).items():
            for path, pattern in within(value, f"{module.name}.{name}"):
                found.setdefault(id(pattern), (path, pattern))
    return dict(found.values())


def within(value: Any, path: str, depth: int = 0) -> Iterator[tuple[str, Regex]]:
    """The patterns in a value and in what it holds."""
    if isinstance(value, re.Pattern):
        yield path, value
    elif depth < 4 and isinstance(value, Mapping):
        for key, held in value.items():
            yield from within(key, path, depth + 1)
            yield from within(held, f"{path}[{key}]", depth + 1)
    elif depth < 4 and isinstance(value, list | tuple | set | frozenset):
        for held in value:
            yield from within(held, f"{path}[]", depth + 1)
    elif depth < 4 and is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from within(getattr(value, one.name, None), f"{path}.{one.name}", depth + 1)


def pieces(tree: Any) -> Iterator[str]:
    """The runs of literals in a parsed pattern, and one character of each class and range."""
    run = ""
    for operation, value in tree:
        name = str(operation)
        if name == "LITERAL":
            run += chr(value)
            continue
        if run:
            yield run
        run = ""
        if name == "IN":
            yield from filter(None, map(member, value[:3]))
        for inner in inside(name, value):
            yield from pieces(inner)
    if run:
        yield run


def inside(name: str, value: Any) -> list[Any]:
    """The parsed patterns that an operation holds."""
    if name == "BRANCH":
        return list(value[1])
    place = 2 if name.endswith("_REPEAT") else {"SUBPATTERN": 3, "ASSERT": 1, "ASSERT_NOT": 1}.get(name)
    return [] if place is None else [value[place]]


def member(item: tuple[Any, Any]) -> str:
    """One character that a part of a class stands for; empty where it only denies others."""
    name, value = str(item[0]), item[1]
    if name == "LITERAL":
        return chr(value)
    return chr(value[0]) if name == "RANGE" else CLASSES.get(str(value), "")


def seeds(pattern: Regex) -> list[tuple[str, str]]:
    """Beginnings, and what to repeat after them, that make a pattern try and fail as often as it can."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    own = list(dict.fromkeys(pieces(parsing.parse(text, pattern.flags & ~re.UNICODE))))[:MAX_PIECES]
    alone = [("", piece) for piece in (*own, " ", "a", "0", "A", "<", "\n", "a ", "Aa ", "a. ")]
    fillers = (" ", "a", "0", "A ", "\n", *own[-1:])
    led = [(piece, filler) for piece in own[:3] for filler in fillers]
    glued = [("", piece + filler) for piece, filler in led]
    return list(dict.fromkeys([*alone, *led, *glued, ("", "".join(own[:6]))]))


def made(pattern: Regex, raw: bool, seed: tuple[str, str], length: int) -> str | bytes:
    """A text of about `length` characters that ends in what fits no pattern."""
    text = seed[0] + (seed[1] * (length // len(seed[1]) + 1))[:length]
    if isinstance(pattern.pattern, bytes):
        return f"{text}\x01".encode("latin-1", "replace")
    return f"{text if raw else ' '.join(text.split())}\x01"


def seconds(pattern: Regex, text: str | bytes) -> float:
    """CPU time for all matches in `text`."""
    began = time.process_time()
    for _ in pattern.finditer(text):
        pass
    return time.process_time() - began


def grows_faster_than_its_text(pattern: Regex, raw: bool, seed: tuple[str, str]) -> bool:
    """Whether longer and longer texts take a pattern more than their share of time."""
    before, length = 0.0, START
    while length <= LONGEST:
        taken = seconds(pattern, made(pattern, raw, seed, length))
        if taken > SUSPECT_S and taken > SUSPECT_RATIO * max(before, SUSPECT_S / 16):
            return True
        if length > START and taken < SURE_S:
            return False
        before, length = taken, length * GROWTH
    return False


def test_patterns_are_found_in_globals_and_tables() -> None:
    found = patterns()
    assert len(found) > 50
    assert all(name.count(".") for name in found)
    assert any("[" in name for name in found), "none found inside a table"


@pytest.mark.parametrize("name", sorted(patterns().keys() - BOUNDED.keys()))
def test_a_pattern_takes_linear_time(name: str) -> None:
    pattern = patterns()[name]
    raw = name.split(".", 1)[0] in RAW_ROOMS
    for seed in seeds(pattern):
        slow = all(grows_faster_than_its_text(pattern, raw, seed) for _ in range(TRIES))
        assert not slow, (
            f"{name} is slow on {seed[0]!r} and then {seed[1]!r} again and again: {pattern.pattern!r}"
        )


@pytest.mark.parametrize("bad", [r"a*a*b", r"(?:a|b)*ab?c", r"\s+$x", r"<[^>]*>"])
def test_a_pattern_of_squared_time_would_be_found(bad: str) -> None:
    pattern = re.compile(bad)
    assert any(grows_faster_than_its_text(pattern, True, seed) for seed in seeds(pattern))
