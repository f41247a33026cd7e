"""Made articles with their copies, and with strangers that look like copies: which are one is known."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from madepress.grammar import LANGUAGES, Pen, cars
from madepress.layouts import parts
from madepress.story import story
from madepress.truth import plain

FURNITURE = ("readmore", "newsletter", "app", "google")
OUTLETS = 40
NUMBER = re.compile(r"\d+")
SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-Z])")


@dataclass(frozen=True)
class Told:
    """An article as an outlet printed it; those of one `family` are one; `way`: how it was made."""

    family: int
    way: str
    outlet: int
    title: str
    paragraphs: tuple[str, ...]
    published_at: datetime
    language: str


def families(seed: int, number: int) -> list[Told]:
    """So many articles with all their copies and strangers, shuffled; strangers are families of one."""
    rng = Random(seed)
    told: list[Told] = []
    for family in range(number):
        first = original(rng)
        told.append(replace(first, family=family))
        told += [replace(copied(rng, first, way), way=way, family=family) for way in COPIES]
        for way, make in STRANGERS.items():
            told.append(replace(make(rng, first), way=way, family=-len(told)))
    rng.shuffle(told)
    return told


def original(rng: Random, car: tuple[str, str] | None = None, language: str = "") -> Told:
    """An article nobody has copied yet, about `car` if given."""
    pen = Pen(Random(rng.random()), language or rng.choice(LANGUAGES), parts())
    if car:
        pen.make, pen.model = pen.values["make"], pen.values["model"] = car
    made = story(pen, "news")
    lines = [plain(text) for piece in made.pieces for text in ([piece.text] if piece.text else piece.texts)]
    while len(" ".join(lines).split()) < 120:
        lines.append(plain(pen.text()))
    outlet = rng.randrange(OUTLETS)
    title = plain(made.title)
    return Told(0, "original", outlet, title, tuple(lines), made.published, pen.language)


def car_of(one: Told) -> tuple[str, str] | None:
    """Make and model that its title names."""
    named = ((make, model) for make, models in cars() for model in models if model in one.title)
    return next(named, None)


def copied(rng: Random, first: Told, way: str) -> Told:
    """The article as another outlet, or the same again, prints it some hours or days later."""
    later = first.published_at + timedelta(minutes=rng.randrange(5, 5 * 24 * 60))
    outlet = first.outlet if rng.random() < 0.3 else rng.randrange(OUTLETS)
    return replace(COPIES[way](rng, first), published_at=later, outlet=outlet)


def truncated(rng: Random, one: Told) -> Told:
    """The first third to three quarters of its words, and a line that says where the rest is."""
    words = sum(len(p.split()) for p in one.paragraphs) * rng.uniform(0.33, 0.75)
    kept: list[str] = []
    for paragraph in one.paragraphs:
        if sum(len(p.split()) for p in kept) >= words:
            break
        kept.append(paragraph)
    return replace(one, paragraphs=(*kept, furniture(rng, one.language)))


def reordered(rng: Random, one: Told) -> Told:
    return replace(one, paragraphs=tuple(rng.sample(one.paragraphs, len(one.paragraphs))))


def retitled(rng: Random, one: Told) -> Told:
    """Another title about the same car, and a first line of the outlet's own."""
    other = original(rng, car_of(one), one.language)
    return replace(one, title=other.title, paragraphs=(other.paragraphs[-1], *one.paragraphs))


def rewritten(rng: Random, one: Told) -> Told:
    """Every second sentence in other words: its names and figures stay, no run of four words does."""
    sentences = [(n, s) for n, p in enumerate(one.paragraphs) for s in SENTENCE.split(p)]
    odd = rng.randrange(2)
    lines = ["" for _ in one.paragraphs]
    for at, (n, sentence) in enumerate(sentences):
        lines[n] += " " + (reworded(rng, sentence) if at % 2 == odd else sentence)
    return replace(one, paragraphs=tuple(line.strip() for line in lines))


def half_rewritten(rng: Random, one: Told) -> Told:
    """The first or the second half in other words."""
    half, first = len(one.paragraphs) // 2, rng.random() < 0.5
    lines = (reworded(rng, p) if (n < half) == first else p for n, p in enumerate(one.paragraphs))
    return replace(one, paragraphs=tuple(lines))


def surrounded(rng: Random, one: Told) -> Told:
    """With furniture of a site in another language that nobody cut."""
    others = [furniture(rng, rng.choice(LANGUAGES)) for _ in range(rng.randrange(3, 8))]
    at = rng.randrange(len(others))
    return replace(one, paragraphs=(*others[:at], *one.paragraphs, *others[at:]))


def reworded(rng: Random, text: str) -> str:
    words = text.split(" ")
    pairs = [words[n : n + 2] for n in range(0, len(words), 2)]
    rng.shuffle(pairs)
    return " ".join(word for pair in pairs for word in pair)


def furniture(rng: Random, language: str) -> str:
    pen = Pen(Random(rng.random()), language, parts())
    key = rng.choice([key for key in FURNITURE if key in pen.words])
    return plain(pen.say(key))


def same_car(rng: Random, one: Told) -> Told:
    """Other news of the same model on the same site."""
    return replace(original(rng, car_of(one), one.language), published_at=one.published_at, outlet=one.outlet)


def other_figures(rng: Random, one: Told) -> Told:
    """The same report a month later: every sentence is the same, every figure another."""
    lines = tuple(NUMBER.sub(lambda found: other(rng, found[0]), p) for p in one.paragraphs)
    return replace(one, paragraphs=lines, published_at=one.published_at + timedelta(days=30))


def other_model(rng: Random, one: Told) -> Told:
    """The same report about another car, as recalls are: its own figures too, as one has them."""
    make, models = rng.choice(cars())
    other_car = original(rng, (make, rng.choice(models)), one.language)
    old = car_of(one) or ("", "")
    swapped = {
        name: new for name, new in zip(old, (make, f"{other_car.title.split()[0]} X"), strict=True) if name
    }

    def change(text: str) -> str:
        for name, new in swapped.items():
            text = text.replace(name, new)
        return NUMBER.sub(lambda found: other(rng, found[0]) if rng.random() < 0.7 else found[0], text)

    lines = tuple(map(change, one.paragraphs))
    return replace(one, title=change(one.title), paragraphs=lines)


def follow_up(rng: Random, one: Told) -> Told:
    """News of the next day that quotes a paragraph or two of the old."""
    own = same_car(rng, one)
    quoted = one.paragraphs[1 : 1 + max(1, len(one.paragraphs) // 5)]
    return replace(own, paragraphs=own.paragraphs + quoted, published_at=one.published_at + timedelta(days=1))


def digest(rng: Random, one: Told) -> Told:
    """A round-up: the first paragraph of this and of five others."""
    others = [original(rng, None, one.language) for _ in range(5)]
    lines = [paragraph for o in others for paragraph in o.paragraphs[:2]]
    lines.insert(rng.randrange(len(lines)), one.paragraphs[0])
    return replace(others[0], paragraphs=tuple(lines), published_at=one.published_at)


def other(rng: Random, number: str) -> str:
    return str(rng.randrange(10 ** (len(number) - 1), 10 ** len(number)))


COPIES = {
    "truncated": truncated,
    "reordered": reordered,
    "retitled": retitled,
    "sentences rewritten": rewritten,
    "half rewritten": half_rewritten,
    "surrounded": surrounded,
    "truncated, surrounded": lambda rng, one: surrounded(rng, truncated(rng, one)),
    "retitled, reordered": lambda rng, one: retitled(rng, reordered(rng, one)),
}
STRANGERS = {
    "same car": same_car,
    "other figures": other_figures,
    "other model": other_model,
    "follow-up": follow_up,
    "digest": digest,
}
