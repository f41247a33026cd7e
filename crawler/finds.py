"""What a look through a site's channels gave, and whether the site was to be reached at all."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawler.memory import Reading
from crawler.outcomes import Outcome
from crawler.progress import wait_note
from crawler.run import now
from db.ledger import Found

CLOCK_SKEW = timedelta(days=1)  # a date further ahead is a mistake or a wish to stand first


@dataclass(slots=True)
class Discovery:
    """What the channels gave.

    `passed` counts links that are no articles of the site, `unfit` those that nobody should follow, `outside`
    articles dated outside the range asked for. `claims` is what each channel says of an article, `unchanged`
    counts channels that gave nothing new, `readings` tells of each that was read what it held. `listed`
    has the dated addresses of all sitemaps, `is_partial` says that one of them was not read. `strange`
    has the dates of links that `passed` counts.
    """

    finds: dict[str, Found] = field(default_factory=dict)
    claims: list[Found] = field(default_factory=list)
    passed: int = 0
    unfit: int = 0
    outside: int = 0
    problems: list[str] = field(default_factory=list)
    answers: int = 0
    unchanged: int = 0
    readings: dict[str, Reading] = field(default_factory=dict)
    refusals: list[Outcome] = field(default_factory=list)
    listed: dict[str, datetime] = field(default_factory=dict)
    is_partial: bool = False
    strange: list[datetime] = field(default_factory=list)

    @property
    def unreachable(self) -> str | None:
        """Why the site cannot be crawled now: no channel answered, or it asked us to wait. None if it can."""
        for refusal in self.refusals:
            if refusal.retry_at:
                return wait_note(refusal.reason, refusal.retry_at)
        if self.answers or not self.refusals or not all(map(is_passing, self.refusals)):
            return None
        return self.refusals[0].reason

    @property
    def newest(self) -> list[Found]:
        """The finds by date, the newest first; those without one come first of all, as they may be news."""
        ahead = now() + CLOCK_SKEW
        return sorted(self.finds.values(), key=lambda find: find.newest_at or ahead, reverse=True)


def is_passing(outcome: Outcome) -> bool:
    """Whether waiting may help: no contact, or a fault of the server's own."""
    return outcome.no_contact or outcome.reason.startswith(("http 5", "http 429"))
