"""All sites at a glance, and alarms, for a screen of 80 columns or a pipe."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from terminal.formats import Format, show_rows
from terminal.outcomes import STATES
from terminal.screen import Screen, one_line
from terminal.tables import Column, counted, moment, number
from terminal.times import ago, span

Row = Mapping[str, Any]
ALARM = "alarm"  # the grade that asks for somebody
ALL = "all"  # the "site" of what is wrong with the whole installation
NOBODY = "nobody has looked for what is wrong yet: carnews run does"
LINES_SHOWN = 20  # below the table; who has more of them looks at `carnews alarms --open`
SITES_NAMED = 12  # of alarms told together
NEVER = "never"  # the last run of a site that has none
UNTRIED_SHOWN = 5  # sites never crawled that have a row of their own; more are one sentence
ALIKE = 3  # alarms of one kind from so many sites on are told together

GLANCE_CSV = (
    *("site", "alarms", "notices", "since", "last", "last_at", "articles", "newest_at", "found", *STATES),
    *("due_at", "because", "note"),
)
ALARM_CSV = (
    *("id", "site", "kind", "subject", "grade", "began_at", "noticed_at", "seen_at", "ended_at", "told_at"),
    *("end_told_at", "cause", "evidence", "remedy"),
)


def show_glance(screen: Screen, rows: Sequence[Row], alarms: Sequence[Any], now: datetime) -> None:
    """Prints the table of sites, then those never crawled, and what is wrong in words."""
    told = [{**row, "wrong": _kinds(row)} for row in rows]
    untried = [row["site"] for row in told if row["last"] == NEVER and not row["wrong"]]
    if len(untried) > UNTRIED_SHOWN:  # the bundled files alone are several screens
        told = [row for row in told if row["site"] not in untried]
    if told:
        show_rows(screen, told, glance_columns(told, now), Format.TABLE)
    if len(untried) > UNTRIED_SHOWN:
        gap = "\n" if told else ""
        screen.say(f"{gap}{len(untried)} sites were never crawled: {_named_sites(untried)}")
    if not alarms:
        return
    screen.line()
    lines = in_lines(alarms, now)
    for line in lines[:LINES_SHOWN]:
        screen.line(line)
    if len(lines) > LINES_SHOWN:
        screen.line("and more: carnews alarms --open")


def glance_columns(rows: Sequence[Row], now: datetime) -> tuple[Column, ...]:
    """The columns of the table, times as seen from `now`; what is wrong has one where anything is."""

    def before(value: datetime | None) -> str:
        return ago(value, now)

    def until(value: datetime | None) -> str:
        return "" if value is None else "now" if value <= now else span(value - now)

    wrong = (Column("wrong", style="red"),) if any(row["wrong"] for row in rows) else ()
    return (
        Column("site", wide=True),
        *wrong,
        Column("last", "last run"),
        Column("last_at", "ago", show=before, align="right"),
        number("articles", style="green"),
        number("failed", style="red"),
        number("pending", style="yellow"),
        Column("due_at", "due in", show=until, align="right"),
    )


def _kinds(row: Row) -> str:
    """The gravest kind and how many more: `unreachable +2`; a notice in brackets."""
    kinds = [*row["alarms"], *(f"({kind})" for kind in row["notices"])]
    return "" if not kinds else f"{kinds[0]} +{len(kinds) - 1}" if len(kinds) > 1 else kinds[0]


def in_lines(alarms: Sequence[Any], now: datetime) -> list[str]:
    """The alarms in sentences, those in the same way wrong at several sites in one."""
    groups: dict[tuple[str, str], list[Any]] = {}
    for alarm in sorted(alarms, key=lambda alarm: alarm.site != ALL):
        groups.setdefault((alarm.grade, named(alarm)), []).append(alarm)
    lines = []
    for (grade, name), group in groups.items():
        if len(group) < ALIKE:
            lines += [line for alarm in group for line in (headline(alarm, now), *_remedy(alarm))]
            continue
        first, sites = group[0], _named_sites([alarm.site for alarm in group])
        mark = "" if grade == ALARM else "notice: "
        told = f"{mark}{len(group)} alike: {name}, up to {ago(first.began_at, now)}: {sites}"
        lines.append(one_line(f"{told}; at {first.site}: {first.cause}"))
    return lines


def _named_sites(names: Sequence[str]) -> str:
    left = len(names) - SITES_NAMED
    return ", ".join(names[:SITES_NAMED]) + (f" and {left} more" if left > 0 else "")


def _remedy(alarm: Any) -> list[str]:
    """What the installation's alarms rest on and ask for; a site's stand in its close-up."""
    if alarm.site != ALL:
        return []
    return [
        f"  {one_line(text)}" for text in (alarm.evidence, alarm.remedy and f"do: {alarm.remedy}") if text
    ]


def headline(alarm: Any, now: datetime) -> str:
    """An alarm in one sentence: what, since when, why."""
    mark = "" if alarm.grade == ALARM else "notice: "
    return one_line(
        f"{mark}{alarm.site}: {named(alarm)}, since {ago(alarm.began_at, now)} ago: {alarm.cause}"
    )


def named(alarm: Any) -> str:
    """Its kind and what is meant: `field authors`; an address is too long for a list."""
    return one_line(alarm.kind if "://" in alarm.subject else f"{alarm.kind} {alarm.subject}")


def show_totals(screen: Screen, total: Row, looked_at: datetime | None, now: datetime) -> None:
    """Says how much the store holds, and when somebody last looked whether anything is wrong."""
    screen.say()
    articles = counted(total.get("articles", 0), "article")
    held = f"{articles} from {counted(total.get('found', 0), 'address', 'addresses')}"
    looked = f"looked for what is wrong {ago(looked_at, now)} ago" if looked_at else NOBODY
    screen.say(f"{held}; {looked}")


def show_backlog(screen: Screen, backlog: Any, now: datetime) -> None:
    """Says what waits in the shared queue, how long, and how many workers are alive, if there is a queue."""
    if backlog is None:
        return
    jobs = counted(backlog.waiting, "job")
    waits = f"{jobs} waiting ({backlog.by_queue}), the oldest for {ago(backlog.oldest_at, now)}"
    under_way = sum(line.doing for line in backlog.lines)
    told = [waits if backlog.waiting else "no job waiting", f"{under_way} under way"]
    screen.say(f"queue: {'; '.join(told)}; {counted(backlog.workers, 'worker')} alive")


def show_laws(screen: Screen, broken: Sequence[str]) -> int:
    """Says on standard error whether the ledger balances; the exit code that deserves."""
    for law in broken:
        screen.err.print(one_line(law), markup=False, highlight=False, soft_wrap=True)
    if not broken:
        screen.note("the ledger balances: every address is in exactly one state")
    return 1 if broken else 0


def alarm_rows(alarms: Sequence[Any], now: datetime) -> list[dict[str, Any]]:
    """One row per alarm, all that is known of it."""
    names = [*ALARM_CSV]
    return [
        {name: getattr(alarm, name) for name in names} | {"lasted": _lasted(alarm, now)} for alarm in alarms
    ]


def _span_of(seconds: int | None) -> str:
    return "" if seconds is None else span(timedelta(seconds=seconds))


def _lasted(alarm: Any, now: datetime) -> int:
    lasted: timedelta = (alarm.ended_at or now) - alarm.began_at
    return round(lasted.total_seconds())


def show_alarms(screen: Screen, alarms: Sequence[Any], form: Format, now: datetime) -> None:
    """Prints alarms, open and ended."""
    rows = [row | {"what": named(alarm)} for row, alarm in zip(alarm_rows(alarms, now), alarms, strict=True)]
    if form != Format.TABLE:
        show_rows(screen, rows, (), form, ALARM_CSV)
        return
    for row in rows:
        row["state"] = "over" if row["ended_at"] else "open" if row["grade"] == ALARM else "notice"
    columns = (
        Column("began_at", "since", show=moment),
        Column("state"),
        Column("lasted", show=_span_of, align="right"),
        Column("site"),
        Column("what", "alarm"),
        Column("cause", wide=True),
    )
    show_rows(screen, rows, columns, form)
