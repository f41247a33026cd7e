"""Made sites for judging the watch: when they publish, what their pages are like, and what befalls them.

A site is seen as the watch sees real ones: as summaries of runs and looks at the store. Nothing is fetched.
"""

import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from zlib import crc32

from db.summaries import FIELDS, Summary
from ops.health.habits import Habits
from ops.health.look import Look

HOUR, DAY = 60, 1440  # minutes
START = 20454 * DAY  # 1 January 2026, a Thursday
MORNING = (1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 9, 8, 8, 9, 9, 8, 7, 5, 4, 3, 2, 2, 1)
NEVER = 1 << 60
DRIFT = 0.2  # the standard deviation of the logarithm of what a gap is longer than the law says
COPIES, FEW_COPIES = 0.6, 0.01  # the share of copies, when they flood and otherwise
DECAY = 0.02  # of a field that decays, a day
PLACES = {
    "title": "h1",
    "published_at": "json-ld datePublished",
    "authors": "byline",
    "image": "meta og:image",
    "text": "div story",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """How sites of one kind publish: stories a day, the gamma form of their gaps, weights of the weekdays."""

    name: str
    rate: float
    form: float
    days: tuple[float, ...]
    every: int  # minutes between two polls
    batch: int = 1  # stories of one sitting, at most


WEEK = (1.2, 1.2, 1.2, 1.2, 1.2, 0.5, 0.5)
OFFICE = (1.4, 1.4, 1.4, 1.4, 1.4, 0.02, 0.02)
WEEKEND = (0.02, 0.02, 0.02, 0.02, 0.1, 3.4, 3.4)
FLAT = (1.0,) * 7
KINDS = (
    Kind("busy", 25, 1.0, WEEK, 30),
    Kind("busy, office hours", 12, 1.0, OFFICE, 30),
    Kind("six a day", 6, 1.0, WEEK, 60),
    Kind("two a day, regular", 2, 3.0, OFFICE, 120),
    Kind("two a day, by chance", 2, 1.0, WEEK, 120),
    Kind("one a day", 1, 1.5, OFFICE, 240),
    Kind("two a week", 2 / 7, 1.5, OFFICE, 720),
    Kind("weekend blog", 3 / 7, 2.0, WEEKEND, 480),
    Kind("monthly magazine", 1 / 30, 25.0, FLAT, 720, batch=9),
)
FAULTS = (
    "server dies",
    "falls silent",
    "feed freezes",
    "layout changes",
    "one field lost",
    "consent wall",
    "challenges rise",
    "field decays",
    "addresses change",
    "teasers only",
    "copies flood",
)


@dataclass(slots=True)
class MadeSite:
    """A site in motion; `fault` befalls it at `fault_at`."""

    name: str
    kind: Kind
    drawn: random.Random
    fault: str | None = None
    fault_at: int = NEVER
    holidays: dict[int, float] = field(default_factory=dict)
    fields: dict[str, float] = field(default_factory=dict)
    special: dict[str, float] = field(default_factory=dict)
    feed_share: float = 1.0
    section: bool = False
    lost: str = "authors"
    looks: random.Random = field(default_factory=random.Random)  # what the watch asks moves nothing else
    habits: Habits = field(default_factory=Habits)
    look: Look = field(default_factory=Look)
    seed: int = 0
    next_at: int = 0
    poll_at: int = 0
    due: list[int] = field(default_factory=list)  # revisits
    unseen: list[int] = field(default_factory=list)  # published, not found yet
    ask: int = 0
    is_special: bool = False
    section_adds: bool = False
    down: tuple[int, int] = (NEVER, NEVER)
    failures: int = 0
    failing_since: int = 0
    looked_at: int = 0
    alarms: dict[str, tuple[int, str]] = field(default_factory=dict)
    raised: list[tuple[int, str, str]] = field(default_factory=list)  # when, grade, kind
    published: int = 0
    last_at: int = 0
    drift: float = 0.0

    def __post_init__(self) -> None:
        r = self.drawn
        self.looks.seed(r.random())
        usual = {"title": 1.0, "standfirst": 0.7, "published_at": 0.98, "authors": 0.9, "section": 0.8}
        usual |= {"tags": 0.8, "language": 1.0, "image": 0.97, "captions": 0.6, "makes": 0.85}
        self.fields = {
            name: 1.0 if share == 1.0 else min(1.0, max(0.0, r.betavariate(6 * share, 6 * (1 - share))))
            for name, share in usual.items()
        }
        if r.random() < 0.5:
            self.fields["authors"] = r.uniform(0.96, 1.0)
        # other pages than the usual ones, such as films and releases, come in rows and lack some fields
        self.special = {name: r.choice((1.0, 1.0, 1.0, 0.1)) for name in self.fields}
        self.feed_share = r.choice((1.0, 1.0, 0.99, 0.93))
        self.section = r.random() < 0.6
        solid = [name for name, share in self.fields.items() if share > 0.85 and name != "language"]
        self.lost = r.choice(solid or ["title"])
        self.next_at = START - int(max(40, 20 / self.kind.rate / self.kind.batch) * DAY)
        self._publish_next()
        self.poll_at = START + r.randrange(self.kind.every)

    # publishing

    def rate_at(self, at: int) -> float:
        """Sittings a minute."""
        day = at // DAY
        hours = MORNING[at % DAY // HOUR] / (sum(MORNING) / 24)
        return self.kind.rate / DAY * self.kind.days[(day + 3) % 7] * hours * self.holidays.get(day, 1.0)

    def _publish_next(self) -> None:
        """Draws the next sitting: a gamma gap in the time that the rate measures."""
        left = self.drawn.gammavariate(self.kind.form, 1 / self.kind.form) * math.exp(self.drift)
        self.drift = 0.98 * self.drift + self.drawn.gauss(0, 0.2 * DRIFT)
        at = self.next_at
        while left > 0 and at < self.next_at + 200 * DAY:
            step = min(HOUR - at % HOUR, HOUR)
            promised = self.rate_at(at) * step
            if promised >= left:
                at += max(1, int(step * left / promised))
                break
            left -= promised
            at += step
        self.next_at = at

    def publish_until(self, at: int) -> None:
        """Publishes what is due."""
        while self.next_at <= at:
            is_silent = self.fault in {"falls silent", "server dies"} and self.next_at >= self.fault_at
            if not is_silent:
                number = self.drawn.randint(max(1, self.kind.batch // 2), self.kind.batch)
                self.unseen += [self.next_at + 7 * n for n in range(number)]
                self.published += number
                self.last_at = self.next_at
            self._publish_next()

    # what a poll sees

    def is_hit(self, fault: str, at: int) -> bool:
        """Whether the fault has befallen it."""
        return self.fault == fault and at >= self.fault_at

    def poll(self, at: int) -> Summary | None:
        """What the run at this moment sees; None for one that sees no page or fails."""
        self.publish_until(at)
        r = self.drawn
        if r.random() < self.kind.every / (40 * DAY):
            self.down = (at, at + r.randrange(30, 5 * HOUR))
        if self.is_hit("server dies", at) or self.down[0] <= at < self.down[1]:
            self.failing_since = self.failing_since or at
            self.failures += 1
            return None
        self.failures, self.failing_since, self.looked_at = 0, 0, at
        summary = Summary(self.name)
        is_daily = (at - self.kind.every) // DAY != at // DAY
        waiting = sorted(self.unseen, reverse=True)[:300]
        self.unseen = [story for story in waiting if not self._finds(summary, story, at, is_daily=is_daily)]
        looks = [due for due in self.due if due <= at]
        self.due = [due for due in self.due if due > at]
        for _ in range(len(looks) + self.ask):
            self._again(summary, at)
        self.ask = 0
        return summary or None

    def _finds(self, summary: Summary, published_at: int, at: int, *, is_daily: bool) -> bool:
        """Whether this story is found at this poll; if so its page is seen."""
        r = self.drawn
        if self.is_hit("addresses change", published_at):
            if published_at > at - 2 * self.kind.every:
                summary.counts["links"] += 1
            return True  # never to be found
        drawn = crc32(f"{self.name} {published_at}".encode()) % 1000  # once and for all
        in_feed = not self.is_hit("feed freezes", published_at) and drawn < 1000 * self.feed_share
        if not in_feed and not (self.section and (is_daily or self.section_adds)):
            return not self.section  # who looks elsewhere only once a day sees it then
        self.section_adds = not in_feed
        if published_at > START:
            summary.counts["links"] += in_feed
            summary.counts["links.fit"] += in_feed
            summary.counts["found"] += 1
            summary.counts["found.best"] += in_feed
        self._page(summary, published_at, at)
        if r.random() < 0.9 and at - published_at < 7 * DAY:
            self.due.append(at + DAY)
        return True

    def _page(self, summary: Summary, published_at: int, at: int) -> None:
        """A new page."""
        r, counts = self.drawn, summary.counts
        if r.random() < 0.15:
            self.is_special = r.random() < 0.12
        counts["asked"] += 1
        wall = r.random() < 0.004
        wall = wall or self.is_hit("consent wall", at)
        wall = wall or (self.is_hit("challenges rise", at) and r.random() < 0.5)
        if wall:
            counts["why.bot challenge"] += 1
            return
        counts["answered"] += 1
        counts["pages"] += 1
        if r.random() < 0.03:
            counts["no.gallery"] += 1
            return
        counts["articles"] += 1
        copies = COPIES if self.is_hit("copies flood", at) else FEW_COPIES
        counts["duplicate"] += r.random() < copies
        summary.chars.append(self._chars(at))
        summary.published.append(published_at)
        has = {name for name in FIELDS if r.random() < self.share_of(name, at)}
        for name in has:
            counts[f"has.{name}"] += 1
        for name, usual in PLACES.items():
            if name == "text" or name in has:
                place = "new place" if self.is_hit("layout changes", at) else usual
                summary.places.setdefault(name, Counter())["odd" if r.random() < 0.03 else place] += 1

    def _chars(self, at: int) -> int:
        r = self.drawn
        chars = r.lognormvariate(math.log(2500), 0.4) if r.random() > 0.04 else r.uniform(300, 900)
        return int(min(chars, 350) if self.is_hit("teasers only", at) else chars)

    def share_of(self, name: str, at: int, *, again: bool = False) -> float:
        """The share of pages with the field; `again`: of known ones, that they still show it."""
        share = 1.0 if again else self.fields[name] * (self.special[name] if self.is_special else 1.0)
        if self.is_hit("layout changes", at) and name in {"authors", "published_at", "standfirst", self.lost}:
            return 0.0
        if self.is_hit("one field lost", at) and name == self.lost:
            return 0.0
        if self.is_hit("field decays", at) and name == self.lost and not again:
            return share * max(0.0, 1 - DECAY * (at - self.fault_at) / DAY)
        return share

    def _again(self, summary: Summary, at: int) -> None:
        """A known page, looked at once more."""
        r, counts = self.looks, summary.counts
        counts["had.text"] += 1
        walled = self.is_hit("consent wall", at) or (self.is_hit("challenges rise", at) and r.random() < 0.5)
        if walled or r.random() < 0.004 or (self.is_hit("teasers only", at) and r.random() < 0.95):
            return
        counts["kept.text"] += 1
        odd = r.random() < 0.004
        for name in FIELDS:
            if r.random() < self.fields[name]:
                counts[f"had.{name}"] += 1
                counts[f"kept.{name}"] += r.random() < (0.5 if odd else self.share_of(name, at, again=True))

    def seen(self, at: int) -> Look:
        """The store's view of it."""
        return Look(
            first_at=START,
            looked_at=self.looked_at,
            good=3 if at - START > 3 * self.kind.every else 1,
            failures=self.failures,
            failing_since=self.failing_since,
            outcome="unreachable" if self.failures else "finished",
            failing="timeout" if self.failures else "",
        )


Shape = Callable[[random.Random], dict[int, float]]


def holidays(drawn: random.Random, days: int) -> dict[int, float]:
    """By day the share of the usual: single days off, the same for a whole country, and late December."""
    found = {START // DAY + drawn.randrange(days): drawn.uniform(0.05, 0.4) for _ in range(days // 25)}
    for day in range(START // DAY, START // DAY + days):
        of_year = (day - START // DAY) % 365
        if of_year >= 357 or of_year == 0:
            found[day] = drawn.uniform(0.05, 0.5)
    return found
