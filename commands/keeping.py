"""What fills the store without any network: files of pages, and the archive read again."""

import re
from typing import Annotated, Any

import typer

from commands.working import leave_rereadings
from terminal import asked, kept, outcomes
from terminal import options as opt
from terminal.errors import CommandError
from terminal.formats import Format, as_json
from terminal.screen import screen, write

Rule = Annotated[
    str | None,
    typer.Option(
        "--rule",
        metavar="VERSION",
        help="Only articles read by these rules: 3, or as `rules_version` says.",
        show_default=False,
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="DATE",
        help="Only pages fetched since: a day, 2026-03-02, or so far back: 36h, 7d.",
        show_default=False,
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change and how; write nothing.")]
Jobs = Annotated[
    int, typer.Option("--jobs", "-j", metavar="N", min=1, max=64, help="Clean pages in so many processes.")
]
Match = Annotated[
    str | None,
    typer.Option(
        "--match", metavar="REGEX", help="Only addresses in which this is found.", show_default=False
    ),
]


def add_to(app: typer.Typer) -> None:
    """Makes these commands of `app`."""
    app.command()(ingest)
    app.command()(reprocess)


def ingest(
    files: opt.Files,
    *,
    url: opt.PageUrl = None,
    site: opt.Site = None,
    match: Match = None,
    jobs: Jobs = 1,
    db: opt.Db = None,
    quiet: opt.Quiet = False,
) -> int:
    """Read WARC files, saved pages and text dumps into the store."""
    from crawler.ingest import Asked
    from crawler.ingest import ingest as ingested
    from ops.stores import opened
    from terminal.progress import file_progress

    here, wanted = screen(quiet=quiet), Asked(site, expression(match))
    store = opened(db, new=True)
    with file_progress(here) as told:
        result = ingested(
            files, store.engine, store.archive, url=url, asked=wanted, jobs=jobs, report=told, book=store.book
        )
    return outcomes.show_ingested(here, result)


def reprocess(
    *,
    site: opt.Site = None,
    since: Since = None,
    rule: Rule = None,
    dry_run: DryRun = False,
    jobs: Jobs = 1,
    queue: opt.Queue = False,
    form: opt.Form = Format.TABLE,
    db: opt.Db = None,
    quiet: opt.Quiet = False,
) -> int:
    """Read archived pages again by today's rules; with --dry-run, show what that would change."""
    from crawler.reprocess import reprocess as reprocessed
    from db.reread import Chosen
    from ops.stores import opened

    here, chosen = screen(quiet=quiet), Chosen(site, asked.moment(since, "--since"), rule)
    store = opened(db)
    if queue:
        return leave_rereadings(here, store, chosen)
    collected: list[dict[str, Any]] = []

    def tell(found: Any) -> None:
        if form == Format.TABLE:
            kept.show_difference(here, found)
        elif form == Format.JSONL:
            write(as_json(kept.difference_row(found)) + "\n")
        else:
            collected.append(kept.difference_row(found))

    result = reprocessed(
        store.engine,
        store.archive,
        store.book,
        chosen,
        dry=dry_run,
        jobs=jobs,
        tell=tell if dry_run else None,
    )
    if site is not None and site not in result.sites and not (since or rule):
        raise CommandError(
            f"--site: no archived page of {site!r}; `carnews status` lists the sites with pages"
        )
    return kept.show_reprocessed(here, result, collected, form, dry=dry_run)


def expression(text: str | None) -> re.Pattern[str] | None:
    """What `--match` asks for; CommandError where that is no regular expression."""
    try:
        return re.compile(text) if text is not None else None
    except re.error as error:
        raise CommandError(f"--match: {text!r} is no regular expression: {error}") from None
