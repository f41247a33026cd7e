"""The clock as a program: `python scheduler.py` is `carnews run`."""

import sys
from typing import Annotated

import typer

Names = Annotated[
    list[str] | None,
    typer.Option("--sites", "-s", metavar="NAME,…", help="Only these sites.", show_default=False),
]
Once = Annotated[bool, typer.Option("--once", help="Crawl what is due now, then end.")]
Jobs = Annotated[
    int, typer.Option("--jobs", "-j", metavar="N", min=1, max=64, help="So many crawls at the same time.")
]
Deadline = Annotated[
    float, typer.Option("--deadline", min=1, metavar="SECONDS", help="Stop a crawl that takes longer.")
]
Db = Annotated[
    str | None,
    typer.Option(
        "--db", metavar="FILE|URL", help="The database: a SQLite file or a URL.", show_default=False
    ),
]
Queue = Annotated[
    bool, typer.Option("--queue", help="Leave the crawls to the workers of the shared queue (PostgreSQL).")
]
Wait = Annotated[
    bool, typer.Option("--wait", help="Where another clock runs, stand by and take over when it ends.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Log warnings and errors only.")]


def run(  # noqa: PLR0913, PLR0917 - an option a parameter: that is how Typer declares a command
    sites: Names = None,
    once: Once = False,
    jobs: Jobs = 2,
    deadline_s: Deadline = 1800.0,
    queue: Queue = False,
    db: Db = None,
    quiet: Quiet = False,
    wait: Wait = False,
) -> None:
    """Crawl every site when it is due, until SIGTERM or Ctrl-C."""
    # late, because `carnews --help` lists this function without needing what it needs
    from db.errors import StoreError  # noqa: PLC0415
    from db.settings import settings  # noqa: PLC0415
    from ops.assembly import run_clock  # noqa: PLC0415
    from ops.clock import ClockOptions  # noqa: PLC0415
    from ops.lease import ClockBusy  # noqa: PLC0415
    from ops.logs import log_as  # noqa: PLC0415
    from ops.orders import OrderError  # noqa: PLC0415

    names = tuple(name for given in sites or () for name in given.split(",") if name)
    try:
        conf = settings(db)
        log_as("clock", conf, quiet=quiet)
        code = run_clock(conf, ClockOptions(names, once, jobs, deadline_s, wait=wait, queue=queue))
    except (StoreError, ClockBusy, OrderError) as error:
        sys.stderr.write(f"carnews: {error}\n")
        code = error.exit_code
    raise typer.Exit(code)


if __name__ == "__main__":
    typer.run(run)
