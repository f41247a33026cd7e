"""Which addresses a site offers now: its channels fetched one after the other, their links sifted."""

from asyncio import to_thread
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from crawler.memory import Reading, Unchanged
from crawler.outcomes import Outcome
from crawler.progress import wait_note
from crawler.sites import Site
from crawler.spiders.links import Link, links_in
from db.ledger import Found
from pipeline.urls import canonical_url

MAX_CHANNELS = 50  # requests a run spends on looking for addresses, children of sitemap indexes included
MAX_FINDS = 200_000  # addresses a run writes down, four full sitemaps; a Found takes half a kilobyte
# the body at an address, that it has not changed, or why there is none
Fetch = Callable[[str], Awaitable[bytes | Unchanged | Outcome]]


@dataclass(slots=True)
class Discovery:
    """What the channels gave; `passed` counts links that are no articles of the site.

    `unchanged` counts channels that gave nothing new, `readings` tells of each that was read what it held.
    """

    finds: dict[str, Found] = field(default_factory=dict)
    passed: int = 0
    problems: list[str] = field(default_factory=list)
    answers: int = 0
    unchanged: int = 0
    readings: dict[str, Reading] = field(default_factory=dict)
    refusals: list[Outcome] = field(default_factory=list)

    @property
    def unreachable(self) -> str | None:
        """Why the site cannot be crawled now: no channel answered, or it asked us to wait. None if it can."""
        for refusal in self.refusals:
            if refusal.retry_at:
                return wait_note(refusal.reason, refusal.retry_at)
        if self.answers or not self.refusals or not all(map(is_passing, self.refusals)):
            return None
        return self.refusals[0].reason


def is_passing(outcome: Outcome) -> bool:
    """Whether waiting may help: no contact, or a fault of the server's own."""
    return outcome.no_contact or outcome.reason.startswith(("http 5", "http 429"))


async def discover(site: Site, fetch: Fetch) -> Discovery:
    """All article addresses the site's channels give now, each once, in the order of the channels."""
    found = Discovery()
    waiting = list(site.channels)
    seen = {url for _, url in waiting}
    fetched = 0
    while waiting and fetched < MAX_CHANNELS:
        kind, url = waiting.pop(0)
        fetched += 1
        body = await fetch(url)
        if isinstance(body, Unchanged):
            found.unchanged += 1
            found.answers += 1
            children = [child for child in body.children if child not in seen]
            seen.update(children)
            waiting += [("sitemap", child) for child in children]
            continue
        if isinstance(body, Outcome):
            found.refusals.append(body)
            found.problems.append(f"{kind} {url}: {body.reason}")
            if body.retry_at:
                break
            continue
        found.answers += 1
        listing = await to_thread(links_in, kind, body, url)  # a sitemap of 50,000 takes a second
        if listing.problem:
            found.problems.append(f"{kind} {url}: {listing.problem}")
        found.readings[url] = Reading(kind, len(listing.links), listing.sitemaps, listing.problem)
        children = [child for child in listing.sitemaps if child not in seen]
        seen.update(children)
        waiting += [("sitemap", child) for child in children]
        sift(site, f"{kind}:{url}", listing.links, found)
        if len(found.finds) >= MAX_FINDS:
            found.problems.append(f"{kind} {url}: the {MAX_FINDS}th address; nothing further is looked at")
            break
    return found


def sift(site: Site, channel: str, links: tuple[Link, ...], found: Discovery) -> None:
    """Adds to `found` the links that are articles of the site, under their canonical address."""
    for link in links:
        url = canonical_url(link.url)
        if url is None or not site.is_article(url):
            found.passed += 1
        elif url not in found.finds or found.finds[url].published_at is None:
            found.finds[url] = Found(url, channel, link.title, link.published_at)
