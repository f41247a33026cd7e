"""What operators ask: how the sites are doing, what ran, what is wrong, who is told of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

import typer

from terminal import asked, closeup, glance
from terminal import options as opt
from terminal.errors import FAILED, CommandError
from terminal.formats import Format, as_json, show_rows
from terminal.live import watch
from terminal.program import group
from terminal.runs import RUNS_CSV, run_columns, run_rows
from terminal.screen import Screen, screen, write

if TYPE_CHECKING:
    from ops.stores import Store


def add_to(app: typer.Typer) -> None:
    """Makes these commands of `app`."""
    app.command()(status)
    app.command("runs")(list_runs)
    app.command("alarms")(list_alarms)
    app.command("metrics")(print_metrics)
    alerts = group("Tell people of alarms.", bare=True)
    alerts.command("test")(alert)
    app.add_typer(alerts, name="alerts")


def status(
    site: opt.SiteName = None,
    *,
    live: opt.Watch = False,
    every: opt.Every = 5.0,
    form: opt.Form = Format.TABLE,
    db: opt.Db = None,
    quiet: opt.Quiet = False,
) -> int:
    """Show how all sites are doing, or one of them from close by.

    Exit code 1 where an alarm is open or the ledger does not balance.
    """
    from ops.stores import opened

    store = opened(db)

    def look(here: Screen) -> int:
        return _close_up(here, store, site, form) if site else _glance(here, store, form)

    here = screen(quiet=quiet)
    return watch(here, look, every, dated=form == Format.TABLE) if live else look(here)


def _glance(here: Screen, store: "Store", form: Format) -> int:
    from db.laws import check_ledger
    from ops.overview import overview, totals

    now = asked.now()
    seen = overview(store.engine, rhythms(store), now)
    if form == Format.TABLE:
        glance.show_glance(here, seen.rows, seen.alarms, now)
        glance.show_totals(here, totals(seen.rows), seen.looked_at, now)
        glance.show_backlog(here, seen.backlog, now)
    else:
        show_rows(here, seen.rows, (), form, glance.GLANCE_CSV)
    with store.reading() as s:
        code = glance.show_laws(here, check_ledger(s))
    return max(code, FAILED if seen.wrong else 0)


def _close_up(here: Screen, store: "Store", name: str, form: Format) -> int:
    from ops.overview import close_up

    now = asked.now()
    found = close_up(store.engine, rhythms(store), name, now)
    if found is None:
        raise CommandError(
            f"site {name}: neither a site file nor the store knows it; `carnews sites` lists them"
        )
    site = store.book.sites.get(name)
    match form:
        case Format.TABLE:
            about = f"{name}  {site.title}  {site.home}" if site else f"{name}  (no site file)"
            closeup.show_close_up(here, found, about, now)
        case Format.CSV:
            show_rows(here, [found.row], (), form, glance.GLANCE_CSV)
        case _:
            whole = found.as_json() | {"runs": run_rows(found.runs)}
            write(as_json(whole, indent=2 if form == Format.JSON else None) + "\n")
    return FAILED if any(alarm.grade == glance.ALARM for alarm in found.alarms) else 0


def list_runs(
    *,
    site: opt.Site = None,
    outcome: opt.Outcomes = None,
    since: opt.Since = None,
    limit: opt.Limit = 20,
    form: opt.Form = Format.TABLE,
    db: opt.Db = None,
) -> None:
    """List past crawls and ingests, newest first."""
    from db.queries import runs
    from ops.stores import opened

    wanted, after = asked.outcomes(outcome), asked.moment(since, "--since")
    with opened(db).reading() as s:
        rows = run_rows(runs(s, site, limit, outcomes=wanted, since=after))
    show_rows(screen(), rows, run_columns(rows, site), form, RUNS_CSV)


def list_alarms(
    *,
    site: opt.Site = None,
    lasting: opt.Lasting = False,
    limit: opt.Limit = 50,
    form: opt.Form = Format.TABLE,
    db: opt.Db = None,
    quiet: opt.Quiet = False,
) -> None:
    """List alarms and notices, newest first, those that are over too."""
    from db.alarms import alarm_history, open_alarms
    from ops.stores import opened

    with opened(db).reading() as s:
        found = open_alarms(s, site)[:limit] if lasting else alarm_history(s, site, limit)
    glance.show_alarms(screen(quiet=quiet), found, form, asked.now())


def print_metrics(*, to: opt.MetricsFile = None, db: opt.Db = None) -> None:
    """Print the store's figures for Prometheus, or write them to a file in one go."""
    from ops.metrics import StoreCollector, exposition, registry_of, write_textfile
    from ops.stores import opened

    store = opened(db)
    registry = registry_of(
        StoreCollector(store.engine, store.settings.archive_folder, lambda: rhythms(store))
    )
    if to:
        write_textfile(registry, to)
    else:
        write(exposition(registry))


def alert() -> int:
    """Send a test message to everyone whom CARNEWS_ALERTS names."""
    from db.settings import settings
    from ops.courier import Message, courier

    named = courier(settings())
    if named is None:
        raise CommandError(
            "alerts: nobody to tell; set CARNEWS_ALERTS to Apprise addresses or a file of them"
        )
    body = "This is a test. Alarms will come this way when a site needs somebody."
    deliveries = named.deliver(Message("carnews: a test message", body))
    here = screen()
    for delivery in deliveries:
        if delivery.why:
            here.complain(f"alerts: {delivery.name}: {delivery.why}")
        else:
            here.say(f"{delivery.name}: sent")
    return FAILED if any(delivery.why for delivery in deliveries) else 0


def rhythms(store: "Store") -> Mapping[str, timedelta]:
    """How often each site wants to be crawled."""
    from ops.sitefiles import rhythms_of

    return rhythms_of(store.book.sites)
