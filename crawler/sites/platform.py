"""What sites on one platform have in common: `platforms/<platform>.toml` holds it once for all of them.

A site file that names a platform gets the platform's tables; what it says itself is added (lists) or wins.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator

from crawler.sites.site import Clean, Crawl, Part, Pattern, Read, host_and_port

THE_SITE = "{site}"  # in a platform's pattern: the start of an address of the site that names the platform
TABLES = ("find", "read", "clean", "crawl")
Shared = Mapping[str, Mapping[str, Any]]  # a platform's tables, each with the keys that its file gives


def of_any_site(value: str) -> str:
    """`value` when it says where the site's address goes; ValueError where it would fit other sites too."""
    if THE_SITE not in value:
        raise ValueError(f"'{value}' has no {THE_SITE}; begin it with ^{THE_SITE}/")
    return value


class Shape(Part):
    """How an article's address looks on any site of the platform; feeds are each site's own."""

    articles: Annotated[Pattern, AfterValidator(of_any_site)] | None = None


class Platform(Part):
    """One platform as its file tells it; `evidence` says where its rules were seen."""

    name: str
    title: str
    evidence: str
    find: Shape = Shape()
    read: Read = Read()
    clean: Clean = Clean()
    crawl: Crawl = Crawl()

    @property
    def tables(self) -> Shared:
        """What it gives to its sites, without what its file leaves to the defaults."""
        return self.model_dump(include=set(TABLES), exclude_unset=True)


# Stands in for a platform that is missing, so that a site is told only of mistakes it can mend itself.
ANY_PLATFORM: Shared = {"find": {"articles": "."}}


def joined(own: Mapping[str, Any], shared: Shared) -> dict[str, Any]:
    """A site file's tables over its platform's: lists are added, else the site's own word wins."""
    both = dict(own)
    for table in TABLES:
        ours, theirs = own.get(table, {}), shared.get(table, {})
        if theirs and isinstance(ours, Mapping):
            both[table] = {**theirs, **ours, **added(ours, theirs)}
    articles = shared.get("find", {}).get("articles")
    if articles and isinstance(both["find"], dict) and "articles" not in own.get("find", {}):
        both["find"]["articles"] = articles.replace(THE_SITE, start_of(own.get("home")))
    return both


def added(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The lists both tables have, ours first, so that a mistake is told by its place in the site's file."""
    both = ours.keys() & theirs.keys()
    return {
        key: [*ours[key], *theirs[key]]
        for key in both
        if isinstance(ours[key], list) and isinstance(theirs[key], tuple)
    }


def start_of(home: object) -> str:
    """How addresses on the host of `home` begin, with or without `www.`, as a regular expression."""
    return rf"https?://(?:www\.)?{re.escape(host_and_port(str(home)))}"
