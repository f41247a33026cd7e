"""Crawls that fail, channels that cannot be read, addresses that wait longer and longer."""

from datetime import UTC, datetime

from db.alarms import ALARM, NOTICE, Finding
from ops.health.habits import Habits
from ops.health.look import GOOD, Look
from ops.health.rhythm import DAY

HOUR = 60
FAILURES, FAILING = 3, 8 * HOUR  # crawls in a row, and minutes since the first: shorter outages are usual
FEW_FAILURES, LONG_FAILING = 2, 20 * HOUR  # the same for sites that are seldom crawled
AT_ONCE = 2  # crawls in a row that found nothing at all: no outage looks like this
NOTHING_FOUND = ("none of ", "no address found")
CHANNEL_FAILING = 8 * HOUR
FEW_WAIT = 50  # addresses; fewer are work in hand
GROWING = 3  # days in a row
KEPT_DAYS = 8


def failing(site: str, look: Look, now: int) -> list[Finding]:
    """Whether the site's crawls have failed for too long."""
    lasted = now - look.failing_since
    is_empty = look.failing.startswith(NOTHING_FOUND) or "links matches" in look.failing
    over = look.failures >= FAILURES and lasted >= FAILING
    over = over or (look.failures >= FEW_FAILURES and lasted >= LONG_FAILING)
    if not look.failures or not (over or (is_empty and look.failures >= AT_ONCE)):
        return []
    began_at = moment(look.failing_since)
    why = look.failing or look.outcome
    evidence = f"{look.failures} crawls in a row since {began_at:%Y-%m-%d %H:%M} UTC; the last: {why}"
    if is_empty:
        remedy = (
            f"carnews crawl {site} --dry-run; carnews sites check {site}; correct [find] in its site file"
        )
        return [Finding(site, "pattern", "all", "the channels show no article", evidence, remedy, began_at)]
    cause = {
        "unreachable": "the site cannot be reached",
        "died": "crawls of the site die",
        "interrupted": "no crawl of the site comes to its end",
    }.get(look.outcome, "crawls of the site fail")
    remedy = {
        "unreachable": f"carnews sites check {site}; if it has moved, correct its site file",
        "interrupted": f"give it more time: carnews run --deadline 3600; or carnews crawl {site} by hand",
    }.get(look.outcome, f"read data/log/{site}.log; carnews crawl {site} --max-articles 5")
    return [Finding(site, "failing", look.outcome, cause, evidence, remedy, began_at)]


def unread(site: str, habits: Habits, look: Look, now: int) -> list[Finding]:
    """Channels that cannot be read while others can; `habits` remembers since when."""
    found, bad = [], {channel.url: channel for channel in look.channels if channel.outcome not in GOOD}
    for name in [name for name in habits.open if name.startswith("channel ")]:
        if name[8:] not in bad:
            habits.open.pop(name)
    if look.failures or len(bad) == len(look.channels):  # then the whole site fails
        return []
    for url, channel in bad.items():
        since = habits.open.setdefault(f"channel {url}", channel.checked_at)
        if now - since < CHANNEL_FAILING or channel.checked_at <= since:
            continue
        first = look.channels[0].kind == channel.kind
        found.append(
            Finding(
                site,
                "channel",
                url,
                f"the {channel.kind} cannot be read",
                f"since {moment(since):%Y-%m-%d %H:%M} UTC: {channel.outcome}; others can",
                f"carnews sites check {site}; correct or remove it in its site file",
                moment(since),
                ALARM if first else NOTICE,
            )
        )
    return found


def behind(site: str, habits: Habits, look: Look, now: int) -> list[Finding]:
    """Whether addresses wait that are not fetched as fast as they are found."""
    today = now // DAY
    days = [row for row in habits.waiting if row[0] != today]
    habits.waiting = [*days, [today, look.waiting]][-KEPT_DAYS:]
    numbers = [number for _, number in habits.waiting]
    was_open = "waiting" in habits.open
    if was_open and (look.waiting < FEW_WAIT or look.waiting < 0.8 * max(numbers)):
        habits.open.pop("waiting")
        return []
    grown = len(numbers) > GROWING and all(
        a < b for a, b in zip(numbers[-GROWING - 1 :], numbers[-GROWING:], strict=False)
    )
    if not was_open and not (grown and look.waiting >= FEW_WAIT):
        return []
    since = habits.open.setdefault("waiting", (today - GROWING) * DAY)
    return [
        Finding(
            site,
            "waiting",
            "",
            "more addresses are found than fetched",
            f"{look.waiting} wait, {numbers[0]} did on {moment(habits.waiting[0][0] * DAY):%Y-%m-%d}",
            f"carnews crawl {site} by hand; crawl it more often ([crawl] every) or narrow [find] articles",
            moment(since),
        )
    ]


def moment(minutes: int) -> datetime:
    """Minutes since 1970 as a moment."""
    return datetime.fromtimestamp(minutes * 60, UTC)
