"""Limits on a page before it is parsed: some kilobytes of hostile mark-up can cost a parser minutes and
gigabytes.

An HTML parser must reopen every unclosed <font color=...> in each paragraph that follows, and look through
all open elements at each <div>: both grow with the square of the page. Real pages come nowhere near these
limits.
"""

import re

MAX_BYTES = 8_000_000  # the longest of 1,784 real pages has 5 million
MAX_TAGS = 60_000  # openings of a tag; the fullest real page has 22,000
FEW_TAGS = 2_500  # below it unclosed formatting cannot make more than some hundred thousand nodes
SAFE_TAGS = 20_000  # below it even a page of nothing but nested <div> parses within a second
MAX_DEPTH = 600  # real pages nest less than 100 deep
MAX_OPEN = 100  # formatting elements with attributes that may stand open at once
# No page means these; in a title or an address they would reach whoever reads the article.
CONTROLS = bytes({*range(32), 127} - {9, 10, 12, 13})
FORMATTING = re.compile(
    rb"<(/?)(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s>/])", re.IGNORECASE
)
WITH_ATTRIBUTES = re.compile(rb"<(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\s", re.IGNORECASE)
TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
ANY_TAG = re.compile(b"<[^<>]*>")
# These never hold anything, or end by themselves when the next one begins.
SHALLOW = frozenset(
    b"a area base br col embed hr img input link meta param source track wbr p li dt dd option tr td th "
    b"thead tbody".split()
)


def bounded(html: bytes) -> tuple[bytes, tuple[str, ...]]:
    """`html`, which is UTF-8, without control characters and within the limits; "cut short" or "mark-up
    dropped" are among the flags where it was not.
    """
    flags: list[str] = []
    html = html.translate(None, CONTROLS)
    if len(html) > MAX_BYTES:
        html = html[:MAX_BYTES]
        flags.append("cut short")
    tags = html.count(b"<")
    if tags > MAX_TAGS:
        html = html[: nth(html, b"<", MAX_TAGS)]
        flags.append("cut short")
    if tags > FEW_TAGS and len(WITH_ATTRIBUTES.findall(html)) > MAX_OPEN and most_open(html) > MAX_OPEN:
        html = FORMATTING.sub(rb"<\1x-formatting", html)
        flags.append("mark-up dropped")
    if tags > SAFE_TAGS:
        place = too_deep(html)
        if place is not None:
            html = html[:place] + ANY_TAG.sub(b" ", html[place:])
            flags.append("mark-up dropped")
    return html, tuple(dict.fromkeys(flags))


def nth(html: bytes, sign: bytes, count: int) -> int:
    """The place of the `count`-th `sign` in `html`."""
    place = -1
    for _ in range(count):
        place = html.find(sign, place + 1)
    return place


def most_open(html: bytes) -> int:
    """The largest number of formatting elements open at the same time."""
    now = most = 0
    for found in FORMATTING.finditer(html):
        now = max(0, now - 1) if found.group(1) else now + 1
        most = max(most, now)
    return most


def too_deep(html: bytes) -> int | None:
    """Where elements first nest deeper than the limit; None where they never do."""
    depth = 0
    for found in TAG.finditer(html):
        if found.group(2).lower() in SHALLOW:
            continue
        depth = max(0, depth - 1) if found.group(1) else depth + 1
        if depth > MAX_DEPTH:
            return found.start()
    return None
