"""A store on its way into another database: how far it has come, and what to do then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from terminal.screen import Screen
from terminal.tables import counted


@contextmanager
def copy_progress(screen: Screen) -> Iterator[Callable[[Any], None]]:
    """A function that shows how far a copy has come, told by (doing, rows, total)."""
    if not screen.live:
        yield _lines(screen)
        return
    told = "{task.completed:,.0f}/{task.total:,.0f} rows"
    fields = TextColumn("{task.fields[doing]:<16}"), BarColumn(bar_width=24), TextColumn(told)
    with Progress(*fields, TimeElapsedColumn(), console=screen.err, transient=True) as bars:
        task = bars.add_task("", total=1, doing="")
        yield lambda come: bars.update(task, total=come.total, completed=come.rows, doing=come.doing)


def _lines(screen: Screen) -> Callable[[Any], None]:
    seen: set[str] = set()

    def show(come: Any) -> None:
        if come.doing not in seen:
            seen.add(come.doing)
            screen.note(f"{come.doing}: {come.rows} of {counted(come.total, 'row')} so far")

    return show


def show_transferred(screen: Screen, done: Any, target: str) -> None:
    """Says what was carried over and how to use it."""
    tables = counted(len(done.tables), "table")
    screen.say(f"{counted(done.rows, 'row')} of {tables} copied and compared")
    screen.say(f"both export the same {counted(done.articles, 'article')} (digest {done.digest})")
    screen.say(f"from now on: CARNEWS_DATABASE_URL={target}", whole=True)
