"""One page before and after: what it said in page order, what was cut by which rule, what was kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import groupby

from rich import box
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pipeline.article import Block, CleanArticle
from terminal.articles import byline
from terminal.screen import Screen, one_line, write
from terminal.tables import moment

KEPT = "kept"
# One for each rule, the same on every page. By number, since a terminal's theme may give a name any shade;
# each stands out from black and from white by 3.8 : 1 or more. Greens and cyans are for kept and fields.
COLOURS = tuple(f"color({number})" for number in (160, 166, 130, 100, 27, 62, 98, 129, 133, 163, 161, 131))
ALIKE = 2  # neighbours cut by one rule that a brief view shows
DATES = ("published_at", "modified_at")
FIELDS = ("title", "standfirst", "authors", *DATES, "section", "language", "image", "tags", "makes")


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one block: kept, turned into a field, or cut; `rule` names the cut's rule."""

    block: Block
    rule: str | None = None
    became: str | None = None

    @property
    def word(self) -> str:
        if self.rule is None:
            return KEPT
        return f"→ {self.became}" if self.became else f"✂ {self.rule}"

    @property
    def plain(self) -> str:
        return self.word.replace("→ ", "became ").replace("✂ ", "cut ")

    @property
    def style(self) -> str:
        if self.rule is None:
            return ""
        if self.became:
            return "cyan"
        kind = self.rule.partition(":")[0]  # a count may follow
        return COLOURS[blake2b(kind.encode(), digest_size=1).digest()[0] % len(COLOURS)]


def fates(article: CleanArticle) -> list[Fate]:
    """Every block of the page in page order with what became of it."""
    kept = [Fate(block) for block in article.blocks]
    cuts = [Fate(cut.block, cut.rule, cut.became) for cut in article.cuts]
    return sorted(kept + cuts, key=lambda fate: fate.block.order)


def show_explained(screen: Screen, article: CleanArticle) -> None:
    """Prints the page block by block with each cut's rule, then where each field came from."""
    found = fates(article)
    if screen.rich:
        screen.out.print(_side_by_side(found, brief=False))
    else:
        _plain(found)
    screen.line()
    for name, value, source in sources(article):
        screen.line(f"{name:<13} {value}{f'  ({source})' if source else ''}")
    cuts = [fate for fate in found if fate.rule]
    screen.line()
    screen.line(
        f"verdict: {article.verdict}; {len(found)} blocks = {len(article.blocks)} kept + {len(cuts)} cut, "
        f"{sum(1 for fate in cuts if fate.became)} of them into fields"
    )
    if against := article.evidence.get("verdict"):
        screen.line(f"against an article speaks most: {one_line(against)}")
    if paywall := article.evidence.get("paywall"):
        screen.line(f"not free to read, says {one_line(paywall)}")
    if article.flags:
        screen.line(f"noticed: {', '.join(article.flags)}")


def show_before_after(screen: Screen, article: CleanArticle) -> None:
    """Prints the page as it was, cuts named by rule, and under it the clean article."""
    if not screen.rich:
        _plain(fates(article))
        write(f"\n{as_one_text(article)}\n")
        return
    screen.out.print(_side_by_side(fates(article), brief=True))
    screen.out.print(Panel(_clean(article), title="the article", border_style="green", padding=(0, 1)))


def sources(article: CleanArticle) -> list[tuple[str, str, str]]:
    """Field, value and where on the page the value was found, for every field the page filled."""
    found = [(name, _shown(getattr(article, name)), one_line(_place(article, name))) for name in FIELDS]
    return [row for row in found if row[1]]


def _place(article: CleanArticle, name: str) -> str:
    """Where a field came from, the words a date was read from, and the place that contradicts."""
    told = article.evidence
    parts = [told.get(name), told.get(f"{name} raw")]
    if told.get(f"{name} zone") == "assumed" and told.get(f"{name} precision") != "day":
        parts.append("zone assumed")
    if other := told.get(f"{name} conflict"):
        parts.append(f"but {other}")
    return ", ".join(part for part in parts if part)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return one_line(", ".join(value))
    return moment(value) if isinstance(value, datetime) else one_line(value)


def as_one_text(article: CleanArticle) -> str:
    """Headline, byline, standfirst and body as safe text."""
    parts = [article.title, byline(article.authors, article.published_at), article.standfirst]
    return "\n\n".join(one_line(part) for part in [*parts, *article.paragraphs] if part)


def _side_by_side(found: Sequence[Fate], *, brief: bool) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold"
    )
    table.add_column("what the page said", ratio=1)
    # as wide as its words, but never more than what leaves room for the page at 80 columns
    width = min(28, max([len("what became of it"), *(len(fate.word) for fate in found)]))
    table.add_column("what became of it", width=width, no_wrap=True, overflow="ellipsis")
    for _, run in groupby(found, key=lambda fate: fate.word):
        alike = list(run)
        shown = alike[:ALIKE] if brief and alike[0].rule and len(alike) > ALIKE + 1 else alike
        for fate in shown:
            text = Text(one_line(fate.block.text), style="dim" if fate.rule else "", overflow="ellipsis")
            text.no_wrap = brief
            table.add_row(text, Text(fate.word, style=fate.style or "green"))
        if len(shown) < len(alike):
            more = f"… and {len(alike) - len(shown)} more like these"
            table.add_row(Text(more, style="dim italic"), Text(alike[0].word, style=alike[0].style))
    return table


def _plain(found: Sequence[Fate]) -> None:
    words = [fate.plain for fate in found]
    width = max([0, *map(len, words)])
    for fate, word in zip(found, words, strict=True):
        write(f"{word:<{width}}  {one_line(fate.block.text)}\n")


def _clean(article: CleanArticle) -> Text:
    text = Text(one_line(article.title), style="bold")
    if line := byline(article.authors, article.published_at):
        text.append(f"\n{one_line(line)}", style="not bold dim")
    if article.standfirst:
        text.append(f"\n\n{one_line(article.standfirst)}", style="not bold italic")
    for paragraph in article.paragraphs:
        text.append(f"\n\n{one_line(paragraph)}", style="not bold")
    return text
