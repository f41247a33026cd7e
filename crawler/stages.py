"""The three thin stages of a page, archive, clean and store, the same for the network and for files."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from db.archive import Archive, Position
from db.ledger import State, settle
from db.store import save
from pipeline import RULES_VERSION, clean_html
from pipeline.article import ARTICLE, CleanArticle, RawPage
from pipeline.dump import clean_text
from pipeline.rules import GENERIC, Rules


@dataclass(frozen=True, slots=True, repr=False)
class Work:
    """One page on its way from answer to row; a stage fills the next field."""

    address_id: int
    site: str
    page: RawPage
    rules: Rules = GENERIC
    since: datetime | None = None  # an article published before this is too old to keep
    position: Position | None = None
    article: CleanArticle | None = None
    state: State | None = None

    def __repr__(self) -> str:
        """Its address only: Scrapy logs items, and a page has megabytes."""
        return f"Work({self.address_id}, {self.page.url!r})"


def archived(work: Work, archive: Archive) -> Work:
    """The work with its page in the archive, flushed before this returns."""
    return replace(work, position=archive.put(work.page))


def cleaned(work: Work) -> Work:
    """The work with its page understood."""
    page = work.page
    content_type = page.header("content-type") or ""
    if content_type.startswith("text/plain"):
        article = clean_text(page.body.decode("utf-8", "replace"), page.url)
    else:
        article = clean_html(page.body, page.url, rules=work.rules, content_type=content_type or None)
    return replace(work, article=article)


def stored(works: Sequence[Work], s: Session, run_id: int) -> list[Work]:
    """The works with their states, written inside the caller's transaction in the order of their addresses.

    A fixed order keeps two writers from waiting for each other.
    """
    done = {work.address_id: replace(work, state=keep(work, s, run_id)) for work in by_address(works)}
    return [done[work.address_id] for work in works]


def keep(work: Work, s: Session, run_id: int) -> State:
    """The state of one page's address after its article, if it is one worth keeping, is a row."""
    article, position = work.article, work.position
    assert article is not None, "cleaned comes before stored"
    assert position is not None, "archived comes before stored"
    published_at = article.published_at
    if work.since and published_at and published_at < work.since and article.verdict == ARTICLE:
        settle(s, run_id, work.address_id, State.TOO_OLD, work.page.fetched_at, f"of {published_at:%Y-%m-%d}")
        return State.TOO_OLD
    return save(
        s,
        run_id,
        work.address_id,
        work.page.url,
        article,
        position,
        work.page.fetched_at,
        work.site,
        RULES_VERSION,
    )


def by_address(works: Sequence[Work]) -> list[Work]:
    """`works` in the order of their address ids."""
    return sorted(works, key=lambda work: work.address_id)
