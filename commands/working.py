"""`carnews work`: a worker of the shared queue; and what leaves work there."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from terminal import options as opt
from terminal.errors import CommandError
from terminal.screen import Screen
from terminal.tables import counted

if TYPE_CHECKING:
    from db.reread import Chosen
    from ops.fleet import Order
    from ops.queue import Job
    from ops.stores import Store

Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="KIND,…",
        help="Only jobs of this kind: fresh, backfill, reprocess.",
        show_default=False,
    ),
]
Once = Annotated[bool, typer.Option("--once", help="Do what waits now, then end.")]
Jobs = Annotated[
    int, typer.Option("--jobs", "-j", metavar="N", min=1, max=64, help="So many jobs at the same time.")
]
Deadline = Annotated[
    float, typer.Option("--deadline", min=1, metavar="SECONDS", help="Stop a job that takes longer.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Log warnings and errors only.")]


def add_to(app: typer.Typer) -> None:
    """Makes these commands of `app`."""
    app.command("work")(work)


def work(
    *,
    jobs: Jobs = 2,
    only: Only = None,
    once: Once = False,
    deadline_s: Deadline = 1800.0,
    db: opt.Db = None,
    quiet: Quiet = False,
) -> int:
    """Take jobs from the shared queue until SIGTERM or Ctrl-C."""
    from db.settings import settings
    from ops.logs import log_as
    from ops.queue import kinds
    from ops.work import WorkOptions, run_work

    wanted = kinds([name for given in only or () for name in given.split(",") if name])
    conf = settings(db)
    log_as("worker", conf, quiet=quiet)
    return run_work(conf, WorkOptions(jobs, wanted, once, deadline_s))


def leave_crawls(here: Screen, store: "Store", orders: Sequence["Order"]) -> int:
    """Leaves these crawls in the queue; the exit code."""
    from ops.queue import backfill

    if any(order.options.dry_run for order in orders):
        raise CommandError("--queue: a dry run shows what it finds here; leave one of the two out")
    leave(here, store, [backfill(order.site, order.options) for order in orders])
    return 0


def leave_rereadings(here: Screen, store: "Store", chosen: "Chosen") -> int:
    """Leaves the reading again of the chosen pages in the queue, a job for each site and archive; the exit
    code.
    """
    from db.archive import place_name
    from db.reread import sites_with_pages
    from ops.queue import rereadings

    options = {"since": chosen.since and chosen.since.isoformat(), "rule": chosen.rule}
    said = {name: value for name, value in options.items() if value}
    with store.reading() as s:
        names = [name for name in sites_with_pages(s) if chosen.site in {None, name}]
        jobs = rereadings(s, names, place_name(store.settings.place), said)
    leave(here, store, jobs)
    return 0


def leave(here: Screen, store: "Store", jobs: Sequence["Job"]) -> None:
    """Leaves the jobs in the queue and says how many."""
    from ops.queue import give_all

    new = asyncio.run(give_all(store.settings, store.engine, jobs))
    waiting = f"; {len(jobs) - new} waited already" if new < len(jobs) else ""
    here.note(f"{counted(new, 'job')} queued{waiting}; `carnews work` does them")
