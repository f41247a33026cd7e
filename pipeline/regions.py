"""How far a box reaches in a text dump, where nothing but its heading marks it off."""

import re

from pipeline.lexicon import closing
from pipeline.lines import Line
from pipeline.roles import Dump, Role, Roles

BODY_SHARE = (
    0.25  # of all prose: with more than this behind it, a heading stands inside the article, not at its end
)
MIN_TEXT_CHARS = 80  # a whole sentence this long after a box inside the article is text again, not a teaser
MAX_TEASER_CHARS = 160
COMMENT_LINES = 12  # looked at for the signs of readers talking
_COMMENT_SIGNS = re.compile(
    r"\b(?:reply|ago|posted|upvotes?|likes?|guest|antworten|vor \d+"
    r"|gast|répondre|responder|rispondi|log in)\b"
    r"|(?:says|said|wrote|schreibt|dit|dice)\s*:|^[-\u2013] ?\w{2,20}$|^@\w",
    re.IGNORECASE,
)


def closed_boxes(dump: Dump, roles: Roles) -> dict[int, Role]:
    """The lines of related, most-read, newsletter, author and comment boxes, below the heading of each."""
    found: dict[int, Role] = {}
    for at, line in enumerate(dump.lines):
        rule = closing(line.text) if at in roles and roles[at].became is None else None
        if rule and at not in found:
            taken = range(at + 1, _end(dump, roles, at, rule))
            found |= {i: Role(rule) for i in taken if i not in roles and i not in found}
    return found


def _end(dump: Dump, roles: Roles, at: int, rule: str) -> int:
    """The place behind the last line of the box whose heading stands at `at`."""
    size = len(dump.lines)
    inside = _is_inside(dump, roles, at)
    if rule == "newsletter":
        return _group_end(dump, at)
    if rule == "comments":
        return size if not inside or _readers_talk(dump, at) else at + 1
    if not inside:
        return size
    if rule == "author box":
        return at + 1
    return next((i for i in range(at + 1, size) if i not in roles and _is_text(dump.lines[i])), size)


def _is_inside(dump: Dump, roles: Roles, at: int) -> bool:
    """Whether so much prose follows that the heading cannot stand at the article's end."""
    prose = [(i, len(line.text)) for i, line in dump.free(roles) if line.is_prose]
    behind = sum(chars for i, chars in prose if i > at)
    return behind > BODY_SHARE * sum(chars for _, chars in prose)


def _is_text(line: Line) -> bool:
    return len(line.text) > MAX_TEASER_CHARS or (line.ends_sentence and len(line.text) >= MIN_TEXT_CHARS)


def _readers_talk(dump: Dump, at: int) -> bool:
    below = dump.lines[at + 1 : at + 1 + COMMENT_LINES]
    return sum(bool(_COMMENT_SIGNS.search(line.text)) for line in below) >= 2


def _group_end(dump: Dump, at: int) -> int:
    """The end of the heading's own group of lines; right behind the heading where groups do not show."""
    if not dump.is_grouped:
        return at + 1
    end = at + 1
    while end < len(dump.lines) and not dump.lines[end].gap and not _is_text(dump.lines[end]):
        end += 1
    return end
