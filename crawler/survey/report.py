"""What a survey found, as plain data that goes from its process to whoever asked."""

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(slots=True)
class Channel:
    """One place that names addresses: `answer` is "ok" or why nothing came.

    `entries` are the links in it (of an index, its children), `articles` those that are articles of the site.
    """

    kind: str
    url: str
    answer: str = "ok"
    entries: int = 0
    articles: int = 0
    newest_at: datetime | None = None

    @property
    def works(self) -> bool:
        """Whether it named anything."""
        return self.answer == "ok" and self.entries > 0


@dataclass(slots=True)
class Reading:
    """One article as it was read: `verdict` is "article", why the page is none, or why it was not fetched."""

    url: str
    verdict: str
    title: str | None = None
    published_at: datetime | None = None
    authors: list[str] = field(default_factory=list)
    words: int = 0
    language: str | None = None


@dataclass(slots=True)
class Report:
    """The whole look. `unreachable` says why nothing could be asked, `later` whether waiting may help;
    `missing` what an unknown site lacks.

    `draft` is the text of a site file, None where the site is known or too little was found.
    """

    site: str
    home: str
    channels: list[Channel] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unreachable: str | None = None
    later: bool = False
    draft: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The report ready for `json.dumps`, moments as ISO 8601."""
        told: dict[str, Any] = asdict(self, dict_factory=_plain)
        for channel, row in zip(self.channels, told["channels"], strict=True):
            row["works"] = channel.works
        return told


def _plain(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in pairs}
