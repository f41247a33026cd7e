"""A page's bytes to an `Extraction`: every text block in page order, marked where a field or a site's rule
claims it.
"""

from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline import jsonld
from pipeline.article import Block, Extraction, Kind, Metadata
from pipeline.blocks import INSIDE, MARK, SILENT, blocks_of
from pipeline.body import is_prose, survey
from pipeline.bounds import bounded
from pipeline.claims import OUTSIDE, claimed
from pipeline.decoding import as_utf8
from pipeline.metadata import metadata_of, selected
from pipeline.rules import GENERIC, Rules
from pipeline.stated import Stated, stated_by
from pipeline.states import body_in_state

MIN_STATED = 400  # characters; shorter bodies in JSON-LD were teasers
SHOWN = 0.4  # share of the stated body that the page must show as running text to be read itself
CHALLENGE = b"_cf_chl_opt"  # only the challenge of Cloudflare's gate sets it; its articles load other scripts


def extract(
    html: bytes | str, url: str | None = None, *, rules: Rules = GENERIC, content_type: str | None = None
) -> Extraction:
    """The page as blocks and metadata, nothing removed yet; an empty page has no blocks."""
    page, odd = as_utf8(html, content_type)
    page, cut = bounded(page)
    flags = (*odd, *cut, *(("challenge",) if CHALLENGE in page else ()))
    tree = LexborHTMLParser(page)
    if tree.root is None:
        return Extraction(url, Metadata(), (), flags)
    stated = stated_by(tree)
    metadata = metadata_of(stated, tree, url, rules)
    scripted = tree.css_first("script") is not None
    blocks = believed(walked(tree, rules, SILENT))
    if not blocks and b"<noscript" in page:  # one that is never closed holds all that follows
        blocks = walked(LexborHTMLParser(page), rules, [tag for tag in SILENT if tag != "noscript"])
    metadata, blocks = claimed(metadata, blocks)
    blocks = with_told_body(blocks, stated, page if scripted else b"")
    if not blocks and scripted:
        flags = (*flags, "scripted")
    return Extraction(url, metadata, tuple(blocks), flags)


def walked(tree: LexborHTMLParser, rules: Rules, silent: list[str]) -> list[Block]:
    """The tree's blocks as the walk finds them, without the text of `silent` elements."""
    tree.strip_tags(silent)
    root = tree.body or tree.root
    if root is None:
        return []
    marked = mark_by_rules(tree, root, rules)  # writes into the tree, so before it is written out
    return blocks_of(root.html or "", marked=marked)


def mark_by_rules(tree: LexborHTMLParser, root: LexborNode, rules: Rules) -> bool:
    """Write on the elements what the site's rules say of them, for the walk; whether they say anything.

    A `body` selector that matches nothing leaves the choice to the generic reader.
    """
    body = selected(tree, rules.body) if rules.body else []
    marks = [(node, INSIDE) for node in body]
    if body:
        marks.insert(0, (root, OUTSIDE))
    for selector in rules.drop:
        marks += [(node, f"drop {selector}") for node in selected(tree, selector)]
    for node, mark in marks:
        node.attrs[MARK] = mark
    return bool(marks)


def with_told_body(blocks: list[Block], stated: Stated, page: bytes) -> list[Block]:
    """The blocks, and after them the body that JSON-LD or the state of the scripts tells, where the page
    itself shows no such text.

    Pages that scripts fill carry their article there alone. What the page shows is then marked, not lost.
    """
    shown = survey(blocks).total
    told = lines_of((jsonld.raw_text(stated.article, "articleBody") if stated.article else None) or "")
    if size_of(told) < MIN_STATED and page and shown < MIN_STATED:
        told = body_in_state(page)
    if size_of(told) < MIN_STATED or shown > size_of(told) * SHOWN:
        return blocks
    marked = [block if block.marked else replace(block, marked="beside stated body") for block in blocks]
    return marked + [Block(len(marked) + n, Kind.PARAGRAPH, text) for n, text in enumerate(told)]


def lines_of(text: str) -> list[str]:
    """The lines of a text that hold something, with single spaces."""
    return [line for raw in text.split("\n") if (line := " ".join(raw.split()))]


def size_of(lines: list[str]) -> int:
    """Characters of a text in lines."""
    return sum(map(len, lines))


def believed(blocks: list[Block]) -> list[Block]:
    """The blocks, with "hidden" taken back where most of the prose is: scripts unfold such pages."""
    hidden = sum(len(block.text) for block in blocks if block.marked == "hidden" and is_prose(block))
    shown = sum(len(block.text) for block in blocks if block.marked is None and is_prose(block))
    if hidden <= shown:
        return blocks
    return [replace(block, marked=None) if block.marked == "hidden" else block for block in blocks]
