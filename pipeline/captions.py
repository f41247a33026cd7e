"""Captions of pictures: told from sentences, and taken apart into subject, view and credit.

Photo desks of car sites write captions by a grammar, `[YEAR[-YEAR] Make Model [Body]] VIEW [CREDIT]`, where
the credit follows without any sign: what stands behind the view is the credit. Elsewhere a label carries it
(`Photo: X`, `© X`). Words are compared one by one; nothing here can backtrack.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from pipeline.article import Caption
from pipeline.vehicles import makers, makes_in

MAX_CAPTION_WORDS = 14  # the longest caption of the grammar met had 11
MAX_CREDIT_WORDS = 4
MAX_LABELLED_CHARS = 250  # a longer line that ends in a credit is a paragraph that ends in one

_SIDES = """front frontal rear rearward aft side top overhead left right driver's driver passenger
    center centre central three-quarter three-quarters 3/4 quarter upper lower back low high third-row
    second-row first-row rear-seat open closed digital steering gauge instrument climate gear cargo fuel
    charging brake fog tail head seat roof door engine"""
_PARTS = """aspect profile angle angles shot detail details dashboard dash cluster gauges seats seating
    engine motor bay badge badging emblem logo interior exterior cockpit cabin wheel wheels rim rims
    trunk taillight taillights headlight headlights headlamp headlamps taillamp taillamps foglight
    foglights grille bumper hood bonnet spoiler wing diffuser exhaust tailpipe tailpipes mirror mirrors
    door doors handle handles window windows sunroof boot tailgate hatch bed frunk console shifter lever
    selector knob pedals screen screens display displays touchscreen infotainment system panel controls
    speakers speaker vents vent port upholstery stitching trim headrest headrests armrest fob suspension
    brakes caliper calipers tire tires tyre tyres legroom space area fascia end overview layout lights
    light lamp lamps sill pillar skirt splitter intake scoop fender camera cameras monitor"""
_STATES = "driving parked static motion moving"
# A line that ends in one of these is hardly anything but a caption.
_SHOWN = frozenset({"view", "views", "aspect"})
_ENDS = _SHOWN | frozenset(_PARTS.split())
_VOCABULARY = _ENDS | frozenset(_SIDES.split()) | frozenset(_STATES.split())

_NO_CREDIT = frozenset({"", "null", "none", "n/a", "undefined", "hearst owned"})
_SOURCES = """ap | afp | getty images | reuters | newspress | shutterstock | unsplash | instagram | facebook
    | youtube | twitter | wikimedia commons | wikimedia | bring a trailer | mecum | barrett-jackson
    | rm sotheby's | bonhams | carbuzz | motor1 | motor1.com | insideevs | insideevs.com | carscoops
    | topspeed | hotcars | autoblog | jalopnik | autocar | auto express | top gear | car and driver
    | motortrend | road & track | autoevolution | the drive | electrek | kgp photography | sb-medien
    | carpix | carparazzi | manufacturer | press | werk | hersteller | privat"""
_AGENCIES = frozenset(name.strip() for name in _SOURCES.split("|"))
_ABBREVIATED = ("Inc.", "Ltd.", "Co.", "Corp.", "Jr.")
_YEARS = re.compile(r"(?:19|20)\d\d(?:[-\u2013](?:(?:19|20)?\d\d))?")
_LABEL = re.compile(
    r"""(?<![\w/])(?:\u00a9(?!\s?(?:19|20)\d\d)\s?(?:(?:bild|foto|photo|image)s?\s?:)?|\(c\)
    |(?:(?:photo|image|picture|foto|bild)s?\s)?credits?\s?:|cr\u00e9dits?(?:\s?photos?)?\s?:
    |(?:photos?|photography|pictures?|images?|fotos?|fotograf(?:ie|\u00eda)?|bild(?:er|quelle|nachweis)?
    |imagen|im\u00e1genes|beeld|spy\sshots?|copyright)\s?:
    |(?:photos?|photography|images?|pictures?|renderings?|fotos?|bilder|spy\sshots?)
    \s(?:by|courtesy\sof|via|von|par|di|de)\b)\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_NAME_LINKS = "and und et y e of for via the von van de der di du & /"
_JOINING = frozenset(_NAME_LINKS.split())


@lru_cache(maxsize=4096)  # four readers ask for the same lines of a page
def read_caption(line: str, *, in_run: bool = False) -> Caption | None:
    """The caption that the whole `line` is; None when it may be a sentence or a heading.

    `in_run` says that a neighbouring line is a caption beyond doubt: then a bare part (`Dashboard`), a bare
    credit (`BMW/Jo Miller`) or a bare car (`2020 BMW X5`) is one too.
    """
    text = " ".join(line.split())
    if not text or len(text) > MAX_LABELLED_CHARS:
        return None
    found = _labelled(text) or _by_grammar(text, in_run=in_run) or _maker_and_person(text)
    return found or (_bare(text) if in_run else None)


def split_credit(text: str) -> tuple[str, str | None]:
    """The words of a picture's caption without its credit, and the credit; None when it names none."""
    text = " ".join(text.split())
    if (words := _without_null(text)) != text:
        return words, None
    if cut := _label_at(text):
        after = text[cut[1] :]
        if not _is_name(after):
            return after, None
        return text[: cut[0]].rstrip(" ([|\u2013\u2014-"), _credit(after)
    before, bar, after = text.rpartition(" | ")
    if bar and _is_name(after):
        return before.rstrip(), _credit(after)
    found = _by_grammar(text, in_run=True)
    if found and found.credit:
        return text.removesuffix(found.credit).rstrip(), found.credit
    return text, None


def is_known_credit(text: str) -> bool:
    """Whether `text`, or each part of it around a slash, is a car maker, an agency or a car site."""
    parts = [part.strip() for part in text.split("/")]
    return all(part in makers() or part.casefold() in _AGENCIES for part in parts)


def _labelled(text: str) -> Caption | None:
    """A line whose credit carries a label, before it or behind it."""
    cut = _label_at(text)
    if cut is None:
        return None
    after = text[cut[1] :]
    return Caption(text, credit=_credit(after) if _is_name(after) else None)


def _label_at(text: str) -> tuple[int, int] | None:
    """Where the last credit label begins and ends; None when there is none, or it opens a sentence."""
    last = None
    for match in _LABEL.finditer(text):
        last = match
    if last is None:
        return None
    spoken = not last.group().rstrip().endswith((":", "\u00a9", ")"))
    name = text[last.end() :].strip(" .)]")
    if not name or (spoken and not _is_name(name)) or (last.start() and not _is_name(name)):
        return None
    return last.span()


def _by_grammar(text: str, *, in_run: bool) -> Caption | None:
    words = _without_null(text).split()
    if (
        not 0 < len(words) <= MAX_CAPTION_WORDS
        or text[-1] in ".!?:;,\u2026"
        or not all(map(_has_capital, words))
    ):
        return None
    begin, end = _view(words)
    if begin == end:
        return None
    subject, credit = " ".join(words[:begin]), " ".join(words[end:])
    if len(words) - end > MAX_CREDIT_WORDS or (subject and not _is_subject(words[:begin], in_run=in_run)):
        return None
    if not in_run and not _stands_alone(words[begin:end], subject, credit):
        return None
    return Caption(text, subject=subject or None, view=" ".join(words[begin:end]), credit=_credit(credit))


def _without_null(text: str) -> str:
    """`text` without the word that a site prints where a picture has no credit."""
    lowered = " " + text.casefold()
    word = next((word for word in ("hearst owned", "null") if lowered.endswith(" " + word)), "")
    return text[: len(text) - len(word)].rstrip(" |") if word else text


def _stands_alone(view: Sequence[str], subject: str, credit: str) -> bool:
    """Whether the line needs no neighbour to prove it: `Interior` and `Rear View Camera` may be headings."""
    shown = any(_plain(word) in _SHOWN for word in view) and _plain(view[-1]) not in _ENDS - _SHOWN
    dated = bool(_YEARS.match(subject)) and bool(makes_in((subject,)))
    if dated and len(view) > 1 and (not credit or _is_name(credit)):
        return True
    if credit:
        return is_known_credit(credit) or (shown and bool(subject))
    return shown and (len(view) > 1 or bool(subject))


def _view(words: Sequence[str]) -> tuple[int, int]:
    """Where the last run of view words begins and ends; an empty run where none names a thing to be seen."""
    end = len(words)
    while end:
        while end and not _is_view_word(words, end - 1):
            end -= 1
        begin = end
        while begin and _is_view_word(words, begin - 1):
            begin -= 1
        if any(_plain(word) in _ENDS for word in words[begin:end]):
            return begin, end
        end = begin
    return 0, 0


def _is_view_word(words: Sequence[str], at: int) -> bool:
    plain = _plain(words[at])
    if plain == "in":  # `Front View In Motion`
        return at + 1 < len(words) and _plain(words[at + 1]) == "motion"
    if plain in {"door", "doors", "seats"} and at and words[at - 1].isdigit():
        return False  # `Hatchback 5 Door` is a body style
    return plain in _VOCABULARY


def _is_subject(words: Sequence[str], *, in_run: bool) -> bool:
    """Whether the words name a car: a model year or a make; in a run any short name will do."""
    return (
        bool(_YEARS.fullmatch(words[0])) or bool(makes_in((" ".join(words),))) or (in_run and len(words) <= 6)
    )


def _maker_and_person(text: str) -> Caption | None:
    """A line that is a maker's picture credit alone (`BMW/Jo Miller`)."""
    maker, slash, person = text.partition("/")
    if (
        not slash
        or not is_known_credit(maker)
        or is_known_credit(person)
        or not 2 <= len(person.split()) <= 3
    ):
        return None
    return Caption(text, credit=text) if all(word[0].isupper() for word in person.split()) else None


def _bare(text: str) -> Caption | None:
    """In a run of captions: a line that is a credit alone, or a car alone."""
    words = text.split()
    if text.casefold() in _NO_CREDIT or is_known_credit(text):
        return Caption(text, credit=_credit(text))
    if len(words) > 8 or text[-1] in ".!?:;," or not all(map(_has_capital, words)):
        return None
    if _YEARS.fullmatch(words[0]) and makes_in((text,)):
        return Caption(text, subject=text)
    before, bar, after = text.rpartition(" | ")
    if bar and _is_name(after):
        return Caption(text, subject=before if makes_in((before,)) else None, credit=_credit(after))
    if "/" in text.strip("/") and " / " not in text and _is_name(text):
        return Caption(text, credit=_credit(text))
    return None


@cache
def _plain(word: str) -> str:
    return word.casefold().replace("\u2019", "'").strip("(),")


def _has_capital(word: str) -> bool:
    """Whether the word may stand in a name: `Front`, `2020`, `e-Golf`, `iX`; not `front`."""
    return not word.islower() or not word.isalpha() or word in _JOINING


def _is_name(text: str) -> bool:
    """Whether `text` can be a credit: few words, none of a sentence."""
    words = text.strip(" .()[]").split()
    if " ".join(words).casefold() in _AGENCIES:
        return True
    return 0 < len(words) <= 8 and words[0] not in _JOINING and all(map(_has_capital, words))


def _credit(text: str) -> str | None:
    name = text.strip(" ()[]|")
    if not name.endswith(_ABBREVIATED):
        name = name.rstrip(".")
    return None if name.casefold() in _NO_CREDIT else name
