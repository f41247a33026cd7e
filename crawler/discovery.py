"""Which addresses a site offers now: its channels fetched one after the other, their links sifted.

The channels of the site file come first, all of them. Then, while there is reason to and the budget lasts,
what they lead on to: children of sitemap indexes, further pages of listings.
"""

from asyncio import to_thread
from collections.abc import Awaitable, Callable, Sequence

from crawler.finds import Discovery, is_passing
from crawler.memory import Memory, Unchanged
from crawler.options import Options
from crawler.outcomes import Outcome
from crawler.sites import Site
from crawler.walk import Known, Walk

__all__ = ["Discovery", "Fetch", "Known", "discover", "is_passing", "nothing_known"]

# the body at an address, that it has not changed, or why there is none
Fetch = Callable[[str], Awaitable[bytes | Unchanged | Outcome]]


async def nothing_known(urls: Sequence[str]) -> set[str]:  # noqa: ARG001 - the signature of Known
    """For a look without a store."""
    return set()


async def discover(
    site: Site,
    fetch: Fetch,
    options: Options | None = None,
    known: Known = nothing_known,
    memory: Memory | None = None,
) -> Discovery:
    """All article addresses the site's channels give now, each once, in the order of the channels.

    With `memory`, channels that have nothing to add to the others are asked once a day only.
    """
    walk = Walk(site, options or Options(), known, memory=memory)
    while step := walk.step():
        body = await fetch(step.url)
        if isinstance(body, Unchanged):
            walk.unchanged(step, body.children)
            continue
        if isinstance(body, Outcome):
            walk.refused(step, body)
            if body.retry_at:
                break
            continue
        listing, shown = await to_thread(walk.read, step, body)  # a sitemap of 50,000 takes seconds
        await walk.lead_on(step, listing, shown)
    return walk.found
