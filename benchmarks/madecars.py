"""Made car-news pages with their exact truth, to fit and to measure by: invented words, layouts out of parts.

`layouts.py` measures by them, `train.py` fits by them.

Each page draws a layout of its own: how paragraphs are wrapped, what elements are called (telling words,
generated names, utility classes, nothing), in which order head, body and nuisances stand, in which of several
forms each nuisance and each caption is set. Words are in `madewords.toml`. A seed gives the same pages.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

from madeparts import (
    BODY_NAMES,
    FIGURES,
    FORMS,
    SIMPLE,
    UTILITY,
    WORDS,
    caption_run,
    cards,
    gallery,
    headed,
    item_list,
    plain,
    spec_table,
    talk,
)

LANGUAGES = ("en", "en", "en", "en", "de", "de", "fr", "es", "it", "nl")


@dataclass(slots=True)
class MadePage:
    """A page and what a perfect reader makes of it; `boilerplate` pairs each line with its kind."""

    url: str
    html: str = ""
    language: str = "en"
    title: str = ""
    standfirst: str | None = None
    paragraphs: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    boilerplate: list[tuple[str, str]] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    published: str = ""


class Maker:
    """Draws one page; every choice comes from one random generator."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.language = self.draw.choice(LANGUAGES)
        self.words: dict[str, Any] = WORDS[self.language]
        self.naming = self.draw.choice(("telling", "telling", "generated", "utility", "none"))
        self.page = MadePage(
            f"https://cars{seed % 97}.example/{self.draw.choice(('news/', '', '2026/03/'))}made-{seed}/"
        )
        self.page.language = self.language
        self.made: dict[str, str] = {}
        self.used: set[str] = set()
        self.wrap = self.draw.choice(("p", "p", "p", "p", "div>p", "section>p", "div", "br", "span"))
        self.figure = self.draw.choice(FIGURES)
        self.forms = {kind: self.draw.choice(FORMS) for kind in (*SIMPLE, "biography", "more")}
        self.kinds = set(self.draw.sample(SIMPLE, self.draw.randint(1, 5)))

    # -- words

    def filled(self, template: str, **more: str) -> str:
        pick, draw = self.draw.choice, self.draw
        slots = {
            "make": pick(WORDS["makes"]),
            "model": pick(WORDS["models"]),
            "person": pick(WORDS["people"]),
            "place": pick(WORDS["places"]),
            "n": str(draw.randint(11, 640)),
            "year": str(draw.randint(1988, 2029)),
            "name": pick(WORDS["agencies"]),
        }
        return template.format(**(slots | more))

    def said(self, kind: str, **more: str) -> str:
        """A line of this kind that the page does not show yet."""
        text = ""
        for _ in range(20):
            text = self.filled(self.draw.choice(self.words[kind]), **more)
            if text not in self.used:
                break
        self.used.add(text)
        return text

    def sentence(self) -> str:
        if self.draw.random() < 0.06:
            return self.filled(self.draw.choice(self.words["legit"]))
        parts = [self.filled(self.draw.choice(self.words[part])) for part in ("start", "middle", "end")]
        return " ".join(part for part in parts if part) + self.draw.choice((".", ".", ".", ".", "!", "?"))

    def paragraph(self) -> str:
        """One to six sentences, sometimes a quotation."""
        text = " ".join(self.sentence() for _ in range(self.draw.choice((1, 1, 2, 2, 3, 3, 4, 6))))
        if self.draw.random() < 0.12:
            text = f"\u201c{text}\u201d"
        return text

    # -- mark-up

    def name(self, telling: str) -> str:
        """A class attribute in the page's manner; the same telling word gives the same name."""
        if self.naming == "none":
            return ""
        if telling not in self.made:
            generated = "css-" + "".join(self.draw.choices("abcdefghkmnpqrstvwxyz0123456789", k=6))
            told = self.draw.choice(telling.split())
            self.made[telling] = {"telling": told, "generated": generated}.get(
                self.naming
            ) or self.draw.choice(UTILITY)
        return f' class="{self.made[telling]}"'

    def wrapped(self, text: str, tag: str = "p") -> str:
        """A paragraph in the page's manner."""
        inner = escape(text, quote=False)
        if self.draw.random() < 0.25 and " " in text:
            head, _, tail = inner.rpartition(" ")
            inner = f'{head} <a href="/t/{self.draw.randint(1, 99)}">{tail}</a>' if "&" not in tail else inner
        if tag != "p" or self.wrap == "p":
            return f"<{tag}>{inner}</{tag}>"
        forms = {
            "div>p": f"<div{self.name('block component')}><p>{inner}</p></div>",
            "section>p": f"<section{self.name('section block')}><p>{inner}</p></section>",
            "div": f"<div{self.name('paragraph text-block')}>{inner}</div>",
            "br": f"{inner}<br><br>",
            "span": f"<div><span>{inner}</span></div>",
        }
        return forms[self.wrap]

    def nuisance(self, kind: str, text: str) -> str:
        """A line that is no part of the article, in the form this page gives its kind."""
        self.page.boilerplate.append((kind, text))
        return (
            self.forms.get(kind, "p")(self, kind, text)
            if callable(self.forms.get(kind))
            else plain(self, kind, text)
        )

    def body(self) -> str:
        """The article's own text with the nuisances that stand amid it."""
        out: list[str] = []
        count = self.draw.choice((3, 4, 5, 6, 8, 10, 14))
        for at in range(count):
            if at and self.draw.random() < 0.15:
                text = self.said("heads")
                self.page.paragraphs.append(text)
                out.append(self.wrapped(text, self.draw.choice(("h2", "h2", "h3"))))
            text = self.paragraph()
            self.page.paragraphs.append(text)
            quoted = text.startswith("\u201c") and self.draw.random() < 0.6
            out.append(
                f"<blockquote><p>{escape(text, quote=False)}</p></blockquote>"
                if quoted
                else self.wrapped(text)
            )
            if self.draw.random() < 0.05:
                out.append(item_list(self))
            if self.draw.random() < 0.03:
                out.append(spec_table(self))
            if at < count - 1:
                out += self.amid()
        return "\n".join(out)

    def amid(self) -> list[str]:
        """What stands between two paragraphs."""
        out = []
        if self.draw.random() < 0.25:
            out.append(self.figure(self))
        if self.draw.random() < 0.12:
            out.append(self.nuisance("more", self.said("more", title=self.said("teaser"))))
        out += [
            self.nuisance(kind, self.said(kind)) for kind in sorted(self.kinds) if self.draw.random() < 0.08
        ]
        if self.draw.random() < 0.1:
            out.append(self.nuisance("labels", self.words["labels"][0]))
        if self.draw.random() < 0.03:
            out.append(caption_run(self))
        if self.draw.random() < 0.06:
            out.append(cards(self, self.draw.randint(1, 3)))
        return out

    def after(self) -> list[str]:
        """What follows the text in its own box or behind it."""
        out = [
            self.nuisance(kind, self.said(kind)) for kind in sorted(self.kinds) if self.draw.random() < 0.5
        ]
        if self.draw.random() < 0.5:
            person = self.page.authors[0] if self.page.authors else self.draw.choice(WORDS["people"])
            out.append(self.nuisance("biography", self.said("biography", person=person)))
        if self.draw.random() < 0.3:
            out.append(gallery(self))
        if self.draw.random() < 0.6:
            out.append(headed(self, "related", cards(self, self.draw.randint(2, 5))))
        if self.draw.random() < 0.5:
            out.append(talk(self))
        self.draw.shuffle(out)
        return out

    def head(self) -> str:
        """Title, standfirst, byline, date and share bar in the page's order."""
        page, draw = self.page, self.draw
        page.title = self.said("teaser")
        if draw.random() < 0.8:
            page.authors = [draw.choice(WORDS["people"])]
        page.published = f"202{draw.randint(0, 6)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
        parts = []
        if draw.random() < 0.55:
            page.standfirst = self.sentence()
            tag = draw.choice(("p", "h2", "div", "p"))
            lead = escape(page.standfirst, quote=False)
            parts.append(f"<{tag}{self.name('standfirst dek subtitle lead')}>{lead}</{tag}>")
        line = self.words["by"].format(person=page.authors[0]) if page.authors else ""
        date = f'<time datetime="{page.published}T09:30:00Z">{page.published}</time>'
        meta = f"<div{self.name('byline meta post-meta')}><span>{line}</span> {date}</div>"
        parts.insert(draw.randint(0, len(parts)), meta)
        if draw.random() < 0.6:
            labels = draw.sample(self.words["labels"][1:], 4)
            page.boilerplate += [("labels", label) for label in labels]
            shared = "".join(f"<div>{escape(label)}</div>" for label in labels)
            share = f"<div{self.name('share-bar share tools')}>{shared}</div>"
            parts.insert(draw.randint(0, len(parts)), share)
        if draw.random() < 0.6:
            parts.append(self.figure(self))
        return f"<h1>{escape(page.title, quote=False)}</h1>\n" + "\n".join(parts)

    def frame(self, inner: str) -> str:
        """The whole page around the article."""
        draw, page = self.draw, self.page
        menu = draw.sample(WORDS["makes"], 8)
        nav = "<ul>" + "".join(f'<li><a href="/{m.lower()}/">{m}</a></li>' for m in menu) + "</ul>"
        side = headed(self, "related", cards(self, draw.randint(2, 5))) if draw.random() < 0.7 else ""
        foot = f"\u00a9 {draw.randint(2019, 2026)} Made Motor Press"
        page.boilerplate.append(("footer", foot))
        outer = draw.choice(
            (
                "<main>{}</main>",
                "<div id=page>{}</div>",
                "<form>{}</form>",
                "<table><tr><td>{}</td></tr></table>",
                "{}",
            )
        )
        header = draw.choice(("<nav>{}</nav>", "<div{n}>{}</div>", "<header>{}</header>")).replace(
            "{n}", self.name("nav menu top")
        )
        stated = {
            "@type": "NewsArticle",
            "headline": page.title,
            "datePublished": f"{page.published}T09:30:00Z",
        }
        script = f'<script type="application/ld+json">{json.dumps(stated)}</script>'
        ld = script if draw.random() < 0.6 else ""
        footer = draw.choice(("<footer><p>{}</p></footer>", "<div{n}><p>{}</p></div>")).replace(
            "{n}", self.name("footer bottom")
        )
        return (
            f'<!doctype html><html lang="{page.language}"><head>'
            f"<title>{escape(page.title)} | Made Motor</title>{ld}</head><body>"
            + header.replace("{}", nav)
            + outer.replace("{}", inner + side)
            + footer.replace("{}", foot)
            + "</body></html>"
        )

    def whole(self) -> MadePage:
        """The finished page."""
        head, body, after = self.head(), self.body(), self.after()
        named = f"<div{self.name(' '.join(BODY_NAMES))}>"
        tail = "\n".join(after)
        inside = self.draw.random() < 0.5
        text = f"{named}\n{body}\n{tail}</div>" if inside else f"{named}\n{body}</div>\n{tail}"
        article = self.draw.choice(("<article>{}</article>", "<div{n}>{}</div>", "{}")).replace(
            "{n}", self.name("article story post")
        )
        if self.draw.random() < 0.3:  # the head inside the text's own box
            text = text.replace(named, named + head, 1)
            head = ""
        self.page.html = self.frame(article.replace("{}", head + "\n" + text))
        return self.page


def made_pages(seed: int, count: int) -> Iterator[MadePage]:
    """`count` pages from `seed` on."""
    for number in range(count):
        yield Maker(seed * 100_003 + number).whole()


def folded(text: str) -> str:
    return " ".join(text.split())
