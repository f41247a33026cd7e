"""The options that several commands share, each said once."""

from pathlib import Path
from typing import Annotated

import typer

from terminal.formats import Format

Db = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="FILE|URL",
        help="The database: a SQLite file or a URL. Else CARNEWS_DATABASE_URL, else data/carnews.db.",
        show_default=False,
    ),
]
Form = Annotated[Format, typer.Option("--format", "-f", help="How the rows come out.", case_sensitive=False)]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=1_000_000, help="At most so many rows.")]
Since = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="DATE", help="A day, 2026-03-02, or so far back: 36h, 7d.", show_default=False
    ),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="DATE", help="The last day wanted, itself included.", show_default=False),
]
Site = Annotated[
    str | None, typer.Option("--site", metavar="NAME", help="Only this site.", show_default=False)
]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, max=64, help="So many sites at the same time.")]
MaxArticles = Annotated[
    int | None,
    typer.Option("--max-articles", min=1, help="Fetch at most so many pages per site.", show_default=False),
]
PageUrl = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", help="The address the page was saved from.", show_default=False),
]
Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE…", help="WARC files, saved pages or text dumps.", show_default=False),
]
