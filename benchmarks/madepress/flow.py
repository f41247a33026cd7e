"""The body of an article as markup: each block in the page's own forms, with furniture between."""

from dataclasses import dataclass

from madepress.grammar import Pen
from madepress.story import Piece, Story
from madepress.truth import plain

START, SPLIT = "⁑", "⁂"  # where the body begins in its box, and where a box may end and a new one begin
PARA = {
    "p": "<p>{x}</p>",
    "class": '<p class="paragraph">{x}</p>',
    "div": '<div class="text-block">{x}</div>',
    "bare-div": "<div>{x}</div>",
    "br": "{x}<br><br>",
    "br-nl": "{x}<br />\n<br />\n",
    "section": '<section class="par"><p>{x}</p></section>',
    "nested": '<div data-block="text" class="block-text"><div><p>{x}</p></div></div>',
    "span": "<p><span>{x}</span></p>",
    "span-div": '<div class="row"><span class="t">{x}</span></div>',
    "font": '<p><font face="Arial" size="2">{x}</font></p>',
    "wp": '<p class="wp-block-paragraph">{x}</p>',
    "regular": '<div class="content-block-regular"><p>{x}</p></div>',
    "justify": '<p style="text-align: justify;">{x}</p>',
    "nbsp": "<p>{x}</p>\n<p>&nbsp;</p>",
    "id": '<p id="p-{id}" data-journey-content="true">{x}</p>',
    "ltr": '<p dir="ltr" data-pm-slice="1">{x}</p>',
}
HEAD = {
    "h2": "<h2>{x}</h2>",
    "h3": "<h3>{x}</h3>",
    "h4": '<h4 class="subhead">{x}</h4>',
    "strong": "<p><strong>{x}</strong></p>",
    "class": '<p class="crosshead">{x}</p>',
    "div": '<div class="intertitle">{x}</div>',
    "b": "<b>{x}</b><br><br>",
    "anchor": '<h2 id="h-{id}"><a href="#h-{id}">{x}</a></h2>',
    "wp": '<h2 class="wp-block-heading" id="h-{id}">{x}</h2>',
    "span": '<h2><span class="toc-section" id="s{id}"></span>{x}<span class="toc-end"></span></h2>',
    "row": '<div class="row"><h3 class="title"><span>{x}</span></h3></div>',
}
QUOTE = (
    "<blockquote><p>{x}</p></blockquote>",
    "<blockquote>{x}</blockquote>",
    '<blockquote class="wp-block-quote"><p>{x}</p></blockquote>',
    '<div class="quote"><p>{x}</p></div>',
    '<p class="citation"><em>{x}</em></p>',
    '<figure class="wp-block-pullquote"><blockquote><p>{x}</p></blockquote></figure>',
)
QUESTION = (
    "<p><strong>{x}</strong></p>",
    "<h3>{x}</h3>",
    '<p class="question">{x}</p>',
    "<p><b>{x}</b></p>",
    '<div class="qa-q"><p>{x}</p></div>',
    "<p><em>{x}</em></p>",
)
LIST = (
    ("<ul>", "<li>{x}</li>", "</ul>"),
    ('<ul class="wp-block-list">', "<li>{x}</li>", "</ul>"),
    ("<ol>", "<li>{x}</li>", "</ol>"),
    ('<ul class="bullets">', "<li><p>{x}</p></li>", "</ul>"),
    ('<div class="list-wrap"><ul>', "<li><span>{x}</span></li>", "</ul></div>"),
    ('<div class="facts">', '<div class="fact">{x}</div>', "</div>"),
)
TABLE = (
    ("<table><tbody>", "<tr><th>{k}</th><td>{v}</td></tr>", "</tbody></table>"),
    (
        '<figure class="wp-block-table"><table><tbody>',
        "<tr><td>{k}</td><td>{v}</td></tr>",
        "</tbody></table></figure>",
    ),
    ('<div class="spec-table"><table class="data">', "<tr><td>{k}</td><td>{v}</td></tr>", "</table></div>"),
    ('<dl class="specs">', "<dt>{k}</dt><dd>{v}</dd>", "</dl>"),
    ('<div class="specs">', '<div class="spec"><div>{k}</div><div>{v}</div></div>', "</div>"),
)
UPDATE = ("<p>{x}</p>", '<p class="update">{x}</p>', '<div class="editor-update"><p>{x}</p></div>')
ITEM_HEAD = (
    '<h2><span class="item-num">{n}</span> {x}</h2>',
    "<h2>{n}. {x}</h2>",
    "<h3>{x}</h3>",
    '<h2 class="slide-title">{x}</h2>',
    "<p><strong>{n}. {x}</strong></p>",
    '<div class="entry"><h2>{n} – {x}</h2></div>',
)


@dataclass(slots=True)
class Forms:
    """How one page sets each kind of block."""

    para: str
    head: str
    quote: str
    question: str
    items: tuple[str, str, str]
    table: tuple[str, str, str]
    update: str
    item_head: str


def forms(pen: Pen, paras: list[str], heads: list[str]) -> Forms:
    """Forms for one page; `paras` and `heads` name what the layout allows, empty for all."""
    para = pen.pick(paras or [*["p"] * 16, *PARA])
    default = (
        ["b", "strong", "h2"]
        if para.startswith("br")
        else [*["h2", "h3"] * 4, *(name for name in HEAD if name != "b")]
    )
    head = HEAD[pen.pick(heads or default)]
    return Forms(
        PARA[para],
        head,
        pen.pick(QUOTE),
        pen.pick(QUESTION),
        pen.pick(LIST),
        pen.pick(TABLE),
        pen.pick(UPDATE),
        pen.pick(ITEM_HEAD),
    )


def body(pen: Pen, story: Story, form: Forms, between: list[str]) -> str:
    """The body's markup: `between` is furniture to spread over the gaps, in its order."""
    blocks = rendered(pen, story.pieces, form)
    gaps = sorted(pen.number(1, max(1, len(blocks) - 1)) for _ in between)
    for gap, extra in reversed(list(zip(gaps, between, strict=True))):
        blocks.insert(gap, extra)
    return START + "\n".join(blocks)


def rendered(pen: Pen, pieces: list[Piece], form: Forms) -> list[str]:
    blocks, number = [], 0
    for piece in pieces:
        number += piece.kind == "item-heading"
        blocks.append(block(pen, piece, form, number))
    return blocks


def block(pen: Pen, piece: Piece, form: Forms, number: int) -> str:
    if piece.kind == "list":
        before, entry, after = form.items
        return before + "".join(entry.replace("{x}", f"⟦b item|{text}⟧") for text in piece.texts) + after
    if piece.kind == "table":
        before, row, after = form.table
        pairs = zip(piece.texts[::2], piece.texts[1::2], strict=True)
        rows = (row.replace("{k}", f"⟦b cell|{k}⟧").replace("{v}", f"⟦b cell|{v}⟧") for k, v in pairs)
        return before + "".join(rows) + after
    if piece.kind == "time":
        return f'<div class="live-time"><time>⟦time|{piece.text}⟧</time></div>'
    if piece.kind == "item-heading":
        inner = form.item_head
        tag_end = inner.index(">", inner.index("<h") if "<h" in inner else inner.index("<strong")) + 1
        tail = inner.index("</h") if "</h" in inner else inner.index("</strong")
        text = inner[tag_end:tail].replace("{n}", str(number)).replace("{x}", piece.text)
        return f"{inner[:tag_end]}⟦b heading|{text}⟧{inner[tail:]}"
    form_of = {
        "paragraph": form.para,
        "heading": form.head,
        "quote": form.quote,
        "question": form.question,
        "update": form.update,
    }
    template = form_of[piece.kind].replace("{id}", str(pen.number(1000, 99999)))
    return template.replace("{x}", f"⟦b {piece.kind}|{piece.text}⟧")


def contents(story: Story) -> str:
    """The headings of the story as the entries of a table of contents; empty where it has none."""
    heads = [piece.text for piece in story.pieces if piece.kind in ("heading", "item-heading")]
    entries = "".join(f'<li><a href="#h{at}">⟦toc|{plain(text)}⟧</a></li>' for at, text in enumerate(heads))
    return f"<ul>{entries}</ul>" if entries else ""
