"""Shares that fell: fields that pages no longer give, texts that collapse, walls, copies, links unfit.

Between being suspected and being an alarm lies a second look: a site whose newest pages look wrong has some
of its known pages asked for again, and what those have lost settles it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from math import log

from db.alarms import Finding
from ops.health.blocks import Fall, fall, recovered, restlessness, without
from ops.health.habits import Habits
from ops.health.rhythm import DAY
from ops.health.rows import clumping
from ops.health.shares import SHARES, Share

FALSE = 0.003  # false alarms a site and month that the test may cost, all shares together
LEAST_SURE = 9.0  # log likelihood ratio below which nothing is an alarm
SUSPECT = 3.5  # from here on known pages are asked for again
BACK_PAGES, BACK_SURE = 3, 2.5  # an alarm ends by so many sound pages, so surely other than those before
PASSED = 4  # stretches of one share that are remembered
ACCEPTED = 30 * DAY  # what has lasted so long is the site's new way


def fallen(site: str, habits: Habits, now: int, *, is_new: bool) -> list[Finding]:
    """The shares of the site that have fallen and not recovered; notes in `habits` which those are.

    Unless pages were seen since (`is_new`) only those fallen before are looked at.
    """
    sure = surely(habits, now)
    asked = SHARES if is_new else [share for share in SHARES if share.name in habits.falls]
    return [found for share in asked if (found := _judged(site, habits, share, sure, now))]


def surely(habits: Habits, now: int) -> float:
    """The log likelihood ratio that makes an alarm: larger where more pages give more chances of chance."""
    return max(LEAST_SURE, log(habits.pages_a_month(now) * len(SHARES) / FALSE) - 2.0)


def suspected(habits: Habits) -> bool:
    """Whether known pages should be asked for again: a share of the newest ones may have fallen."""
    return any(
        share.parts[-1].good.startswith("kept.") or share.kind == "refused"
        for share in SHARES
        if share.name not in habits.falls and fallen_of(habits, share, SUSPECT) is not None
    )


def _judged(site: str, habits: Habits, share: Share, sure: float, now: int) -> Finding | None:
    name = share.name
    held = habits.falls.get(name)
    if held is None:
        seen = fallen_of(habits, share, sure)
        if seen is None:
            return None
        habits.falls[name] = seen
        return _finding(site, share, seen)
    over = None
    if recovered(habits.blocks, share.parts, held, BACK_PAGES, BACK_SURE):
        over = [held.since, _last_bad(habits, share, held)]
    elif now - held.since >= ACCEPTED:
        over = [0, held.since - 1]
    if over is None:
        return _finding(site, share, _brought_up(habits, share, held))
    del habits.falls[name]
    habits.passed[name] = [*habits.passed.get(name, []), over][-PASSED:]
    return None


def fallen_of(habits: Habits, share: Share, sure: float) -> Fall | None:
    """The share's fall, where it is as sure as that."""
    blocks = without(habits.blocks, habits.passed.get(share.name, ()))
    seen = fall(blocks, share.parts)
    if seen is None or seen.sure < sure:
        return None
    parts = {part.good: part for part in share.parts}
    calm = 0.0
    for name, one in seen.pieces.items():
        restless = restlessness(blocks, parts[name], seen.since)
        if name == share.parts[0].good:
            restless = max(restless, clumping(habits.rows, share.name))
        calm += one / restless
    return seen if calm >= sure else None


def _brought_up(habits: Habits, share: Share, held: Fall) -> Fall:
    """The fall with the pages seen since."""
    part = next(part for part in share.parts if part.good == held.part)
    since = [block for block in habits.blocks if block.began >= held.since]
    total = sum(block.counts.get(part.total, 0) for block in since)
    good = sum(block.counts.get(part.good, 0) for block in since)
    if not total:
        return held
    return replace(held, good=good, total=total)


def _last_bad(habits: Habits, share: Share, held: Fall) -> int:
    """When the pages that were still bad ended."""
    part = next(part for part in share.parts if part.good == held.part)
    for block in reversed(habits.blocks):
        total = block.counts.get(part.total, 0)
        if total and block.counts.get(part.good, 0) / total < (held.was + held.share) / 2:
            return block.ended
    return held.since


def _finding(site: str, share: Share, seen: Fall) -> Finding:
    words = {"site": site, "was": percent(seen.was), "now": percent(seen.share)}
    began_at = datetime.fromtimestamp(seen.since * 60, UTC)
    known = " known" if seen.part.startswith("kept.") else ""
    return Finding(
        site,
        share.kind,
        share.subject,
        share.cause.format(**words),
        f"{seen.good} of the last {seen.total}{known} pages since {began_at:%Y-%m-%d %H:%M} UTC, "
        f"{words['was']} of {seen.of} before",
        share.remedy.format(**words),
        began_at,
        share.grade,
    )


def percent(share: float) -> str:
    """`share` in words: none, all, or per cent."""
    if share <= 0:
        return "none"
    return "all" if share >= 1 else f"{100 * share:.0f} %"


def reasons(habits: Habits, since: int) -> Iterator[tuple[str, int]]:
    """Why pages were refused since then, the commonest first."""
    counted: dict[str, int] = {}
    for block in habits.blocks:
        if block.ended >= since:
            for name, number in block.counts.items():
                if name.startswith("why."):
                    counted[name[4:]] = counted.get(name[4:], 0) + number
    yield from sorted(counted.items(), key=lambda pair: -pair[1])
