"""What each line of a text dump is: the article's text, one of its fields, a caption, or furniture.

A reader looks at the whole dump and at the roles already given, and returns the roles it is sure of. A line
keeps the first role it was given; a line without one is text. Readers are a plain list; their order matters.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from pipeline.article import Caption, Kind
from pipeline.bylines import read_byline
from pipeline.captions import read_caption
from pipeline.lexicon import fold, furniture
from pipeline.lines import Line
from pipeline.markdown import Mark
from pipeline.names import listed_people
from pipeline.vehicles import makes_in

MAX_STANDFIRST_CHARS = 220  # longer ones are first paragraphs
SURE_STANDFIRST_CHARS = 120  # below a counter or byline, where the text has not begun yet
MIN_TITLE_WORDS = 3  # menu entries have one or two
MAX_DANGLING = 6  # more short lines at the end are a list without bullets, and stay
SLUG_SHARE = 0.7  # of the address's words; leaves room for a headline edited after publication
_CARD_LABELS = """make | model | segment | body style | class | price | msrp | base price | engine
    | horsepower | drivetrain | year | trim | fuel type | transmission | category | marke | modell
    | fahrzeugklasse | karosserie | preis | antrieb | marque | modèle | carrosserie | prix | moteur
    | marca | modelo | carrocería | precio | modello | carrozzeria | prezzo | merk | prijs"""
_BIO_WORDS = re.compile(
    r"\b(?:journalist|writer|editor|reporter|contributor|columnist|freelance|passion|career|degrees?|based in"
    r"|lives in|years|enthusiast|spare time|redakteur|autor|journaliste|periodista|giornalista|grew up|joined"
    r"|covers?|covering)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Role:
    """The rule that names a line and the field it becomes (None: furniture)."""

    rule: str
    became: str | None = None


@dataclass(frozen=True, slots=True)
class Dump:
    """The lines of one text dump and the words of its address, which often spell the headline."""

    lines: tuple[Line, ...]
    slug: frozenset[str] = frozenset()

    is_grouped: bool = False  # blank lines set groups of lines apart, and so tell what belongs together
    marks: Mapping[str, Mark] = field(default_factory=dict)  # what Markdown's signs said, by a line's text

    def are_together(self, one: int, other: int) -> bool:
        """Whether no blank line parts two neighbours, in a dump where that tells anything."""
        return not (self.is_grouped and self.lines[max(one, other)].gap)

    def free(self, roles: "Roles") -> Iterator[tuple[int, Line]]:
        """The lines that have no role yet, with their places."""
        return ((at, line) for at, line in enumerate(self.lines) if at not in roles)

    def first_prose(self, roles: "Roles") -> int:
        """The place of the first line of prose; behind the last line when there is none."""
        return next((at for at, line in self.free(roles) if line.is_prose), len(self.lines))

    def last_prose(self, roles: "Roles") -> int:
        """The place of the last line of prose; before the first line when there is none."""
        return max((at for at, line in self.free(roles) if line.is_prose), default=-1)


Roles = Mapping[int, Role]
Reader = Callable[[Dump, Roles], dict[int, Role]]


def roles_of(dump: Dump, readers: tuple[Reader, ...]) -> dict[int, Role]:
    """The role of every line that is not the article's text, by the line's place."""
    roles: dict[int, Role] = {}
    for reader in readers:
        for at, role in reader(dump, roles).items():
            roles.setdefault(at, role)
    return roles


def spec_cards(dump: Dump, _roles: Roles) -> dict[int, Role]:
    """Cards of labels and values, a line each: `e-Golf / Make / Volkswagen / Segment / Hatchback`."""
    lines = dump.lines
    found: dict[int, Role] = {}
    for at in range(len(lines)):
        if at in found:
            continue
        end = at
        while end + 1 < len(lines) and _is_label(lines[end]) and _is_value(lines[end + 1]):
            end += 2
        if end - at < 4:
            continue
        named = at > 0 and _is_value(lines[at - 1]) and not makes_in((lines[at - 1].text,))
        found |= dict.fromkeys(range(at - named, end), Role("spec card"))
    return found


def furniture_lines(dump: Dump, _roles: Roles) -> dict[int, Role]:
    """Lines that are furniture as a whole, wherever they stand."""
    rules = {at: rule for at, line in enumerate(dump.lines) if (rule := furniture(line.text))}
    shared = {at for at, rule in rules.items() if rule.startswith("share")}
    lone = (at for at, line in enumerate(dump.lines) if line.text == "X" and {at - 1, at + 1} & shared)
    return {at: Role(rule) for at, rule in (rules | dict.fromkeys(lone, "share bar")).items()}


def captions(dump: Dump, roles: Roles) -> dict[int, Role]:
    """Captions: those that prove themselves, then those that stand in a run with one."""
    sure = {at for at, line in dump.free(roles) if read_caption(line.text)} | _bare_runs(dump, roles)
    for step in (1, -1):
        for at in range(len(dump.lines))[::step]:
            near = at - step
            if near in sure and at not in sure and at not in roles and dump.are_together(at, near):
                sure |= {at} if _in_run(dump, at) else set()
    return dict.fromkeys(sorted(sure), Role("caption", "captions"))


def _in_run(dump: Dump, at: int) -> Caption | None:
    """The caption that the line is beside another one; None where it may be the heading of what follows."""
    found = read_caption(dump.lines[at].text, in_run=True)
    if found is None or found.view != found.text or at + 1 == len(dump.lines):
        return found
    # Where blank lines do not tell, `Interior` over a paragraph is its heading, not the last of the captions.
    return None if not dump.is_grouped and dump.lines[at + 1].is_prose else found


def _bare_runs(dump: Dump, roles: Roles) -> set[int]:
    """Three views in a row, bare as they may be (`Dashboard`, `Seats`, `Engine`): never three headings."""
    found: set[int] = set()
    run: list[int] = []
    for at in range(len(dump.lines)):
        caption = None if at in roles else _in_run(dump, at)
        if run and not dump.are_together(at, at - 1):
            run = []
        run = [*run[-2:], at] if caption and caption.view else []
        found.update(run if len(run) == 3 else ())
    return found


def marked_captions(dump: Dump, _roles: Roles) -> dict[int, Role]:
    """The words that Markdown gives a picture."""
    marked = (dump.marks.get(line.text) for line in dump.lines)
    return {
        at: Role("caption", "captions")
        for at, mark in enumerate(marked)
        if mark and mark.kind is Kind.CAPTION
    }


def bylines(dump: Dump, roles: Roles) -> dict[int, Role]:
    """Who wrote it and when, above or below the text; names and sources after a line that is their label."""
    first, last = dump.first_prose(roles), dump.last_prose(roles)
    found: dict[int, Role] = {}
    for at, line in dump.free(roles):
        label = (
            fold(dump.lines[at - 1].text) if at and roles.get(at - 1, Role("")).rule == "byline label" else ""
        )
        if label and listed_people(line.text):
            found[at] = Role("byline", "authors")
        elif label in _SOURCE_LABELS and line.is_headline and len(line.text) < 60:
            found[at] = Role("source")
        elif (at < first or at > last) and (byline := read_byline(line.text)):
            found[at] = Role("byline", "authors") if byline.names else Role("dateline", "published_at")
    return found


def title_by_address(dump: Dump, roles: Roles) -> dict[int, Role]:
    """The headline that the address spells, wherever teasers have pushed it."""
    if len(dump.slug) < 3:
        return {}
    prose = [at for at, line in dump.free(roles) if line.is_prose]
    # A line with a quarter of the text above it is a link to the article or a comment on it.
    limit = prose[len(prose) // 4] if prose else len(dump.lines)
    lines = (pair for pair in dump.free(roles) if pair[0] <= limit and _may_be_title(pair[1]))
    shares = {at: _slug_share(dump, line) for at, line in lines}
    best = max(shares, key=lambda at: (shares[at], -at), default=None)
    return {best: Role("title", "title")} if best is not None and shares[best] >= SLUG_SHARE else {}


def title_by_place(dump: Dump, roles: Roles) -> dict[int, Role]:
    """The headline: the first line above the prose that says something, else the first line of all."""
    if any(role.became == "title" for role in roles.values()) or dump.last_prose(roles) < 0:
        return {}
    marked = (at for at, line in dump.free(roles) if (m := dump.marks.get(line.text)) and m.level == 1)
    if (at := next(marked, None)) is not None:
        return {at: Role("title", "title")}
    first = dump.first_prose(roles)
    above = [at for at, line in dump.free(roles) if at <= first and _may_be_title(line)]
    telling = [at for at in above if len(dump.lines[at].text.split()) >= MIN_TITLE_WORDS]
    at = next(iter(telling or above), first)
    return {at: Role("title", "title")} if at in above and at < dump.last_prose(roles) else {}


def above_headline(dump: Dump, roles: Roles) -> dict[int, Role]:
    """Short lines above the headline: menus and crumbs that no word gives away."""
    top = next((at for at, role in sorted(roles.items()) if role.became == "title"), 0)
    return {at: Role("above the headline") for at, line in dump.free(roles) if at < top and not line.is_prose}


def title_again(dump: Dump, roles: Roles) -> dict[int, Role]:
    """The headline wherever else it is printed."""
    titles = {fold(dump.lines[at].text) for at, role in roles.items() if role.became == "title"}
    return {at: Role("printed again") for at, line in dump.free(roles) if fold(line.text) in titles}


def standfirst(dump: Dump, roles: Roles) -> dict[int, Role]:
    """The sentence or two between headline and text: clearly shorter than the paragraph that follows."""
    top = next((at for at, role in roles.items() if role.became == "title"), None)
    if top is None:
        return {}
    below = [(at, line) for at, line in dump.free(roles) if at > top]
    if not below or len(below[0][1].text) > MAX_STANDFIRST_CHARS or len(below[0][1].text.split()) < 4:
        return {}
    at, line = below[0]
    following = next((other for _, other in below if other.is_prose and other.text != line.text), line)
    sure = len(line.text) <= SURE_STANDFIRST_CHARS and any(top < other < at for other in roles)
    if (
        line.is_item
        or not following.is_prose
        or len(line.text) > (0.9 if sure else 0.5) * len(following.text)
    ):
        return {}
    return {at: Role("standfirst", "standfirst")}


def repetitions(dump: Dump, roles: Roles) -> dict[int, Role]:
    """Lines printed again: a headline twice in succession (a teaser), standfirst or paragraph once more."""
    known = {fold(dump.lines[at].text) for at, role in roles.items() if role.became == "standfirst"}
    found: dict[int, Role] = {}
    before: tuple[int, str] | None = None
    for at, line in dump.free(roles):
        key = fold(line.text)
        if key in known:
            found[at] = Role("printed again")
        elif before and before[1] == key and line.is_headline:
            found[at] = found[before[0]] = Role("printed twice")
        elif before and before[1] == key:
            found[at] = Role("printed again")
        before = (at, key)
    return found


def author_biography(dump: Dump, roles: Roles) -> dict[int, Role]:
    """A last paragraph that tells who wrote the article."""
    prose = [(at, line) for at, line in dump.free(roles) if line.is_prose]
    if len(prose) < 2:
        return {}
    at, line = prose[-1]
    told = {word.casefold() for word in _BIO_WORDS.findall(line.text)}
    authors = [dump.lines[i].text for i, role in roles.items() if role.became == "authors"]
    opening = " ".join(line.text.split()[:2])
    named = any(opening in author for author in authors)
    if len(told) >= (1 if named else 3) and listed_people(opening):
        return {at: Role("author biography")}
    return {}


def dangling_headlines(dump: Dump, roles: Roles) -> dict[int, Role]:
    """Headlines after the last text: they announce what is not there."""
    last = max((at for at, line in dump.free(roles) if line.is_prose or not line.is_headline), default=None)
    behind = [at for at, _ in dump.free(roles) if last is not None and at > last]
    return dict.fromkeys(behind if len(behind) <= MAX_DANGLING else (), Role("dangling headline"))


_SOURCES = "source sources quelle quellen fuente fuentes fonte fonti bron via"
_SOURCE_LABELS = frozenset(_SOURCES.split())


@cache
def _labels() -> frozenset[str]:
    return frozenset(fold(label) for label in _CARD_LABELS.split("|"))


def _is_label(line: Line) -> bool:
    return len(line.text) < 20 and fold(line.text) in _labels()


def _is_value(line: Line) -> bool:
    return (
        len(line.text) < 40 and len(line.text.split()) <= 5 and not line.ends_sentence and not _is_label(line)
    )


def _may_be_title(line: Line) -> bool:
    words = len(line.text.split())
    return line.is_headline and len(line.text) > 8 and (words > 1 or line.text[0] > "\u3000")


def _slug_share(dump: Dump, line: Line) -> float:
    words = set(re.findall(r"\w+", line.text.casefold()))
    return len(dump.slug & words) / len(dump.slug)
