"""Alarms in a message's words: short, bounded, what is alike told together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from db.alarms import ALARM, Alarm
from ops.courier import Kind, Message

ALIKE = 3  # alarms of one kind from so many sites on are told together
SITES_NAMED = 12  # of those
LISTED = 10  # paragraphs of a message; who gets more wants `carnews status`
LONGEST = 300  # characters of one cause


@dataclass(frozen=True, slots=True)
class News:
    """What one message tells, and `silent`: what counts as told without one, and since when."""

    begun: tuple[Alarm, ...] = ()
    ended: tuple[Alarm, ...] = ()
    still: tuple[Alarm, ...] = ()
    silent: tuple[tuple[Alarm, datetime], ...] = ()

    @property
    def told(self) -> tuple[Alarm, ...]:
        return self.begun + self.ended + self.still


def message(told_of: News, now: datetime, host: str) -> Message:
    """The news in words: what began with cause and remedy, what is over, what is still wrong."""
    alarms = sum(alarm.grade == ALARM for alarm in told_of.begun)
    counts = (
        (alarms, "new alarm" if alarms == 1 else "new alarms"),
        (len(told_of.begun) - alarms, "notice" if len(told_of.begun) - alarms == 1 else "notices"),
        (len(told_of.ended), "over"),
        (len(told_of.still), "still open"),
    )
    title = ", ".join(f"{n} {word}" for n, word in counts if n)
    lines: list[tuple[str, str]] = []  # heading and text
    for heading, part in (("New", told_of.begun), ("Over", told_of.ended), ("Still wrong", told_of.still)):
        lines += [(heading, line) for line in _lines(part, now)]
    shown = "\n\n".join(
        "\n".join([f"{heading}:", *(line for _, line in group)])
        for heading, group in groupby(lines[:LISTED], key=itemgetter(0))
    )
    more = f"\n\nand {len(lines) - LISTED} more; `carnews status` shows all" if len(lines) > LISTED else ""
    kind: Kind = "failure" if alarms else "warning" if told_of.begun or told_of.still else "success"
    return Message(f"carnews on {host}: {title}", shown + more, kind)


def _lines(alarms: Sequence[Alarm], now: datetime) -> list[str]:
    """A paragraph for each, those in the same way wrong at several sites in one: our own line may be down."""
    groups: dict[tuple[str, str, str], list[Alarm]] = {}
    for alarm in alarms:
        # an address tells of one site only
        subject = "" if "://" in alarm.subject else alarm.subject
        groups.setdefault((alarm.grade, alarm.kind, subject), []).append(alarm)
    lines = []
    for group in groups.values():
        if len(group) < ALIKE:
            lines += [_line(alarm, now) for alarm in group]
            continue
        sites = ", ".join(alarm.site for alarm in group[:SITES_NAMED])
        left = len(group) - SITES_NAMED
        named = f"{sites} and {left} more" if left > 0 else sites
        lines.append(f"- {len(group)} alike: {named}\n  {_line(group[0], now).removeprefix('- ')}")
    return lines


def _line(alarm: Alarm, now: datetime) -> str:
    name = " ".join(filter(None, [f"{alarm.site}: {alarm.kind}", _plain(alarm.subject)]))
    if alarm.ended_at:
        return f"- {name}, lasted {span(alarm.ended_at - alarm.began_at)}"
    since = f"since {alarm.began_at:%Y-%m-%d %H:%M} UTC ({span(now - alarm.began_at)})"
    told_of = f"- {name} {since}: {_plain(alarm.cause)}"
    if alarm.told_at is not None:
        return told_of
    return "\n".join(
        [told_of, *(f"  {part}" for part in (_plain(alarm.evidence), f"do: {_plain(alarm.remedy)}") if part)]
    )


def _plain(text: str) -> str:
    """One bounded line of printable characters: a cause may quote what a site sent."""
    words = " ".join(text.split())
    shown = "".join(char for char in words if char.isprintable())
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"


def span(length: timedelta) -> str:
    """A length of time in its largest unit: `3 h`, `2 d`, `40 min`."""
    seconds = max(0, int(length.total_seconds()))
    unit, size = next(((u, n) for u, n in (("d", 86400), ("h", 3600), ("min", 60)) if seconds >= n), ("s", 1))
    return f"{seconds // size} {unit}"
