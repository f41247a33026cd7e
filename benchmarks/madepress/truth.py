"""What a made page must be read as: the marks around its lines become lists, in page order.

A line stands in the markup as `⟦kind|text⟧`; kind `b` with a role is body, `dek` the standfirst,
`caption` a caption, and every other kind is boilerplate. Marks do not nest.
"""

import re
from dataclasses import dataclass, field
from html import unescape

MARK = re.compile(r"⟦(\w[\w -]*)\|(.*?)⟧", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
SHORTHAND = re.compile(r"\[\[(?:(\w[\w -]*)\|)?")
APPENDED = re.compile(r"⟦[\w -]+\|")


@dataclass(slots=True)
class MadePage:
    """A made page with everything a reader must find on it, and what it must leave.

    `paragraphs` have their roles (paragraph, heading, item, cell, quote, question, update) at the same places
    in `roles`, `boilerplate` the kinds of its lines in `kinds`; the title and the standfirst as printed are
    among these, for they must not be in the text either.
    """

    url: str
    html: str
    layout: str
    title: str
    standfirst: str | None
    paragraphs: list[str]
    roles: list[str]
    captions: list[str]
    boilerplate: list[str]
    kinds: list[str]
    authors: list[str]
    published_at: str
    language: str
    section: str | None = None
    tags: list[str] = field(default_factory=list)
    shape: str = ""  # genre, names and markup of the page, for reports


@dataclass(slots=True)
class Lines:
    """The marked lines of a page, and its markup without the marks."""

    html: str
    body: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    boilerplate: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)


def plain(markup: str) -> str:
    """The text of some inline markup, white space folded."""
    return " ".join(unescape(TAG.sub("", markup.replace("<br>", " "))).split())


def shorthand(template: str, kind: str) -> str:
    """`[[text]]` of a template as a mark of `kind`, and `[[other|text]]` as one of its own."""
    return SHORTHAND.sub(lambda found: f"⟦{found[1] or kind}|", template).replace("]]", "⟧")


def as_kind(markup: str, kind: str) -> str:
    """The markup with all its lines made `kind`."""
    return APPENDED.sub(f"⟦{kind}|", markup)


def read_marks(marked: str) -> Lines:
    """The lines of a marked page."""
    lines = Lines("")

    def note(found: re.Match[str]) -> str:
        kind, text = found[1], plain(found[2])
        if not text:
            return found[2]
        if kind.startswith("b "):
            lines.body.append(text)
            lines.roles.append(kind[2:])
        elif kind == "caption":
            lines.captions.append(text)
        else:
            lines.boilerplate.append(text)
            lines.kinds.append("standfirst" if kind == "dek" else kind)
        return found[2]

    lines.html = MARK.sub(note, marked)
    return lines
