"""How a look at a site is shown: what each channel answered, how the articles read, what is missing."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from terminal.errors import CommandError, Refused, TryLater
from terminal.formats import Format, show_rows
from terminal.listing import joined
from terminal.outcomes import in_words
from terminal.screen import Screen, one_line, write
from terminal.tables import Column, counted, day, moment, number

Report = Mapping[str, Any]

NAMES_CHARS = 24  # of an article's authors; the title needs the room


def bylined(value: Sequence[str]) -> str:
    """Names as a phrase that leaves room for the title."""
    names = joined(value)
    return names if len(names) <= NAMES_CHARS else f"{names[: NAMES_CHARS - 1]}…"


CHANNELS = (
    Column("kind", "channel"),
    Column("answer", show=in_words),
    number("entries"),
    number("articles", style="green"),
    Column("newest_at", "newest", show=moment),
    Column("url", "address", wide=True),
)
READINGS = (
    Column("verdict", show=in_words),
    Column("published_at", "published", show=day),
    Column("authors", show=bylined),
    number("words"),
    Column("title", wide=True),
)


def show_report(screen: Screen, report: Report, form: Format = Format.TABLE) -> None:
    """Prints the channels, then the articles that were read; of other forms than a table, all as rows."""
    if form != Format.TABLE:
        parts = (("channel", report["channels"]), ("article", report["readings"]))
        rows = [{"site": report["site"], "what": what, **row} for what, part in parts for row in part]
        show_rows(screen, rows, (), form, ("site", "what", "url", "kind", "answer", "entries", "articles"))
        return
    screen.say(one_line(f"{report['site']}  {report['home']}"))
    if report["channels"]:
        # on a narrow terminal the host they all share would be all that is seen
        rows = [row | {"url": row["url"].removeprefix(report["home"]) or "/"} for row in report["channels"]]
        show_rows(screen, rows, CHANNELS, form)
    if report["readings"]:
        screen.line()
        show_rows(screen, report["readings"], READINGS, form)


def show_troubles(screen: Screen, report: Report) -> None:
    """Says in one line for each what does not work."""
    site = report["site"]
    if report["unreachable"]:
        screen.complain(f"{site}: {in_words(report['unreachable'])}")
        return
    for channel in report["channels"]:
        if not channel["works"]:
            screen.complain(f"{site}: {channel['kind']} {channel['url']}: {in_words(channel['answer'])}")
        elif not channel["articles"]:
            none = f"none of {counted(channel['entries'], 'entry', 'entries')} matches the articles pattern"
            screen.complain(f"{site}: {channel['kind']} {channel['url']}: {none}")
    for reading in report["readings"]:
        if reading["verdict"] != "article":
            screen.complain(f"{site}: {reading['url']}: {in_words(reading['verdict'])}")
    if not report["readings"] and any(channel["articles"] for channel in report["channels"]):
        screen.complain(f"{site}: no article could be read")


def unreached(url: str, report: Report) -> CommandError:
    """Why nothing could be found out about the site at `url`."""
    told = f"{url}: {in_words(report['unreachable'])}"
    if report["unreachable"] == "private address":
        raise CommandError(f"{told}; give --allow-private")
    return TryLater(told) if report["later"] else Refused(told)


def show_draft(screen: Screen, report: Report, path: Path | None) -> None:
    """Prints what was found and missing, then the drafted file, or where it lies and what to do next."""
    if path is None:
        for channel in report["channels"]:
            screen.note(one_line(f"{channel['kind']} {channel['url']}: {channel['entries']} entries"))
    else:
        show_report(screen, report)
    for sentence in report["missing"]:
        screen.note(one_line(sentence))
    if path is None:
        write(report["draft"])
        return
    screen.say()
    screen.say(f"written to {path}; look at it, then:")
    screen.say(f"  carnews sites check {path.stem}", whole=True)
    screen.say(f"  carnews crawl {path.stem} --max-articles 3", whole=True)


def too_little(url: str, missing: Sequence[str]) -> CommandError:
    """Why no file could be drafted."""
    return Refused(f"{url}: too little was found for a site file: {'; '.join(map(one_line, missing))}")
