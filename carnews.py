"""The command: one short function per subcommand that wires the rooms together; the thinking is in the rooms.

Heavy rooms are imported inside the functions: a command pays only for what it uses, and only children crawl.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import typer

import scheduler
from terminal import articles, asked, compare, listing, outcomes, tour
from terminal import options as opt
from terminal.errors import CommandError, TryLater
from terminal.formats import Format, show_rows
from terminal.program import group, run
from terminal.screen import screen

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from crawler.sites import SiteBook
    from db.ledger import History
    from db.settings import Settings
    from pipeline.article import CleanArticle

app = group(
    "Fetch car news, keep only the article, store it in SQL.",
    epilog="Start with: carnews demo. Every command explains itself with --help; --debug shows tracebacks.",
)
sites_app = group("List the sites; check their files.")
db_app = group("Upgrade or check the database.", bare=True)


def main() -> None:
    """Runs the command line and exits with its code."""
    run(app)


@app.callback()
def root(*, version: opt.Version = False) -> None:
    if version:
        from importlib.metadata import version as installed

        screen().line(f"carnews {installed('carnews')}")
        raise typer.Exit


@app.command()
def demo(*, port: opt.Port = 8907, db: opt.Db = None, quiet: opt.Quiet = False) -> int:
    """Crawl a made car-news web and show it."""
    from db.engine import open_store, reading
    from db.queries import articles as listed
    from db.settings import settings
    from demo import serve
    from ops.crawls import Crawls
    from ops.orders import orders_for
    from terminal.progress import crawl_progress

    here, conf = screen(quiet=quiet), settings(db)
    folder = conf.archive_folder.parent / "demo-sites"
    conf = conf.model_copy(update={"sites": folder})
    engine = open_store(conf.database_url)
    with serve(port) as web, crawl_progress(here) as told:
        web.write_site_files(folder)
        names = list(web.sites)
        accounts, code = Crawls(engine, conf, orders_for(names, _book(conf)), told=told).run()
    code = tour.show_outcomes(here, [account.as_row() for account in accounts], code)
    with reading(engine) as s:
        newest = listed(s, site=names[0], limit=tour.LOOKED_AT)
        hits = listed(s, search=tour.WORD, limit=5)
    if newest:
        shown = max(((_recalled(conf, row["url"])[1], row) for row in newest), key=tour.liveliness)
        tour.show_article(here, *shown)
        tour.show_hits(here, hits)
        tour.show_next(here, shown[1], db)
    return code


@app.command()
def crawl(
    what: opt.Asked = None,
    *,
    everything: opt.All = False,
    max_articles: opt.MaxArticles = None,
    since: opt.Since = None,
    time_limit: opt.TimeLimit = None,
    dry_run: opt.DryRun = False,
    jobs: opt.Jobs = 4,
    db: opt.Db = None,
    quiet: opt.Quiet = False,
) -> int:
    """Crawl sites, or single addresses, once."""
    from db.engine import open_store
    from db.settings import settings
    from ops.crawls import Crawls
    from ops.launch import CrawlOptions
    from ops.orders import orders_for
    from terminal.progress import crawl_progress

    here, conf = screen(quiet=quiet), settings(db)
    wanted = CrawlOptions(max_articles, asked.moment(since, "--since"), dry_run)
    limit = asked.period(time_limit, "--time-limit")
    if bool(what) == everything:
        raise CommandError("crawl: name sites or addresses, or give --all alone; `carnews sites` lists them")
    book = _book(conf)
    orders = orders_for(what or sorted(book.sites), book, wanted)
    outcomes.show_warnings(here, book.problems if everything else [], conf.contact)
    engine = open_store(conf.database_url)
    with crawl_progress(here) as told:
        accounts, code = Crawls(engine, conf, orders, jobs, limit, told).run()
    outcomes.show_outcomes(here, [account.as_row() for account in accounts])
    return code


@app.command()
def clean(what: opt.Page, *, url: opt.PageUrl = None, form: opt.PageForm = opt.PageFormat.TEXT) -> int:
    """Turn one page or text dump into a clean article."""
    here = screen()
    article = _fetched(what) if asked.is_url(what) else _understood(what, url)
    articles.show(here, article, form)
    return articles.verdict(here, article, asked.shown_name(what))


@app.command()
def explain(what: opt.Page, *, url: opt.PageUrl = None, db: opt.Db = None) -> None:
    """Show what was cut from a page, and by which rule."""
    from db.settings import settings

    here = screen()
    if not asked.is_url(what):
        compare.show_explained(here, _understood(what, url))
        return
    known, article = _recalled(settings(db), what)
    if known is None:
        raise CommandError(f"{what}: not in this store; `carnews crawl {what}` fetches it")
    if article is not None:
        compare.show_explained(here, article)
    listing.show_history(here, known.address, known.runs)


@app.command("articles")
def list_articles(
    *,
    search: opt.Search = None,
    site: opt.Site = None,
    make: opt.Make = None,
    since: opt.Since = None,
    until: opt.Until = None,
    limit: opt.Limit = 50,
    form: opt.Form = Format.TABLE,
    db: opt.Db = None,
) -> None:
    """List and search the articles, newest first."""
    from db.queries import articles as listed
    from pipeline.vehicles import makes_in

    make = (makes_in([make]) or (make,))[0] if make else None  # "vw" is kept as "Volkswagen"
    days = {"since": asked.moment(since, "--since"), "until": asked.moment(until, "--until", end=True)}
    with _reading(db) as s:
        rows = listed(s, search=search, site=site, make=make, limit=limit, **days)
    show_rows(screen(), rows, listing.ARTICLES, form, listing.ARTICLE_CSV)


@app.command()
def show(what: opt.Id, *, form: opt.PageForm = opt.PageFormat.TEXT, db: opt.Db = None) -> None:
    """Show one article by its id or address."""
    from db.queries import article

    with _reading(db) as s:
        found = article(s, what)
    if found is None:
        raise CommandError(f"{what}: no such article; `carnews articles` lists ids and addresses")
    listing.show_article(screen(), found, form)


@sites_app.callback(invoke_without_command=True)
def list_sites(context: typer.Context, *, form: opt.Form = Format.TABLE) -> None:
    from db.settings import settings

    if not context.invoked_subcommand:
        show_rows(screen(), listing.site_rows(_book(settings()).sites), listing.SITES, form)


@sites_app.command("check")
def check_sites() -> int:
    """Read every site file and tell all mistakes."""
    from db.settings import settings

    book = _book(settings())
    return listing.show_problems(screen(), book.problems, len(book.sites))


@app.command()
def status(*, form: opt.Form = Format.TABLE, db: opt.Db = None, quiet: opt.Quiet = False) -> int:
    """Show each site's health and whether the ledger balances."""
    from datetime import UTC, datetime

    from db.engine import open_store, reading
    from db.laws import check_ledger
    from db.settings import settings
    from ops.health import health, totals

    here, conf = screen(quiet=quiet), settings(db)
    engine = open_store(asked.existing(conf.database_url))
    rhythms = {name: site.crawl.every for name, site in _book(conf).sites.items()}
    rows = health(engine, rhythms, datetime.now(UTC))
    show_rows(here, rows, listing.HEALTH, form)
    with reading(engine) as s:
        return listing.show_balance(here, totals(rows), check_ledger(s))


@app.command("runs")
def list_runs(
    *, site: opt.Site = None, limit: opt.Limit = 20, form: opt.Form = Format.TABLE, db: opt.Db = None
) -> None:
    """List past crawls and ingests, newest first."""
    from db.queries import runs

    with _reading(db) as s:
        rows = listing.run_rows(runs(s, site, limit))
    show_rows(screen(), rows, listing.RUNS, form)


@contextmanager
def _reading(db: str | None) -> "Iterator[Session]":
    from db.engine import open_store, reading
    from db.settings import settings

    with reading(open_store(asked.existing(settings(db).database_url))) as s:
        yield s


def _book(conf: "Settings") -> "SiteBook":
    from crawler.sites import load_sites

    return load_sites(conf.sites)


def _understood(what: str, url: str | None) -> "CleanArticle":
    from pipeline import clean_html, clean_text

    given = asked.read_given(what)
    return clean_html(given.html, url) if given.html is not None else clean_text(given.text or "", url)


def _recalled(conf: "Settings", url: str) -> "tuple[History | None, CleanArticle | None]":
    from crawler.recall import recalled
    from db.archive import Archive

    with _reading(conf.database_url) as s:
        return recalled(s, Archive(conf.archive_folder), _book(conf), url)


def _fetched(url: str) -> "CleanArticle":
    """The page at `url`, fetched by a crawl of its own into a store that is thrown away."""
    from db.settings import settings
    from ops.crawls import crawl_into
    from ops.orders import orders_for

    with TemporaryDirectory(prefix="carnews-") as folder:
        place = {"database_url": f"sqlite:///{folder}/page.db", "archive": Path(folder) / "archive"}
        conf = settings().model_copy(update=place)
        accounts = crawl_into(conf, orders_for([url], _book(conf)))
        article = _recalled(conf, url)[1]
    if article is None:
        why = outcomes.troubles(accounts[0].as_row())
        raise TryLater("; ".join(why) or f"{url}: could not be fetched")
    return article


app.command("run")(scheduler.run)
app.add_typer(sites_app, name="sites")
app.add_typer(db_app, name="db")

if __name__ == "__main__":
    main()
