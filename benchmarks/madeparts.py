"""The parts of made car pages: each nuisance and each picture in the several forms that sites give it.

A part takes the maker of the page, writes down what it puts there in the page's truth, and returns mark-up.
"""
# ruff: noqa: ARG001 - all forms of a nuisance are called alike

import tomllib
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

WORDS = tomllib.loads((Path(__file__).parent / "madewords.toml").read_text(encoding="utf-8"))
BODY_NAMES = (
    "article-body articleBody postBody post-content entry-content story-text text content-block-regular "
    "newstext article__content body-text c-article__body richtext post-body field-body main-text e-content"
)
UTILITY = (
    "mb-4 text-lg leading-7",
    "mt-6 max-w-prose",
    "flex flex-col gap-2",
    "px-4 py-2",
    "w-full relative",
)
SIMPLE = ("tip", "affiliate", "newsletter", "app", "follow", "source", "wall")
TELLING = {
    "tip": "tip-us tipline contact-box",
    "affiliate": "affiliate-note disclaimer disclosure",
    "newsletter": "newsletter nl-signup inline-newsletter",
    "app": "app-promo cta promo-box",
    "follow": "social-follow follow-us",
    "source": "source article-source",
    "wall": "paywall regwall piano-box",
    "biography": "author-bio authorBox about-author postAuthor",
    "more": "read-more related-inline crosslink",
    "labels": "label meta ad-label",
    "teaser": "teaser card display-card related-item",
}
Maker = Any  # the class in `madecars.py`, which imports this file


def plain(maker: Maker, kind: str, text: str) -> str:
    """A paragraph like all others."""
    return f"<p>{escape(text, quote=False)}</p>"


def strong(maker: Maker, kind: str, text: str) -> str:
    return f"<p><strong>{escape(text, quote=False)}</strong></p>"


def slanted(maker: Maker, kind: str, text: str) -> str:
    return f"<p><em>{escape(text, quote=False)}</em></p>"


def linked(maker: Maker, kind: str, text: str) -> str:
    label, colon, rest = text.partition(": ")
    if not colon:
        return f'<p><a href="/x/{maker.draw.randint(1, 99)}">{escape(text, quote=False)}</a></p>'
    return f'<p><strong>{escape(label)}:</strong> <a href="/x/9">{escape(rest, quote=False)}</a></p>'


def boxed(maker: Maker, kind: str, text: str) -> str:
    return f"<div{maker.name(TELLING.get(kind, kind))}><p>{escape(text, quote=False)}</p></div>"


def aside(maker: Maker, kind: str, text: str) -> str:
    return f"<aside{maker.name(TELLING.get(kind, kind))}>{escape(text, quote=False)}</aside>"


def bare(maker: Maker, kind: str, text: str) -> str:
    return f"<div>{escape(text, quote=False)}</div>"


FORMS: tuple[Callable[[Maker, str, str], str], ...] = (
    plain,
    strong,
    slanted,
    linked,
    boxed,
    boxed,
    aside,
    bare,
)


def caption_of(maker: Maker) -> tuple[str, str]:
    """A caption's words and its credit ("" for none), as photo desks write them."""
    draw = maker.draw
    name = draw.choice(WORDS["agencies"])
    car = f"{draw.randint(2015, 2027)} {draw.choice(WORDS['makes'])} {draw.choice(WORDS['models'])}"
    form = draw.random()
    if form < 0.35:
        return f"{car} {draw.choice(WORDS['views'])}", draw.choice((name, ""))
    if form < 0.7:
        return maker.sentence(), draw.choice((maker.words["photo"].format(name=name), f"\u00a9 {name}", ""))
    return car, draw.choice((name, maker.words["photo"].format(name=name)))


def image(maker: Maker) -> str:
    return f'<img src="/img/{maker.draw.randint(1, 9999)}.jpg" alt="">'


def noted(maker: Maker) -> tuple[str, str]:
    """A caption's words and credit, and its whole line among the page's truth."""
    words, credit = caption_of(maker)
    maker.page.captions.append(f"{words} {credit}".strip())
    return escape(words, quote=False), escape(credit, quote=False)


def figure(maker: Maker) -> str:
    words, credit = noted(maker)
    told = f"{words} <span{maker.name('credit')}>{credit}</span>" if credit else words
    return (
        f"<figure{maker.name('image figure picture')}>{image(maker)}<figcaption>{told}</figcaption></figure>"
    )


def titled_picture(maker: Maker) -> str:
    words, credit = noted(maker)
    return f'<section data-widget="image">{image(maker)}<p class="photo-title">{words} {credit}</p></section>'


def named_caption(maker: Maker) -> str:
    words, credit = noted(maker)
    name = maker.draw.choice(
        ("caption", "image-caption", "wp-caption-text", "article__img__caption", "body-img-caption")
    )
    return (
        f'<div{maker.name("img-wrap media")}>{image(maker)}<div class="{name}">{words} {credit}</div></div>'
    )


def untold_caption(maker: Maker) -> str:
    words, credit = noted(maker)
    return f"<div>{image(maker)}<p>{words} {credit}</p></div>"


def small_caption(maker: Maker) -> str:
    words, credit = noted(maker)
    tag = maker.draw.choice(("small", "em", "i"))
    return f"<p>{image(maker)}</p><p><{tag}>{words} {credit}</{tag}></p>"


def uncaptioned(maker: Maker) -> str:
    return f"<p>{image(maker)}</p>"


FIGURES = (figure, figure, figure, titled_picture, named_caption, untold_caption, small_caption, uncaptioned)


def cards(maker: Maker, count: int) -> str:
    """Teasers of other articles: a linked headline, often with a sentence below it."""
    out = []
    tag, excerpt = maker.draw.choice(("h3", "h4", "p", "div")), maker.draw.random() < 0.5
    for _ in range(count):
        headline = maker.said("teaser")
        maker.page.boilerplate.append(("teaser", headline))
        text = f'<{tag}><a href="/a/{maker.draw.randint(1, 999)}">{escape(headline, quote=False)}</a></{tag}>'
        if excerpt:
            line = maker.sentence()
            maker.page.boilerplate.append(("excerpt", line))
            text += f"<p>{escape(line, quote=False)}</p>"
        out.append(f"<div{maker.name(TELLING['teaser'])}>{text}</div>")
    return "".join(out)


def headed(maker: Maker, kind: str, inner: str) -> str:
    """A box of other content under its heading."""
    heading = maker.draw.choice(maker.words[kind])
    maker.page.boilerplate.append((kind, heading))
    tag = maker.draw.choice(("h2", "h3", "div", "p"))
    box = maker.draw.choice(("section", "div", "aside"))
    head = f"<{tag}>{escape(heading, quote=False)}</{tag}>"
    return f"<{box}{maker.name(f'{kind}-box {kind} more-{kind}')}>{head}{inner}</{box}>"


def talk(maker: Maker) -> str:
    """Readers' comments, with or without a heading."""
    out = []
    for _ in range(maker.draw.randint(1, 4)):
        name, line = (
            maker.draw.choice(WORDS["people"]).split()[0] + str(maker.draw.randint(1, 99)),
            maker.said("comments"),
        )
        maker.page.boilerplate += [("comments", name), ("comments", line)]
        told = f"<div>{name}</div><p>{escape(line, quote=False)}</p>"
        out.append(f"<div{maker.name('comment comment-item post-comment')}>{told}</div>")
    inner = "".join(out)
    if maker.draw.random() < 0.3:
        return f"<div{maker.name('comments talk discussion')}>{inner}</div>"
    return headed(maker, "talk", inner)


def gallery(maker: Maker) -> str:
    """A strip of pictures with captions below the text."""
    items = []
    for _ in range(maker.draw.randint(3, 8)):
        line = " ".join(
            [
                str(maker.draw.randint(2015, 2027)),
                *(maker.draw.choice(WORDS[w]) for w in ("makes", "models", "views")),
            ]
        )
        maker.page.boilerplate.append(("gallery", line))
        items.append(f"<li>{image(maker)}<span>{line}</span></li>")
    return f"<ul{maker.name('gallery thumbs photo-strip')}>{''.join(items)}</ul>"


def spec_table(maker: Maker) -> str:
    """The car's figures as a table of the article."""
    rows = []
    pairs = list(zip(maker.words["specs"].split(" | "), maker.words["values"].split(" | "), strict=True))
    for label, value in maker.draw.sample(pairs, maker.draw.randint(3, 5)):
        told = maker.filled(value)
        maker.page.paragraphs += [label, told]
        rows.append(f"<tr><td>{label}</td><td>{told}</td></tr>")
    return f"<table{maker.name('specs data-table')}>{''.join(rows)}</table>"


def item_list(maker: Maker) -> str:
    """Points of the article as a list, sentences or mere notes."""
    items = [maker.sentence() for _ in range(maker.draw.randint(3, 6))]
    if maker.draw.random() < 0.5:
        items = [item.rstrip(".!?") for item in items]
    maker.page.paragraphs += items
    return "<ul>" + "".join(f"<li>{escape(item, quote=False)}</li>" for item in items) + "</ul>"


def caption_run(maker: Maker) -> str:
    """Captions one after the other, as pages show them whose gallery a script fills."""
    lines = [" ".join(noted(maker)).strip() for _ in range(maker.draw.randint(2, 5))]
    name = maker.name("gal strip pictures")
    return f"<div{name}>{''.join(f'<p>{line}</p>' for line in lines)}</div>"
