"""How far a box reaches in a text dump, where nothing but its heading marks it off."""

import re
from collections.abc import Iterator

from pipeline.lexicon import closing
from pipeline.lines import Line
from pipeline.roles import Dump, Role, Roles

BODY_SHARE = (
    0.25  # of all prose: with more than this behind it, a heading stands inside the article, not at its end
)
MIN_TEXT_CHARS = 80  # a whole sentence this long after a box inside the article is text again, not a teaser
MAX_TEASER_CHARS = 160
MAX_HANDLE_CHARS = 30
_SIGN_RULES = frozenset({"age", "comments"})
COMMENT_LINES = 12  # looked at for the signs of readers talking
_COMMENT_SIGNS = re.compile(
    r"\b(?:reply|ago|posted|upvotes?|likes?|guest|antworten|vor \d+"
    r"|gast|répondre|responder|rispondi|log in)\b"
    r"|(?:says|said|wrote|schreibt|dit|dice)\s*:|^[-\u2013] ?\w{2,20}$|^@\w",
    re.IGNORECASE,
)


def closed_boxes(dump: Dump, roles: Roles) -> dict[int, Role]:
    """The lines of related, most-read, newsletter, author and comment boxes, below the heading of each."""
    heads = list(_headings(dump, roles))
    limits = [at for at, _ in heads[1:]] + [len(dump.lines)] * bool(heads)
    behind = _prose_behind(dump, roles)
    found: dict[int, Role] = {}
    for (at, rule), limit in zip(heads, limits, strict=True):
        inside = behind[at] > BODY_SHARE * behind[0]
        end = _end(dump, roles, at, limit, rule) if inside or rule == "newsletter" else limit
        found |= {i: Role(rule) for i in range(at + 1, end) if i not in roles}
    return found


def readers_comments(dump: Dump, roles: Roles) -> dict[int, Role]:
    """Readers talking behind the text though no heading says so: from the first of their signs to the end.

    A sign is a line that is an age ("2 hours ago") or a button ("Reply"); three of them stand close together,
    and behind the first lies less of the prose than a box inside the article would leave.
    """
    signs = [at for at, role in sorted(roles.items()) if role.rule in _SIGN_RULES and role.became is None]
    behind = _prose_behind(dump, roles)
    for first, third in zip(signs, signs[2:], strict=False):
        if third - first <= COMMENT_LINES and behind[first] <= BODY_SHARE * behind[0]:
            start = first - (first > 0 and first - 1 not in roles and _is_handle(dump.lines[first - 1]))
            return {at: Role("comments") for at in range(start, len(dump.lines)) if at not in roles}
    return {}


def _is_handle(line: Line) -> bool:
    """Whether a line may be a reader's name."""
    return len(line.text) <= MAX_HANDLE_CHARS and len(line.text.split()) <= 3 and not line.ends_sentence


def _headings(dump: Dump, roles: Roles) -> Iterator[tuple[int, str]]:
    """The lines that open a box, with their rules."""
    for at, line in enumerate(dump.lines):
        if at in roles and roles[at].became is None and (rule := closing(line.text)):
            yield at, rule


def _prose_behind(dump: Dump, roles: Roles) -> list[int]:
    """For each line, the characters of prose from there to the end."""
    behind = [0] * (len(dump.lines) + 1)
    for at in range(len(dump.lines) - 1, -1, -1):
        line = dump.lines[at]
        behind[at] = behind[at + 1] + (len(line.text) if at not in roles and line.is_prose else 0)
    return behind


def _end(dump: Dump, roles: Roles, at: int, limit: int, rule: str) -> int:
    """The place behind the last line of a box inside the article, whose heading stands at `at`."""
    if rule == "newsletter":
        return _group_end(dump, at, limit)
    if rule == "comments":
        return limit if _readers_talk(dump, at) else at + 1
    if rule == "author box":
        return at + 1
    end = next((i for i in range(at + 1, limit) if i not in roles and _is_text(dump.lines[i])), limit)
    before = end - 1
    # A headline set off by blank lines on both sides, right above text, is that text's heading, not a teaser.
    heads_text = end < len(dump.lines) and dump.is_grouped and dump.lines[before].gap and dump.lines[end].gap
    return before if heads_text and before > at + 1 else end


def _is_text(line: Line) -> bool:
    return len(line.text) > MAX_TEASER_CHARS or (line.ends_sentence and len(line.text) >= MIN_TEXT_CHARS)


def _readers_talk(dump: Dump, at: int) -> bool:
    below = dump.lines[at + 1 : at + 1 + COMMENT_LINES]
    return sum(bool(_COMMENT_SIGNS.search(line.text)) for line in below) >= 2


def _group_end(dump: Dump, at: int, limit: int) -> int:
    """The end of the heading's own group of lines; right behind the heading where groups do not show."""
    if not dump.is_grouped:
        return at + 1
    ends = (i for i in range(at + 1, limit) if dump.lines[i].gap or _is_text(dump.lines[i]))
    return next(ends, limit)
