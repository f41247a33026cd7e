"""The command: one short function per subcommand that wires the rooms together; the thinking is in the rooms.

Heavy rooms are imported inside the functions: a command pays only for what it uses, and only children crawl.
"""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import scheduler
from commands import copying, exporting, indexing, keeping, reading, sites, watching, working
from terminal import articles, asked, claims, compare, glance, listing, outcomes, tour
from terminal import options as opt
from terminal.errors import CommandError
from terminal.formats import Format
from terminal.program import group, run
from terminal.screen import screen

if TYPE_CHECKING:
    from pipeline.article import CleanArticle

app = group(
    "Fetch car news, keep only the article, store it in SQL.",
    epilog="Start with: carnews demo. Every command explains itself with --help; --debug shows tracebacks.",
)
sites_app = group("List the sites; check them; add one.")
db_app = group("Upgrade or check the database.", bare=True)


def main() -> None:
    """Runs the command line and exits with its code."""
    run(app)


@app.callback()
def root(*, version: opt.Version = False) -> None:  # its option does the work
    pass


@app.command()
def demo(*, port: opt.Port = 8907, db: opt.Db = None, quiet: opt.QuietCrawl = False) -> int:
    """Crawl a made car-news web and show it."""
    from crawler.recall import recalled
    from db.queries import articles as listed
    from demo import serve
    from ops.crawls import Crawls
    from ops.orders import orders_for
    from ops.stores import opened
    from terminal.progress import crawl_progress

    here, store = screen(quiet=quiet), opened(db, new=True)
    folder = store.settings.archive_folder.parent / "demo-sites"
    store = store.with_sites(folder)
    with serve(port) as web, crawl_progress(here) as told:
        web.write_site_files(folder)
        accounts, code = Crawls(store, orders_for(list(web.sites), store.book), told=told).run()
    code = tour.show_outcomes(here, [account.as_row() for account in accounts], code)
    with store.reading() as s:
        newest = listed(s, site=next(iter(web.sites)), limit=tour.LOOKED_AT)
        hits = listed(s, search=tour.WORD, limit=5)
        read = [recalled(s, store.archive, store.book, row["url"])[1] for row in newest]
    if newest:
        article, row = max(zip(read, newest, strict=True), key=tour.liveliness)
        tour.show_article(here, article, row)
        tour.show_hits(here, hits)
        tour.show_next(here, row, db, folder)
    return code


@app.command()
def crawl(
    what: opt.Asked = None,
    *,
    everything: opt.All = False,
    max_articles: opt.MaxArticles = None,
    since: opt.Since = None,
    until: opt.Until = None,
    time_limit: opt.TimeLimit = None,
    dry_run: opt.DryRun = False,
    jobs: opt.Jobs = 4,
    queue: opt.Queue = False,
    form: opt.Form = Format.TABLE,
    db: opt.Db = None,
    quiet: opt.QuietCrawl = False,
) -> int:
    """Crawl sites, or single addresses, once."""
    from ops.crawls import Crawls
    from ops.launch import CrawlOptions
    from ops.orders import orders_for
    from ops.stores import opened, site_book
    from terminal.progress import crawl_progress

    here, book = screen(quiet=quiet), site_book()
    wanted = CrawlOptions(max_articles, *asked.stretch(since, until), dry_run=dry_run)
    limit = asked.period(time_limit, "--time-limit")
    if bool(what) == everything:
        raise CommandError("crawl: name sites or addresses, or give --all alone; `carnews sites` lists them")
    orders = orders_for(what or sorted(book.sites), book, wanted)
    store = opened(db, new=True)
    if queue:
        return working.leave_crawls(here, store, orders)
    outcomes.show_warnings(here, book.problems if everything else [], store.settings.contact)
    with crawl_progress(here) as told:
        accounts, code = Crawls(store, orders, jobs, limit, told).run()
    rows = [account.as_row() for account in accounts]
    if dry_run:
        finds = [row for account in accounts for row in outcomes.finds_of(account.site, account.printed)]
        outcomes.show_finds(here, finds, rows, form)
    else:
        outcomes.show_crawls(here, rows, form)
    return code


@app.command()
def clean(what: opt.Page, *, url: opt.PageUrl = None, form: opt.PageForm = opt.PageFormat.TEXT) -> int:
    """Turn one page or text dump into a clean article."""
    here = screen()
    article = _fetched(what) if asked.is_url(what) else _understood(what, url)
    articles.show(here, article, form)
    return articles.verdict(here, article, asked.shown_name(what))


@app.command()
def explain(
    what: opt.Explained, *, url: opt.PageUrl = None, html: opt.HtmlFile = None, db: opt.Db = None
) -> None:
    """Show what was cut from a page, and by which rule."""
    from crawler.recall import recalled
    from db.queries import url_of
    from ops.stores import opened
    from terminal.page import save_explained

    here = screen()
    shown = partial(save_explained, file=html) if html else compare.show_explained
    if not asked.is_url(what) and not asked.is_id(what):
        shown(here, _understood(what, url))
        return
    store = opened(db)
    with store.reading() as s:
        what = what if asked.is_url(what) else url_of(s, what) or what
        known, article = recalled(s, store.archive, store.book, what)
    if known is None:
        remedy = (
            f"`carnews crawl {what}` fetches it" if asked.is_url(what) else "`carnews articles` lists ids"
        )
        raise CommandError(f"{what}: not in this store; {remedy}")
    if article is not None:
        shown(here, article)
    if html is None or article is None:
        listing.show_history(here, known)
        claims.show_claims(here, known.claims, article)


@db_app.command("upgrade")
def upgrade_db(*, db: opt.Db = None) -> None:
    """Bring the database to this version's schema, making it where there is none."""
    from db.engine import schema_state
    from ops.stores import opened

    listing.show_schema(screen(), schema_state(opened(db, new=True).engine))


@db_app.command("check")
def check_db(*, db: opt.Db = None) -> int:
    """Check schema, ledger, full-text index and write-ahead log."""
    from db.engine import schema_state
    from db.laws import check_ledger
    from db.reindex import check_index
    from db.wal import check_log
    from ops.stores import opened

    store = opened(db, migrate=False)
    listing.show_schema(screen(), schema_state(store.engine))
    with store.reading() as s:
        code = glance.show_laws(screen(), check_ledger(s))
    return max(code, listing.show_faults(screen(), [*check_index(store.engine), *check_log(store.engine)]))


def _understood(what: str, url: str | None) -> "CleanArticle":
    given = asked.read_given(what)
    from pipeline.clean import clean_html
    from pipeline.dump import clean_text

    return clean_html(given.html, url) if given.html is not None else clean_text(given.text or "", url)


def _fetched(url: str) -> "CleanArticle":
    """The page at `url`, fetched by a crawl of its own into a store that is thrown away."""
    from crawler.recall import recalled
    from ops.crawls import Crawls
    from ops.orders import orders_for
    from ops.stores import thrown_away

    with TemporaryDirectory(prefix="carnews-") as folder:
        store = thrown_away(Path(folder))
        accounts, _ = Crawls(store, orders_for([url], store.book)).run()
        with store.reading() as s:
            known, article = recalled(s, store.archive, store.book, url)
    if article is None:
        raise outcomes.unfetched(url, accounts[0].as_row(), known.address if known else None)
    return article


app.command("run")(scheduler.run)
watching.add_to(app)
keeping.add_to(app)
working.add_to(app)
reading.add_to(app)
exporting.add_to(app)
sites.add_to(sites_app)
indexing.add_to(db_app)
copying.add_to(db_app)
app.add_typer(sites_app, name="sites")
app.add_typer(db_app, name="db")

if __name__ == "__main__":
    main()
