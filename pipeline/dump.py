"""`clean_text`: what another extractor left of a page, lines of text, to a `CleanArticle`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from pipeline.article import ARTICLE, Block, Caption, CleanArticle, Cut, Kind
from pipeline.bylines import Byline, read_byline
from pipeline.captions import read_caption
from pipeline.lexicon import counted_section, wall
from pipeline.lines import Line, lines_of
from pipeline.markdown import Mark, is_markdown, plain_lines
from pipeline.names import listed_people
from pipeline.regions import closed_boxes, readers_comments
from pipeline.roles import (
    Dump,
    Reader,
    Role,
    above_headline,
    author_biography,
    bylines,
    captions,
    dangling_headlines,
    furniture_lines,
    marked_captions,
    repetitions,
    roles_of,
    spec_cards,
    standfirst,
    title_again,
    title_by_address,
    title_by_place,
)
from pipeline.urls import host_of
from pipeline.vehicles import makes_in, vehicles_in

READERS: tuple[Reader, ...] = (
    marked_captions,
    spec_cards,  # first: `Category` and `Year` are furniture anywhere else
    furniture_lines,  # before captions: in a run of them `Facebook` would pass for a credit
    captions,
    bylines,
    title_by_address,  # before the boxes: teasers above the headline must not take it along
    closed_boxes,
    readers_comments,
    title_by_place,
    above_headline,
    title_again,  # before the standfirst, which stands right below the last headline
    standfirst,
    repetitions,
    author_biography,
    dangling_headlines,  # last: earlier readers leave headlines behind
)
_SITE_TAIL = re.compile(r"\s+\|\s+[^|]{2,30}$")


def clean_text(text: str, url: str | None = None) -> CleanArticle:
    """The article in a text dump with its cleaning receipt; never raises.

    Every line that holds text is a block, kept or cut. `url` is where the dump came from, if known; its words
    help to find the headline. Where the dump is no article, `verdict` says why.
    """
    dump = _dump(text, url)
    roles = roles_of(dump, READERS)
    blocks = [
        _block(at, line, roles.get(at), dump.marks.get(line.text)) for at, line in enumerate(dump.lines)
    ]
    kept = tuple(block for at, block in enumerate(blocks) if at not in roles)
    found = _bylines(blocks, roles)
    title = _first(blocks, roles, "title")
    article = CleanArticle(
        url=url,
        title=_without_site(title, url) if title else None,
        standfirst=_first(blocks, roles, "standfirst"),
        blocks=kept,
        cuts=tuple(
            Cut(roles[at].rule, block, roles[at].became) for at, block in enumerate(blocks) if at in roles
        ),
        captions=tuple(_captions(blocks, roles)),
        authors=tuple(dict.fromkeys(name for byline in found for name in byline.names)),
        published_at=next((byline.published_at for byline in found if byline.published_at), None),
        modified_at=next((byline.modified_at for byline in found if byline.modified_at), None),
        section=_section(blocks, roles),
        tags=(),
        language=None,
        image=None,
        makes=(),
        verdict=verdict_of(dump, roles),
    )
    texts = [article.title or "", article.standfirst or "", *article.paragraphs]
    return replace(article, makes=makes_in(texts), vehicles=vehicles_in(texts))


def _dump(text: str, url: str | None) -> Dump:
    text, marks = plain_lines(text) if is_markdown(text) else (text, {})
    lines = tuple(lines_of(text))
    gaps = {line.gap for line in lines[1:]}
    return Dump(lines, _slug(url), is_grouped=len(gaps) == 2, marks=marks)


def verdict_of(dump: Dump, roles: Mapping[int, Role]) -> str:
    """The word "article", or why the dump is none: a wall's words, no prose, or more headlines than text."""
    if not dump.lines:
        return "not a page"
    free = [line for _, line in dump.free(roles)]
    prose = [line for line in free if line.is_prose]
    reason = (
        wall([line.text for line in dump.lines]) if sum(len(line.text) for line in prose) < 1500 else None
    )
    if reason:
        return reason
    if _is_listing(free, prose, roles.values()):
        return "listing"
    if prose:
        return ARTICLE
    return "gallery" if sum(role.became == "captions" for role in roles.values()) >= 3 else "no text"


def _is_listing(free: Sequence[Line], prose: Sequence[Line], roles: Iterable[Role]) -> bool:
    """Whether the lines are headlines and teasers: hardly a paragraph, or a `Read more` every few lines."""
    headlines = sum(line.is_headline and not line.is_prose for line in free)
    links = sum(role.rule in {"read more", "age"} for role in roles)
    bare = headlines >= 3 and headlines > 3 * len(prose) and not _has_paragraphs(free)
    return bare or (links >= 4 and links >= len(prose))


def _has_paragraphs(lines: Sequence[Line]) -> bool:
    """Whether paragraphs follow each other somewhere, as they do in texts and not among teasers."""
    run = 0
    for line in lines:
        run = run + 1 if line.is_prose and line.ends_sentence and len(line.text) > 100 else 0
        if run == 3:
            return True
    return sum(len(line.text) > 200 and line.ends_sentence for line in lines) >= 4


def _block(at: int, line: Line, role: Role | None, mark: Mark | None) -> Block:
    if role and role.became == "captions":
        return Block(at, Kind.CAPTION, line.text, image=mark.image if mark else None)
    if role and role.became == "title":
        return Block(at, Kind.HEADING, line.text, level=1)
    if mark and mark.kind is not Kind.CAPTION:
        return Block(at, mark.kind, line.text, level=mark.level)
    if line.is_item:
        return Block(at, Kind.ITEM, line.text)
    if role is None and line.is_headline and not line.is_prose:
        return Block(at, Kind.HEADING, line.text, level=2)
    return Block(at, Kind.PARAGRAPH, line.text)


def _became(blocks: Sequence[Block], roles: Mapping[int, Role], field: str) -> Iterable[Block]:
    return (blocks[at] for at in sorted(roles) if roles[at].became == field)


def _first(blocks: Sequence[Block], roles: Mapping[int, Role], field: str) -> str | None:
    return next((block.text for block in _became(blocks, roles, field)), None)


def _captions(blocks: Sequence[Block], roles: Mapping[int, Role]) -> Iterable[Caption]:
    for block in _became(blocks, roles, "captions"):
        yield replace(read_caption(block.text, in_run=True) or Caption(block.text), image=block.image)


def _bylines(blocks: Sequence[Block], roles: Mapping[int, Role]) -> list[Byline]:
    """What the lines that became authors or dates say; a name under its label says only a name."""
    lines = [*_became(blocks, roles, "authors"), *_became(blocks, roles, "published_at")]
    return [read_byline(block.text) or Byline(listed_people(block.text)) for block in lines]


def _section(blocks: Sequence[Block], roles: Mapping[int, Role]) -> str | None:
    """The category before the comment counter (`Industry News / 12 Comments`)."""
    counters = (
        counted_section(blocks[at].text) for at in sorted(roles) if roles[at].rule == "section counter"
    )
    return next((section for section in counters if section), None)


def _without_site(title: str, url: str | None) -> str:
    """The headline without the site's name behind it: after a bar any short name, after a dash the host's."""
    bare = _SITE_TAIL.sub("", title)
    before, dash, after = bare.rpartition(" - ")
    name = "".join(char for char in after.casefold() if char.isalnum())
    site = host_of(url or "").replace("-", "").replace(".", "")
    return before if dash and len(name) > 3 and name in site else bare


def _slug(url: str | None) -> frozenset[str]:
    """The words of the address's last part that has some."""
    try:
        parts = urlsplit(url or "").path.casefold().split("/")
    except ValueError:
        return frozenset()
    words = next(
        (set(re.findall(r"[^\W\d_]{2,}", part)) for part in reversed(parts) if part.count("-") >= 2), set()
    )
    return frozenset(words - {"html", "htm", "amp"})
