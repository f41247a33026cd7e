"""The sheet a layout prints on: it makes the mark-up and writes down the truth in the same stroke."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from random import Random

from madelayouts.stories import MONTHS, Piece, Story

CAR_WORD = re.compile(r"\b(?:Halden|Corvo|Brisk|Montara|Tavri|Aurel|Ostrava|Kestrel|Golf|Yaris|BMW|Clio)\b")


@dataclass(frozen=True, slots=True)
class MadePage:
    """A page and all that is true of it.

    `paragraphs` are all body blocks in order (a list item and a table cell each one), `captions` stand as
    printed, `boilerplate` is every other line that must not be in the text. `title`, `standfirst` and the
    lines that give authors and date are fields, not text.
    """

    url: str
    html: str
    layout: str
    language: str
    title: str
    standfirst: str | None
    paragraphs: tuple[str, ...]
    captions: tuple[str, ...]
    boilerplate: tuple[str, ...]
    authors: tuple[str, ...]
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Marks:
    """How a layout sets the pieces of a body; `{}` takes the text."""

    p: str = "<p>{}</p>"
    h: str = "<h2>{}</h2>"
    quote: str = "<blockquote><p>{}</p></blockquote>"
    question: str = "<p><strong>{}</strong></p>"
    items: str = "<ul>{}</ul>"
    item: str = "<li>{}</li>"
    table: str = "<table>{}</table>"


@dataclass(slots=True)
class Sheet:
    """One page in the making."""

    layout: str
    story: Story
    rng: Random
    paragraphs: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    boilerplate: list[str] = field(default_factory=list)
    shown_standfirst: bool = False
    used_captions: int = 0

    def off(self, text: str) -> str:
        """A line that is no part of the text."""
        if text not in self.boilerplate:
            self.boilerplate.append(text)
        return escape(text, quote=False)

    def offs(self, mark: str, *texts: str) -> str:
        """Several such lines, each in `mark`."""
        return "".join(mark.format(self.off(text)) for text in texts)

    def teasers(self, count: int, mark: str = "<li><a href='/x'>{}</a></li>") -> str:
        """Headlines of other stories, each once; no more where they have run out."""
        spare = self.story.spare["teaser"]
        return self.offs(mark, *[spare.pop() for _ in range(min(count, len(spare)))])

    def comments(self, mark: str) -> str:
        """What readers wrote; `mark` takes the text and may name a user with `{user}`."""
        lines = self.story.spare["comment"]
        return "".join(
            mark.replace("{user}", f"gearhead{n}").format(self.off(line)) for n, line in enumerate(lines)
        )

    def bio(self) -> str:
        return self.off(self.story.spare["bio"][0])

    def cap(self, form: str = "{text}", again: bool = False) -> str:
        """The next caption as `form` prints it with {text} and {credit}; the last one `again`."""
        self.used_captions += not again
        text, credit = self.story.captions[(self.used_captions - 1) % len(self.story.captions)]
        line = form.format(text=text, credit=credit)
        if line not in self.captions:
            self.captions.append(line)
        return escape(line, quote=False)

    def title(self, mark: str = "<h1>{}</h1>") -> str:
        return mark.format(escape(self.story.title, quote=False))

    def dek(self, mark: str = "<p class='dek'>{}</p>") -> str:
        """The standfirst, nothing where the story has none."""
        if self.story.standfirst is None:
            return ""
        self.shown_standfirst = True
        return mark.format(escape(self.story.standfirst, quote=False))

    def by(self, mark: str, joint: str = " and ") -> str:
        return mark.format(joint.join(self.story.authors))

    def date(self, form: str) -> str:
        """The date by strftime's signs, with %O for the month's name in the page's language."""
        at = self.story.published_at
        month = MONTHS[self.story.language].split()[at.month - 1]
        return at.strftime(form.replace("%O", month))

    def iso(self) -> str:
        return self.story.published_at.isoformat()

    def body(self, marks: Marks, between: Mapping[int, str] | None = None) -> str:
        """The body's pieces, `between[n]` after the n-th of them (from 1, or from the end below 0)."""
        pieces = self.story.pieces
        places = {n % (len(pieces) + 1): html for n, html in (between or {}).items()}
        return "".join(self.piece(piece, marks) + places.get(n, "") for n, piece in enumerate(pieces, 1))

    def piece(self, piece: Piece, marks: Marks) -> str:
        self.paragraphs += piece.texts
        texts = [escape(text, quote=False) for text in piece.texts]
        if piece.kind == "list":
            return marks.items.format("".join(marks.item.format(text) for text in texts))
        if piece.kind == "table":
            rows = zip(texts[::2], texts[1::2], strict=True)
            return marks.table.format("".join(f"<tr><th>{a}</th><td>{b}</td></tr>" for a, b in rows))
        if piece.kind == "p":
            texts = [self.linked(texts[0])]
        return {"p": marks.p, "h": marks.h, "quote": marks.quote, "question": marks.question}[
            piece.kind
        ].format(texts[0])

    def linked(self, text: str) -> str:
        """The text, now and then with a word in a link or set bold, as writers do."""
        mark = self.rng.choice(("{}", "{}", "<a href='/cars/x'>{}</a>", "<strong>{}</strong>", "<em>{}</em>"))
        return CAR_WORD.sub(lambda found: mark.format(found.group()), text, count=1)

    def head(self, site: str, ld: str = "", extra: str = "", tail: str = " | ") -> str:
        """A head with title and Open Graph; `ld` is the type of its JSON-LD, which never holds the body."""
        title = escape(self.story.title)
        lines = [
            f"<meta charset='utf-8'><title>{title}{tail}{site}</title>",
            f"<meta property='og:title' content='{title}'><meta property='og:site_name' content='{site}'>",
            f"<meta name='description' content='{escape(self.described())}'>",
            extra,
        ]
        if ld:
            people = [{"@type": "Person", "name": name} for name in self.story.authors]
            data = {"@context": "https://schema.org", "@type": ld, "headline": self.story.title}
            data |= {"datePublished": self.iso(), "author": people}  # type: ignore[dict-item]
            lines.append(f"<script type='application/ld+json'>{json.dumps(data)}</script>")
        return f"<!DOCTYPE html><html lang='{self.story.language}'><head>{''.join(lines)}</head>"

    def described(self) -> str:
        """What the head says of the story: its standfirst, else its first words, as most sites do."""
        words = " ".join(piece.texts[0] for piece in self.story.pieces)
        return self.story.standfirst or f"{words[:155].rstrip()}…"

    def finished(self, html: str, number: int) -> MadePage:
        """The page with its truth; only a standfirst that was printed is one."""
        host = self.layout.replace("_", "-")
        slug = "-".join(re.findall(r"[a-z0-9]+", self.story.title.lower()))
        return MadePage(
            url=f"https://{host}.example/news/{slug}-{number + 101_004}",
            html=html,
            layout=self.layout,
            language=self.story.language,
            title=self.story.title,
            standfirst=self.story.standfirst if self.shown_standfirst else None,
            paragraphs=tuple(self.paragraphs),
            captions=tuple(self.captions),
            boilerplate=tuple(self.boilerplate),
            authors=tuple(self.story.authors),
            published_at=self.story.published_at,
        )


def lines_of(page: MadePage) -> Iterator[str]:
    """Every line of the truth that the page must show."""
    yield from (page.title, *page.paragraphs, *page.captions, *page.boilerplate)
