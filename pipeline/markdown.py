"""Markdown, as other extractors write it, to plain lines; what its signs say of a line is kept beside it.

Only what extractors emit is read: headings, emphasis, links, pictures and quotations. List items keep their
sign, which plain dumps have too.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.article import Kind

# Every repetition has an end, so that no text takes more than linear time.
_PICTURE = re.compile(
    r"!\[([^\]\n]{0,300})\]\(\s{0,3}([^\s()]{1,2000})(?:\s{1,3}\"([^\"\n]{0,300})\")?\s{0,3}\)"
)
_LINK = re.compile(
    r"\[([^\[\]\n]{0,300})\]\((?:https?:|/|#|mailto:)[^\s()]{0,2000}(?:\s{1,3}\"[^\"\n]{0,300}\")?\)"
)
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]{1,5}(\S.{0,400})")
_QUOTE = re.compile(r" {0,3}>[ \t]?(.*)")
_BULLET = re.compile(r"^( {0,12})\*(?=[ \t]+\S)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,500}?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=[^\s*_])([^*_\n]{1,500}?)(?<=\S)\1(?![\w*])")


@dataclass(frozen=True, slots=True)
class Mark:
    """What Markdown says of a line; `level` is a heading's, `image` the address of a caption's picture."""

    kind: Kind
    level: int = 0
    image: str | None = None


def is_markdown(text: str) -> bool:
    """Whether a text is Markdown beyond doubt: it has a heading, a link or a picture in its signs."""
    return (
        any(_HEADING.fullmatch(line) for line in text.split("\n"))
        or bool(_PICTURE.search(text))
        or bool(_LINK.search(text))
    )


def plain_lines(text: str) -> tuple[str, Mapping[str, Mark]]:
    """The text without Markdown's signs, and by a line's words what the signs said of it."""
    marks: dict[str, Mark] = {}
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        for words, mark in _read(line):
            if mark and words.strip():
                marks.setdefault(" ".join(words.split()), mark)
            lines.append(words)
    return "\n".join(lines), marks


def _read(line: str) -> Iterator[tuple[str, Mark | None]]:
    """The line's own words, then those of each picture in it as a line, all with their marks."""
    pictures = _PICTURE.findall(line)
    rest = _LINK.sub(r"\1", _PICTURE.sub("", line)) if pictures else _LINK.sub(r"\1", line)
    if rest.strip() or not pictures:
        yield _marked(_BULLET.sub(r"\1-", rest))
    for words, address, title in pictures:
        if words.strip() or title.strip():
            yield words.strip() or title.strip(), Mark(Kind.CAPTION, image=address)


def _marked(line: str) -> tuple[str, Mark | None]:
    heading = _HEADING.fullmatch(line)
    if heading:
        return _bare(heading[2]).rstrip(" #"), Mark(Kind.HEADING, len(heading[1]))
    quote = _QUOTE.fullmatch(line)
    return (_bare(quote[1]), Mark(Kind.QUOTE)) if quote else (_bare(line), None)


def _bare(line: str) -> str:
    return _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", line))
