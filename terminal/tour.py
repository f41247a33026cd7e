"""The demo's four stops: what was found, one page before and after, a search, and where to go on."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.rule import Rule

from pipeline.article import CleanArticle
from terminal import compare, outcomes
from terminal.program import typed
from terminal.screen import Screen, one_line
from terminal.tables import Column, counted, day, short, show_table

Row = Mapping[str, Any]
LOOKED_AT = 12  # articles among which the liveliest is shown
WORD = "battery"  # stands in the made stories
HITS = (
    Column("id", show=short, style="dim"),
    Column("published_at", "published", show=day),
    Column("site"),
    Column("title", wide=True),
)


def liveliness(pair: tuple[CleanArticle | None, Row]) -> int:
    """How much there was to cut: the page with the most of it shows best what cleaning does."""
    article, _ = pair
    if article is None or len(article.paragraphs) > 14:  # a long article would push the cuts off the screen
        return -1
    return len({cut.rule for cut in article.cuts}) + min(len(article.captions), 6)


def show_outcomes(screen: Screen, rows: Sequence[Row], code: int) -> int:
    """The first stop: every address found and what became of it; the demo's exit code.

    The made web holds pages that cannot be fetched, so a crawl that finished is a success here.
    """
    found = outcomes.summed(rows, "found")
    accounted = sum(outcomes.summed(rows, state) for state in outcomes.STATES)
    if all(row["outcome"] == "finished" for row in rows) and found == accounted:
        code = 0
    _heading(screen, 1, "What was found, and what became of every address")
    if code or not screen.quiet:
        outcomes.show_outcomes(screen, rows)
    stored, same = outcomes.summed(rows, "stored"), outcomes.summed(rows, "unchanged")
    new = (
        f"{counted(stored, 'article')} stored"
        if stored
        else "nothing is new" + (f": {same} unchanged since the last crawl" if same else "")
    )
    screen.say()
    screen.say(f"{counted(found, 'address', 'addresses')} found, {accounted:,} accounted for; {new}.")
    return code


def show_article(screen: Screen, article: CleanArticle | None, row: Row) -> None:
    """The second stop: one page as it was, and the article that was kept of it."""
    _heading(screen, 2, "One page, before and after")
    screen.say(one_line(row["url"]))
    screen.say()
    if article is not None and not screen.quiet:
        compare.show_before_after(screen, article)


def show_hits(screen: Screen, rows: Sequence[Row]) -> None:
    """The third stop: a search."""
    _heading(screen, 3, f"A search for “{WORD}”")
    if not screen.quiet:
        show_table(screen, rows, HITS)


def show_next(screen: Screen, row: Row, db: str | None, sites: Path) -> None:
    """The fourth stop: three commands to go on with, real ones for this very store.

    `sites` holds the made sites' files: without their rules a page would be explained by others than it
    was stored by.
    """
    _heading(screen, 4, "Go on with")
    there = f" --db {shlex.quote(db)}" if db else ""
    carnews = typed(sys.argv[0], sys.executable)
    for command in (
        f"{carnews} show {one_line(row['id'])[:8]}",
        f"{carnews} articles --search {WORD} --format csv",
        f"CARNEWS_SITES={shlex.quote(str(sites))} {carnews} explain {one_line(row['url'])}",
    ):
        screen.say(f"  {command}{there}", whole=True)


def _heading(screen: Screen, stop: int, text: str) -> None:
    screen.say()
    if screen.rich and not screen.quiet:
        screen.out.print(Rule(f"[bold]{stop}  {text}", align="left", style="dim"))
    else:
        screen.say(f"{stop}  {text}")
