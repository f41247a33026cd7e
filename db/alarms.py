"""What is wrong, since when and until when: one row per alarm, kept when it is over.

Whoever watches says all that is wrong with the sites it looked at; an alarm opens when that is said for the
first time, lasts while it is said again, and ends when it is said no more.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import Index, Select, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from db.models import Base
from db.turns import take_turn

ALL = "all"  # the "site" of what is wrong with the whole installation
ALARM, NOTICE = "alarm", "notice"  # somebody has to do something; it is good to know

OPEN = text("ended_at IS NULL")


class AlarmRow(Base):
    """One thing that is or was wrong; of the same thing at most one row is open."""

    __tablename__ = "alarms"
    __table_args__ = (
        Index(
            "ix_alarms_open",
            *("site", "kind", "subject"),
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index(None, "site", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]  # the field, channel or part that is meant; empty where the kind says it all
    cause: Mapped[str]
    evidence: Mapped[str]
    remedy: Mapped[str]
    grade: Mapped[str]
    began_at: Mapped[datetime]  # since when it is wrong
    noticed_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # when it was last found to be wrong still
    ended_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]  # when people were told that it began
    end_told_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong now, in words that a person can act upon.

    `cause` is one sentence, `evidence` the figures it rests on, `remedy` what to do: a command where there is
    one. `began_at` is since when it is wrong, `grade` one of ALARM and NOTICE.
    """

    site: str
    kind: str
    subject: str
    cause: str
    evidence: str
    remedy: str
    began_at: datetime
    grade: str = ALARM

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two findings the same alarm."""
        return self.site, self.kind, self.subject


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm as the store keeps it; `ended_at` is None while it lasts, the times of telling until told."""

    id: int
    site: str
    kind: str
    subject: str
    cause: str
    evidence: str
    remedy: str
    grade: str
    began_at: datetime
    noticed_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None
    told_at: datetime | None = None
    end_told_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it lasts."""
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class Turned:
    """What a look changed: the alarms that it opened, and those it ended."""

    opened: tuple[Alarm, ...] = ()
    ended: tuple[Alarm, ...] = ()


def open_alarms(s: Session, site: str | None = None) -> list[Alarm]:
    """What is wrong now, of `site` alone if given: alarms before notices, the longest lasting first."""
    rows = _alarms(s, _of(site).where(AlarmRow.ended_at.is_(None)))
    return sorted(rows, key=lambda alarm: (alarm.grade != ALARM, alarm.began_at, alarm.id))


def alarm_history(s: Session, site: str | None = None, limit: int = 50) -> list[Alarm]:
    """The newest alarms first, ended ones included, of `site` alone if given."""
    return _alarms(s, _of(site).order_by(AlarmRow.id.desc()).limit(limit))


def bring_up_to_date(
    s: Session,
    scope: Collection[str],
    found: Iterable[Finding],
    now: datetime,
    kinds: Collection[str] | None = None,
) -> Turned:
    """Opens, refreshes and ends the alarms of the sites in `scope`, of which `found` is all that is wrong.

    With `kinds` only alarms of these kinds were looked for, and others stay as they are. One that turns from
    notice to alarm is to be told anew. Raises ValueError for a finding outside of what was looked at.
    """
    take_turn(s, "alarms")
    said = {finding.key: finding for finding in found}
    for site, kind, _ in said:
        if site not in scope or (kinds is not None and kind not in kinds):
            raise ValueError(f"finding {kind} of {site}: neither its site nor its kind may be left out")
    rows = s.scalars(select(AlarmRow).where(AlarmRow.ended_at.is_(None)).order_by(AlarmRow.id))
    held = {(row.site, row.kind, row.subject): row for row in rows}
    ended = []
    for key, row in held.items():
        if key not in said and row.site in scope and (kinds is None or row.kind in kinds):
            row.ended_at = now
            ended.append(row)
    opened = [_opened(finding, now) for key, finding in said.items() if key not in held]
    s.add_all(opened)
    for key in said.keys() & held.keys():
        _refresh(held[key], said[key], now)
    s.flush()
    return Turned(tuple(map(_alarm, opened)), tuple(map(_alarm, ended)))


def untold(s: Session) -> list[Alarm]:
    """What people are to be told: alarms that nobody was told of, and ends of those that somebody was.

    What began and ended untold is nobody's business any more.
    """
    begun = AlarmRow.ended_at.is_(None) & AlarmRow.told_at.is_(None)
    ended = AlarmRow.ended_at.is_not(None) & AlarmRow.told_at.is_not(None) & AlarmRow.end_told_at.is_(None)
    return _alarms(s, select(AlarmRow).where(or_(begun, ended)).order_by(AlarmRow.id))


def mark_told(s: Session, alarms: Iterable[Alarm], now: datetime) -> None:
    """Notes that people were told of these as they were when read: of the beginning, or of the end."""
    told: dict[bool, list[int]] = {True: [], False: []}
    for alarm in alarms:
        told[alarm.is_open].append(alarm.id)
    for is_open, values in ((True, {"told_at": now}), (False, {"end_told_at": now})):
        if told[is_open]:
            s.execute(update(AlarmRow).where(AlarmRow.id.in_(told[is_open])).values(values))


def _opened(finding: Finding, now: datetime) -> AlarmRow:
    return AlarmRow(
        **asdict(replace(finding, began_at=min(finding.began_at, now))), noticed_at=now, seen_at=now
    )


def _refresh(row: AlarmRow, finding: Finding, now: datetime) -> None:
    if row.grade != finding.grade == ALARM:
        row.told_at = None
    row.cause, row.evidence, row.remedy = finding.cause, finding.evidence, finding.remedy
    row.grade, row.seen_at = finding.grade, now
    row.began_at = min(row.began_at, finding.began_at)


def _of(site: str | None) -> Select[AlarmRow]:
    query = select(AlarmRow)
    return query if site is None else query.where(AlarmRow.site == site)


def _alarms(s: Session, query: Select[AlarmRow]) -> list[Alarm]:
    return [_alarm(row) for row in s.scalars(query)]


def _alarm(row: AlarmRow) -> Alarm:
    told: Mapping[str, object] = {name: getattr(row, name) for name in Alarm.__slots__}
    return Alarm(**told)  # type: ignore[arg-type]
