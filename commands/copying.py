"""`carnews db copy`: a whole store into another database."""

from typing import Annotated

import typer

from terminal import moves
from terminal import options as opt
from terminal.errors import CommandError
from terminal.screen import screen

From = Annotated[str, typer.Argument(metavar="FROM", help="The store as it is: a SQLite file or a URL.")]
To = Annotated[str, typer.Argument(metavar="TO", help="An empty database: a SQLite file or a URL.")]


def add_to(app: typer.Typer) -> None:
    """Makes these commands of `app`."""
    app.command("copy")(copy)


def copy(source: From, target: To, *, quiet: opt.Quiet = False) -> None:
    """Copy a store into an empty database of either kind, and compare the two."""
    from db.engine import connect, shown
    from db.settings import database_url
    from db.transfer import transfer
    from ops.lease import only_clock
    from ops.stores import opened

    here, store = screen(quiet=quiet), opened(source, migrate=False)
    into = connect(target)
    if into.url == store.engine.url:
        raise CommandError(f"{shown(into.url)}: is both; name two databases")
    with only_clock(store.engine), moves.copy_progress(here) as told:
        done = transfer(store.engine, into, told)
    moves.show_transferred(here, done, shown(into.url))
    if database_url(source) == store.settings.database_url:
        folder = store.settings.archive_folder.absolute()
        here.note(f"archived pages stay where they are: CARNEWS_ARCHIVE={folder}")
