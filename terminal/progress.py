"""Progress while it happens: bars on a terminal, one line per event elsewhere; always on standard error."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from terminal.outcomes import settled
from terminal.screen import Screen, one_line
from terminal.tables import counted

Row = Mapping[str, Any]
Told = Callable[[Sequence[Row]], None]


@contextmanager
def crawl_progress(screen: Screen) -> Iterator[Told]:
    """A function that shows the rows it is given: a bar per site, or a line when a site has ended."""
    if not screen.live:
        yield _lines(screen)
        return
    with _drawn(screen, "site", "{task.completed:.0f}/{task.total:.0f}  {task.fields[counts]}") as bars:
        yield _bars(bars)


def _drawn(screen: Screen, name: str, told: str) -> Progress:
    """Bars between the field `name` and what is `told`, which go when all is done."""
    return Progress(
        TextColumn(f"{{task.fields[{name}]}}"),
        BarColumn(bar_width=24),
        TextColumn(told),
        TimeElapsedColumn(),
        console=screen.err,
        transient=True,
    )


def _bars(bars: Progress) -> Told:
    tasks: dict[str, TaskID] = {}

    def show(rows: Sequence[Row]) -> None:
        for row in rows:
            site = str(row["site"])
            if site not in tasks:
                tasks[site] = bars.add_task("", total=0, start=False, site=f"{site:<12.22}", counts="waiting")
            found = row.get("found")
            if found is not None:
                bars.start_task(tasks[site])
                bars.update(tasks[site], total=found, completed=settled(row), counts=_counts(row))
            if row.get("exit_code") is not None:
                bars.stop_task(tasks[site])

    return show


def _lines(screen: Screen) -> Told:
    told: set[str] = set()

    def show(rows: Sequence[Row]) -> None:
        for row in rows:
            if row.get("exit_code") is not None and row["site"] not in told:
                told.add(row["site"])
                counts = f", {_counts(row)}" if row.get("found") is not None else ""  # a dry run has no run
                screen.note(f"{row['site']}: {row['outcome']} after {row['seconds']} s{counts}")

    return show


def _counts(row: Row) -> str:
    parts = [f"{row[state]} {state}" for state in ("stored", "failed", "blocked") if row.get(state)]
    return ", ".join(parts) or f"{row.get('found') or 0} found"


@contextmanager
def file_progress(screen: Screen) -> Iterator[Callable[[Any], None]]:
    """A function that shows how far reading has come, told by (path, bytes_read, bytes_total, pages)."""
    if not screen.live:
        yield _unseen
        return
    told = "{task.percentage:3.0f} %  {task.fields[pages]}  {task.fields[rate]:,.0f}/s"
    with _drawn(screen, "name", told) as bars:
        task = bars.add_task("", total=1, name="", pages="", rate=0.0)

        def show(come: Any) -> None:
            elapsed = bars.tasks[0].elapsed or 0.0
            rate = come.pages / elapsed if elapsed > 0.1 else 0.0
            name, total = f"{one_line(come.path.name):<12.30}", max(come.bytes_total, 1)
            pages = counted(come.pages, "page")
            bars.update(task, total=total, completed=come.bytes_read, name=name, pages=pages, rate=rate)

        yield show


@contextmanager
def article_progress(screen: Screen) -> Iterator[Callable[[str, int, int], None]]:
    """A function that shows how far a look at all articles has come: (what is done, so far, of how many)."""
    if not screen.live:
        yield _unseen
        return
    with _drawn(screen, "name", "{task.completed:,.0f}/{task.total:,.0f} articles") as bars:
        tasks: dict[str, TaskID] = {}

        def show(name: str, so_far: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task("", name=f"{name:<12.30}", total=total)
            bars.update(tasks[name], completed=so_far)

        yield show


def _unseen(*_come: Any) -> None:
    """Shows nothing: what a pipe is told comes at the end."""
