"""The tables of good manners: what a site allows and wishes, what we asked of it, and when."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models import Base


class RobotsRow(Base):
    """The last robots.txt of one origin; `status` to `fresh_until` are of its last good answer."""

    __tablename__ = "robots_files"

    origin: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    problem: Mapped[str | None]  # why the last answer was none; null where it was one
    status: Mapped[int | None]
    text: Mapped[str | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    fetched_at: Mapped[datetime | None]  # when the answer came or was last confirmed
    fresh_until: Mapped[datetime | None]


class ChannelRow(Base):
    """One feed, sitemap or listing page of a site, and what we remember of its last answer."""

    __tablename__ = "channels"

    site: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)  # digest of url, as in addresses
    kind: Mapped[str]
    url: Mapped[str]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    digest: Mapped[str | None]  # of the body that was read last
    sieve: Mapped[str]  # digest of what was sought in it: another pattern reads the same body anew
    children: Mapped[list[Any]]  # of a sitemap index: the sitemaps to look at as well
    entries: Mapped[int]
    own: Mapped[int]  # new articles that only this channel showed when it was looked at last
    checked_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]  # when it was last asked for in full and read
    outcome: Mapped[str]


class HostDayRow(Base):
    """What a site's crawls asked of one host on one day (UTC), and what it answered."""

    __tablename__ = "host_days"
    __table_args__ = (Index(None, "host", "last_request_at"),)

    site: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(primary_key=True)  # with its port where that is not the usual one
    day: Mapped[date] = mapped_column(primary_key=True)
    requests: Mapped[int]
    body_bytes: Mapped[int] = mapped_column(BigInteger)  # as they came over the wire
    not_modified: Mapped[int]  # 304
    forbidden: Mapped[int]  # 401, 403, 451
    asked_to_wait: Mapped[int]  # 429
    server_errors: Mapped[int]  # 5xx
    unanswered: Mapped[int]  # time-outs, broken connections
    robots_refused: Mapped[int]  # never asked for, because robots.txt says so
    last_request_at: Mapped[datetime | None]


class WishRow(Base):
    """A wish a site states besides what robots.txt forbids: a delay, no archiving, no use for AI."""

    __tablename__ = "wishes"

    site: Mapped[str] = mapped_column(primary_key=True)
    wish: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)  # "robots.txt", "header", "page" or "tdmrep.json"
    value: Mapped[str] = mapped_column(primary_key=True)
    seen: Mapped[int]  # answers that stated it
    url: Mapped[str]  # the last of them
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
