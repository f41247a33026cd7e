"""What became of crawls and ingests: the table whose rows add up, and a sentence for whatever went wrong."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from terminal.errors import FAILED, USAGE, CommandError, Refused, TryLater
from terminal.formats import Format, show_rows
from terminal.screen import Screen, one_line
from terminal.tables import Column, counted, moment, number, show_table

Row = Mapping[str, Any]

OPEN = "pending"
SETTLED = ("stored", "unchanged", "duplicate", "not_article", "too_old", "failed", "blocked", "gone")
STATES = (*SETTLED, OPEN)
ALWAYS = {"stored", "unchanged", "not_article", "failed", "blocked"}  # shown even where all are zero
HEADINGS = {"unchanged": "same", "duplicate": "double", "not_article": "no\narticle", "too_old": "too\nold"}
STYLES = {"stored": "green", "failed": "red", "blocked": "yellow", "pending": "yellow"}
# the ledger counts by short words; these are the ones that need more of them
WORDS = {
    "robots": "robots.txt forbids it",
    "robots unreachable": "robots.txt could not be fetched, so nothing else may be",
    "dns": "the host's name was not found",
    "connection": "no connection to the host",
    "timeout": "no answer in time",
    "tls": "the host's certificate or encryption was not accepted",
    "private address": "a private address; only a site file with allow_private = true permits it",
    "refused": "the server refused it",
    "off-site": "it led to another site",
    "address too long": "it led to an address of more than 2048 characters",
    "answer cut short": "the page came incomplete, three times over",
    "not compressed as it says": "the page could not be unpacked",
}
SUFFICIENT = {"finished", "limit", "done"}  # outcomes that need no sentence


CRAWLS_CSV = ("site", "run", "outcome", "found", *STATES, "seconds", "exit_code", "note")


def show_crawls(screen: Screen, rows: Sequence[Row], form: Format) -> None:
    """Prints one row per crawl and what went wrong; of other forms than a table the rows alone."""
    if form == Format.TABLE:
        show_outcomes(screen, rows)
        return
    show_rows(screen, rows, (), form, CRAWLS_CSV)
    _complain(screen, rows)


def show_outcomes(screen: Screen, rows: Sequence[Row]) -> None:
    """Prints the crawls as a table, the sum where there are several, and what went wrong.

    A quiet screen gets what went wrong alone, on standard error.
    """
    if screen.quiet:
        _complain(screen, rows)
        return
    used = [state for state in STATES if state in ALWAYS or any(row.get(state) for row in rows)]
    columns = [
        Column("site", wide=True),
        Column("outcome"),
        number("found"),
        *(number(state, HEADINGS.get(state), STYLES.get(state)) for state in used),
        Column("seconds", "s", align="right"),
    ]
    keys = ["found", *STATES]
    total = {key: sum(row.get(key) or 0 for row in rows) for key in keys} | {"site": "all"}
    show_table(screen, rows, columns, total if len(rows) > 1 else None)
    for row in rows:
        for sentence in troubles(row):
            screen.line(sentence)


def _complain(screen: Screen, rows: Sequence[Row]) -> None:
    """Says on standard error why crawls did not do what they were asked to."""
    for row in rows:
        for sentence in troubles(row) if row.get("exit_code") else ():
            screen.complain(sentence)


def troubles(row: Row) -> list[str]:
    """Why a crawl did not do all it was asked to, each reason a sentence that begins with the site."""
    site, said = row["site"], one_line(row.get("said")).removeprefix("carnews: ").removeprefix("crawler: ")
    told = []
    if row.get("timed_out"):
        told.append(f"{site}: stopped at its time limit after {row['seconds']} s; the next crawl goes on")
    elif row["outcome"] not in SUFFICIENT:
        why = in_words(row.get("note")) or said or f"ended with code {row.get('exit_code')} and said nothing"
        told.append(why if why.startswith(f"{site}") else f"{site}: {row['outcome']}: {why}")
    elif not row.get("found"):
        told.append(f"{site}: nothing was found{': ' + one_line(row['note']) if row.get('note') else ''}")
    reasons = {state: reasons_of(row, state) for state in ("failed", "blocked")}
    return told + [f"{site}: {state} {why}" for state, why in reasons.items() if why]


def finds_of(site: str, printed: Sequence[str]) -> list[dict[str, str | None]]:
    """The lines of a dry run's crawl, "address date channel" with "-" for an unknown date, as rows."""
    rows = []
    for line in printed:
        url, _, rest = line.partition(" ")
        date, _, channel = rest.partition(" ")
        rows.append(
            {"site": site, "url": url, "newest_at": date if date != "-" else None, "channel": channel}
        )
    return rows


def show_finds(screen: Screen, found: Sequence[Row], rows: Sequence[Row], form: Format) -> None:
    """Prints what a dry run found, newest first: as table date, address and channel; and what went wrong."""
    if form == Format.TABLE:
        for find in found:
            date = moment(find["newest_at"])
            screen.line(f"{date:<16}  {one_line(find['url'])}  {one_line(find['channel'])}", whole=True)
    else:
        show_rows(screen, found, (), form, ("site", "url", "newest_at", "channel"))
    _complain(screen, rows)
    screen.note(f"{counted(len(found), 'address', 'addresses')} would be fetched; nothing was stored")


def show_ingested(screen: Screen, result: Any) -> int:
    """Prints what the pages became and what was passed over; the exit code that the problems deserve."""
    for problem in result.problems:
        screen.complain(problem)
    rows = [
        {"pages": n, "became": HEADINGS.get(str(s), str(s)).replace("\n", " ")}
        for s, n in sorted(result.states.items())
    ]
    rows += [{"pages": n, "became": f"passed over: {why}"} for why, n in sorted(result.passed.items()) if n]
    total = {"pages": sum(row["pages"] for row in rows), "became": "in all"}
    if rows and not screen.quiet:
        show_table(screen, rows, [number("pages"), Column("became")], total)
    if not result.problems:
        return 0
    return FAILED if result.pages else USAGE


def unfetched(url: str, row: Row, address: Any) -> CommandError:
    """Why the page at `url` was not fetched: from its ledger row if it has one, else from its crawl."""
    if address is None or not address.reason:
        return TryLater("; ".join(troubles(row)) or f"{url}: could not be fetched; try again later")
    told = f"{url}: {address.state}: {in_words(address.reason)}"
    return Refused(told) if address.state in {"blocked", "gone"} else TryLater(told)


def in_words(reason: object) -> str:
    """A reason of the ledger as people say it; one that needs no translation stays as it is."""
    return ": ".join(WORDS.get(part, part) for part in one_line(reason).split(": "))


def reasons_of(row: Row, state: str) -> str:
    """The reasons of one state with their counts, the commonest first: `http 500 (3), timeout (1)`."""
    mark = f"{state}: "
    counts = {
        in_words(reason.removeprefix(mark)): count
        for reason, count in (row.get("reasons") or {}).items()
        if reason.startswith(mark)
    }
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{reason} ({count})" for reason, count in ordered)


def settled(row: Row) -> int:
    """How many of a crawl's addresses have their final state."""
    return sum(row.get(state) or 0 for state in SETTLED)


def summed(rows: Iterable[Row], key: str) -> int:
    """The sum of one column."""
    return sum(row.get(key) or 0 for row in rows)


def show_warnings(screen: Screen, problems: Sequence[str], contact: str | None) -> None:
    """Says on standard error which sites are left out, and that nobody can reach us where that is so."""
    for problem in problems:
        screen.note(f"left out: {problem}")
    if not contact:
        screen.note("CARNEWS_CONTACT is not set: publishers cannot reach you; set an address or a web page")
