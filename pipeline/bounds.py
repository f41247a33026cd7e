"""Limits on a page before it is parsed: some kilobytes of hostile mark-up can cost a parser minutes and gigabytes.

An HTML parser must reopen every unclosed <font color=...> in each paragraph that follows, and look through all
open elements at each <div>: both grow with the square of the page. Real pages come nowhere near these limits.
"""

import re

MAX_CHARS = 8_000_000  # the longest of 1,784 real pages has 5 million
MAX_TAGS = 60_000  # openings of a tag; the fullest real page has 22,000
SAFE_TAGS = 20_000  # below it even a page of nothing but nested <div> parses within a second
MAX_DEPTH = 600  # real pages nest less than 100 deep
MAX_OPEN = 100  # formatting elements with attributes that may stand open at once
FORMATTING = re.compile(r"<(/?)(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s>/])", re.I)
WITH_ATTRIBUTES = re.compile(r"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\s", re.I)
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
ANY_TAG = re.compile("<[^<>]*>")
# These never hold anything, or end by themselves when the next one begins.
SHALLOW = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dt dd option tr td th thead tbody "
    "a".split()
)


def bounded(text: str) -> tuple[str, tuple[str, ...]]:
    """`text` within the limits, and "cut short" or "mark-up dropped" among the flags where it was not."""
    flags: list[str] = []
    if len(text) > MAX_CHARS:
        text = text[:MAX_CHARS]
        flags.append("cut short")
    tags = text.count("<")
    if tags > MAX_TAGS:
        text = text[: nth(text, "<", MAX_TAGS)]
        flags.append("cut short")
    if len(WITH_ATTRIBUTES.findall(text)) > MAX_OPEN and most_open(text) > MAX_OPEN:
        text = FORMATTING.sub(r"<\1x-formatting", text)
        flags.append("mark-up dropped")
    if tags > SAFE_TAGS:
        place = too_deep(text)
        if place is not None:
            text = text[:place] + ANY_TAG.sub(" ", text[place:])
            flags.append("mark-up dropped")
    return text, tuple(dict.fromkeys(flags))


def nth(text: str, sign: str, count: int) -> int:
    """The place of the `count`-th `sign` in `text`."""
    place = -1
    for _ in range(count):
        place = text.find(sign, place + 1)
    return place


def most_open(text: str) -> int:
    """The largest number of formatting elements open at the same time."""
    now = most = 0
    for found in FORMATTING.finditer(text):
        now = max(0, now - 1) if found.group(1) else now + 1
        most = max(most, now)
    return most


def too_deep(text: str) -> int | None:
    """Where elements first nest deeper than the limit; None where they never do."""
    depth = 0
    for found in TAG.finditer(text):
        if found.group(2).lower() in SHALLOW:
            continue
        depth = max(0, depth - 1) if found.group(1) else depth + 1
        if depth > MAX_DEPTH:
            return found.start()
    return None
