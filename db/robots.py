"""What each origin's robots.txt said last, kept from run to run."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db.manners import RobotsRow
from db.upserts import upsert


@dataclass(frozen=True, slots=True)
class KeptRobots:
    """The last robots.txt of `origin` ("https://motor.example").

    `problem` says why the last request, at `asked_at`, brought no answer; None where it did. The others are
    of the last good answer (2xx or 4xx), all None before there was one.
    """

    origin: str
    asked_at: datetime
    problem: str | None = None
    status: int | None = None
    text: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    fetched_at: datetime | None = None
    fresh_until: datetime | None = None


def kept_robots(s: Session, origin: str) -> KeptRobots | None:
    """What is kept of the origin's robots.txt; None where it was never asked for."""
    row = s.get(RobotsRow, origin)
    if row is None:
        return None
    return KeptRobots(**{name: getattr(row, name) for name in KeptRobots.__slots__})


def keep_robots(s: Session, kept: KeptRobots) -> None:
    """Keeps an answer, or the lack of one, in place of what was kept before."""
    upsert(s, RobotsRow, [asdict(kept)])
