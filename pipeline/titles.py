"""A page's title, without the site's name that <title> and shares carry behind it."""

import re

SEPARATOR = re.compile(r"\s+[|\-–—•·:»«>/]+\s+|\s*\|\s*|\s+::\s+")


def plain(text: str | None) -> str:
    """`text` with single spaces; empty for None."""
    return " ".join((text or "").split())


def fold(text: str) -> str:
    """`text` reduced to its letters and digits in lower case, for comparing titles."""
    return "".join(c for c in text.casefold() if c.isalnum())


def best_title(headings: list[str], stated: list[tuple[str, str]], site: str) -> tuple[str, str | None]:
    """The title and the place it was read from.

    A heading the page shows wins where it agrees with what the page states elsewhere; then what is stated, without
    the site's name; a heading alone where nothing is stated.
    """
    shown = [text for text in (plain(h) for h in headings) if text]
    for place, value in stated:
        key = fold(value)
        for heading in shown:
            near = fold(heading)
            if len(near) >= 8 and (
                key.startswith(near) or key.endswith(near) or (len(key) >= 12 and near.startswith(key))
            ):
                return f"h1, as {place}", heading if len(heading) <= 300 else plain(value)
    if stated:
        place, value = stated[0]
        return place, without_site(plain(value), site)
    return ("h1", shown[0]) if shown else ("none", None)


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
