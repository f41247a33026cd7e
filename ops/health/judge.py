"""All that is wrong with one site, from what is known of it and how it stands now. No database here."""

from collections.abc import Mapping
from dataclasses import dataclass

from db.alarms import Finding
from ops.health.answers import behind, failing, unread
from ops.health.coverage import fallen, suspected
from ops.health.habits import Habits
from ops.health.look import Look
from ops.health.rhythm import DAY
from ops.health.silence import silent

QUIET = 20 * 60  # minutes without a page after which a known one is asked for: does it still read the same?
REST = 6 * 60  # minutes between two times that known pages are asked for because something seems wrong
ONE, SOME = 1, 3  # known pages to ask for: to see whether all is well, and when it seems not to be


@dataclass(frozen=True, slots=True)
class Judged:
    """What is wrong with a site, and how many of its known pages its next crawl should ask for."""

    findings: tuple[Finding, ...] = ()
    ask: int = 0


def judge(
    site: str, habits: Habits, look: Look, now: int, season: Mapping[int, float], *, is_new: bool
) -> Judged:
    """The site's findings; brings `habits` up to date. `is_new`: a run saw pages since the last time."""
    findings = [
        *failing(site, look, now),
        *unread(site, habits, look, now),
        *silent(site, habits, look, now, season),
        *behind(site, habits, look, now),
        *fallen(site, habits, now, is_new=is_new),
    ]
    return Judged(tuple(findings), wanted(habits, look, now, is_new=is_new))


def wanted(habits: Habits, look: Look, now: int, *, is_new: bool) -> int:
    """How many known pages the next crawl should ask for, and notes that it does."""
    if look.failures or not habits.blocks or now - habits.began < DAY:
        return 0
    if is_new and now - habits.doubted_at >= REST and suspected(habits):
        habits.doubted_at = now
        return SOME
    if now - habits.paged_at >= QUIET and now - habits.asked_at >= QUIET:
        habits.asked_at = now
        return ONE
    return 0
