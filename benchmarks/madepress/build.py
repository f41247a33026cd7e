"""One made page from a seed: a story, a layout, furniture, and the page's own way of building."""

import re
from collections.abc import Iterator
from random import Random

from madepress import furniture
from madepress.flow import SPLIT, START, Forms, body, contents, forms
from madepress.grammar import Pen, slug_of, words
from madepress.head import head
from madepress.layouts import Layout, layouts, parts
from madepress.names import WAYS, boxed, renamed
from madepress.story import GENRES, Story, story
from madepress.truth import MadePage, as_kind, plain, read_marks

SHARES = {"en": 57, "de": 13, "fr": 8, "es": 8, "it": 7, "nl": 7}
BOX = re.compile(rf"(<(\w[\w-]*)[^<>]*>)\s*{START}")
LINK = re.compile(r"<a>")
BREAK = re.compile(r"(?=<(?:div|p|ul|li|section|article|h\d|figure|aside|footer|header|table|tr)[ >])")
REFERENCES = {"’": "&#8217;", "“": "&#8220;", "”": "&#8221;", "é": "&eacute;", "ü": "&uuml;", "–": "&ndash;"}


def pages(seed: int, count: int) -> Iterator[MadePage]:
    """`count` pages, the same for the same seed; layouts come round in a shuffled order."""
    order: list[Layout] = []
    shuffler = Random(seed)
    for number in range(count):
        if not order:
            order = shuffler.sample(layouts(), len(layouts()))
        yield page(Random(f"{seed}:{number}"), order.pop())


def page(rng: Random, layout: Layout) -> MadePage:
    """One page of a layout."""
    options = layout.options("langs")
    language = rng.choice(options) if options else rng.choices(list(SHARES), list(SHARES.values()))[0]
    pen = Pen(rng, language, parts())
    for name, variants in parts().items():
        if layout.settings.get(name, "").isdigit() and rng.random() < 0.85:
            pen.fixed[name] = variants[int(layout.settings[name]) - 1]
    genre = pen.pick(layout.options("genre") or GENRES)
    told = story(pen, genre)
    introduce(pen, told)
    form = forms(pen, layout.options("para"), layout.options("head"))
    place(pen, layout, told, form)
    marked = pen.fill(layout.markup)
    way = pen.pick(layout.options("names") or WAYS)
    return finished(pen, layout, told, marked, way)


def introduce(pen: Pen, told: Story) -> None:
    """Give the pen what this page prints of its story: names, dates, places."""
    site = pen.say("site")
    host = f"www.{slug_of(site).replace('-', '')}{pen.number(1, 999)}.example"
    when = told.published
    month = words(pen.language)["months"][when.month - 1]
    pen.values |= {
        "site": site, "site2": lambda: pen.say("site"), "host": host, "year": str(when.year),
        "mon": month[:3], "mm": f"{when.month:02}", "dd": f"{when.day:02}", "hh": f"{when.hour:02}",
        "min": f"{when.minute:02}", "h12": str((when.hour - 1) % 12 + 1),
        "ampm": "a.m." if when.hour < 12 else "p.m.", "iso": when.isoformat(),
        "section0": told.section, "title0": told.title,
        "author": f" {pen.words['and'][0]} ".join(told.authors), "person0": told.authors[0],
        "first0": told.authors[0].split()[0],
    }  # fmt: skip
    pattern = pen.say_raw("dates").replace("{month}", month).replace("{day}", str(when.day))
    pen.values["date"] = pen.fill(pattern)
    pen.values |= {"by0": pen.say("by"), "pub0": pen.say("pub")}
    pen.values |= {
        "T": f"⟦title|{told.title}⟧",
        "D": f"⟦dek|{told.dek}⟧",
        "dek": "1" if pen.chance(0.6) else "",
    }
    printed: list[str] = []  # captions, which a strip of thumbnails prints again

    def keep(text: str) -> str:
        printed.append(text)
        return text

    view = "{n:2015-2026} {car} {view}<%~60%> {make}<%/%>"
    pen.values |= {"cap": lambda: keep(caption(pen)), "cap0": lambda: keep(caption(pen))}
    pen.values |= {"cap_v": lambda: keep(pen.fill(view))}
    pen.values["cap_again"] = lambda: pen.pick(printed) if printed and pen.chance(0.6) else pen.fill(view)
    pen.values["caption"] = lambda: plain(pen.say("cap_np")).replace('"', "")
    pen.values["toc"] = contents(told)


def caption(pen: Pen) -> str:
    """A caption as printed: a noun phrase or a sentence, with or without its credit."""
    text = pen.say("cap_np" if pen.chance(0.55) else "cap_s")
    return f"{text} {pen.say('credit')}" if pen.chance(0.35) else text


def place(pen: Pen, layout: Layout, told: Story, form: Forms) -> None:
    """Give the pen the page's large pieces, each made when the layout asks for it."""
    part = pen.part

    def maybe(name: str, share: float) -> str:
        return part(name) if pen.chance(share) else ""

    def flow() -> str:
        inside = furniture.between(pen, layout, len(told.pieces))
        if "split" in layout.settings:
            inside = [SPLIT + part("adslot") + SPLIT for _ in range(pen.number(1, 4))] + inside[:2]
        return "".join((START, furniture.opening(pen), body(pen, told, form, inside), furniture.ending(pen)))

    pen.values |= {
        "NAV": lambda: maybe("cookie", 0.15) + part("nav"),
        "FOOT": lambda: part("footer") + maybe("cookie", 0.15),
        "DEK": lambda: part("dek") if pen.values["dek"] else "",
        "HERO": lambda: maybe("hero", 0.75) + furniture.before(pen),
        "SHARE": lambda: maybe("share", 0.6),
        "AFTER": lambda: furniture.after(pen),
        "SIDE": lambda: furniture.side(pen) if pen.chance(0.75) else "",
        "B": flow,
        "NEXT": lambda: appended(pen, layout, form),
    }


def appended(pen: Pen, layout: Layout, form: Forms) -> str:
    """The next article, as endless scrolling puts it below; all of it is boilerplate."""
    other = story(pen, "news")
    text = body(pen, other, form, []).replace(START, "")
    date = f"<div>⟦x|{pen.say('ago')}⟧</div>"
    if layout.name == "infinite":
        inner = (
            '<article class="article-item" data-id="2"><div class="article-item__head">'
            f"<h2>⟦x|{other.title}⟧</h2><p>⟦x|{other.authors[0]}⟧</p>{date}</div>"
            f'<div class="article-item__body">{text}</div></article>'
        )
    else:
        inner = (
            f'<div class="unit"><div class="unit-head"><h1>⟦x|{other.title}⟧</h1>{date}</div>'
            f'<div class="unit-text">{text}</div></div>'
        )
    return as_kind(inner, "next article")


def finished(pen: Pen, layout: Layout, told: Story, marked: str, way: str) -> MadePage:
    """The page with its names given, its links set and its marks read."""
    marked = divided(marked)
    if layout.settings.get("tags") == "div" or ("tags" not in layout.settings and pen.chance(0.12)):
        marked = boxed(marked)
    marked = set_in_lines(pen, marked)
    marked = LINK.sub(lambda _: f'<a href="/{slug_of(pen.make)}-{pen.number(1000, 99999)}">', marked)
    lines = read_marks(renamed(marked, way, pen.rng))
    said = [text for text, kind in zip(lines.boilerplate, lines.kinds, strict=True) if kind == "standfirst"]
    host, path = pen.values["host"], layout.settings.get("url", "/{slug}")
    path = path.replace("{slug}", slug_of(plain(told.title))).replace("{section0}", slug_of(told.section))
    path = pen.fill(path.replace("{make}", slug_of(pen.make)))
    url = f"https://{host}{path}"
    top = head(pen, told, lines, url, said[0] if said else None)
    html = f'<!DOCTYPE html>\n<html lang="{pen.language}">{top}<body>{lines.html}</body></html>'
    tags = [text for text, kind in zip(lines.boilerplate, lines.kinds, strict=True) if kind == "tags"]
    return MadePage(
        url=url, html=html, layout=layout.name, title=plain(told.title), standfirst=said[0] if said else None,
        paragraphs=lines.body, roles=lines.roles, captions=lines.captions,
        boilerplate=lines.boilerplate, kinds=lines.kinds, authors=told.authors,
        published_at=told.published.isoformat(), language=pen.language, section=told.section, tags=tags,
        shape=f"{told.genre} {way}",
    )  # fmt: skip


def set_in_lines(pen: Pen, marked: str) -> str:
    """The markup with the line ends, spaces and character references that some sites have."""
    if pen.chance(0.7):
        indent = "\n" + " " * pen.pick((0, 0, 2, 8))
        marked = BREAK.sub(indent, marked)
    if pen.chance(0.15):
        for letter, reference in REFERENCES.items():
            marked = marked.replace(letter, reference)
    return marked


def divided(marked: str) -> str:
    """The page with the body's box closed and opened anew wherever it is split."""
    found = BOX.search(marked)
    if found and SPLIT in marked:
        opening, tag = found.groups()
        pieces = marked.split(SPLIT)
        marked = pieces[0]
        for at, piece in enumerate(pieces[1:]):
            marked += (f"</{tag}>" if at % 2 == 0 else opening) + piece
    return marked.replace(START, "")
