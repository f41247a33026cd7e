"""What of the alarms people are told, and when: one message for many, none too often, none lost.

All that decides stands in the store, so that a clock started again, or cron's `run --once`, goes on where
the last one was.
"""

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from loguru import logger
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db.alarms import ALARM, Alarm, AlarmRow, mark_told, open_alarms, untold
from db.engine import reading, writing
from db.errors import StoreError
from ops.courier import Courier, told
from ops.digest import News, message
from ops.health.installation import out_of_reach

WINDOW = timedelta(minutes=5)  # after a message: what goes wrong within it is told together
PER_HOUR = 6  # messages; more wait, nothing is dropped
QUIET = timedelta(hours=2)  # the same kind of alarm at the same site is not told again within it
STEADY = timedelta(minutes=15)  # an end counts once it has lasted so long; what returned sooner never ended
REMIND = timedelta(days=1)  # what is still wrong is told again
NOTICES = timedelta(days=1)  # notices alone make a message at most so often; with alarms they go along
RETRY_S = 300.0  # after a message that nobody took


@dataclass(frozen=True, slots=True)
class Past:
    """When messages went out within the last day, and when which site's which kind was last told of."""

    messages_at: tuple[datetime, ...] = ()
    told_at: tuple[tuple[tuple[str, str], datetime], ...] = ()

    def since(self, moment: datetime) -> int:
        """How many messages went out after `moment`."""
        return sum(at > moment for at in self.messages_at)


def news(waiting: Sequence[Alarm], lasting: Sequence[Alarm], past: Past, now: datetime) -> News:
    """What is to be told now of what waits to be told and of what lasts; empty where it is to wait."""
    begun, ended, silent = _sorted(waiting, past, now)
    due = [alarm for alarm in lasting if _told_before(alarm, now - REMIND)]
    # whatever is due within the next hours goes along, so that a day has one reminder
    still = [alarm for alarm in lasting if _told_before(alarm, now - REMIND * 0.8)] if due else []
    loud = any(alarm.grade == ALARM for alarm in (*begun, *ended)) or bool(still)
    quiet_hours = not loud and past.since(now - NOTICES)
    if past.since(now - WINDOW) or past.since(now - timedelta(hours=1)) >= PER_HOUR or quiet_hours:
        return News(silent=tuple(silent))
    return News(tuple(begun), tuple(ended), tuple(still), tuple(silent))


def _sorted(
    waiting: Sequence[Alarm], past: Past, now: datetime
) -> tuple[list[Alarm], list[Alarm], list[tuple[Alarm, datetime]]]:
    """Beginnings and ends to be told, and what counts as told: an end and the return that undid it."""
    open_ = {_key(alarm): alarm for alarm in waiting if alarm.is_open}
    ended, silent = [], []
    for alarm in waiting:
        if alarm.ended_at is None or alarm.told_at is None:
            continue
        if back := open_.pop(_key(alarm), None):
            # as of then, for now would look like a message
            silent += [(alarm, alarm.told_at), (back, alarm.told_at)]
        elif now - alarm.ended_at >= STEADY:
            ended.append(alarm)
    quiet = {key for key, at in past.told_at if at > now - QUIET}
    begun = [a for a in open_.values() if a.grade != ALARM or (a.site, a.kind) not in quiet]
    return sorted(begun, key=lambda a: (a.grade != ALARM, a.began_at)), ended, silent


def _key(alarm: Alarm) -> tuple[str, str, str]:
    return alarm.site, alarm.kind, alarm.subject


def _told_before(alarm: Alarm, moment: datetime) -> bool:
    return alarm.grade == ALARM and alarm.told_at is not None and alarm.told_at <= moment


def past_of(s: Session, now: datetime) -> Past:
    """What was told within the last day, read off the alarms themselves."""
    rows = s.execute(
        select(AlarmRow.site, AlarmRow.kind, AlarmRow.told_at, AlarmRow.end_told_at).where(
            (AlarmRow.told_at > now - NOTICES) | (AlarmRow.end_told_at > now - NOTICES)
        )
    ).all()
    moments = {at for row in rows for at in (row.told_at, row.end_told_at) if at and at > now - NOTICES}
    return Past(tuple(sorted(moments)), tuple(((r.site, r.kind), r.told_at) for r in rows if r.told_at))


class Teller:
    """Tells those whom the courier knows what is new; never raises, never keeps anybody waiting unasked."""

    def __init__(self, engine: Engine, courier: Courier, *, retry_s: float = RETRY_S) -> None:
        self.engine, self.courier, self.retry_s = engine, courier, retry_s
        self._thread: threading.Thread | None = None
        self._retry_at = 0.0
        self._away_since: datetime | None = None
        self._away: Alarm | None = None  # told of while the store, which keeps the others, is out of reach

    def tell(self, *, wait_s: float = 0.0) -> None:
        """Looks for news and sends them, in a thread of its own; waits at most `wait_s` for its end."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._tell, name="alerts", daemon=True)
            self._thread.start()
        self._thread.join(wait_s)

    def finish(self, wait_s: float) -> None:
        """Waits at most so long for a message under way."""
        if self._thread is not None:
            self._thread.join(wait_s)

    def _tell(self) -> None:
        now = datetime.now(UTC)
        try:
            if time.monotonic() >= self._retry_at:
                self.tell_now(now)
        except StoreError as wrong:  # between two questions; the next look tells more
            logger.warning("alerts: {}", wrong)
        except Exception as wrong:  # noqa: BLE001 - the watchman must not die of what he tells
            logger.opt(exception=wrong).error("alerts: a fault of our own")

    def tell_now(self, now: datetime) -> bool:
        """Whether a message went out; what nobody took is tried again later."""
        try:
            with reading(self.engine) as s:
                what = news(untold(s), open_alarms(s), past_of(s, now), now)
        except StoreError as wrong:
            logger.warning("alerts: {}", wrong)
            return self._tell_away(str(wrong), now)
        self._away_since = None
        if self._away and self._send(News(ended=(replace(self._away, ended_at=now),)), now):
            self._away = None
        if what.told and not self._send(what, now):
            return False
        if what.told or what.silent:
            with writing(self.engine) as s:
                mark_told(s, what.told, now)
                for alarm, then in what.silent:
                    mark_told(s, [alarm], then)
        return bool(what.told)

    def _tell_away(self, why: str, now: datetime) -> bool:
        """Tells once that the store has been out of reach for long: no alarm in it can say so."""
        self._away_since = self._away_since or now
        found = out_of_reach(self._away_since, why, now)
        if found is None or self._away:
            return False
        alarm = Alarm(0, **asdict(found), noticed_at=now, seen_at=now)
        if self._send(News((alarm,)), now):
            self._away = replace(alarm, told_at=now)
        return self._away is not None

    def _send(self, what: News, now: datetime) -> bool:
        """Whether anybody took the message."""
        if not told(self.courier.deliver(message(what, now, socket.gethostname()))):
            self._retry_at = time.monotonic() + self.retry_s
            return False
        logger.info("told people of {} alarms and ends", len(what.told))
        return True
