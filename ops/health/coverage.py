"""Shares that fell: fields that pages no longer give, texts that collapse, walls, copies, links unfit.

Between being suspected and being an alarm lies a second look: a site whose newest pages look wrong has some
of its known pages asked for again, and what those have lost settles it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from math import log

from db.alarms import ALARM, Finding
from ops.health.blocks import Block, Fall, Part, falls, recovered, restlessness, spotless, without
from ops.health.habits import Habits
from ops.health.rhythm import DAY
from ops.health.shares import SHARES, Share
from ops.health.swings import Swing

FALSE = 0.005  # false alarms a site and month that the test may cost, all shares together
LEAST_SURE = 8.0  # log likelihood ratio below which nothing is an alarm
SUSPECT = 5.0  # from here on known pages are asked for again
TOLD = 3  # known pages since a fall that show it not: no more are asked for
BACK_PAGES, BACK_SURE = 3, 5.0  # an alarm ends by so many sound pages, so surely other than those before
PASSED = 4  # stretches of one share that are remembered
ACCEPTED = 30 * DAY  # what has lasted so long is the site's new way
ALARMING = sum(share.grade == ALARM for share in SHARES)  # shares, each with its chances of chance


def fallen(site: str, habits: Habits, now: int, *, is_new: bool) -> list[Finding]:
    """The shares of the site that have fallen and not recovered; notes in `habits` which those are.

    Unless pages were seen since (`is_new`) only those fallen before are looked at.
    """
    if is_new:
        habits.is_doubtful = False
    asked = SHARES if is_new else [share for share in SHARES if share.name in habits.falls]
    return [found for share in asked if (found := _judged(site, habits, share, now))]


def surely(habits: Habits, share: Share, now: int) -> float:
    """The log likelihood ratio that makes an alarm: larger where more pages give more chances of chance."""
    pages = sum(habits.a_month(part.total, now) for part in {p.total: p for p in share.parts}.values())
    return max(LEAST_SURE, log(max(pages, 1.0) * ALARMING / FALSE) - 2.0)


def _judged(site: str, habits: Habits, share: Share, now: int) -> Finding | None:
    name = share.name
    held = habits.falls.get(name)
    if held is None:
        sure = surely(habits, share, now)
        seen, calm = fall_of(habits, share, sure)
        if seen is None or calm < sure:
            habits.is_doubtful |= seen is not None and seen.sure >= SUSPECT and _is_open(habits, share, seen)
            return None
        habits.falls[name] = seen
        if name in habits.swings:
            habits.swings[name].forget(seen.since)
        return _finding(site, share, seen, reasons(habits, share, seen.since))
    over = None
    if recovered(habits.blocks, share.parts, held, BACK_PAGES, BACK_SURE):
        over = [held.since, _last_bad(habits, share, held)]
    elif now - held.since >= ACCEPTED:
        over = [0, held.since - 1]
    if over is None:
        return _finding(site, share, _brought_up(habits, share, held), reasons(habits, share, held.since))
    del habits.falls[name]
    habits.passed[name] = [*habits.passed.get(name, []), over][-PASSED:]
    return None


def _is_open(habits: Habits, share: Share, seen: Fall) -> bool:
    """Whether known pages could tell of this fall and have not yet told that there is none."""
    part = share.parts[-1]
    asked = sum(block.counts.get(part.total, 0) for block in habits.blocks if block.began >= seen.since)
    return share.is_told_by_known_pages and (part.good in seen.pieces or asked < TOLD)


def fall_of(habits: Habits, share: Share, sure: float) -> tuple[Fall | None, float]:
    """The share's likeliest fall, and how sure it is once its restlessness is taken into account.

    Where one may be an alarm that is asked of every border: what a fault has done to a share already is not
    its restlessness.
    """
    blocks = without(habits.blocks, habits.passed.get(share.name, ()))
    seen = falls(blocks, share.parts)
    likeliest = max(seen, key=lambda one: one.sure, default=None)
    if likeliest is None or likeliest.sure < sure:
        return likeliest, 0.0
    calm = [(one, calmly(habits, share, blocks, one)) for one in seen if one.sure >= sure]
    certain = [pair for pair in calm if pair[1] >= sure]
    return max(certain, key=lambda pair: pair[0].sure) if certain else max(calm, key=lambda pair: pair[1])


def calmly(habits: Habits, share: Share, blocks: Sequence[Block], seen: Fall) -> float:
    """How sure the fall is: its evidence in new pages, and in known ones, of each as much as it may vary."""
    rows = apart = known = 0.0
    for part in share.parts:
        one = seen.pieces.get(part.good, 0.0)
        if not one:
            continue
        if part is share.parts[0]:
            is_calm = share.kind != "field" and spotless(blocks, part, seen.since)
            swing = habits.swings.get(share.name, Swing())
            rows = swing.calmed(one, 1.0 if is_calm else part.restless)
        elif part.good.startswith("kept."):
            known = one / restlessness(blocks, part, seen.since)
        elif sum(_bad(block, part) for block in blocks if block.began >= seen.since) > 1:
            apart = one / max(part.restless, restlessness(blocks, part, seen.since))
    return max(rows, apart) + min(rows, apart) / 2 + known  # for in part they tell the same


def _bad(block: Block, part: Part) -> int:
    return block.counts.get(part.total, 0) - block.counts.get(part.good, 0)


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


def _finding(site: str, share: Share, seen: Fall, instead: str) -> Finding:
    words = {"site": site, "was": percent(seen.was), "now": percent(seen.share)}
    began_at = datetime.fromtimestamp(seen.since * 60, UTC)
    known = " known" if seen.part.startswith("kept.") else ""
    return Finding(
        site,
        share.kind,
        share.subject,
        share.cause.format(**words),
        f"{seen.good} of the last {seen.total}{known} pages since {began_at:%Y-%m-%d %H:%M} UTC, "
        f"{words['was']} of {seen.of} before{instead}",
        share.remedy.format(**words),
        began_at,
        share.grade,
    )


def percent(share: float) -> str:
    """`share` in words: none, all, or per cent."""
    if share <= 0:
        return "none"
    return "all" if share >= 1 else f"{100 * share:.0f} %"


def reasons(habits: Habits, share: Share, since: int) -> str:
    """What became of the pages since then instead, the commonest first, to end a sentence; or nothing."""
    counted: dict[str, int] = {}
    prefix = {"refused": "why.", "not-article": "no."}.get(share.kind)
    for block in habits.blocks:
        if prefix and block.began >= since:
            for name, number in block.counts.items():
                if name.startswith(prefix):
                    counted[name[len(prefix) :]] = counted.get(name[len(prefix) :], 0) + number
    most = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:3]
    return "; " + ", ".join(f"{name} {number}" for name, number in most) if most else ""
