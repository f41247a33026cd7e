"""A page's title, without the site's name that <title> and shares carry behind it."""

import re
from collections.abc import Sequence

# What sites put between an article's title and their own name: bars, dashes, dots, colons, guillemets.
SEPARATOR = re.compile("\\s+[|\\-\u2013\u2014\u2022\u00b7:\u00bb\u00ab<>/]+\\s+|\\s*\\|\\s*|\\s+::\\s+")
WORD = re.compile(r"\w+")
MAX_CHARS = 300  # a heading longer than this is a paragraph set large
ALIKE = 0.5  # share of common words from which a heading and a stated title mean the same


def plain(text: str | None) -> str:
    """`text` with single spaces; empty for None."""
    return " ".join((text or "").split())


def fold(text: str) -> str:
    """`text` reduced to its letters and digits in lower case, for comparing titles."""
    return "".join(WORD.findall(text.casefold())).replace("_", "")


def best_title(
    headings: Sequence[str], stated: Sequence[tuple[str, str]], site: str
) -> tuple[str, str | None]:
    """The title and the place it was read from.

    The heading the page shows wins: one that opens what the page states elsewhere, then one that shares its
    words, then the only heading. Without any, what is stated, freed of the site's name.
    """
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
        place, value = stated[0]
        return place, without_site(plain(value), site)
    return ("h1", shown[0]) if shown else ("none", None)


def likeness(heading: str, title: str) -> float:
    """The share of the shorter text's words that both have, 0-1; single words count for nothing."""
    one, two = set(WORD.findall(heading.casefold())), set(WORD.findall(title.casefold()))
    return len(one & two) / min(len(one), len(two)) if len(one) > 2 and len(two) > 2 else 0.0


def without_site(title: str, site: str) -> str:
    """`title` without a tail or head that names the site; unchanged where none does."""
    parts = [(found.start(), found.end()) for found in SEPARATOR.finditer(title)]
    name = fold(site)
    for start, end in parts:
        if name and fold(title[end:]) == name:
            return title[:start]
        if name and fold(title[:start]) == name:
            return title[end:]
    if parts:
        start, end = parts[-1]
        tail, head = title[end:], title[:start]
        if len(tail.split()) <= 3 and len(head.split()) >= 3 and "|" in title[start:end]:
            return head
    return title
