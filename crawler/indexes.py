"""Which of a sitemap index's children are worth a request."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from crawler.channels import Link
from crawler.channels.periods import overlaps, sitemap_period
from crawler.options import Options

MAX_CHILDREN = 10  # of an index, the newest, where no range is asked for; a news index needs one or two
# children that hold no articles, by the names that WordPress' and others' sitemap makers give them
ASIDE = re.compile(
    r"(?:^|[-_/])(?:page(?![-_]?\d)|categor(?:y|ies)|tag|author|user|image|video|product|attachment|location)s?"
    r"(?=[-_./]|$)",
    re.IGNORECASE,
)
OLDEST = datetime.min.replace(tzinfo=UTC)


def chosen(children: Sequence[Link], options: Options, latest: datetime, most: int) -> list[Link]:
    """The children to fetch, the best first, at most `most`.

    Without a range these are the newest few. With one, all that may hold articles of it: by the year and
    month in their address, else by their last change. A change after `latest` counts as none.
    """
    since, until = options.since, options.until
    if since is None and until is None:
        return sorted(children, key=lambda child: rank(child, latest), reverse=True)[
            : min(most, MAX_CHILDREN)
        ]
    fitting = []
    for child in children:
        named = sitemap_period(child.url)
        changed = changed_at(child, latest)
        if (named and not overlaps(named, since, until)) or (since and changed and changed < since):
            continue
        fitting.append(child)
    # one that names its months holds what is wanted, any other only may
    fitting.sort(
        key=lambda child: (sitemap_period(child.url) is not None, *rank(child, latest)), reverse=True
    )
    return fitting[:most]


def rank(child: Link, latest: datetime) -> tuple[bool, datetime]:
    """What children are ordered by: articles before other pages, then the newest."""
    named = sitemap_period(child.url)
    is_main = ASIDE.search(urlsplit(child.url).path.rpartition("/")[2]) is None
    return is_main, named[0] if named else changed_at(child, latest) or OLDEST


def changed_at(child: Link, latest: datetime) -> datetime | None:
    """When the child changed last; None where it does not say so or names a future date."""
    return child.modified_at if child.modified_at and child.modified_at <= latest else None
