"""Carries a message to whom the settings name, through Apprise, and never waits long for anybody.

The addresses are secrets from the first moment on: what is shown of one is its scheme and its place in the
list.
"""

import logging
import re
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from loguru import logger

from db.errors import SettingsError
from db.logs import keep_secret, redacted
from db.settings import Settings

SETTING = "CARNEWS_ALERTS"
DEADLINE_S = 30.0  # for one delivery; Apprise itself gives a silent server 4 s, a dripping one for ever
BETWEEN = re.compile(r"[\s,;]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")  # an address may hold commas of its own
Kind = Literal["failure", "warning", "success", "info"]


@dataclass(frozen=True, slots=True)
class Message:
    """What people are to read; `kind` is Apprise's, which some services show as a colour."""

    title: str
    body: str
    kind: Kind = "info"


@dataclass(frozen=True, slots=True)
class Delivery:
    """How it went with one address; `why` is empty where the message was taken."""

    name: str
    why: str = ""


class Overheard(logging.Handler):
    """What Apprise says of a delivery, by the thread that makes it: the one place where it tells why not."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: dict[int, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        self.said[threading.get_ident()] = record.getMessage()


OVERHEARD = Overheard()


@dataclass
class Errand:
    """One delivery under way."""

    target: Any
    message: Message
    why: str = "no answer in time"
    done: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Delivers; whatever happens becomes `why`, as a thread has nobody to tell."""
        try:
            sent = self.target.notify(
                title=self.message.title, body=self.message.body, notify_type=self.message.kind
            )
            said = OVERHEARD.said.pop(threading.get_ident(), "it was not taken")
            self.why = "" if sent else redacted(" ".join(said.split()))
        except Exception as wrong:  # noqa: BLE001 - plug-ins of a hundred services raise what they like
            self.why = redacted(f"{type(wrong).__name__}: {wrong}")
        self.done.set()


class Courier:
    """Those to be told. One that still hangs on an earlier message is passed over."""

    def __init__(self, addresses: list[str], *, deadline_s: float = DEADLINE_S) -> None:
        """Raises SettingsError, one line without the address, for one that Apprise does not know."""
        keep_secret(*addresses)
        self.deadline_s = deadline_s
        apprise = _apprise()
        self.targets: dict[str, Any] = {}
        for place, address in enumerate(addresses, 1):
            target = apprise.Apprise.instantiate(address)
            if target is None:  # then not even its scheme is known to be one
                raise SettingsError(
                    f"alerts: address {place} of {len(addresses)} is none Apprise knows; correct {SETTING}"
                )
            self.targets[f"{place} ({address.partition('://')[0]}://…)"] = target
        self._hanging: dict[str, Errand] = {}

    def deliver(self, message: Message) -> list[Delivery]:
        """Brings it to everyone at the same time; returns once all have it or the deadline has passed."""
        errands: dict[str, Errand] = {}
        for name, target in self.targets.items():
            if name in self._hanging and not self._hanging[name].done.is_set():
                continue
            errands[name] = self._hanging[name] = Errand(target, message)
            # daemons: a server that never answers must not keep this process from ending
            threading.Thread(target=errands[name].run, name="alert", daemon=True).start()
        end_at = time.monotonic() + self.deadline_s
        for errand in errands.values():
            errand.done.wait(max(0.0, end_at - time.monotonic()))
        return [
            Delivery(name, errands[name].why if name in errands else "it still hangs on the last message")
            for name in self.targets
        ]


def courier(conf: Settings) -> Courier | None:
    """Those whom the settings name; None where they name nobody. Raises SettingsError as `Courier` does."""
    addresses = addresses_of(conf)
    return Courier(addresses) if addresses else None


def addresses_of(conf: Settings) -> list[str]:
    """The addresses that the setting holds, or the file that it names: one a line, `#` begins a remark."""
    said = conf.alerts.get_secret_value().strip() if conf.alerts else ""
    if not said or "://" in said:
        return [part.strip(" ,;") for part in BETWEEN.split(said) if part.strip(" ,;")]
    try:
        lines = Path(said).expanduser().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as wrong:
        keep_secret(said)  # it may be an address that lacks its scheme
        why = getattr(wrong, "strerror", None) or "is no text"
        raise SettingsError(
            f"alerts: the file that {SETTING} names: {why}; give addresses or a file"
        ) from None
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def _apprise() -> Any:
    try:
        import apprise  # noqa: PLC0415 - an extra, and half a second to import
    except ImportError:
        raise SettingsError(f"alerts: {SETTING} needs Apprise; run: pip install 'carnews[alerts]'") from None
    # its records hold addresses, also when nobody set up a log and Python prints warnings by itself
    logging.getLogger("apprise").propagate = False
    logging.getLogger("apprise").addHandler(OVERHEARD)
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)
    return apprise


def told(deliveries: list[Delivery]) -> bool:
    """Whether anybody took the message; who did not is logged, without the address."""
    for delivery in deliveries:
        if delivery.why:
            logger.warning("alert to {} failed: {}", delivery.name, delivery.why)
    return any(not delivery.why for delivery in deliveries)
