"""The pattern of a site's article addresses, learned from some of them and, by contrast, from other pages.

Addresses are sorted by the shape of their paths. For each common shape the widest expression is taken that
refuses every other page seen: first any words, then words with more and more hyphens, which headlines have
and sections lack.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

FEWEST = 3  # addresses that may show a pattern; two are alike by chance
WANTED = 0.95  # share of the articles after which rarer shapes are left out
ENOUGH = 0.9  # share of the articles a pattern must accept to be one
RARE = 0.03  # share below which a shape is an accident (an advertisement in the feed)
MOST_SECTIONS = 12  # different words in one place of the path that are still sections, to be named one by one
MOST_EXCEPTIONS = 20  # other pages that a pattern names, such as /terms-of-use/ among headlines
MOST_HYPHENS = 4  # asked of a headline; "how-to-sell-a-car" has as many
# words in a path that never lead to articles
NO_SECTION = re.compile(
    r"about|archive?|authors?|autor(?:en)?|categor(?:y|ies)|contact|impressum|kontakt|login|newsletter|page|privacy"
    r"|search|shop|suche|tags?|team|terms|topics?|user|videos?"
)

LETTERS = "[a-z0-9-]"
YEAR = re.compile(r"(?:19|20)\d{2}")
PLAIN_WORDS = re.compile(r"[a-z0-9-]+")
# what a part of a path may be, the special before the general: (name, what it looks like, what accepts it)
PARTS = (
    ("year", YEAR, r"\d{4}"),
    ("day", re.compile(r"(?:19|20)\d{2}-\d{2}-\d{2}"), r"\d{4}-\d{2}-\d{2}"),
    ("two", re.compile(r"\d{1,2}"), r"\d{1,2}"),
    ("number", re.compile(r"\d{3,}"), r"\d{3,}"),
    ("code", re.compile(r"[a-z]{1,2}\d{5,}"), None),
    # five figures at least: four are a model year
    ("headline and number", re.compile(r"[^/]*[^/\d]-?\d{5,}(?:\.[a-z]{3,5})?"), None),
    ("number and headline", re.compile(r"\d{5,}[-_.][^/]+"), None),
)
NUMBERED = frozenset({"year", "day", "number", "code", "headline and number", "number and headline"})


@dataclass(frozen=True, slots=True)
class Learned:
    """A pattern, the share of the articles it accepts, and how many other pages it accepts too."""

    pattern: str
    accepted: float
    mistaken: int


@dataclass(frozen=True, slots=True)
class Shape:
    """How a path is built: what its parts are, its file ending, whether a slash ends it."""

    parts: tuple[str, ...]
    ending: str
    slash: bool


def learned(
    articles: Iterable[str], others: Iterable[str], host: str, sections: Iterable[str] = ()
) -> Learned | None:
    """The pattern of `articles` that leaves out `others`, both addresses on `host`; None where there is none.

    `host` is without `www.`, with the port where that is unusual; `sections` are words known to begin the
    paths of articles, beside those in `articles`.
    """
    wanted = sorted(set(articles))
    unwanted = sorted(set(others) - set(wanted))
    shapes: dict[Shape, list[str]] = defaultdict(list)
    for url in wanted:
        if not urlsplit(url).query:
            shapes[shape_of(url)].append(url)
    paths: list[str] = []
    reached = 0
    known = {word for word in sections if PLAIN_WORDS.fullmatch(word) and not NO_SECTION.fullmatch(word)}
    fewest = max(2, RARE * len(wanted))
    for shape, urls in sorted(shapes.items(), key=lambda item: (-len(item[1]), str(item[0]))):
        if len(wanted) < FEWEST or reached >= WANTED * len(wanted) or len(urls) < fewest:
            break
        if path := expression(shape, urls, unwanted, known, host):
            paths.append(path)
            reached += len(urls)
    if not paths:
        return None
    pattern = whole(paths, host, wanted)
    fits = re.compile(pattern).search
    accepted = sum(1 for url in wanted if fits(url)) / len(wanted)
    if accepted < ENOUGH:
        return None
    return Learned(pattern, accepted, sum(1 for url in unwanted if fits(url)))


def shape_of(url: str) -> Shape:
    """The shape of an address' path."""
    path = urlsplit(url).path
    slash = path.endswith("/")
    parts = path.strip("/").split("/")
    ending = re.search(r"\.[a-z]{3,5}$", parts[-1])
    kinds = [kind_of(part) for part in parts]
    return Shape(tuple(kinds), ending[0] if ending else "", slash)


def kind_of(part: str) -> str:
    """What a part of a path is; "words" where it is nothing special."""
    return next((name for name, looks, _ in PARTS if looks.fullmatch(part)), "words")


def expression(
    shape: Shape, urls: Sequence[str], unwanted: Sequence[str], sections: set[str], host: str
) -> str | None:
    """The widest expression for the paths of `urls` that accepts nothing unwanted; None if there is none.

    A few unwanted pages that look like articles in all respects are named as exceptions.
    """
    best: tuple[float, str, list[str]] | None = None
    for candidate in candidates(shape, urls, sections):
        fits = re.compile(whole([candidate], host, urls)).search
        accepted = sum(1 for url in urls if fits(url)) / len(urls)
        mistaken = [url for url in unwanted if fits(url)]
        cost = 100 * (1 - accepted) + len(mistaken)  # an exception is worth a hundredth of the articles
        if accepted >= ENOUGH and len(mistaken) <= MOST_EXCEPTIONS and (best is None or cost < best[0]):
            best = cost, candidate, mistaken
    if best is None:
        return None
    _, candidate, mistaken = best
    names = sorted({escaped(urlsplit(url).path.strip("/")) for url in mistaken})
    return f"(?!(?:{'|'.join(names)})/?$){candidate}" if names else candidate


def escaped(text: str) -> str:
    """`text` as the part of a pattern that means itself; hyphens stay readable."""
    return re.escape(text).replace(r"\-", "-")


def candidates(shape: Shape, urls: Sequence[str], sections: set[str]) -> Iterator[str]:
    """Expressions for the paths of one shape, the wider ones first."""
    columns = list(zip(*(urlsplit(url).path.strip("/").split("/") for url in urls), strict=True))
    hyphens = range(1) if NUMBERED & set(shape.parts) else range(MOST_HYPHENS + 1)
    namings = [sections, set[str]()]
    for least in hyphens:
        for more in namings:
            parts = [
                middle(kind, set(column), more)
                for kind, column in zip(shape.parts[:-1], columns, strict=False)
            ]
            parts.append(last(shape, columns[-1], least))
            yield "/".join(parts) + ("/" if shape.slash else "")


def middle(kind: str, values: set[str], sections: set[str]) -> str:
    """What accepts one place of the path before the last: a section by its name where there are few."""
    if kind == "code":  # its letters tell articles from galleries
        letters = sorted({value.rstrip("0123456789") for value in values})
        return rf"(?:{'|'.join(letters)})\d{{5,}}" if len(letters) > 1 else rf"{letters[0]}\d{{5,}}"
    for name, _, accepts in PARTS:
        if name == kind and accepts:
            return accepts
    if len(values) > MOST_SECTIONS:
        return charset(values) + "+"
    values = values | sections if values & sections else values  # the place where sections stand
    named = [escaped(value) for value in sorted(values)]
    return named[0] if len(named) == 1 else f"(?:{'|'.join(named)})"


def last(shape: Shape, values: Sequence[str], least: int) -> str:
    """What accepts the last place of the path, with at least so many hyphens in it."""
    kind, ending = shape.parts[-1], re.escape(shape.ending)
    letters = charset({value.removesuffix(shape.ending) for value in values})
    digits = min(map(len, re.findall(r"\d{5,}", " ".join(values))), default=5)
    if kind == "code":
        return middle(kind, set(values), set())
    if kind == "headline and number":
        return rf"{letters}+?\d{{{digits},}}{ending}"
    if kind == "number and headline":
        return rf"\d{{{digits},}}[-_.]{letters}+{ending}"
    for name, _, accepts in PARTS:
        if name == kind and accepts:
            return accepts
    if not least:
        return f"{letters}+{ending}"
    word = "[a-z0-9]" if letters == LETTERS else "[^-/?#]"
    return f"{word}+(?:-{word}+){{{least},}}{ending}"


def charset(values: Iterable[str]) -> str:
    """The letters that words in these places are made of."""
    return LETTERS if all(PLAIN_WORDS.fullmatch(value) for value in values) else "[^/?#]"


def whole(paths: Sequence[str], host: str, urls: Sequence[str]) -> str:
    """The pattern of whole addresses with these paths on `host`, below it too where some of `urls` are."""
    names = Counter(urlsplit(url).netloc.lower() for url in urls)
    below = any(name not in {host, f"www.{host}"} for name in names)
    front = r"(?:[a-z0-9-]+\.)*" if below else r"(?:www\.)?"
    both = {path.removesuffix("/") for path in paths if path.endswith("/")} & set(paths)
    told = [path for path in paths if path.rstrip("/") not in both] + [f"{path}/?" for path in sorted(both)]
    inner = told[0] if len(told) == 1 else f"(?:{'|'.join(told)})"
    return rf"^https?://{front}{escaped(host)}/{inner}$"
