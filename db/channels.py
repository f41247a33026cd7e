"""The feeds, sitemaps and listing pages of a site as they answered last: what makes a poll cheap."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.addresses import address_key
from db.manners import ChannelRow
from db.upserts import upsert

KEPT_FOR = timedelta(
    days=90
)  # a channel nobody looked at for so long; some sites name a new sitemap every day


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel and what is remembered of it; `kind` is "feed", "sitemap" or "section".

    `etag`, `last_modified` and `digest` are of the body that was read last, None where the next must be read
    whatever it says. `children` are the sitemaps an index named, `sieve` stands for what was sought in it.
    `own` counts the new articles that no channel before it showed. `outcome` is "read", "unchanged", or in
    words what was wrong.
    """

    kind: str
    url: str
    checked_at: datetime
    outcome: str
    sieve: str = ""
    etag: str | None = None
    last_modified: str | None = None
    digest: str | None = None
    children: tuple[str, ...] = ()
    entries: int = 0
    changed_at: datetime | None = None
    read_at: datetime | None = None
    own: int = 0


def channels_of(s: Session, site: str) -> dict[str, Channel]:
    """All that is remembered of the site's channels, by their addresses."""
    rows = s.scalars(select(ChannelRow).where(ChannelRow.site == site).order_by(ChannelRow.url))
    return {row.url: _channel(row) for row in rows}


def keep_channels(s: Session, site: str, channels: Sequence[Channel]) -> None:
    """Remembers how channels answered.

    To be called in the transaction that records what was found in them, or after it: a channel that counts
    as read before its finds are in the ledger would hide them for good.
    """
    rows = [
        {**asdict(channel), "children": list(channel.children), "site": site, "key": address_key(channel.url)}
        for channel in channels
    ]
    upsert(s, ChannelRow, rows)
    if rows:
        forgotten = max(channel.checked_at for channel in channels) - KEPT_FOR
        s.execute(delete(ChannelRow).where(ChannelRow.site == site, ChannelRow.checked_at < forgotten))


def _channel(row: ChannelRow) -> Channel:
    told = {name: getattr(row, name) for name in Channel.__slots__}
    return Channel(**{**told, "children": tuple(row.children)})
