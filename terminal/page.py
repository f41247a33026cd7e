"""One page before and after as a web page of its own: no other file, no network, no script, all escaped."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from pipeline.article import ARTICLE, Caption, CleanArticle, Kind
from terminal.compare import KEPT, Fate, fates, sources
from terminal.errors import CommandError
from terminal.screen import Screen, one_line, safe, write

TAGS = {Kind.HEADING: "h3", Kind.QUOTE: "blockquote", Kind.CODE: "pre"}
PARTS = ("text", "subject", "view", "credit")  # of a caption


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
    screen.say(f"written to {file}", whole=True)


def explained_page(article: CleanArticle) -> str:
    """The page block by block with each cut's rule and a switch for each, its fields with their evidence."""
    found = fates(article)
    counts = Counter(fate.word for fate in found)
    keys = {word: f"r{number}" for number, word in enumerate(counts)}
    template = Template(files(__package__).joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        language=shown(article.language or "en"),
        title=shown(article.title or "A page without a title"),
        address=shown(article.url or "no address"),
        verdict=shown(article.verdict),
        judged="article" if article.verdict == ARTICLE else "",
        balance=balance(found),
        remarks="".join(f'<p class="soft">{shown(remark)}</p>' for remark in remarks(article)),
        tones="".join(tone(key, word) for word, key in keys.items()),
        map="".join(strip(fate, keys[fate.word]) for fate in found),
        fields="".join(field(*row) for row in sources(article)),
        captions=captions(article.captions),
        legend="".join(switch(keys[word], word, counts[word]) for word in sorted(counts, key=rank(counts))),
        rows="".join(line(fate, keys[fate.word]) for fate in found),
    )


def shown(text: str) -> str:
    """`text` as one safe, escaped line: nothing in it acts, on the page or on a terminal."""
    return escape(one_line(text))


def balance(found: Sequence[Fate]) -> str:
    """How the blocks add up."""
    kept = sum(fate.rule is None for fate in found)
    became = sum(fate.became is not None for fate in found)
    cut = sum(map(is_cut, found))
    return f"{len(found):,} blocks = {kept:,} kept + {became:,} into fields + {cut:,} cut"


def remarks(article: CleanArticle) -> list[str]:
    """What was odd about the page, in words."""
    told = [f"noticed: {', '.join(article.flags)}"] if article.flags else []
    if against := article.evidence.get("verdict"):
        told.append(f"against an article speaks most: {against}")
    if paywall := article.evidence.get("paywall"):
        told.append(f"not free to read, says {paywall}")
    return told


def tone(key: str, word: str) -> str:
    """A rule's hue, the same on every page, and what its switch does; both without any script."""
    hue = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=2).digest(), "big") % 360
    colour = "" if word == KEPT else f".{key}{{--hue:{hue}}}"
    return f"{colour}form:has(#{key}:not(:checked)) .{key}.row{{display:none}}\n"


def is_cut(fate: Fate) -> bool:
    return fate.rule is not None and fate.became is None


def classes(word: str, key: str) -> str:
    return f"{key} kept" if word == KEPT else f"{key} tone"


def rank(counts: Counter[str]) -> Callable[[str], tuple[bool, bool, int, str]]:
    """The legend's order: what was kept, fields, then cuts, each by number."""
    return lambda word: (word != KEPT, word.startswith("✂"), -counts[word], word)


def switch(key: str, word: str, count: int) -> str:
    """One rule of the legend, with the number of its blocks."""
    return (
        f'<label class="{classes(word, key)}"><input type="checkbox" id="{key}" checked>'
        f"{shown(word)} <small>{count:,}</small></label>"
    )


def strip(fate: Fate, key: str) -> str:
    """One block in the picture of the page, as wide as its text is long."""
    cut = " cut" if is_cut(fate) else ""
    return f'<i class="{classes(fate.word, key)}{cut}" style="flex-grow:{len(fate.block.text)}"></i>'


def field(name: str, value: str, source: str) -> str:
    """One field of the table."""
    cells = f'<td>{shown(value)}</td><td class="soft">{shown(source)}</td>'
    return f'<tr><th scope="row">{shown(name)}</th>{cells}</tr>'


def line(fate: Fate, key: str) -> str:
    """One block with its fate; its lines stay lines."""
    tag = TAGS.get(fate.block.kind, "p")
    item = ' class="item"' if fate.block.kind is Kind.ITEM else ""
    cut = " cut" if is_cut(fate) else ""
    text = escape(safe(fate.block.text))
    return (
        f'<div class="row {classes(fate.word, key)}{cut}"><{tag}{item}>{text}</{tag}>'
        f'<span class="rule">{shown(fate.word)}</span></div>\n'
    )


def captions(found: Sequence[Caption]) -> str:
    """The captions as a table; nothing where the page has none."""
    if not found:
        return ""
    head = "".join(f'<th scope="col">{name}</th>' for name in PARTS)
    rows = "".join(
        "<tr>" + "".join(f"<td>{shown(getattr(caption, name) or '')}</td>" for name in PARTS) + "</tr>"
        for caption in found
    )
    return f"<h2>Captions</h2><table><tr>{head}</tr>{rows}</table>\n"
