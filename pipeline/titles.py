"""A page's title, without the site's name that <title> and shares carry behind it."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from pipeline.blocks import UNSAID

# What sites put between an article's title and their own name: bars, dashes, dots, colons, guillemets.
SEPARATOR = re.compile("\\s+[|\\-\u2013\u2014\u2022\u00b7:\u00bb\u00ab<>/]+\\s+|\\s*\\|\\s*|\\s+::\\s+")
WORD = re.compile(r"\w+")
LONG_WORD = re.compile(r"[^\W\d_]{3,}")
SOFT = str.maketrans("", "", "\u00ad\u200b\u2060\ufeff")
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
MIN_SLUG = 3  # words of an address from which it says what the page is about
UNSURE = ("h1", "h1, as title element")  # places that may have given the site's own heading
MAX_CHARS = 300  # a heading longer than this is a paragraph set large
ALIKE = 0.5  # share of common words from which a heading and a stated title mean the same


def plain(text: str | None) -> str:
    """`text` with single spaces and without signs that say nothing; empty for None."""
    words = " ".join((text or "").split())
    return words if words.isprintable() else " ".join(UNSAID.sub("", words).split())


def fold(text: str) -> str:
    """`text` reduced to its letters and digits in lower case, for comparing titles."""
    return "".join(WORD.findall(text.casefold())).replace("_", "")


def best_title(
    headings: Sequence[str], stated: Sequence[tuple[str, str]], site: str, url: str | None = None
) -> tuple[str, str | None]:
    """The title and the place it was read from.

    The heading the page shows wins, freed of a kicker before what the page states; one that the page's
    address speaks against gives way to what the address names. Without any, what is stated, freed of the
    site's name.
    """
    shown = [unsoftened(text) for text in headings]
    own = host_word(url)
    told = [(place, unsoftened(plain(value))) for place, value in stated]
    cleaned = [(place, without_site(value, site, own)) for place, value in told]
    place, title = chosen(shown, told, cleaned, site)
    if title is None:
        return place, None
    if place in UNSURE and (named := named_by(url, title, [*shown, *alternatives(cleaned, told)])):
        return "address", named
    return place, without_kicker(title, [value for _, value in cleaned])


def chosen(
    headings: Sequence[str],
    stated: Sequence[tuple[str, str]],
    cleaned: Sequence[tuple[str, str]],
    site: str,
) -> tuple[str, str | None]:
    """The heading that opens what is stated, else one that shares its words, else the only one."""
    shown = [
        text for text in headings if 0 < len(text) <= MAX_CHARS and fold(text) and fold(text) != fold(site)
    ]
    for place, value in stated:
        key = fold(value)
        for heading in shown:
            near = fold(heading)
            if len(near) >= 8 and (key.startswith(near) or (len(key) >= 12 and near.startswith(key))):
                return f"h1, as {place}", heading
    if stated and shown:
        alike = max(shown, key=lambda heading: max(likeness(heading, value) for _, value in stated))
        if max(likeness(alike, value) for _, value in stated) >= ALIKE:
            return "h1, like " + stated[0][0], alike
    if len(shown) == 1 and len(WORD.findall(shown[0])) > 3:
        return "h1", shown[0]
    if stated:
        return cleaned[0]
    return ("h1", shown[0]) if shown else ("none", None)


def unsoftened(text: str) -> str:
    """`text` without the marks that only say where a word may break."""
    return text.translate(SOFT) if not text.isascii() else text


def host_word(url: str | None) -> str:
    """The main word of an address's host, "motor" of www.motor.example; empty where it has none."""
    try:
        parts = (urlsplit(url or "").hostname or "").split(".")
    except ValueError:
        return ""
    return fold(parts[-2]) if len(parts) > 1 else ""


def alternatives(cleaned: Sequence[tuple[str, str]], stated: Sequence[tuple[str, str]]) -> list[str]:
    """What else may be the title: each statement, and the parts of the one in <title>."""
    parts = [part for place, value in stated if place == "title element" for part in SEPARATOR.split(value)]
    return [*(value for _, value in cleaned), *parts]


def named_by(url: str | None, title: str, others: Sequence[str]) -> str | None:
    """The text that says most of the address's words where `title` says none; None where it says some or
    no text says half of them.
    """
    try:
        parts = urlsplit(url or "").path.lower().split("/")
    except ValueError:
        return None
    words = max((spelled(part) for part in parts), key=len)
    if len(words) < MIN_SLUG or spelled(title) & words or not others:
        return None
    best = max(others, key=lambda text: (len(spelled(text) & words), -len(text)))
    return best if 2 * len(spelled(best) & words) >= len(words) else None


def spelled(text: str) -> set[str]:
    """The words of three letters and more as addresses spell them."""
    return set(LONG_WORD.findall(text.lower().translate(UMLAUTS)))


def without_kicker(title: str, stated: Sequence[str]) -> str:
    """`title` as the page states it, where the statement is all of it or what follows its kicker."""
    key = fold(title)
    for text in stated:
        if fold(text) == key and len(text.split()) < len(title.split()):
            return text  # a heading set in several elements may have its words torn apart
    for text in stated:
        near = fold(text)
        if len(text.split()) >= 3 and len(near) >= 12 and len(near) >= 0.3 * len(key) and key.endswith(near):
            return text
    return title


def likeness(heading: str, title: str) -> float:
    """The share of the shorter text's words that both have, 0-1; single words count for nothing."""
    one, two = set(WORD.findall(heading.casefold())), set(WORD.findall(title.casefold()))
    return len(one & two) / min(len(one), len(two)) if len(one) > 2 and len(two) > 2 else 0.0


def without_site(title: str, site: str, own: str = "") -> str:
    """`title` without a tail or head that names the site by `site` or its host's word `own`; unchanged where
    none does.
    """
    parts = [(found.start(), found.end()) for found in SEPARATOR.finditer(title)]
    name = fold(site)
    for start, end in parts:
        before, after = title[:start], title[end:]
        if name and name in (fold(before), fold(after)):
            return before if fold(after) == name else after
    if not parts:
        return title
    (_, opening), (start, end) = parts[0], parts[-1]
    head, tail = title[: parts[0][0]], title[end:]
    short = len(tail.split()) <= 3 and len(title[:start].split()) >= 3 and "|" in title[start:end]
    if short or is_host(tail, own):
        return title[:start]
    return title[opening:] if is_host(head, own) else title


def is_host(text: str, own: str) -> bool:
    """Whether a short text names the host: its word is in it, or it is in the word."""
    key = fold(text)
    return len(own) >= 4 and len(key) >= 4 and len(text.split()) <= 6 and (own in key or key in own)
