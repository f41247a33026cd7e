"""Which gaps of which sites want a crawl of their own, and by which kind of channel it may succeed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from loguru import logger
from sqlalchemy import Engine

from db.engine import reading, writing
from db.errors import StoreError
from db.gaps import TRIES, Gap, give_up, note_try, open_gaps
from ops.launch import CrawlOptions
from ops.sitefiles import SiteFiles

BEFORE = timedelta(days=2)  # a repair asks for so much more, to see whether it reaches what was known
OLDEST = timedelta(days=92)  # what is older is an archive to fetch by hand: a crawl asks 50 sitemaps at most
MOST = 100  # pages of one repair: some ten minutes of a site; routine crawls fetch the rest, the newest first
REACHING = ("wordpress", "sitemap", "section")  # kinds of channels that show more than the newest, best first


@dataclass(frozen=True, slots=True)
class Order:
    """A crawl of a stretch of time for the sake of a gap: less urgent than any look for news.

    `kind` is the kind of channel that is expected to show it: "wordpress" is asked for the very days, a
    "sitemap" for the months, a "section" page by page.
    """

    gap: int
    site: str
    since: datetime
    until: datetime
    kind: str
    why: str

    @property
    def options(self) -> CrawlOptions:
        """What the crawl is to be started with."""
        return CrawlOptions(max_articles=MOST, since=self.since, until=self.until)


def orders(
    engine: Engine, channels: Mapping[str, Collection[str]], now: datetime, most: int = 1
) -> list[Order]:
    """Up to `most` repairs that are due, one a site, after giving up those that no crawl can fill.

    `channels` has the kinds of channels of each site that may be crawled. Whoever takes an order calls
    `begun` and crawls; whether the gap is filled the crawl itself notes when it ends. Raises StoreError.
    """
    with reading(engine) as s:
        gaps = [gap for gap in open_gaps(s, now) if gap.site in channels]
    hopeless = {gap.id: why for gap in gaps if (why := in_vain(gap, channels[gap.site], now))}
    if hopeless:
        with writing(engine) as s:
            for gap_id, why in hopeless.items():
                give_up(s, gap_id, why, now)
    made: dict[str, Order] = {}
    for gap in gaps:
        if gap.id not in hopeless and gap.site not in made and len(made) < most:
            kind = reaching(channels[gap.site])
            made[gap.site] = Order(gap.id, gap.site, gap.since - BEFORE, gap.until, kind, gap.why)
    return list(made.values())


def begun(engine: Engine, order: Order, now: datetime) -> None:
    """Notes that the crawl of the order begins. Raises StoreError."""
    with writing(engine) as s:
        note_try(s, order.gap, now)


class Repairs:
    """The repairs of a clock's sites."""

    def __init__(self, engine: Engine, files: SiteFiles) -> None:
        self.engine, self.files = engine, files

    def take(self, busy: Collection[str], now: datetime) -> list[Order]:
        """A repair that is due, noted as begun, of a site that is not `busy`; none where the store fails."""
        sites = self.files.sites.items()
        try:
            found = orders(
                self.engine, {name: kinds_of(site.channels) for name, site in sites if name not in busy}, now
            )
            for order in found:
                begun(self.engine, order, now)
        except StoreError as error:
            logger.error("repair: {}", error)
            return []
        for order in found:
            days = f"since={order.since:%Y-%m-%d} until={order.until:%Y-%m-%d}"
            logger.info("repair {} {}: {}", order.site, days, order.why)
        return found


def in_vain(gap: Gap, kinds: Collection[str], now: datetime) -> str | None:
    """Why no crawl can fill the gap any more; None where one may."""
    if not reaching(kinds):
        return "the site has no channel that shows more than the newest"
    if now - gap.since > OLDEST:
        return f"longer ago than {OLDEST.days} days; crawl it by hand with --since and --until"
    if gap.tries >= TRIES:
        return f"{gap.tries} crawls did not reach back to what was known before"
    return None


def reaching(kinds: Collection[str]) -> str:
    """The best kind of channel for what is gone from feeds; "" where there is none."""
    return next((kind for kind in REACHING if kind in kinds), "")


def kinds_of(channels: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The kinds among a site's channels, as `Site.channels` gives them."""
    return tuple(dict.fromkeys(kind for kind, _ in channels))
