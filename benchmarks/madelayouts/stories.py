"""Stories put together from the sentences of `words/<language>.txt`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

WORDS = Path(__file__).parent / "words"
LENGTHS = (40, 600)  # characters of a paragraph
CARS = (
    "Halden Orso",
    "Corvo 240",
    "Brisk Pico",
    "Montara Sella",
    "Tavri Vell",
    "Aurel Nord",
    "Ostrava Lim",
    "Kestrel Mark II",
    "Volkswagen Golf",
    "Toyota Yaris",
    "BMW 3 Series",
    "Renault Clio",
)
PEOPLE = ("Mara Lindqvist", "Tom Oyelaran", "Petra van Dorn", "Luc Ferrand", "Iris Kwan", "Dario Benassi")
WRITERS = (
    "Nell Ashby",
    "Jonas Uhl",
    "Camille Orsay",
    "Ruth Ekberg",
    "Piet Zand",
    "Elio Marchetti",
    "Sol Vega",
)
PLACES = ("Ostend", "Graz", "Turin", "Malmo", "Brest", "Porto", "Linz", "Leeds")
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}


@dataclass(slots=True)
class Piece:
    """A part of the body: p, h, quote, question, list or table; a table's texts are its cells, two a row."""

    kind: str
    texts: list[str]


@dataclass(slots=True)
class Story:
    """What a layout is given to print; each drawn line of `teasers` and the like is used once."""

    language: str
    title: str
    standfirst: str | None
    pieces: list[Piece]
    captions: list[tuple[str, str]]
    authors: list[str]
    published_at: datetime
    car: str
    spare: dict[str, list[str]] = field(default_factory=dict)


@cache
def words(language: str) -> dict[str, tuple[str, ...]]:
    """The lines of a language by their kind."""
    kinds: dict[str, list[str]] = {}
    for line in (WORDS / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            lines = kinds.setdefault(line[2:], [])
        elif line:
            lines.append(line)
    return {kind: tuple(lines) for kind, lines in kinds.items()}


class Teller:
    """Fills the lines of one story: who, where and which car stay the same, numbers change."""

    def __init__(self, rng: Random, language: str) -> None:
        self.rng = rng
        self.words = words(language)
        self.months = MONTHS[language].split()
        self.cars = rng.sample(CARS, len(CARS))
        self.person, self.place = rng.choice(PEOPLE), rng.choice(PLACES)
        self.authors = rng.sample(WRITERS, 2 if rng.random() < 0.25 else 1)

    def filled(self, line: str, rival: str | None = None) -> str:
        make, model = self.cars[0].split(" ", 1)
        rng = self.rng
        return line.format(
            make=make,
            model=model,
            rival=rival or self.cars[1],
            person=self.person,
            place=self.place,
            author=self.authors[0],
            n=rng.randint(2, 9),
            hp=rng.randint(75, 480),
            km=rng.randint(210, 690),
            l=rng.randint(290, 940),
            eur=f"{rng.randint(17, 88)},{rng.randint(1, 9)}50",
            month=rng.choice(self.months),
            year=rng.randint(2008, 2025),
        )

    def drawn(self, kind: str, count: int | None = None) -> list[str]:
        """`count` lines of a kind in random order, all of them without `count`."""
        lines = self.rng.sample(self.words[kind], min(count or 99, len(self.words[kind])))
        if kind != "teaser":
            return [self.filled(line) for line in lines]
        return [self.filled(line, self.cars[2 + n % 10]) for n, line in enumerate(lines)]

    def paragraphs(self, count: int) -> Iterator[str]:
        """Paragraphs of one to four sentences, none used twice."""
        sentences = iter(self.drawn("sentence"))
        for _ in range(count):
            text, wanted = "", self.rng.choices((1, 2, 3, 4), (35, 33, 22, 10))[0]
            while wanted > 0 or len(text) < LENGTHS[0]:
                sentence = next(sentences, None)
                if sentence is None or len(text) + len(sentence) > LENGTHS[1]:
                    break
                text, wanted = f"{text} {sentence}".strip(), wanted - 1
            if len(text) >= LENGTHS[0]:
                yield text


def pieces(teller: Teller, interview: bool) -> list[Piece]:
    """The body in order: a lead, paragraphs, and what real stories put between them."""
    rng = teller.rng
    rich = len(teller.words["sentence"]) > 40
    body = [
        Piece("p", [text]) for text in teller.paragraphs(rng.randint(6, 15) if rich else rng.randint(6, 10))
    ]
    if interview:
        questions = teller.drawn("question")
        for n, question in enumerate(questions[: len(body) - 2]):
            body.insert(2 + 2 * n, Piece("question", [question]))
    elif rng.random() < 0.65:
        for n, head in enumerate(teller.drawn("head", rng.randint(1, 3))):
            body.insert(2 + 3 * n, Piece("h", [head]))
    if rng.random() < 0.4:
        body.insert(rng.randint(2, len(body) - 2), Piece("list", teller.drawn("item", 4)))
    if rng.random() < 0.5:
        body.insert(rng.randint(2, len(body) - 1), Piece("quote", teller.drawn("quote", 1)))
    if rng.random() < 0.2:
        rows = teller.drawn("row", 5)
        body.insert(len(body) - 1, Piece("table", [cell for row in rows for cell in row.split("|")]))
    return [Piece("p", teller.drawn("lead", 1)), *body]


def story(rng: Random, language: str, interview: bool = False) -> Story:
    """A made story in a language of `words/`."""
    teller = Teller(rng, language)
    lenders = teller.drawn("credit")
    captions = teller.drawn("caption")
    minutes = rng.randint(0, 60 * 24 * 365 * 10)
    return Story(
        language=language,
        title=teller.drawn("title", 1)[0],
        standfirst=teller.drawn("standfirst", 1)[0] if rng.random() < 0.7 else None,
        pieces=pieces(teller, interview),
        captions=[(text, rng.choice(lenders)) for text in captions],
        authors=teller.authors,
        published_at=datetime(2016, 1, 4, 6, tzinfo=UTC) + timedelta(minutes=minutes),
        car=teller.cars[0],
        spare={kind: teller.drawn(kind) for kind in ("teaser", "comment", "bio")},
    )
