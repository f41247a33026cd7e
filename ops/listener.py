"""Where Prometheus may ask the clock for its figures: this machine alone, unless told otherwise."""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from db.errors import SettingsError
from ops.metrics import StoreCollector, registry_of

SETTING = "CARNEWS_METRICS"
OPEN = "public"  # before an address that other machines may reach


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the metrics may be asked for."""

    host: str
    port: int


def listening_at(said: str) -> Listening:
    """What the setting says: `9107`, `127.0.0.1:9107`, `[::1]:9107`, or `public ` and any other address.

    Raises SettingsError for what is no address, or one that other machines reach unless it says so.
    """
    words = said.split()
    open_to_all = words[:1] == [OPEN]
    place = " ".join(words[1:] if open_to_all else words)
    host, _, port = place.rpartition(":")
    host = host.strip("[]").replace("localhost", "127.0.0.1") or "127.0.0.1"
    try:
        address, number = ipaddress.ip_address(host), int(port)
    except ValueError:
        raise SettingsError(
            f"metrics {said!r}: no address; correct {SETTING}, it looks like 127.0.0.1:9107"
        ) from None
    if not 0 <= number < 65536:
        raise SettingsError(f"metrics {said!r}: no port; correct {SETTING}, it looks like 127.0.0.1:9107")
    if not (address.is_loopback or open_to_all):
        raise SettingsError(
            f"metrics {said!r}: other machines could read it; if they shall, say {SETTING}='{OPEN} {place}'"
        )
    return Listening(host, number)


@contextmanager
def listener(where: Listening, collector: StoreCollector) -> Iterator[int]:
    """The port at which the metrics are served meanwhile. Raises SettingsError where it cannot be had."""
    registry = registry_of(collector)
    from prometheus_client import start_http_server  # noqa: PLC0415 - an extra

    try:
        server, thread = start_http_server(where.port, where.host, registry)
    except OSError as wrong:
        place = f"metrics {where.host}:{where.port}"
        raise SettingsError(
            f"{place}: {wrong.strerror}; stop what listens there or correct {SETTING}"
        ) from None
    try:
        yield int(server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
