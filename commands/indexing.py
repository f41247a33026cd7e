"""`carnews db …`: what readers may rely on, and what the store derives from its articles, made anew."""

from typing import Annotated

import typer

from terminal import options as opt
from terminal.errors import CommandError
from terminal.formats import Format
from terminal.screen import screen
from terminal.tables import counted

Views = Annotated[
    list[str] | None, typer.Argument(metavar="VIEW", help="Only these views.", show_default=False)
]


def add_to(app: typer.Typer) -> None:
    """Makes these commands of `app`."""
    app.command("schema")(schema)
    app.command("reindex")(rebuild)
    app.command("relink")(link)


def schema(views: Views = None, *, form: opt.Form = Format.TABLE) -> None:
    """Print the views that readers may rely on, column by column; needs no database."""
    from db.views import contract
    from terminal.schema import show_views

    told = contract()
    known = {view.name: view for view in told.views}
    for name in views or ():
        if name not in known:
            raise CommandError(f"{name}: no view that readers may rely on; these are: {', '.join(known)}")
    show_views(screen(), told, [known[name] for name in views or known], form)


def rebuild(*, db: opt.Db = None) -> None:
    """Make the full-text index anew from the articles."""
    from db.reindex import reindex
    from ops.stores import opened

    number = reindex(opened(db).engine)
    screen().say(f"{counted(number, 'article')} indexed")


def link(*, db: opt.Db = None, quiet: opt.Quiet = False) -> None:
    """Look again which articles are copies and which tell one story."""
    from db.links import relink_store
    from ops.stores import opened
    from terminal.progress import article_progress

    here, store = screen(quiet=quiet), opened(db)
    with article_progress(here) as told:
        done = relink_store(store.engine, told)
    links = f"{counted(done.merged, 'link')} new or changed, {done.unmerged:,} taken away"
    moved = f"{counted(done.stories, 'article')} moved to another story"
    here.say(f"{counted(done.articles, 'article')} looked at: {links}; {moved}")
