"""The way through a site's channels: what is to be fetched next, what is kept of it, where it ends."""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crawler.channels import Link, Listing, links_in
from crawler.channels.pages import numbered
from crawler.channels.periods import article_period, overlaps
from crawler.channels.wordpress import posts_address
from crawler.finds import CLOCK_SKEW, Discovery
from crawler.indexes import chosen
from crawler.memory import Memory, Reading
from crawler.options import Options
from crawler.outcomes import Outcome
from crawler.run import now
from crawler.sites import Site, host_and_port
from db.ledger import Found
from pipeline.urls import canonical_url

MAX_CHANNELS = 50  # requests a run spends on looking for addresses, all it leads on to included
MAX_PAGES = 5  # of one listing, where no --since says how far to go
MAX_DEPTH = 3  # sitemap indexes inside each other; the protocol allows one
MAX_FINDS = 100_000  # addresses of one run; each costs 1 kB until it is written down
MAX_TEXTS_BYTES = 32 * 1024 * 1024  # of all entries' texts together; 1,000 whole articles have 5 MB
PAST_THE_LAST = ("http 400", "http 404", "http 410")  # how sites answer for a page that no longer exists


Known = Callable[[Sequence[str]], Awaitable[set[str]]]  # which of some canonical addresses the store knows


@dataclass(frozen=True, slots=True)
class Step:
    """One body to fetch. `channel` is what finds name as their origin; `depth` counts from 0."""

    kind: str
    url: str
    channel: str
    depth: int = 0


@dataclass(slots=True)
class Walk:
    """The way through a site's channels: what is still to be fetched, and what was found."""

    site: Site
    options: Options
    known: Known
    found: Discovery = field(default_factory=Discovery)
    waiting: deque[Step] = field(default_factory=deque)
    seen: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    fetched: int = 0
    memory: Memory | None = None  # where nothing is remembered, every channel is looked at
    gaps: bool = False  # whether what was seen so far may have left news out
    places: set[str] = field(default_factory=set)
    pages: dict[str, set[str]] = field(default_factory=dict)  # by channel, what its pages showed so far
    now: datetime = field(default_factory=now)
    _texts_bytes: int = 0

    def __post_init__(self) -> None:
        since, until = self.options.since, self.options.until
        for kind, url in self.site.channels:
            there = posts_address(url, since, until) if kind == "wordpress" else url
            self.add(Step(kind, there, f"{kind}:{url}"))
            self.places |= {url, url.rstrip("/")}

    def add(self, step: Step) -> None:
        """Puts a step at the end of the way, unless it was gone before."""
        if step.url not in self.seen:
            self.seen.add(step.url)
            self.waiting.append(step)

    def step(self) -> Step | None:
        """The next body to fetch; None where the way ends or the budget is spent."""
        while self.waiting:
            if self.fetched >= MAX_CHANNELS:
                self.found.problems.append(
                    f"looked in {MAX_CHANNELS} places; {len(self.waiting)} more were left out"
                )
                return None
            step = self.waiting.popleft()
            if (step.depth and self.has_enough) or self.may_rest(step):
                continue
            self.fetched += 1
            return step
        return None

    def may_rest(self, step: Step) -> bool:
        """Whether a channel can wait: the best kind of channel has told all, and this one had nothing to add.

        Most sites tell every story in feed, sitemap and listing alike; asking all three each time is two
        requests for nothing. Once a day each is looked at, and after a gap all are.
        """
        if step.depth or self.memory is None or self.options.has_range or self.gaps:
            return False
        best = self.site.channels[0][0]
        return step.kind != best and self.found.answers > 0 and self.memory.may_rest(step.url, self.now)

    @property
    def has_enough(self) -> bool:
        """Whether what was found already is as much as may be fetched."""
        most = self.options.max_articles
        return len(self.found.finds) >= min(most or MAX_FINDS, MAX_FINDS)

    def refused(self, step: Step, outcome: Outcome) -> None:
        """Notes a body that could not be had."""
        if step.depth and step.kind != "sitemap" and outcome.reason in PAST_THE_LAST:
            return
        self.gaps = self.found.is_partial = True
        self.found.refusals.append(outcome)
        self.found.problems.append(f"{step.kind} {step.url}: {outcome.reason}")

    def read(self, step: Step, body: bytes) -> tuple[Listing, list[Found]]:
        """The body's listing, and what its channel's earlier pages did not show; runs off the event loop."""
        self.found.answers += 1
        listing = links_in(step.kind, body, step.url)
        if listing.problem and not (step.depth and step.kind != "sitemap"):
            self.gaps = True
            self.found.problems.append(f"{step.kind} {step.url}: {listing.problem}")
        articles = [find for link in listing.links if (find := self.article(link, step.channel))]
        for find in articles:
            self.keep(find)
        earlier = self.pages.setdefault(step.channel, set())
        new = [find for find in articles if find.url not in earlier]
        earlier.update(find.url for find in new if listing.next_page)
        return listing, new

    def article(self, link: Link, channel: str) -> Found | None:
        """The link as a find under its canonical address; None where it is no article of the site."""
        url = canonical_url(link.url)
        if url is None:
            self.found.unfit += 1
        elif self.site.is_article(url) and not self.is_place(url):
            return Found(
                url,
                channel,
                link.title,
                self.past(link.published_at),
                modified_at=self.past(link.modified_at),
                author=link.author,
                text=link.text,
            )
        else:
            self.found.passed += 1
            if published_at := self.past(link.published_at):
                self.found.strange.append(published_at)
        return None

    def is_place(self, url: str) -> bool:
        """Whether `url` is a channel or a further page of one, which a wide pattern takes for an article."""
        return url in self.places or numbered(url)[0] in self.places

    def past(self, moment: datetime | None) -> datetime | None:
        """`moment` unless it lies in the future."""
        return moment if moment and moment <= self.now + CLOCK_SKEW else None

    def keep(self, find: Found) -> None:
        """Adds a find, if its date is one asked for; one with a date takes the place of one without."""
        found, is_new = self.found, find.url not in self.shown
        self.shown.add(find.url)
        if not self.is_wanted(find):
            found.outside += is_new
            return
        earlier = found.finds.get(find.url)
        if earlier is None and len(found.finds) >= MAX_FINDS:
            if is_new and f"more than {MAX_FINDS:,} addresses" not in found.problems:
                found.problems.append(f"more than {MAX_FINDS:,} addresses")
            return
        if earlier is None or (earlier.published_at is None and find.published_at):
            found.finds[find.url] = find
        self.claim(find)

    def claim(self, find: Found) -> None:
        """Keeps what the channel says of the article, where that is more than that it is there."""
        if find.channel.startswith("section:") or not (find.title or find.published_at or find.text):
            return
        self._texts_bytes += len(find.text or "")
        if self._texts_bytes <= MAX_TEXTS_BYTES:
            self.found.claims.append(find)

    def is_wanted(self, find: Found) -> bool:
        """Whether the article may lie in the range asked for, by what is known of it before it is fetched."""
        since, until = self.options.since, self.options.until
        if since and find.newest_at and find.newest_at < since:  # a page is not older than its last change
            return False
        if until and find.published_at and find.published_at >= until:
            return False
        named = None if find.published_at else article_period(find.url)
        return named is None or overlaps(named, since, until)

    def unchanged(self, step: Step, children: Sequence[str]) -> None:
        """Notes a channel that gives what it gave before; the sitemaps it leads on to may have changed."""
        self.found.answers += 1
        self.found.unchanged += 1
        self.found.is_partial |= step.kind == "sitemap"
        self.add_children(step, children)

    def add_children(self, step: Step, urls: Sequence[str]) -> None:
        """Puts the sitemaps that an index names on the way."""
        for url in urls:
            self.add(Step("sitemap", url, f"sitemap:{canonical_url(url)}", step.depth + 1))

    async def lead_on(self, step: Step, listing: Listing, shown: list[Found]) -> None:
        """Adds what the body leads on to: an index's children, a listing's next page."""
        urls: list[str] = []
        if step.depth < MAX_DEPTH:
            children = [child for child in listing.sitemaps if self.may_follow(child.url, step.url)]
            self.found.unfit += len(listing.sitemaps) - len(children)
            best = chosen(children, self.options, self.now + CLOCK_SKEW, MAX_CHANNELS)
            urls = [child.url for child in best]
            self.add_children(step, urls)
        if step.kind == "sitemap":
            self.found.listed |= {find.url: find.newest_at for find in shown if find.newest_at}
            self.found.is_partial |= bool(listing.problem) or any(find.newest_at is None for find in shown)
        # of a range nothing is remembered, and how far a listing is followed its dates decide
        known = set() if self.options.has_range else await self.known([find.url for find in shown])
        if len(self.found.finds) < MAX_FINDS:  # else it has to be read again
            self.found.readings[step.url] = Reading(
                step.kind, len(listing.links), self.own(step, shown, known), tuple(urls), listing.problem
            )
        following = listing.next_page
        if following and self.may_follow(following, step.url) and self.goes_on(step, shown, known):
            self.add(Step(step.kind, following, step.channel, step.depth + 1))

    def own(self, step: Step, shown: list[Found], known: set[str]) -> int:
        """How many new articles only this channel showed; notes a gap where it may have shown too few.

        A channel of which nothing is known any more has run ahead of us: there was more than it still shows.
        """
        if shown and not known:
            self.gaps = True
        kept = self.found.finds
        new = (find.url for find in shown if find.url in kept and find.url not in known)
        return sum(kept[url].channel == step.channel for url in new)

    def may_follow(self, url: str, parent: str) -> bool:
        """Whether a channel may lead to `url`: one that can be fetched, on the site or the channel's host."""
        return canonical_url(url) is not None and (
            self.site.owns(url) or host_and_port(url) == host_and_port(parent)
        )

    def goes_on(self, step: Step, shown: list[Found], known: set[str]) -> bool:
        """Whether the page after `step` is worth a request: this one showed what is new and not too old."""
        if not shown:
            return False
        if not self.options.has_range:
            return step.depth + 1 < MAX_PAGES and any(find.url not in known for find in shown)
        since = self.options.since
        dates = [when for find in shown if (when := find.newest_at or named_end(find.url))]
        return not (since and dates and max(dates) < since)


def named_end(url: str) -> datetime | None:
    """The latest moment that an article's address allows for; None where it names no date."""
    named = article_period(url)
    return named[1] if named else None
