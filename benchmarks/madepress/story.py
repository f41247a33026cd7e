"""What an article says, before any markup: its blocks, made up from the words of one language."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from madepress.grammar import Pen

GENRES = ("news", "news", "news", "news", "news", "list", "interview", "review", "guide", "live")
SECONDS = 11 * 365 * 24 * 3600


@dataclass(slots=True)
class Piece:
    """One block of the body, or the items or cells of one."""

    kind: str  # paragraph, heading, item-heading, list, quote, question, table, update, time
    text: str = ""
    texts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Story:
    """One article: `genre` names its shape."""

    genre: str
    title: str
    dek: str
    authors: list[str]
    section: str
    published: datetime
    pieces: list[Piece]


def story(pen: Pen, genre: str) -> Story:
    rng = pen.rng
    authors = [pen.fill("{person}")]
    if rng.random() < 0.12:
        authors.append(pen.fill("{person}"))
    published = datetime(2015, 6, 1, 6, tzinfo=UTC) + timedelta(seconds=rng.randrange(SECONDS) // 60 * 60)
    pieces = SHAPES[genre](pen)
    return Story(genre, title(pen), pen.say("dek"), authors, pen.say("section"), published, pieces)


def title(pen: Pen) -> str:
    """A title about the page's own car, which is the first one that it names."""
    any_car, any_make = pen.values["anycar"], pen.values["make2"]
    named = iter([f"{pen.make} {pen.model}"])
    pen.values |= {"anycar": lambda: next(named, None) or pen.any_car(), "make2": pen.make}
    text = pen.say("title")
    pen.values |= {"anycar": any_car, "make2": any_make}
    return text


def paragraph(pen: Pen) -> Piece:
    return Piece("paragraph", adorned(pen, pen.text()))


def adorned(pen: Pen, text: str) -> str:
    """The text, now and then with some words of it linked, strong or slanted."""
    draw = pen.random()
    if draw > 0.42 or "<" in text or "&" in text:
        return text
    words = text.split(" ")
    start = pen.number(0, max(0, len(words) - 3))
    end = min(len(words), start + pen.number(1, 5))
    tag = "a" if draw < 0.3 else ("strong" if draw < 0.36 else "em")
    return " ".join([*words[:start], f"<{tag}>{' '.join(words[start:end])}</{tag}>", *words[end:]])


def opener(pen: Pen) -> Piece:
    """A first paragraph, which says more than a short sentence."""
    return Piece("paragraph", " ".join(pen.say("S") for _ in range(pen.number(2, 4))))


def linked(pen: Pen, text: str, share: float) -> str:
    """The text as one link, `share` of the time."""
    return f"<a>{text}</a>" if pen.chance(share) else text


def many(pen: Pen, low: int, high: int) -> list[Piece]:
    return [paragraph(pen) for _ in range(pen.number(low, high))]


def items(pen: Pen, key: str = "item", low: int = 2, high: int = 7) -> Piece:
    texts = list(dict.fromkeys(pen.say(key) for _ in range(pen.number(low, high))))
    share = pen.pick((0, 0, 0, 0, 0.2, 0.5))  # a list of links alone would be furniture
    return Piece("list", texts=[linked(pen, text, share) for text in texts])


def table(pen: Pen) -> Piece:
    rows = Random(pen.rng.random()).sample(pen.words["row"], pen.number(4, len(pen.words["row"])))
    return Piece("table", texts=[cell for row in rows for cell in pen.fill(row).split("|")])


def heading(pen: Pen) -> Piece:
    return Piece("heading", pen.say("heading"))


def news(pen: Pen) -> list[Piece]:
    pieces = [opener(pen), *many(pen, 2, 13)]
    if len(pieces) > 5 and pen.chance(0.55):
        for at in range(len(pieces) - 2, 1, -pen.number(2, 4)):
            pieces.insert(at, heading(pen))
    for share, make in EXTRAS:
        if pen.chance(share):
            pieces.insert(pen.number(1, len(pieces)), make(pen))
    return pieces


def quotation(pen: Pen) -> Piece:
    return Piece("quote", pen.fill("{C^}."))


def update(pen: Pen) -> Piece:
    return Piece("update", pen.say("update"))


EXTRAS = ((0.16, items), (0.18, quotation), (0.08, table), (0.07, update))


def listing(pen: Pen) -> list[Piece]:
    pieces = [opener(pen), *many(pen, 0, 2)]
    share = pen.pick((0,) * 7 + (1,))
    for _ in range(pen.number(4, 11)):
        pieces += [Piece("item-heading", linked(pen, pen.say("thing"), share)), *many(pen, 1, 3)]
        if pen.chance(0.2):
            pieces.append(items(pen, "item", 2, 4))
    return pieces + many(pen, 0, 1)


def interview(pen: Pen) -> list[Piece]:
    pieces = [opener(pen), *many(pen, 0, 1)]
    for _ in range(pen.number(4, 9)):
        pieces += [Piece("question", pen.say("question")), *many(pen, 1, 2)]
    return pieces


def review(pen: Pen) -> list[Piece]:
    pieces = [opener(pen), *many(pen, 1, 2)]
    for _ in range(pen.number(2, 5)):
        pieces += [heading(pen), *many(pen, 1, 4)]
    specs = table(pen)
    pieces.insert(pen.number(2, len(pieces)), specs) if pen.chance(0.6) else pieces.append(specs)
    if pen.chance(0.7):
        for title, entry in (("pros_h", "pro"), ("cons_h", "con")):
            pieces += [Piece("heading", pen.say(title)), items(pen, entry, 2, 4)]
    return pieces


def guide(pen: Pen) -> list[Piece]:
    pieces = many(pen, 1, 2)
    for _ in range(pen.number(3, 6)):
        pieces += [heading(pen), *many(pen, 1, 3)]
        if pen.chance(0.3):
            pieces.append(items(pen))
    return pieces


def live(pen: Pen) -> list[Piece]:
    pieces = many(pen, 1, 2)
    for hour in range(pen.number(4, 9), 0, -1):
        pieces.append(Piece("time", pen.fill(f"{hour + 9}:{{n:10-59}}")))
        if pen.chance(0.5):
            pieces.append(heading(pen))
        pieces += many(pen, 1, 2)
    return pieces


SHAPES = {
    "news": news, "list": listing, "interview": interview, "review": review, "guide": guide, "live": live,
}  # fmt: skip
