"""What leaves the store for other programs: exports and feeds."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from terminal import asked, exports
from terminal import options as opt
from terminal.errors import CommandError
from terminal.exports import ExportFormat
from terminal.feeds import Feed, FeedFormat, as_feed
from terminal.screen import Screen, screen, write

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from db.exports import Wanted

Form = Annotated[
    ExportFormat, typer.Option("--format", "-f", help="How the articles come out.", case_sensitive=False)
]
Seq = Annotated[
    int | None,
    typer.Option(
        "--since",
        metavar="SEQ",
        min=0,
        help="Only what changed after this change number.",
        show_default=False,
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write there, whole or not at all; else to standard output.",
        show_default=False,
    ),
]
Append = Annotated[
    bool, typer.Option("--append", help="Continue the jsonl file from the change it is complete up to.")
]
Times = Annotated[bool, typer.Option("--times", help="With when each was fetched, stored and changed.")]

FeedForm = Annotated[
    FeedFormat, typer.Option("--format", "-f", help="Which kind of feed.", case_sensitive=False)
]
Title = Annotated[
    str | None,
    typer.Option("--title", metavar="TEXT", help="What the feed is called.", show_default=False),
]
Found = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", help="Where the feed will be found.", show_default=False),
]


def add_to(app: typer.Typer) -> None:
    """Makes these commands of `app`."""
    app.command("export")(export)
    app.command("feed")(feed)


def export(
    *,
    form: Form = ExportFormat.JSONL,
    since: Seq = None,
    search: opt.Search = None,
    site: opt.Site = None,
    make: opt.Make = None,
    output: Output = None,
    append: Append = False,
    times: Times = False,
    db: opt.Db = None,
    quiet: opt.Quiet = False,
) -> None:
    """Write the articles out, whole or what has changed."""
    from db.exports import Wanted, complete_to
    from ops.stores import opened

    if append and (form != ExportFormat.JSONL or output is None or since is not None):
        raise CommandError("--append: continues a jsonl file; give --output FILE and no --since")
    if form == ExportFormat.PARQUET and output is None:
        raise CommandError("--format parquet: needs a file; add --output FILE")
    here, wanted = screen(quiet=quiet), Wanted(since, search, site, make_asked(make))
    with opened(db).reading() as s:
        change = complete_to(s, since)
        if append and output:
            _append(s, wanted, output, change, times=times)
        elif output:
            with exports.whole_file(output) as part:
                _write(s, here, wanted, form, part, times=times)
        else:
            _write(s, here, wanted, form, None, times=times)
    here.note(f"complete up to change {change}")


def feed(
    *,
    search: opt.Search = None,
    site: opt.Site = None,
    make: opt.Make = None,
    since: opt.Since = None,
    until: opt.Until = None,
    limit: opt.Limit = 50,
    form: FeedForm = FeedFormat.ATOM,
    title: Title = None,
    url: Found = None,
    db: opt.Db = None,
) -> None:
    """Print the newest articles as a feed for news readers."""
    from db.queries import articles
    from ops.stores import opened

    make = make_asked(make)
    after, before = asked.moment(since, "--since"), asked.moment(until, "--until", end=True)
    with opened(db).reading() as s:
        rows = articles(
            s, search=search, site=site, make=make, since=after, until=before, limit=limit, times=True
        )
    question = " ".join(f"{value}" for value in (site, make, search) if value)
    called = title or (f"Car news: {question}" if question else "Car news")
    write(as_feed(form, Feed(called, repr((site, make, search, since, until)), url), rows))


def make_asked(make: str | None) -> str | None:
    """The make as articles name it: "vw" is kept as "Volkswagen"."""
    from pipeline.vehicles import make_named

    return (make_named(make) or make) if make else None


def _write(
    s: "Session", here: Screen, wanted: "Wanted", form: ExportFormat, part: Path | None, *, times: bool
) -> None:
    from db.exports import exported, withdrawals

    if form == ExportFormat.PARQUET and part:
        exports.write_parquet(part, exported(s, wanted, times=times), times=times)
    elif part:
        with part.open("w", encoding="utf-8", newline="") as file:
            _write_text(s, wanted, form, file.write, times=times)
    else:
        _write_text(s, wanted, form, write, times=times)
    if form != ExportFormat.JSONL and (left := sum(1 for _ in withdrawals(s, wanted))):
        here.note(f"withdrawn since then: {left}; only jsonl tells which")


def _write_text(
    s: "Session", wanted: "Wanted", form: ExportFormat, pen: exports.Write, *, times: bool
) -> None:
    from db.exports import exported, withdrawals

    rows = exported(s, wanted, times=times)
    if form == ExportFormat.CSV:
        exports.write_csv(pen, rows, times=times)
    else:
        exports.write_jsonl(pen, chain(rows, withdrawals(s, wanted)))


def _append(s: "Session", wanted: "Wanted", file: Path, change: int, *, times: bool) -> None:
    """Adds to the file what changed after its last mark, and a new mark; a missing file it makes."""
    said = {"search": wanted.search, "site": wanted.site, "make": wanted.make}
    narrowed = {name: value for name, value in said.items() if value is not None}
    if times:
        narrowed["times"] = "yes"
    mark = exports.last_mark(file)
    if mark is None:
        with exports.whole_file(file) as part, part.open("w", encoding="utf-8", newline="") as made:
            _write_text(s, wanted, ExportFormat.JSONL, made.write, times=times)
            made.write(exports.mark_line(change, narrowed))
        return
    if mark.narrowed != narrowed:
        raise CommandError(f"{file}: was narrowed by {_options(mark.narrowed)}; continue it with the same")
    if mark.change > change:
        raise CommandError(f"{file}: is ahead of this store; it is another store's, give another file")
    if mark.change < change:
        with exports.continued_file(file, mark) as pen:
            _write_text(s, replace(wanted, since=mark.change), ExportFormat.JSONL, pen, times=times)
            pen(exports.mark_line(change, narrowed))


def _options(narrowed: Mapping[str, str]) -> str:
    return " ".join(f"--{name} {value}" for name, value in narrowed.items()) or "nothing"
