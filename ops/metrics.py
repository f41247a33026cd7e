"""The store's figures for Prometheus: read when somebody asks, so that no crawl counts or listens."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from loguru import logger
from sqlalchemy import Engine

from db.alarms import Alarm, open_alarms
from db.engine import reading
from db.errors import SettingsError, StoreError
from db.figures import SiteFigures, figures, sizes
from ops.timetable import plan

CACHE_S = 15.0  # Prometheus' own shortest usual interval
CACHE_SHARE = 0.05  # of the time at most goes into reading the store, however large it is

Rhythms = Callable[[], Mapping[str, timedelta]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the store held at one moment; `sites` is empty and `up` false where it did not answer."""

    up: bool
    sites: Mapping[str, SiteFigures] = field(default_factory=dict)
    bytes_: Mapping[str, int] = field(default_factory=dict)
    alarms: tuple[Alarm, ...] = ()
    due_at: Mapping[str, datetime] = field(default_factory=dict)


def snapshot(engine: Engine, archive: Path, rhythms: Mapping[str, timedelta], now: datetime) -> Snapshot:
    """The store as it is; never raises for one that does not answer."""
    try:
        with reading(engine) as s:
            found, alarms = figures(s), tuple(open_alarms(s))
        due_at = {slot.site: slot.due_at for slot in plan(engine, rhythms, now)}
        return Snapshot(True, found, sizes(engine, archive), alarms, due_at)
    except StoreError as wrong:
        logger.warning("metrics: {}", wrong)
        return Snapshot(False)


class StoreCollector:
    """Prometheus' view of the store: families made from a snapshot that is some seconds old at most."""

    def __init__(self, engine: Engine, archive: Path, rhythms: Rhythms, *, cache_s: float = CACHE_S) -> None:
        self.engine, self.archive, self.rhythms, self.cache_s = engine, archive, rhythms, cache_s
        self._lock = threading.Lock()  # several may ask at the same time; one reads
        self._kept: Snapshot | None = None
        self._fresh_until = 0.0

    def collect(self) -> Iterator[Any]:
        """The families, as a registry of prometheus-client wants them."""
        yield from families(self._snapshot())

    def _snapshot(self) -> Snapshot:
        with self._lock:
            began = time.monotonic()
            if self._kept is None or began >= self._fresh_until:
                self._kept = snapshot(self.engine, self.archive, self.rhythms(), datetime.now(UTC))
                took = time.monotonic() - began
                self._fresh_until = began + max(self.cache_s, took / CACHE_SHARE)
            return self._kept


class Families:
    """Collects samples into families; a name is what `docs/operations.md` lists."""

    def __init__(self) -> None:
        from prometheus_client import core  # noqa: PLC0415 - an extra

        self._kinds = {"gauge": core.GaugeMetricFamily, "counter": core.CounterMetricFamily}
        self.made: list[Any] = []

    def add(self, kind: str, name: str, about: str, samples: Mapping[Any, float], *labels: str) -> None:
        """A family of `samples`, each under the values of its labels."""
        family = self._kinds[kind](f"carnews_{name}", about, labels=labels)
        for values, value in samples.items():
            family.add_metric(values, value)
        self.made.append(family)


def families(now: Snapshot) -> list[Any]:
    """All metrics of one moment."""
    made = Families()
    made.add("gauge", "build_info", "This carnews; always 1.", {(_version(),): 1}, "version")
    made.add("gauge", "store_up", "Whether the database answered.", {(): float(now.up)})
    if now.up:
        _store(made, now)
        _sites(made, now.sites)
        _times(made, now)
    return made.made


def _store(made: Families, now: Snapshot) -> None:
    for name, about in SIZES.items():
        if name in now.bytes_:
            made.add("gauge", f"{name}_bytes", about, {(): now.bytes_[name]})
    open_now: dict[tuple[str, ...], float] = {}
    for alarm in now.alarms:
        key = (alarm.site, alarm.kind, alarm.grade)
        open_now[key] = open_now.get(key, 0) + 1
    made.add("gauge", "alarms_open", "Alarms and notices that last.", open_now, "site", "kind", "grade")


SIZES = {
    "database": "Size of the database.",
    "wal": "Size of SQLite's write-ahead log.",
    "archive": "Size of the archive of fetched pages.",
}


def _sites(made: Families, sites: Mapping[str, SiteFigures]) -> None:
    def each(value: Callable[[SiteFigures], int]) -> dict[tuple[str, ...], float]:
        return {(name,): value(site) for name, site in sites.items()}

    made.add("counter", "articles_total", "Articles ever stored.", each(lambda site: site.articles), "site")
    made.add("gauge", "articles_live", "Articles that readers see.", each(lambda site: site.live), "site")
    held = {(name, state): n for name, site in sites.items() for state, n in site.addresses.items()}
    made.add("gauge", "addresses", "Addresses of the ledger by state.", held, "site", "state")
    ran = {
        (name, *key): n for name, site in sites.items() for key, n in site.runs.items() if key[1] != "running"
    }
    made.add("counter", "runs_total", "Runs by how they ended.", ran, "site", "kind", "outcome")
    busy = {
        (name,): sum(n for key, n in site.runs.items() if key[1] == "running") for name, site in sites.items()
    }
    made.add("gauge", "runs_running", "Runs under way.", busy, "site")
    asked = {(name, what): n for name, site in sites.items() for what, n in _answers(site).items()}
    made.add("counter", "requests_total", "Requests by what they were answered.", asked, "site", "answer")
    refused = each(lambda site: site.robots_refused)
    made.add("counter", "robots_refused_total", "Pages never asked for: robots.txt.", refused, "site")
    made.add(
        "counter", "received_bytes_total", "Bodies received.", each(lambda site: site.body_bytes), "site"
    )


def _answers(site: SiteFigures) -> dict[str, int]:
    """The account's columns as shares of all requests; what none of them counts is `other`, mostly 200."""
    known = {name: n for name, n in site.requests.items() if name != "requests"}
    return known | {"other": max(0, site.requests["requests"] - sum(known.values()))} if site.requests else {}


def _times(made: Families, now: Snapshot) -> None:
    succeeded = {name: site.last_success_at for name, site in now.sites.items()}
    crawled = {name: site.last_crawl_at for name, site in now.sites.items()}
    for name, about, moments in (
        ("last_success", "When the last crawl that came to its end ended.", succeeded),
        ("last_crawl", "When the last crawl began.", crawled),
        ("next_poll", "When the site is due.", now.due_at),
    ):
        samples = {(site,): at.timestamp() for site, at in moments.items() if at}
        made.add("gauge", f"{name}_timestamp_seconds", about, samples, "site")


def registry_of(collector: StoreCollector) -> Any:
    """A registry that holds this collector alone. Raises SettingsError where prometheus-client is missing."""
    try:
        from prometheus_client import CollectorRegistry  # noqa: PLC0415 - an extra
    except ImportError:
        raise SettingsError(
            "metrics: prometheus-client is missing; run: pip install 'carnews[metrics]'"
        ) from None
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    return registry


def exposition(registry: Any) -> str:
    """The metrics as Prometheus' text."""
    from prometheus_client import generate_latest  # noqa: PLC0415 - an extra

    return str(generate_latest(registry).decode())


def write_textfile(registry: Any, path: Path) -> None:
    """Writes the metrics for node_exporter's textfile collector: whole or not at all."""
    from prometheus_client import write_to_textfile  # noqa: PLC0415 - an extra

    write_to_textfile(str(path), registry)


def _version() -> str:
    try:
        return version("carnews")
    except PackageNotFoundError:  # a checkout that was never installed
        return "0"
