"""One site from close by: what is wrong and what to do, when it is due and why, what became of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from terminal.glance import ALARM
from terminal.outcomes import STATES, in_words
from terminal.politeness import DAYS as POLITE_DAYS
from terminal.runs import run_rows
from terminal.screen import Screen, one_line
from terminal.tables import Column, count, moment, number, show_table
from terminal.times import ago, length, span

Row = Mapping[str, Any]
DAYS_SHOWN = 7
NAME_CHARS = 9
RARE = 0.1  # a silence less likely than this is worth a word
NO_FILE = "never: there is no site file for it"


def show_close_up(screen: Screen, site: Any, about: str, now: datetime) -> None:
    """Prints one site: what is wrong and what to do, when it is due and why, what became of it."""
    row = site.row
    facts = Facts(screen)
    screen.line(one_line(about))
    for alarm in site.alarms:
        facts.show("alarm" if alarm.grade == ALARM else "notice", _named(alarm, now))
        for text in (alarm.evidence, f"do: {alarm.remedy}" if alarm.remedy else ""):
            facts.show("", text)
    if not site.alarms:
        facts.show("alarms", "none")
    last = f"{row['last']}, {ago(row['last_at'], now)} ago" if row["last_at"] else "never"
    facts.show("last run", f"{last}: {in_words(row['note'])}" if row["note"] else last)
    due = f"{_due(row['due_at'], now)}, because {row['because']}" if row["due_at"] else NO_FILE
    facts.show("next poll", due)
    for line in site.rhythm:
        facts.show("rhythm" if line == site.rhythm[0] else "", line)
    _show_holdings(facts, row)
    _show_coverage(facts, site.coverage, now)
    _show_parts(screen, site, now)


def _due(due_at: datetime, now: datetime) -> str:
    told = f"{moment(due_at)} UTC"
    return f"now, due since {told}" if due_at <= now else f"in {span(due_at - now)}, at {told}"


class Facts:
    """Named lines, one below the other; a name may be empty for what belongs to the line above."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen

    def show(self, name: str, text: str) -> None:
        """One line, or none for an empty text; on a terminal wrapped beside its name."""
        if not text:
            return
        if not self.screen.rich:
            self.screen.line(f"{name:<{NAME_CHARS}} {one_line(text)}")
            return
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(width=NAME_CHARS, style="bold")
        grid.add_column()
        grid.add_row(Text(name), Text(one_line(text)))
        self.screen.out.print(grid)


def _named(alarm: Any, now: datetime) -> str:
    name = one_line(f"{alarm.kind} {alarm.subject}")
    return f"{name}, since {moment(alarm.began_at)} UTC ({ago(alarm.began_at, now)}): {alarm.cause}"


def _show_holdings(facts: Facts, row: Row) -> None:
    newest = f", the newest of {moment(row['newest_at'])}" if row["newest_at"] else ""
    facts.show("articles", f"{count(row['articles'])}{newest}{_rarity(row.get('silence'))}")
    states = ", ".join(f"{count(row[state])} {state}" for state in STATES if row.get(state))
    facts.show("addresses", f"{count(row['found'])} found: {states}" if states else "none found")
    reasons = sorted(row["reasons"].items(), key=lambda item: (-item[1], item[0]))
    facts.show("reasons", ", ".join(f"{in_words(why)} ({n})" for why, n in reasons[:5]))


def _rarity(likely: float | None) -> str:
    """How unusual it is that nothing came since, where it is."""
    if likely is None or likely > RARE:
        return ""
    return f"; of its silences one in {round(1 / max(likely, 0.001)):,} is as long"


def _show_coverage(facts: Facts, told: Row | None, now: datetime) -> None:
    if told is None:
        return
    up_to = told["complete_up_to"]
    complete = (
        f"complete up to {moment(up_to)} UTC ({ago(up_to, now)} ago)" if up_to else "complete up to: unknown"
    )
    facts.show(
        "coverage", f"{complete}; missing: {in_words(told['missing'])}" if told["missing"] else complete
    )


def _show_parts(screen: Screen, site: Any, now: datetime) -> None:
    def before(value: datetime | None) -> str:
        return ago(value, now)

    parts: tuple[tuple[Sequence[Row], Sequence[Column]], ...] = (
        (run_rows(site.runs), LAST_RUNS),
        (
            site.channels,
            (
                Column("kind", "channel"),
                Column("outcome", "answered", show=in_words),
                Column("last_success_at", "good", show=before, align="right"),
                Column("checked_at", "asked", show=before, align="right"),
                Column("url", "address", wide=True),
            ),
        ),
        (site.gaps, GAPS),
        (site.days[:DAYS_SHOWN], DAYS),
    )
    for rows, columns in parts:
        if rows:
            screen.line()
            show_table(screen, rows, columns)


def _when(show: Callable[[Any], str], other: str) -> Callable[[Any], str]:
    return lambda value: show(value) if value else other


LAST_RUNS = (
    Column("run", align="right"),
    Column("started_at", "began", show=moment),
    Column("seconds", "took", show=length, align="right"),
    Column("outcome"),
    number("found"),
    number("stored", style="green"),
    number("failed", style="red"),
    Column("note", "why", show=in_words, wide=True),
)
GAPS = (
    Column("kind", "gap"),
    Column("since", show=_when(moment, "never read")),
    Column("until", show=_when(moment, "it lasts")),
    Column("times", align="right"),
    Column("reason", show=in_words, wide=True),
)
DAYS = POLITE_DAYS[:-1]  # pages that robots.txt forbids do not fit into 80 columns
