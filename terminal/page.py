"""One page before and after as a web page of its own: no other file, no network, every text escaped."""

import hashlib
from collections import Counter
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from pipeline.article import Block, Caption, CleanArticle, Kind
from terminal.compare import Fate, fates, sources
from terminal.errors import CommandError
from terminal.screen import Screen, write

TAGS = {Kind.HEADING: "h3", Kind.QUOTE: "blockquote", Kind.CODE: "pre"}


def save_explained(screen: Screen, article: CleanArticle, *, file: Path) -> None:
    """Writes the explained page to `file` (`-`: standard output); else raises `CommandError`."""
    text = explained_page(article)
    if str(file) == "-":
        write(text)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{file}: cannot be written ({error.strerror}); name another file") from None
    screen.note(f"written to {file}")


def explained_page(article: CleanArticle) -> str:
    """The page block by block with each cut's rule and a switch for each, its fields with their evidence."""
    found = fates(article)
    counts = Counter(fate.word for fate in found)
    keys = {word: f"r{number}" for number, word in enumerate(counts)}
    template = Template(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        language=escape(article.language or "en"),
        title=escape(article.title or "A page without a title"),
        address=escape(article.url or "no address"),
        verdict=escape(f"{article.verdict} · {len(article.blocks)} kept + {len(article.cuts)} cut"),
        tones="".join(tone(key, word) for word, key in keys.items()),
        fields="".join(row(*field) for field in sources(article)),
        captions=captions(article.captions),
        legend="".join(switch(keys[word], word, count) for word, count in counts.most_common()),
        rows="".join(line(fate, keys[fate.word]) for fate in found),
    )


def tone(key: str, word: str) -> str:
    """A rule's colour, the same on every page, and what its switch does; both without any script."""
    hue = int(hashlib.blake2b(word.encode(), digest_size=2).hexdigest(), 16) % 360
    colour = "var(--kept)" if word == "kept" else f"hsl({hue} 45% 50%)"
    return f".{key}{{--tone:{colour}}}form:has(#{key}:not(:checked)) .{key}.row{{display:none}}\n"


def switch(key: str, word: str, count: int) -> str:
    """One rule of the legend, with the number of its blocks."""
    return (
        f'<label class="{key}" style="color:var(--tone)"><input type="checkbox" id="{key}" checked> '
        f"{escape(word)} {count}</label>"
    )


def row(name: str, value: str, source: str) -> str:
    """One field of the table."""
    return f'<tr><th>{escape(name)}</th><td>{escape(value)}</td><td class="soft">{escape(source)}</td></tr>'


def line(fate: Fate, key: str) -> str:
    """One block with its fate."""
    tag = TAGS.get(fate.block.kind, "p")
    cut = " cut" if fate.rule and not fate.became else ""
    return (
        f'<div class="row {key}{cut}"><{tag}>{text_of(fate.block)}</{tag}>'
        f'<span class="rule">{escape(fate.word)}</span></div>\n'
    )


def text_of(block: Block) -> str:
    """A block's text, escaped; an item with its sign."""
    return ("• " if block.kind is Kind.ITEM else "") + escape(block.text)


def captions(found: tuple[Caption, ...]) -> str:
    """The captions as a table; nothing where the page has none."""
    if not found:
        return ""
    head = "".join(f"<th>{name}</th>" for name in ("caption", "subject", "view", "credit"))
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{escape(part or '')}</td>" for part in (c.text, c.subject, c.view, c.credit))
        + "</tr>"
        for c in found
    )
    return f"<details><summary>{len(found)} captions</summary><table><tr>{head}</tr>{rows}</table></details>"
