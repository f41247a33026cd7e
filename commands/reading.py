"""What readers ask of the store: its articles, one of them, what has changed."""

import typer

from terminal import asked, listing
from terminal import options as opt
from terminal.errors import CommandError
from terminal.formats import Format, as_json, show_rows
from terminal.screen import screen, write


def add_to(app: typer.Typer) -> None:
    """Makes these commands of `app`."""
    app.command("articles")(list_articles)
    app.command()(show)
    app.command("changes")(list_changes)


def list_articles(
    *,
    search: opt.Search = None,
    site: opt.Site = None,
    make: opt.Make = None,
    since: opt.Since = None,
    until: opt.Until = None,
    limit: opt.Limit = 50,
    sort: opt.Sort = opt.Order.NEWEST,
    form: opt.Form = Format.TABLE,
    db: opt.Db = None,
    quiet: opt.Quiet = False,
) -> None:
    """List and search the articles."""
    from db.queries import articles as listed
    from ops.stores import opened
    from pipeline.vehicles import make_named

    make = (make_named(make) or make) if make else None  # "vw" is kept as "Volkswagen"
    after, before = asked.moment(since, "--since"), asked.moment(until, "--until", end=True)
    if sort == opt.Order.RELEVANCE and search is None:
        raise CommandError("--sort relevance: relevant to what? add --search WORDS")
    by_relevance = sort == opt.Order.RELEVANCE
    with opened(db).reading() as s:
        rows = listed(
            s,
            search=search,
            site=site,
            make=make,
            since=after,
            until=before,
            limit=limit,
            by_relevance=by_relevance,
        )
    show_rows(screen(quiet=quiet), rows, listing.ARTICLES, form, listing.ARTICLE_CSV)


def show(
    what: opt.Id,
    *,
    form: opt.PageForm = opt.PageFormat.TEXT,
    with_revisions: opt.Revisions = False,
    db: opt.Db = None,
) -> None:
    """Show one article by its id or address."""
    from db.queries import article, versions
    from ops.stores import opened

    with opened(db).reading() as s:
        found = article(s, what)
        if found is None:
            raise CommandError(f"{what}: no such article; `carnews articles` lists ids and addresses")
        older = versions(s, found["id"]) if with_revisions else []
    if form == "json":
        listing.show_article(screen(), found | {"revisions": older} if with_revisions else found, form)
        return
    listing.show_article(screen(), found, form)
    if with_revisions:
        listing.show_revisions(screen(), older)


def list_changes(
    *, since: opt.Seq = 0, limit: opt.ChangeLimit = None, whole: opt.Whole = False, db: opt.Db = None
) -> None:
    """Print every change after a number as JSON lines, in the order of commits."""
    from db.changes import changes
    from db.queries import article
    from ops.stores import opened

    with opened(db).reading() as s:
        for change in changes(s, since, limit):
            row = {**change, "article": article(s, change["article_id"])} if whole else change
            write(as_json(row) + "\n")
