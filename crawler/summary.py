"""What a crawl sees of its site, counted page by page: by this its health is judged when it has ended."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from crawler.outcomes import Outcome
from crawler.sites import Site
from crawler.stages import Work
from db.addresses import State
from db.channels import Channel
from db.ledger import Found
from db.runs import general
from db.store import COLLAPSED_SHARE
from db.summaries import FIELDS, MOST, Held, Summary
from pipeline.article import ARTICLE, WALLS, CleanArticle

PLACED = ("title", "published_at", "authors", "image")  # fields that a page may state in several places
RUNNING = frozenset(["p", "li", "ul", "ol", "blockquote", "span", "em", "strong", "b", "i", "td", "tr", "h2"])
DIGITS = re.compile(r"[\d_-]*\d[\w-]*")  # of a post's number, or of what a build tool has made of a name
PLACE_CHARS = 60
FRESH = timedelta(days=60)  # dates older than this tell nothing of a site's rhythm


Told = list[tuple[Held | None, Work | Outcome]]  # how addresses ended, each with what the store had of it


class Sight:
    """What one run has seen so far; `summary` is what will be kept of it."""

    def __init__(self, site: Site) -> None:
        """Of a run of `site`."""
        self.summary = Summary(site.name)
        # the kind of channel that is asked first; which one shows a page says whether that one still works
        self.first = site.channels[0][0] if site.channels else None

    def add(self, told: Told, *, is_first_look: bool) -> None:
        """Counts what was committed; a site's first look finds old stories by every way."""
        for held, end in told:
            if isinstance(end, Work):
                count_page(self.summary, end, held, None if is_first_look else self.first)
            else:
                count_end(self.summary, end, held)

    def links(
        self, finds: Sequence[Found], strange: Iterable[datetime], looks: Mapping[str, Channel]
    ) -> None:
        """Counts dated links newer than the last look at the site's channels: its articles, and others."""
        since = max((channel.checked_at for channel in looks.values()), default=None)
        if since is None:
            return
        fit = sum(find.published_at > since for find in finds if find.published_at)
        others = sum(at > since for at in strange)
        if fit or others:
            self.summary.counts["links"] += fit + others
            self.summary.counts["links.fit"] += fit


def count_page(summary: Summary, work: Work, held: Held | None, best: str | None) -> None:
    """Counts a page that was kept; `held` is what the store had of its address before.

    `best` is the kind of the site's first channel; None leaves uncounted which channel showed the page.
    """
    article = work.article
    if article is None or work.state in {None, State.PENDING, State.TOO_OLD}:
        return
    has = fields_of(article) if article.verdict == ARTICLE else frozenset[str]()
    counts = summary.counts
    if held is not None and held.fields is not None:
        text_kept = article.verdict == ARTICLE and len(article.text) >= COLLAPSED_SHARE * held.chars
        count_again(counts, held.fields, has, text_kept=text_kept)
        return
    counts["asked"] += 1
    if article.verdict in WALLS or work.state is State.BLOCKED:
        counts[f"why.{article.verdict}"] += 1
        return
    counts["answered"] += 1
    counts["pages"] += 1
    if article.verdict != ARTICLE:
        counts[f"no.{article.verdict}"] += 1
        return
    counts["articles"] += 1
    counts["duplicate"] += work.state is State.DUPLICATE
    for name in has:
        counts[f"has.{name}"] += 1
    for name, place in places_of(article, has):
        summary.places.setdefault(name, Counter())[place] += 1
    if held is not None and best is not None and ":" in held.channel:
        counts["found"] += 1
        counts["found.best"] += held.channel.startswith(f"{best}:")
    note_article(summary, work, article)


def count_reread(summary: Summary, works: Iterable[Work], since: datetime) -> None:
    """Counts archived pages that were read again, as far as they were fetched since the site's layout broke.

    They count as if they were new, so that an alarm ends where the rules have been mended. Their places and
    dates tell nothing anew.
    """
    for work in works:
        if work.page.fetched_at >= since:
            count_page(summary, work, None, None)
    summary.places.clear()
    summary.published.clear()


def note_article(summary: Summary, work: Work, article: CleanArticle) -> None:
    """Notes length and date of a new article."""
    if len(summary.chars) < MOST:
        summary.chars.append(len(article.text))
    published_at = min(article.published_at or work.page.fetched_at, work.page.fetched_at)
    if work.page.fetched_at - published_at <= FRESH:
        summary.published.append(int(published_at.timestamp() // 60))


def count_again(counts: Counter[str], had: Iterable[str], has: Iterable[str], *, text_kept: bool) -> None:
    """Counts which of the fields an article had its page still shows."""
    counts["had.text"] += 1
    counts["kept.text"] += text_kept
    if not text_kept:  # what became of the fields, then, says nothing of their places
        return
    for name in had:
        counts[f"had.{name}"] += 1
        counts[f"kept.{name}"] += name in has


def count_end(summary: Summary, outcome: Outcome, held: Held | None) -> None:
    """Counts an address that ended without a page."""
    counts, state = summary.counts, outcome.state
    if held is not None and held.fields is not None:
        if state is State.UNCHANGED:  # the same bytes: nothing is lost
            count_again(counts, held.fields, held.fields, text_kept=True)
        return
    if state in {State.PENDING, State.GONE, State.UNCHANGED}:
        return
    counts["asked"] += 1
    if state is State.NOT_ARTICLE:
        counts["answered"] += 1
        counts["pages"] += 1
        counts[f"no.{general(outcome.reason)}"] += 1
    else:
        counts[
            f"why.{outcome.reason if outcome.reason.startswith('refused') else general(outcome.reason)}"
        ] += 1


def fields_of(article: CleanArticle) -> frozenset[str]:
    """The fields the article has."""
    return frozenset(name for name in FIELDS if getattr(article, name))


def places_of(article: CleanArticle, has: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Where on the page the fields stood that may stand in several places, and where the text did."""
    for name in PLACED:
        if name in has:
            yield name, article.evidence.get(name, "").partition(",")[0][:PLACE_CHARS]
    yield "text", text_place(article)


def text_place(article: CleanArticle) -> str:
    """The element that holds the longest block of the text: its tag and first name, without numbers."""
    if not article.blocks:
        return ""
    longest = max(article.blocks, key=lambda block: len(block.text))
    for box in reversed(longest.boxes):
        if box.tag not in RUNNING:
            name = DIGITS.sub("", box.names.partition(" ")[0])
            return f"{box.tag} {name}".strip()[:PLACE_CHARS]
    return ""
