"""Moments and lengths of time as people say them, short enough for a column."""

from datetime import datetime, timedelta

UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def span(value: timedelta) -> str:
    """A length of time in its largest unit: `3h`, `20m`, `0s`."""
    seconds = abs(int(value.total_seconds()))
    unit, size = next(((unit, size) for unit, size in UNITS if seconds >= size), UNITS[-1])
    return f"{seconds // size}{unit}"


def ago(value: datetime | None, now: datetime) -> str:
    """How long before `now`: `3h`; empty for None."""
    return "" if value is None else span(now - value)


def length(seconds: float | None) -> str:
    """How long something took, to three figures or so: `8.3s`, `2m 05s`, `1h 02m`; empty for unknown."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02}m" if hours else f"{minutes}m {rest:02}s"
