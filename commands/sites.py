"""`carnews sites`: which there are, how they are treated, whether they answer, the file of a new one."""

from pathlib import Path
from typing import Annotated

import typer

from terminal import listing, politeness, surveys
from terminal import options as opt
from terminal.errors import CommandError
from terminal.formats import Format, show_rows
from terminal.screen import screen

Name = Annotated[
    str | None, typer.Argument(metavar="SITE", help="Ask this site's channels too.", show_default=False)
]
Probe = Annotated[bool, typer.Option("--probe", help="Ask every site's channels.")]
Home = Annotated[str, typer.Argument(metavar="URL", help="The site's front page.", show_default=False)]
Called = Annotated[
    str | None,
    typer.Option(
        "--name", metavar="NAME", help="The site's name; else made of its host.", show_default=False
    ),
]
Printed = Annotated[bool, typer.Option("--print", help="Print the file instead of writing it.")]
Private = Annotated[bool, typer.Option("--allow-private", help="It lives on loopback or a private network.")]


def add_to(app: typer.Typer) -> None:
    """Makes these commands of `app`, and the list what it does by itself."""
    app.callback(invoke_without_command=True)(list_sites)
    app.command("check")(check)
    app.command("add")(add)


def list_sites(
    context: typer.Context, *, of: opt.Politeness = None, form: opt.Form = Format.TABLE, db: opt.Db = None
) -> None:
    from ops.manners import account_of
    from ops.stores import opened, site_book

    if of and not context.invoked_subcommand:
        politeness.show(screen(), account_of(opened(db), of), form)
    elif not context.invoked_subcommand:
        rows = listing.site_rows(site_book().sites)
        show_rows(screen(), rows, listing.site_columns(rows), form)


def check(name: Name = None, *, probe: Probe = False, form: opt.Form = Format.TABLE) -> int:
    """Read every site file and tell all mistakes; with a name, see whether the site answers."""
    from ops.orders import known
    from ops.stores import site_book
    from ops.surveys import look_at, verdict_of

    here, book = screen(), site_book()
    code = 0
    if name is None:
        code = listing.show_problems(here, book.problems, len(book.sites))
    for site in [known(name, book)] if name else sorted(book.sites) if probe else []:
        report = look_at(site)
        surveys.show_report(here, report, form)
        surveys.show_troubles(here, report)
        found = verdict_of(report)
        code = found if name else max(code, min(found, 1))
    return code


def add(url: Home, *, name: Called = None, printed: Printed = False, allow_private: Private = False) -> None:
    """Find out what a site has and draft its file."""
    from crawler.sites import NAME
    from crawler.sites.draft import name_for
    from db.settings import settings
    from ops.orders import site_of
    from ops.stores import site_book
    from ops.surveys import look_around

    book, folder = site_book(), settings().sites
    if (owner := site_of(url, book)) in book.sites and not name:
        raise CommandError(
            f"{url}: is the site {owner} already; see `carnews sites check {owner}`, or give --name"
        )
    called = name or name_for(url)
    if not NAME.fullmatch(called):
        raise CommandError(f"--name: {called!r} is no site name; use a-z, 0-9 and hyphens")
    if folder is None and not printed:
        raise CommandError(
            "sites add: set CARNEWS_SITES to a folder of your own for the file, or give --print"
        )
    path = None if printed or folder is None else Path(folder) / f"{called}.toml"
    if path and path.exists():
        raise CommandError(f"{path}: is there already; give another --name, or --print")
    report = look_around(url, private=allow_private) | {"site": called}
    if report["unreachable"]:
        raise surveys.unreached(url, report)
    if report["draft"] is None:
        raise surveys.too_little(url, report["missing"])
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(report["draft"], encoding="utf-8")
    surveys.show_draft(screen(), report, path)
