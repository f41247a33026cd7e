"""The lines of a text dump: freed of stray characters, and joined again where a fixed width broke them."""

import re
import unicodedata
from dataclasses import dataclass

MIN_WIDTH, MAX_WIDTH = 40, 120  # characters; what mailers, terminals and archives wrap text to
MIN_LOWER_SHARE = 0.4  # of broken lines that go on in lower case; German, with its nouns, has about 0.6

_BREAKS = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ENDS = (".", "!", "?", "\u2026", "\u3002", "\uff01", "\uff1f")
_CLOSERS = "\"'\u201d\u2019\u201c\u00bb\u203a)] "
_ITEM = re.compile(r"(?:[-\u2013*\u2022\u00b7\u25aa\u25cf\u25e6>]|\d{1,2}[.)]|[a-z]\))\s+\S")


@dataclass(frozen=True, slots=True)
class Line:
    """One line that holds text; `gap` says that a blank line, or the beginning, stands before it."""

    text: str
    gap: bool

    @property
    def is_item(self) -> bool:
        """Whether the line is an item of a list."""
        return bool(_ITEM.match(self.text))

    @property
    def ends_sentence(self) -> bool:
        """Whether the line closes as sentences do; an ellipsis is a teaser's end, not a sentence's."""
        bare = self.text.rstrip(_CLOSERS)
        return bare.endswith(_ENDS) and not bare.endswith(("...", "\u2026"))

    @property
    def is_headline(self) -> bool:
        """Whether the line has a headline's form: short, and no full stop, colon or comma at its end."""
        text = self.text
        return (
            len(text) <= 160
            and not self.is_item
            and not text.rstrip(_CLOSERS).endswith((*".:;,", "\u3002", "\uff1a", "\u3001"))
        )

    @property
    def is_prose(self) -> bool:
        """Whether the line has a paragraph's form: sentences, or more than a headline holds."""
        return len(self.text) > 160 or (self.ends_sentence and len(self.text) > 30)


def lines_of(text: str) -> list[Line]:
    """The lines of `text` that hold something, in order, each tidied to single spaces.

    Byte order marks and invisible characters go, control characters become spaces, lone surrogates the
    replacement character. Lines that a fixed width broke are joined to the paragraphs they were.
    """
    lines: list[Line] = []
    gap = True
    for raw in _BREAKS.split(_tidied(text)):
        if words := " ".join(raw.split()):
            lines.append(Line(words, gap))
        gap = not words
    return _rejoined(lines)


def _tidied(text: str) -> str:
    text = _SURROGATE.sub("\ufffd", _CONTROL.sub(" ", _INVISIBLE.sub("", text)))
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _rejoined(lines: list[Line]) -> list[Line]:
    """The paragraphs of a text wrapped to a fixed width; `lines` as they are where it was not."""
    width = max((len(line.text) for line in lines), default=0)
    if not MIN_WIDTH <= width <= MAX_WIDTH:
        return lines
    broken = [i for i in range(1, len(lines)) if _broken(lines[i - 1], lines[i], width)]
    lower = sum(lines[i].text[0].islower() for i in broken)
    if len(broken) < 3 or lower < MIN_LOWER_SHARE * len(broken):
        return lines
    return _joined(lines, frozenset(broken))


def _broken(line: Line, following: Line, width: int) -> bool:
    """Whether the next line's first word would not have fitted: the sign of a break made by width alone."""
    return not following.gap and len(line.text) + 1 + len(following.text.split(" ", 1)[0]) > width


def _joined(lines: list[Line], continuing: frozenset[int]) -> list[Line]:
    parts: list[list[str]] = []
    gaps: list[bool] = []
    for at, line in enumerate(lines):
        if at not in continuing:
            parts.append([line.text])
            gaps.append(line.gap)
        elif parts[-1][-1][-2:-1].isalpha() and parts[-1][-1].endswith("-") and line.text[0].islower():
            parts[-1].append(line.text)  # `plug-` + `in`: broken behind a hyphen that is part of the word
        else:
            parts[-1].append(" " + line.text)
    return [Line("".join(words), gap) for words, gap in zip(parts, gaps, strict=True)]
