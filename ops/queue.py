"""The shared queue: jobs that a clock or a person leaves in PostgreSQL, and a worker on any machine takes.

procrastinate keeps them in a schema of its own beside the store's tables. A job says what is to be done, as
JSON: a kind, a site, options. Where the store is and whatever is secret each worker knows by itself.
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from db.archive import place_of
from db.engine import ALIVE, CONNECT_S, explained, shown
from db.errors import StoreError, StoreUnavailable
from db.reread import segments_of
from db.settings import Settings
from db.turns import take_turn
from ops.health.backlog import SCHEMA
from ops.launch import CrawlOptions

try:
    import procrastinate
    from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
    from procrastinate.schema import SchemaManager
except ModuleNotFoundError as wrong:
    raise StoreError("queue: procrastinate is missing; run: pip install 'carnews[postgres]'") from wrong

NAMES = "SELECT queueing_lock AS name FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
UNANSWERED = "queue: the database does not answer; try again"
VERSION = text("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = :schema")


class Kind(StrEnum):
    """What a job is for; each has a queue of that name, and the first goes before the others."""

    FRESH = "fresh"
    BACKFILL = "backfill"
    REPROCESS = "reprocess"


PRIORITIES = {Kind.FRESH: 20, Kind.BACKFILL: 10, Kind.REPROCESS: 0}


class NoQueue(StoreError):  # noqa: N818  # named for what it says
    """The store is a SQLite file, which one machine has for itself."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work. `options` is JSON; `place`, of an archive, is set where only workers beside that
    archive can do it.
    """

    kind: Kind
    site: str
    options: dict[str, Any] = field(default_factory=dict)
    place: str | None = None
    shared: bool = False  # a site without news, which a process may crawl together with others

    @property
    def queue(self) -> str:
        """The queue it waits in."""
        return queue_of(self.kind, self.place)

    @property
    def lock(self) -> str:
        """What no two running jobs share: a site is crawled by one at a time, and read again by one."""
        return f"reprocess {self.site}" if self.kind == Kind.REPROCESS else f"crawl {self.site}"

    @property
    def name(self) -> str:
        """What no two waiting jobs share: the same work is not left twice."""
        said = json.dumps(self.options, sort_keys=True).encode()
        return f"{self.queue} {self.site} {blake2b(said, digest_size=8).hexdigest()}"


class Queue:
    """An open queue, to leave jobs in."""

    def __init__(self, app: procrastinate.App) -> None:
        self.app = app

    async def give(self, job: Job) -> bool:
        """True once the job waits; False where the same one was waiting already."""
        deferrer = self.app.configure_task(
            "carry out",
            queue=job.queue,
            priority=PRIORITIES[job.kind],
            lock=job.lock,
            queueing_lock=job.name,
        )
        said: dict[str, Any] = {
            "kind": job.kind,
            "site": job.site,
            "options": job.options,
            "asked_at": datetime.now(UTC).isoformat(),
            "shared": job.shared,
        }
        try:
            await deferrer.defer_async(**said)
        except AlreadyEnqueued:
            return False
        except ConnectorException as wrong:
            raise StoreUnavailable(UNANSWERED) from wrong
        return True

    async def names(self) -> set[str]:
        """The names of all jobs that wait or are at work."""
        try:
            rows = await self.app.connector.execute_query_all_async(NAMES)
        except ConnectorException as wrong:
            raise StoreUnavailable(UNANSWERED) from wrong
        return {row["name"] for row in rows}


def kinds(names: Sequence[str]) -> tuple[Kind, ...]:
    """The kinds called so; StoreError for a name that is none."""
    for name in names:
        if name not in list(Kind):
            raise StoreError(f"--only: no kind of job {name!r}; use {', '.join(Kind)}")
    return tuple(Kind(name) for name in names)


def fresh(site: str, *, shared: bool = False) -> Job:
    """The routine crawl of a site."""
    return Job(Kind.FRESH, site, shared=shared)


def backfill(site: str, options: CrawlOptions) -> Job:
    """A crawl that somebody asked for: of a stretch of time, of single addresses."""
    said = {name: value for name, value in asdict(options).items() if value}
    return Job(Kind.BACKFILL, site, json.loads(json.dumps(said, default=datetime.isoformat)))


def rereadings(s: Session, names: Sequence[str], here: str, options: dict[str, Any]) -> list[Job]:
    """A job for each of these sites and each place in whose archive pages of it lie; `here` is where those
    lie whose segments name none.
    """
    places = {name: {place_of(segment) or here for segment in segments_of(s, name)} for name in names}
    return [Job(Kind.REPROCESS, name, options, place) for name in names for place in sorted(places[name])]


def crawl_options(said: dict[str, Any]) -> CrawlOptions:
    """The options of a job as a crawl takes them; TypeError for a name it does not know."""
    moments = {name: datetime.fromisoformat(said[name]) for name in ("since", "until") if name in said}
    urls = tuple(said.get("urls", ()))
    return CrawlOptions(**(said | moments | {"urls": urls}))


def queue_of(kind: Kind, place: str | None = None) -> str:
    """The name of the queue for this kind of work, at one archive's place or anywhere."""
    return f"{kind}@{place}" if place else str(kind)


@asynccontextmanager
async def open_queue(settings: Settings, engine: Engine) -> AsyncIterator[Queue]:
    """The queue of the store, made where there is none."""
    prepare(engine)
    app = app_on(settings)
    async with app.open_async():
        yield Queue(app)


async def give_all(settings: Settings, engine: Engine, jobs: Sequence[Job]) -> int:
    """How many of the jobs wait now that did not before."""
    async with open_queue(settings, engine) as queue:
        return sum([await queue.give(job) for job in jobs])


def app_on(settings: Settings) -> procrastinate.App:
    """The queue's engine on the store's database, not yet open."""
    url = make_url(settings.database_url).set(drivername="postgresql")
    how: dict[str, Any] = {"connect_timeout": CONNECT_S, **ALIVE, "options": f"-c search_path={SCHEMA}"}
    connector = procrastinate.PsycopgConnector(
        conninfo=url.render_as_string(hide_password=False), kwargs=how, min_size=1, max_size=4
    )
    return procrastinate.App(connector=connector)


def prepare(engine: Engine) -> None:
    """Makes the queue's tables, or brings them to the installed procrastinate's; one process does it.

    Raises NoQueue where the store is no PostgreSQL.
    """
    if engine.dialect.name != "postgresql":
        raise NoQueue(
            f"database {shown(engine.url)}: a SQLite file serves one machine, a queue needs PostgreSQL; "
            "`carnews db copy` takes a store there"
        )
    steps = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    with explained(engine), engine.begin() as connection:
        if _version(connection) == steps[-1].name:
            return
        take_turn(connection, "queue")
        version = _version(connection)
        if version is None:
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        connection.execute(text(f"SET LOCAL search_path TO {SCHEMA}"))
        if version is None:
            _run(connection, SchemaManager.get_schema())
        for step in steps:
            if version is not None and step.name > version:
                _run(connection, step.read_text(encoding="utf-8"))
        connection.execute(text(f"COMMENT ON SCHEMA {SCHEMA} IS '{steps[-1].name}'"))


def _version(connection: Connection) -> str | None:
    """The last step that brought the queue's tables to what they are; None where there are none."""
    version: str | None = connection.scalar(VERSION, {"schema": SCHEMA})
    return version


def _run(connection: Connection, script: str) -> None:
    """Runs several statements as they are: the driver takes them only without parameters."""
    driver: Any = connection.connection.driver_connection
    driver.execute(script)
