"""What reading an archived page again made of it: the kinds there are, and the difference in lines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.addresses import State
from db.differences import SHOWN, readable
from db.reread import LISTS, Held
from pipeline.article import iso

UNCHANGED = "unchanged"
TEXT = "changed text"  # or title: a new revision
DETAILS = "details only"  # authors, tags, captions, times or the like
ARTICLE_NOW = "now an article"
REFUSED = "now refused"  # no article, or most of its text lost, by today's rules; the store keeps what it has
TWIN = "now a duplicate"  # an article by today's rules, but one that another address holds
KINDS = (UNCHANGED, TEXT, DETAILS, ARTICLE_NOW, REFUSED, TWIN)
DEGRADED = "degraded: "  # how the store begins the reason for keeping what it has


@dataclass(frozen=True, slots=True)
class Difference:
    """One page that another reading changes; `lines` as `db.differences.readable` gives them."""

    site: str
    became: str
    id: str | None
    url: str
    title: str | None
    fields: tuple[str, ...]
    lines: tuple[str, ...]

    def as_row(self) -> dict[str, Any]:
        """The difference under the names of the command's rows."""
        return {
            "site": self.site,
            "became": self.became,
            "id": self.id,
            "url": self.url,
            "title": self.title,
            "fields": list(self.fields),
            "difference": list(self.lines),
        }


def became(was: Held, now: Held, state: State) -> str:
    """The kind of change, where the store made `state` of an address that stood as `was`."""
    if was.article is None:
        return {State.STORED: ARTICLE_NOW, State.DUPLICATE: TWIN}.get(state, UNCHANGED)
    if state != State.STORED:
        return REFUSED if (now.reason or "").startswith(DEGRADED) else UNCHANGED
    return TEXT if {"title", "text"} & set(fields_of(was, now)) else DETAILS


def difference(site: str, kind: str, was: Held, now: Held) -> Difference:
    """All there is to tell of one change."""
    article: Mapping[str, Any] = now.article or {}
    lines = [now.reason or ""] if kind in {REFUSED, TWIN} else lines_of_change(was.article, article)
    key, title = article.get("key"), article.get("title")
    told = article.get("url", now.url)
    return Difference(site, kind, key, told, title, fields_of(was, now), tuple(lines))


def fields_of(was: Held, now: Held) -> tuple[str, ...]:
    """The columns that differ, None of them where one of the two is no article."""
    if was.article is None or now.article is None:
        return ()
    return tuple(name for name in (*SHOWN, *LISTS) if was.article[name] != now.article[name])


def lines_of_change(was: Mapping[str, Any] | None, now: Mapping[str, Any]) -> Iterator[str]:
    """The difference line by line, a column's other than the text after its name."""
    if was is None:
        yield from (f"+ {part}" for part in whole(now).split("\n\n"))
        return
    for name in (*SHOWN, *LISTS):
        if name != "text" and was[name] != now[name]:
            yield from (f"{name} {line}" for line in readable(shown(was[name]), shown(now[name])))
    if was["text"] != now["text"]:
        yield from readable(was["text"], now["text"])


def whole(article: Mapping[str, Any]) -> str:
    return f"{article['title'] or ''}\n\n{article['text']}"


def shown(value: Any) -> str:
    return iso(value) or "" if isinstance(value, datetime) else str(value or "")
