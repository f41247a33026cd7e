"""One article as text, as Markdown, and as a page on the screen."""

import re
from collections.abc import Sequence

from pipeline.article import ARTICLE, Block, CleanArticle, Kind
from terminal.formats import as_json
from terminal.screen import Screen, safe, write
from terminal.tables import moment

MARKDOWN = re.compile(r"([\\`*_\[\]<>])")
MARKDOWN_START = re.compile(r"^(\s*)(#|[-+](?=\s)|\d+[.)](?=\s)|~{3}|\|)")


def as_text(article: CleanArticle) -> str:
    """Headline, byline, standfirst and body, parted by blank lines; whatever is missing is left out."""
    parts = [article.title, byline(article.authors, article.published_at), article.standfirst]
    body = [f"- {block.text}" if block.kind is Kind.ITEM else block.text for block in article.blocks]
    return "\n\n".join(safe(part) for part in [*parts, *body] if part) + "\n"


def as_markdown(article: CleanArticle) -> str:
    """As `as_text`, with headings, lists and quotes marked; nothing of the page's own text acts as markup."""
    head = [f"# {escaped(article.title)}" if article.title else None]
    line = byline(article.authors, article.published_at)
    head += [f"*{escaped(line)}*" if line else None]
    head += [f"**{escaped(article.standfirst)}**" if article.standfirst else None]
    return "\n\n".join([part for part in head if part] + _marked(article.blocks)) + "\n"


def byline(authors: Sequence[str], published_at: object) -> str:
    """Who and when, `A. Writer and B. Writer, 2026-03-02 09:30 UTC`; empty where nothing is known."""
    names = " and ".join([", ".join(authors[:-1]), authors[-1]] if len(authors) > 1 else authors)
    when = f"{moment(published_at)} UTC" if published_at else ""  # type: ignore[arg-type]
    return ", ".join(filter(None, [names, when]))


def escaped(text: str | None) -> str:
    """`text` as Markdown that shows exactly these characters."""
    marked = MARKDOWN.sub(r"\\\1", safe(text or ""))
    return MARKDOWN_START.sub(r"\1\\\2", marked)


def _marked(blocks: Sequence[Block]) -> list[str]:
    parts: list[str] = []
    for block in blocks:
        text = escaped(block.text)
        match block.kind:
            case Kind.HEADING:
                parts.append(f"{'#' * min(6, max(2, block.level))} {text}")
            case Kind.ITEM:
                item = f"{'  ' * max(0, block.level - 1)}- {text}"
                if parts and parts[-1].lstrip().startswith("- "):
                    parts[-1] += f"\n{item}"
                else:
                    parts.append(item)
            case Kind.QUOTE:
                parts.append("> " + text.replace("\n", "\n> "))
            case Kind.CODE:
                parts.append("    " + safe(block.text).replace("\n", "\n    "))
            case _:
                parts.append(text)
    return parts


def show(here: Screen, article: CleanArticle, form: str) -> None:
    """Prints one article: text and Markdown show the article alone, json all that is known of it."""
    match form:
        case "json":
            write(as_json(article.as_json(), indent=2) + "\n")
        case "md":
            write(as_markdown(article))
        case _ if here.rich:
            here.out.print(as_text(article).rstrip("\n"), markup=False, highlight=False)
        case _:
            write(as_text(article))


def verdict(here: Screen, article: CleanArticle, name: str) -> int:
    """The exit code an article deserves; a page that is none is said to be so on standard error."""
    if article.verdict == ARTICLE:
        return 0
    here.complain(f"{name}: not an article: {article.verdict}; `carnews explain` shows what was cut")
    return 1
