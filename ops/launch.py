"""One crawl, one child process: `python -m crawler NAME` with a deadline, our settings in its environment."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from db.settings import PREFIX, Settings
from ops.children import GRACE_S, Ended, run_child

DONE, FAILURES, USAGE, TRY_LATER = 0, 1, 2, 75  # the contract's exit codes
HOUSE = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    """What one crawl may do. None and empty mean: no bound, the site's own finding."""

    max_articles: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    dry_run: bool = False
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CrawlResult:
    """How the child of one crawl ended; what it came to stands in the database.

    `said` is the last line of its standard error, without which no exit code but 0 is understandable.
    A child that polls many sites tells more of each: `outcome` and balance of the run (None: it began none),
    and whether the site has to be crawled `alone`.
    """

    site: str
    exit_code: int
    timed_out: bool
    stopped: bool
    seconds: float
    out: tuple[str, ...]
    said: str | None
    alone: bool = False
    outcome: str | None = None
    found: int | None = None
    states: Mapping[str, int] = field(default_factory=dict)


async def run_crawl(
    site: str,
    options: CrawlOptions,
    env: Mapping[str, str],
    deadline_s: float | None,
    *,
    stop: asyncio.Event | None = None,
    grace_s: float = GRACE_S,
) -> CrawlResult:
    """Crawls `site` in a child of its own and returns when that child is gone, by itself or by force."""
    ended = await run_child(command(site, options), env, deadline_s, stop=stop, grace_s=grace_s)
    return CrawlResult(
        site, ended.exit_code, ended.timed_out, ended.stopped, ended.seconds, ended.out, last_words(ended)
    )


def command(site: str, options: CrawlOptions) -> list[str]:
    """The child's command line. Never an address of a database: other users of the machine can read it."""
    # -P keeps a folder named `crawler` in the user's own directory from being taken for ours
    # "-": the child finds the site of an address itself, also one that has no file
    argv = [sys.executable, "-P", "-m", "crawler", "-" if options.urls else site]
    if options.max_articles is not None:
        argv += ["--max-articles", str(options.max_articles)]
    if options.since:
        argv += ["--since", options.since.isoformat()]
    if options.until:
        argv += ["--until", options.until.isoformat()]
    if options.dry_run:
        argv += ["--dry-run"]
    for url in options.urls:
        argv += ["--url", url]
    return argv


def environment(settings: Settings) -> dict[str, str]:
    """The child's environment: this process's, with the settings as they stand after the command line."""
    values = settings.model_dump() | {"archive": settings.archive_folder}
    ours = {PREFIX + name.upper(): str(value) for name, value in values.items() if value is not None}
    env = dict(os.environ) | ours
    if (HOUSE / "pyproject.toml").is_file():  # a checkout that may not be installed
        env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(HOUSE), env.get("PYTHONPATH")]))
    return env


def last_words(ended: Ended) -> str | None:
    """The last line the child said on standard error; None where it said nothing."""
    return next((line.strip() for line in reversed(ended.err) if line.strip()), None)


def verdict(codes: Sequence[int]) -> int:
    """One exit code for several crawls: the one they all agree on, else 1, finished with failures."""
    kinds = {code if code in (DONE, USAGE, TRY_LATER) else FAILURES for code in codes}
    return kinds.pop() if len(kinds) == 1 else FAILURES if kinds else DONE
