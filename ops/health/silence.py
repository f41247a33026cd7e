"""Sites that publish nothing: whether that is like them, and sites that never delivered."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from db.alarms import Finding
from ops.health.habits import Habits
from ops.health.look import Look
from ops.health.rhythm import DAY, Rhythm

FALSE = 0.006  # false alarms a site and month that the test may cost
LOOKS, LOOKING = (
    3,
    DAY,
)  # good looks, and minutes between the first and the last, before nothing is too little
SEASON_DAYS, SEASON_SITES = 12, 5  # days back that sites tell each other of, and how many it takes
DOUBT = 1.5  # sittings that speak for a day being like any other


def silent(site: str, habits: Habits, look: Look, now: int, season: Mapping[int, float]) -> list[Finding]:
    """Whether the site is silent beyond what chance and its habits allow, or never said anything."""
    rhythm = habits.rhythm
    if rhythm.last is None:
        return (
            [_never(site, look)]
            if look.good >= LOOKS and (look.looked_at or 0) - look.first_at >= LOOKING
            else []
        )
    if habits.open.get("silent") not in {None, rhythm.last}:
        habits.open.pop("silent")  # something came: the silence is over
    until = look.looked_at or now
    likely = rhythm.likelihood(until, season)
    gaps_a_month = max(30 * DAY / rhythm.gap_minutes, 1.0)
    if "silent" not in habits.open:
        if likely > FALSE / gaps_a_month or not rhythm.is_longest(until, season):
            return []
        habits.open["silent"] = rhythm.last
    return [_silence(site, rhythm, until, likely, season)]


def season_of(rhythms: Iterable[Rhythm], now: int) -> dict[int, float]:
    """By day since 1970 the share of the usual that these sites together published on it; at most 1.

    Holidays are not to be known beforehand: where all fall silent nobody is missing. Too few sites tell
    nothing.
    """
    known = [rhythm for rhythm in rhythms if rhythm.gaps >= 8 and rhythm.rate > 0.1]
    if len(known) < SEASON_SITES:
        return {}
    factors = {}
    for day in range(now // DAY - SEASON_DAYS, now // DAY + 1):
        began, ended = day * DAY, min((day + 1) * DAY, now)
        expected = sum(rhythm.expected(began, ended, {day: 1.0}) for rhythm in known)
        seen = sum(_within(rhythm.sittings, began, ended) for rhythm in known)
        factors[day] = min(1.0, max(0.05, (seen + DOUBT) / (expected + DOUBT)))
    return factors


def _within(sittings: list[int], began: int, ended: int) -> int:
    number = 0
    for at in reversed(sittings):
        if at < began:
            break
        number += at < ended
    return number


def _silence(site: str, rhythm: Rhythm, until: int, likely: float, season: Mapping[int, float]) -> Finding:
    assert rhythm.last is not None, "who never published is not silent"
    last, missed = datetime.fromtimestamp(rhythm.last * 60, UTC), rhythm.expected(rhythm.last, until, season)
    return Finding(
        site,
        "silent",
        "",
        "the site has published nothing for longer than is like it",
        f"the last article is of {last:%Y-%m-%d %H:%M} UTC; by its habits {missed:.1f} more would have come; "
        f"a silence like this is one of {chances(likely)}",
        f"look at its home page; if it goes on there: carnews sites check {site}; if it has ended, take its "
        "site file out",
        last,
    )


def _never(site: str, look: Look) -> Finding:
    return Finding(
        site,
        "nothing",
        "",
        "no crawl has ever brought an article",
        f"{look.good} crawls or more came to their end since "
        f"{datetime.fromtimestamp(look.first_at * 60, UTC):%Y-%m-%d %H:%M} UTC",
        f"carnews sites check {site}; carnews crawl {site} --dry-run shows what its channels offer",
        datetime.fromtimestamp(look.first_at * 60, UTC),
    )


def chances(likely: float) -> str:
    """A probability as one of so many."""
    number = 1 / max(likely, 1e-9)
    return f"{number:,.0f}" if number < 1e8 else "more than a hundred million"
