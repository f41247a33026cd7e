"""What a crawl knows of its site's channels from before, and learns of them: most polls bring nothing.

A channel that answers 304, or with the very bytes it gave before, has nothing to parse. Once a day each is
asked for in full and read whatever it says, which heals a server that says 304 for ever and a reader of ours
that has learnt something.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from crawler.outcomes import NOT_MODIFIED, Outcome
from crawler.sites import Site
from crawler.validators import ANEW, asking, validators
from db.channels import Channel

READ_ANEW = timedelta(hours=24)
READ, UNCHANGED = "read", "unchanged"
READER = "2"  # other than before when the readers of channels find more in the same body


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A channel that gives what it gave before; `children` are the sitemaps it leads on to."""

    children: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a body came to: how many links, how many new articles that only it showed, which sitemaps to look
    at as well, what was wrong with it.
    """

    kind: str
    entries: int = 0
    own: int = 0
    children: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(slots=True)
class Memory:
    """The channels of one site: as they were `before`, and as they are `now`, by their addresses."""

    site: Site
    before: Mapping[str, Channel] = field(default_factory=dict)
    now: dict[str, Channel] = field(default_factory=dict)

    @property
    def sieve(self) -> str:
        """What stands for all that decides which links of a body count."""
        return digest(f"{READER} {self.site.host} {self.site.find.articles}".encode())

    def known(self, url: str, at: datetime) -> Channel | None:
        """The channel's last reading, if the next answer may be measured by it."""
        channel = self.before.get(url)
        if channel is None or channel.read_at is None or channel.sieve != self.sieve:
            return None
        return channel if timedelta(0) <= at - channel.read_at < READ_ANEW else None

    def may_rest(self, url: str, at: datetime) -> bool:
        """Whether the channel was looked at within a day and showed nothing that another did not show."""
        channel = self.known(url, at)
        if channel is None or channel.outcome not in {READ, UNCHANGED} or channel.own:
            return False
        return at - channel.checked_at < READ_ANEW

    def asking(self, url: str, at: datetime) -> dict[str, str]:
        """The headers to ask the channel with: for news only, where we know what is old."""
        channel = self.known(url, at)
        if channel is None:
            return ANEW if url in self.before else {}
        return asking(channel.etag, channel.last_modified)

    def heard(
        self, url: str, status: int, headers: Mapping[str, str], body: bytes, at: datetime
    ) -> bytes | Unchanged | None:
        """The body to read, or that it is the old one; None for a 304 that answers a question never put."""
        channel = self.known(url, at)
        if status == NOT_MODIFIED:
            if channel is None or not (channel.etag or channel.last_modified):
                return None
            return self._same(channel, at)
        etag, modified = validators(headers)
        body_digest = digest(body)
        if channel is not None and channel.digest == body_digest:
            return self._same(replace(channel, etag=etag, last_modified=modified), at)
        last = self.before.get(url)
        changed = at if last is None or last.digest != body_digest else last.changed_at
        self.now[url] = Channel(
            "", url, at, READ, self.sieve, etag, modified, body_digest, changed_at=changed, read_at=at
        )
        return body

    def refused(self, url: str, outcome: Outcome, at: datetime) -> Outcome:
        """Notes that the channel could not be had; what was known of it stays."""
        last = self.before.get(url) or Channel("", url, at, outcome.reason, self.sieve)
        self.now[url] = replace(last, checked_at=at, outcome=outcome.reason)
        return outcome

    def learnt(self, readings: Mapping[str, Reading]) -> list[Channel]:
        """What is to be kept once the finds are in the ledger; a body that could not be read is no memory."""
        kept = []
        for url, channel in self.now.items():
            reading = readings.get(url)
            if channel.outcome != READ:
                kept.append(channel if channel.kind else replace(channel, kind=self.kind_of(url)))
            elif reading is None:
                continue
            elif reading.problem:
                kept.append(Channel(reading.kind, url, channel.checked_at, reading.problem, self.sieve))
            else:
                told = {"kind": reading.kind, "entries": reading.entries, "children": reading.children}
                kept.append(replace(channel, own=reading.own, **told))  # type: ignore[arg-type]
        return kept

    def kind_of(self, url: str) -> str:
        """The kind the site file gives the channel; what it does not name is a child of a sitemap index."""
        return {there: kind for kind, there in self.site.channels}.get(url, "sitemap")

    def _same(self, channel: Channel, at: datetime) -> Unchanged:
        self.now[channel.url] = replace(channel, checked_at=at, outcome=UNCHANGED, own=0)
        return Unchanged(channel.children)


def digest(body: bytes) -> str:
    """32 hex digits that stand for `body`."""
    return blake2b(body, digest_size=16).hexdigest()
