"""The three thin stages of a page, archive, clean and store, the same for the network and for files."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from loguru import logger
from sqlalchemy.orm import Session

from crawler.sites import Site
from crawler.validators import VALIDATORS, validators
from db.addresses import ALWAYS, Range, note_date
from db.archive import Archive, Position
from db.ledger import State, settle
from db.recurring import Counts, Told, counts_of, note_lines
from db.settings import settings
from db.store import Kept, save
from pipeline import RULES_VERSION, clean_html
from pipeline.article import ARTICLE, FAULT, CleanArticle, RawPage, iso
from pipeline.dump import clean_text
from pipeline.recurring import NOTHING, Recurring, lines_of
from pipeline.rules import GENERIC, Rules

AHEAD = timedelta(days=1)  # a page of today in the zone furthest east, and a clock that is wrong by hours


@dataclass(frozen=True, slots=True, repr=False)
class Work:
    """One page on its way from answer to row; a stage fills the next field."""

    address_id: int
    site: str
    page: RawPage
    rules: Rules = GENERIC
    asked: Range = ALWAYS  # an article published before this is too old to keep, one after it for another run
    position: Position | None = None
    article: CleanArticle | None = None
    state: State | None = None
    lines: tuple[int, ...] | None = None  # what `lines_of` says, where the article came without its boxes

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
    for flag in article.flags:
        if flag.startswith(FAULT):  # a page we failed on must not pass for one without text in silence
            logger.error("cleaning failed {} {}", page.url, flag)
    return replace(work, article=without_future(article, page.fetched_at))


def without_future(article: CleanArticle, fetched_at: datetime) -> CleanArticle:
    """The article without moments that lie more than a day after its page was fetched.

    A page cannot know them; one in 2099 would head every list for ever. `evidence` keeps what the page said.
    """
    latest = fetched_at + AHEAD
    told = {"published_at": article.published_at, "modified_at": article.modified_at}
    wrong = {name: moment for name, moment in told.items() if moment and moment > latest}
    if not wrong:
        return article
    said = {f"{name} in the future": iso(moment) or "" for name, moment in wrong.items()}
    return replace(
        article,
        published_at=None if "published_at" in wrong else article.published_at,
        modified_at=None if "modified_at" in wrong else article.modified_at,
        evidence={**article.evidence, **said},
    )


def stored(works: Sequence[Work], s: Session, run_id: int) -> list[Work]:
    """The works with their states, written inside the caller's transaction in the order of their addresses.

    A fixed order keeps two writers from waiting for each other.
    """
    states: dict[int, State] = {}
    fresh: list[Work] = []
    for work in sorted(works, key=lambda work: work.address_id):
        if state := out_of_range(work):
            set_aside(s, run_id, work, state)
            states[work.address_id] = state
        else:
            fresh.append(work)
    for work, state in zip(fresh, save(s, run_id, [kept(work) for work in fresh]), strict=True):
        states[work.address_id] = state
    note_lines(s, run_id, [told(work) for work in fresh if states[work.address_id] == State.STORED])
    return [replace(work, state=states[work.address_id]) for work in works]


def out_of_range(work: Work) -> State | None:
    """How an article ends that the crawl does not want for its date: too old, or left for another run."""
    article = work.article
    assert article is not None, "cleaned comes before stored"
    since, until = work.asked
    published_at = article.published_at
    if published_at is None or article.verdict != ARTICLE:
        return None
    if since and published_at < since:
        return State.TOO_OLD
    return State.PENDING if until and published_at >= until else None


def set_aside(s: Session, run_id: int, work: Work, state: State) -> None:
    """Settles such an article; its date stays, and by that a crawl of another range finds or passes it."""
    published_at = work.article.published_at if work.article else None
    reason = f"of {published_at:%Y-%m-%d}"
    settle(s, run_id, work.address_id, state, work.page.fetched_at, reason)
    note_date(s, work.address_id, published_at)


def kept(work: Work) -> Kept:
    """The work as the store takes it."""
    assert work.article is not None, "cleaned comes before stored"
    assert work.position is not None, "archived comes before stored"
    page = work.page
    known_by = validators({name: page.header(name) or "" for name in VALIDATORS})
    return Kept(
        work.address_id,
        page.url,
        work.article,
        work.position,
        page.fetched_at,
        work.site,
        version(work.rules),
        *known_by,
    )


def version(rules: Rules) -> str:
    """The rules' version as kept with an article: `written_version`, and what the site's pages had taught."""
    learned = rules.recurring.version
    return f"{written_version(rules)}+{learned}" if learned else written_version(rules)


def written_version(rules: Rules) -> str:
    """The version of the rules that people wrote: ours, and eight digits for what a site file adds."""
    told = replace(rules, recurring=NOTHING)
    if told == GENERIC:
        return RULES_VERSION
    return f"{RULES_VERSION}/{blake2b(repr(told).encode(), digest_size=4).hexdigest()}"


def told(work: Work) -> Told:
    """What the page tells of its site's lines."""
    assert work.article is not None, "cleaned comes before stored"
    lines = lines_of(work.article) if work.lines is None else work.lines
    return Told(work.address_id, work.site, work.page.fetched_at, lines)


def taught(s: Session, site: Site | None, name: str) -> Rules:
    """The rules of a site together with what its pages have taught; None is a site that no file knows."""
    return with_counts(rules_of(site), counts_of(s, name)) if learns(site) else rules_of(site)


def rules_of(site: Site | None) -> Rules:
    """What the site's file says of its pages."""
    return site.rules if site else GENERIC


def learns(site: Site | None) -> bool:
    """Whether the site's pages are to teach."""
    return settings().learn and (site is None or site.clean.learn)


def with_counts(rules: Rules, known: Counts) -> Rules:
    """The rules with what these counts teach."""
    return replace(rules, recurring=Recurring(known.pages, known.counts)) if known.pages else rules
