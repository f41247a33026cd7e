"""Texts out of word lists: a `Pen` fills the slots of templates, which text and markup share.

A template is HTML text with
    {key}              a variant of the words' `key`, filled in turn, or a value the pen was given
    {key^}             the same, its first letter a capital
    {n:3-40}           a number, and {price:19-140} one of thousands
    {@part}            a variant of a part of `parts/`
    <%2-4%>...<%/%>    two to four of what stands between
    <%~30%>...<%/%>    thirty times in a hundred
    <%name%>...<%/%>   only where the pen has such a value
"""

import re
import tomllib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

HERE = Path(__file__).parent
TOKEN = re.compile(r"<%([^%]+)%>|\{([^{}\s]+)\}")
LANGUAGES = ("en", "de", "fr", "es", "it", "nl")
FRESH = frozenset({"C", "short", "mention", "heading", "item", "question", "comment", "tail"})
Value = str | Callable[[], str]
T = TypeVar("T")


class Slot(NamedTuple):
    """A hole: a key of the words, of the values or, with `@`, of the parts."""

    key: str
    capital: bool


class Number(NamedTuple):
    low: int
    high: int


class Group(NamedTuple):
    """A stretch of template printed as often as `rule` says."""

    rule: str
    nodes: "Nodes"


Nodes = tuple[str | Slot | Number | Group, ...]


@cache
def compiled(template: str) -> Nodes:
    """The template taken apart at its holes."""
    open_groups: list[tuple[str, list[str | Slot | Number | Group]]] = [("", [])]
    at = 0
    for found in TOKEN.finditer(template):
        nodes = open_groups[-1][1]
        nodes.append(template[at : found.start()])
        at = found.end()
        rule, key = found.groups()
        if rule == "/":
            ended, inner = open_groups.pop()
            open_groups[-1][1].append(Group(ended, tuple(inner)))
        elif rule is not None:
            open_groups.append((rule, []))
        elif key.startswith("n:"):
            low, high = key[2:].split("-")
            nodes.append(Number(int(low), int(high)))
        elif key.startswith("price:"):
            low, high = key[6:].split("-")
            nodes += [Number(int(low), int(high)), ",", Number(100, 990)]
        else:
            nodes.append(Slot(key.removesuffix("^"), key.endswith("^")))
    open_groups[-1][1].append(template[at:])
    assert len(open_groups) == 1, template
    return tuple(node for node in open_groups[0][1] if node != "")


def listed(text: str) -> list[str]:
    """The variants of a key: its lines, or for keys on one line its words."""
    return text.strip().split("\n") if "\n" in text else text.split()


@cache
def words(language: str) -> dict[str, list[str]]:
    """The word lists of a language, from `words/`."""
    found: dict[str, list[str]] = {}
    for path in sorted((HERE / "words").glob(f"{language}*.toml")):
        for key, text in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found[key] = listed(text) if key != "and" else [text]
    return found


@cache
def cars() -> list[tuple[str, list[str]]]:
    """Makes with their models."""
    text = tomllib.loads((HERE / "words" / "cars.toml").read_text(encoding="utf-8"))["cars"]
    lines = (line.split("|") for line in listed(text))
    return [(make, models.split(",")) for make, models in lines]


@cache
def users() -> list[str]:
    return listed(tomllib.loads((HERE / "words" / "cars.toml").read_text(encoding="utf-8"))["users"])


class Pen:
    """Fills templates in one language for one page; every choice comes from `rng`."""

    def __init__(self, rng: Random, language: str, parts: dict[str, list[str]]) -> None:
        self.rng = rng
        self.random = rng.random
        self.language = language
        self.words = words(language)
        self.parts = parts
        self.bags: dict[str, list[str]] = {}
        self.fixed: dict[str, str] = {}  # parts a page prints the same way each time
        self.make, models = self.pick(cars())
        self.model = self.pick(models)
        self.values: dict[str, Value] = {
            "make": self.make,
            "model": self.model,
            "make2": lambda: self.pick(cars())[0],
            "make3": lambda: self.pick(cars())[0],
            "car": lambda: f"{self.make} {self.model}" if self.random() < 0.6 else self.model,
            "anycar": self.any_car,
            "rival": lambda: self.any_car() if self.random() < 0.5 else self.pick(self.pick(cars())[1]),
            "person": lambda: self.say("first") + " " + self.say("last"),
            "user": lambda: self.pick(users()),
            "month": lambda: self.pick(self.words["months"]),
            "month2": lambda: self.pick(self.words["months"]),
            "weekday": lambda: self.pick(self.words["weekdays"]),
            "headline": lambda: self.say("title"),
            "Part": lambda: self.say("part").title(),
            "excerpt": lambda: self.say("S"),
            "text": self.text,
            "day": lambda: str(self.number(1, 28)),
            "year": lambda: str(self.number(2024, 2029)),
            "img": lambda: f"/media/{self.number(2016, 2026)}/{self.number(100000, 999999)}.jpg",
            "slug": lambda: f"{slug_of(self.make)}-{self.number(10000, 999999)}",
            "id": lambda: str(self.number(1000, 99999)),
        }

    def pick(self, options: Sequence[T]) -> T:
        return options[int(self.random() * len(options))]

    def number(self, low: int, high: int) -> int:
        return low + int(self.random() * (high - low + 1))

    def chance(self, share: float) -> bool:
        return self.random() < share

    def say(self, key: str) -> str:
        """A variant of a key of the words, filled."""
        return self.fill(self.fresh(key) if key in FRESH else self.pick(self.words[key]))

    def fresh(self, key: str) -> str:
        """A variant that has not come up since all the others did."""
        bag = self.bags.get(key)
        if not bag:
            bag = self.bags[key] = self.rng.sample(self.words[key], len(self.words[key]))
        return bag.pop()

    def say_raw(self, key: str) -> str:
        """A variant of a key of the words, its slots still open."""
        return self.pick(self.words[key])

    def part(self, name: str) -> str:
        """A part of the page; a page that prints it again prints the same variant with other words."""
        if name not in self.fixed:
            self.fixed[name] = self.pick(self.parts[name])
        return self.fill(self.fixed[name])

    def fill(self, template: str) -> str:
        return self.run(compiled(template))

    def run(self, nodes: Nodes) -> str:
        out: list[str] = []
        for node in nodes:
            if isinstance(node, str):
                out.append(node)
            elif isinstance(node, Slot):
                out.append(self.slot(node))
            elif isinstance(node, Number):
                out.append(str(self.number(node.low, node.high)))
            else:
                out.extend(self.run(node.nodes) for _ in range(self.times(node.rule)))
        return "".join(out)

    def slot(self, slot: Slot) -> str:
        key = slot.key
        if key[0] == "@":
            return self.part(key[1:])
        value = self.values.get(key)
        if value is None:
            value = self.say(key)
        elif not isinstance(value, str):
            value = value()
        return value[:1].upper() + value[1:] if slot.capital else value

    def times(self, rule: str) -> int:
        if rule[0] == "~":
            return int(self.chance(int(rule[1:]) / 100))
        if rule[0].isdigit():
            low, high = rule.split("-")
            return self.number(int(low), int(high))
        if rule[0] == "!":
            return int(not self.values.get(rule[1:]))
        return int(bool(self.values.get(rule)))

    def any_car(self) -> str:
        make, models = self.pick(cars())
        return f"{make} {self.pick(models)}"

    def text(self) -> str:
        """A paragraph: now and then one short sentence, else one to five."""
        draw = self.random()
        if draw < 0.17:
            return self.say("short")
        if draw < 0.21:
            return self.say("mention")
        return " ".join(self.say("S") for _ in range(1 + int(self.random() ** 1.4 * 5)))


def slug_of(text: str) -> str:
    """A title as addresses spell it."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
