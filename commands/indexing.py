"""`carnews db reindex`: the full-text index, made anew."""

import typer

from terminal import options as opt
from terminal.screen import screen
from terminal.tables import counted


def add_to(app: typer.Typer) -> None:
    """Makes these commands of `app`."""
    app.command("reindex")(rebuild)


def rebuild(*, db: opt.Db = None) -> None:
    """Make the full-text index anew from the articles."""
    from db.reindex import reindex
    from ops.stores import opened

    number = reindex(opened(db).engine)
    screen().say(f"{counted(number, 'article')} indexed")
