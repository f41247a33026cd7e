"""What the store says of a site at one moment: its last crawls, its channels, what waits."""

from dataclasses import dataclass

GOOD = frozenset(["read", "unchanged"])


@dataclass(frozen=True, slots=True)
class ChannelLook:
    """A channel as it answered last; moments in minutes since 1970, None where it never did."""

    kind: str
    url: str
    outcome: str
    checked_at: int
    read_at: int | None = None
    changed_at: int | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """A site as the store has it; moments in minutes since 1970.

    `looked_at` is when the last crawl began that came to its end (None: none did), `good` how many did, three
    at most; `failures` is how many failed since, the first at `failing_since`, the last for the reason
    `failing`. Of addresses `waiting`, the oldest was found at `oldest`.
    """

    first_at: int = 0
    looked_at: int | None = None
    good: int = 0
    failures: int = 0
    failing_since: int = 0
    outcome: str = ""
    failing: str = ""
    channels: tuple[ChannelLook, ...] = ()
    waiting: int = 0
    oldest: int | None = None
