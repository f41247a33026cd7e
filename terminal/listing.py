"""What is in the store and in the site files, as rows: articles, runs, sites, health."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from terminal.articles import byline, escaped
from terminal.formats import as_json
from terminal.screen import Screen, one_line, safe, write
from terminal.tables import Column, counted, day, moment, short

Row = Mapping[str, Any]
PARTS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def duration(value: timedelta | float | None) -> str:
    """A length of time in its largest whole unit, `30m`; empty for None."""
    if value is None:
        return ""
    seconds = int(value.total_seconds() if isinstance(value, timedelta) else value)
    unit, size = next(((unit, size) for unit, size in PARTS if seconds % size == 0), PARTS[-1])
    return f"{seconds // size}{unit}"


def joined(value: Sequence[str] | str | None) -> str:
    """A list as words with commas."""
    return one_line(value if isinstance(value, str) else ", ".join(value or ()))


ARTICLE_CSV = ("id", "published_at", "site", "title", "authors", "makes", "section", "language", "url")
ARTICLES = (
    Column("id", show=short, style="dim"),
    Column("published_at", "published", show=day),
    Column("site"),
    Column("title", wide=True),
)
SITES = (
    Column("site"),
    Column("title", wide=True),
    Column("language", "lang"),
    Column("status"),
    Column("channels"),
    Column("every", align="right"),
)


def site_rows(sites: Mapping[str, Any]) -> list[dict[str, object]]:
    """One row per site: how it is called, whether it was seen answering, and where it is looked for."""
    return [
        {
            "site": name,
            "title": site.title,
            "language": site.language,
            "status": site.status,
            "checked_on": site.checked_on,
            "channels": _channels(site.channels),
            "every": duration(site.crawl.every),
            "home": site.home,
            "unguarded": unguarded(site.crawl),
        }
        for name, site in sorted(sites.items())
    ]


def site_columns(rows: Sequence[Row]) -> tuple[Column, ...]:
    """The columns of `site_rows`; what a site is unguarded against has one where there is such a site."""
    return (*SITES, Column("unguarded", show=joined)) if any(row["unguarded"] for row in rows) else SITES


def unguarded(crawl: Any) -> list[str]:
    """The guards that a site file lifts for its site."""
    lifted = (("any certificate", not crawl.verify), ("private network", crawl.allow_private))
    return [what for what, is_lifted in lifted if is_lifted]


def _channels(channels: Sequence[tuple[str, str]]) -> str:
    kinds = [kind for kind, _ in channels]
    counts = [(kind, kinds.count(kind)) for kind in dict.fromkeys(kinds)]
    return ", ".join(counted(count, kind) for kind, count in counts)


def show_problems(screen: Screen, problems: Sequence[str], sound: int) -> int:
    """Prints every mistake on standard error and how many sites are sound; the exit code that deserves."""
    for problem in problems:
        screen.err.print(one_line(problem), markup=False, highlight=False, soft_wrap=True)
    found = f"; {counted(len(problems), 'mistake')}" if problems else ""
    screen.say(f"{counted(sound, 'sound site')}{found}")
    return 1 if problems else 0


def show_article(screen: Screen, row: Row, form: str) -> None:
    """Prints a stored article: text and md to read, json all of it."""
    if form == "json":
        write(as_json(row, indent=2) + "\n")
        return
    marked = form == "md"
    word = escaped if marked else safe
    head = [("# " if marked else "") + word(row["title"] or "(no title)")]
    head.append(word(byline(row["authors"], row["published_at"])))
    facts = [f"{name}: {word(value)}" for name in ("url", "section") if (value := row.get(name))]
    facts += [f"{name}: {word(joined(row[name]))}" for name in ("makes", "tags") if row.get(name)]
    body = [word(text) for text in (row["standfirst"], *row["text"]) if text]
    pictures = [f"- {word(one_line(caption['text']))}" for caption in row["captions"]]
    parts = [*head, "\n".join(facts), *body]
    if pictures:
        parts.append("\n".join([f"{'## ' if marked else ''}Pictures", *pictures]))
    parts.append(word(f"id {row['id']}, fetched {row['fetched_at']}, changed {row['updated_at']}"))
    text = "\n\n".join(part for part in parts if part)
    if screen.rich:
        screen.out.print(text, markup=False, highlight=False)
    else:
        write(text + "\n")


def show_revisions(screen: Screen, versions: Sequence[Row]) -> None:
    """Prints what each version changed, the newest first."""
    for version in versions:
        screen.line()
        screen.line(f"revision {version['revision']}, seen {version['seen_at']}")
        for line in version["difference"] or ["(the first one kept)"]:
            screen.line(safe(line))


def show_history(screen: Screen, known: Any) -> None:
    """Prints all the ledger knows of an address: where it was found, and what became of it each time."""
    address = known.address
    position = address.position
    facts = {
        "state": f"{address.state}{f': {address.reason}' if address.reason else ''}",
        "found": f"{moment(address.found_at)} by {address.channel}",
        "attempts": f"{address.attempts}, next {moment(address.next_try_at)}"
        if address.next_try_at
        else None,
        "fetched": moment(address.fetched_at) or "never",
        "archived": f"{position.segment} at {position.offset}, {position.length} bytes" if position else None,
    }
    screen.line()
    for name, value in facts.items():
        if value:
            screen.line(f"{name:<13} {one_line(value)}")
    for event in known.events:
        became = f"{event.outcome}{f': {event.reason}' if event.reason else ''}"
        screen.line(f"{'history':<13} {moment(event.at)} {one_line(became)}, run {event.run_id}")
    for run in known.runs:
        screen.line(f"{'run':<13} {run.id} {run.kind} of {run.site}, {moment(run.started_at)}, {run.outcome}")


def show_faults(screen: Screen, wrong: Sequence[str]) -> int:
    """Says on standard error what is wrong with the store beside its ledger; the exit code that deserves."""
    for sentence in wrong:
        screen.err.print(one_line(sentence), markup=False, highlight=False, soft_wrap=True)
    return 1 if wrong else 0


def show_schema(screen: Screen, state: Any) -> None:
    """Says which version the schema has."""
    screen.say(f"schema {state.current or 'empty'}, this carnews needs {state.head}")
