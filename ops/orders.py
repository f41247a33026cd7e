"""What was asked for in words, sites and addresses, as orders for crawls."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from crawler.sites import Site, SiteBook, SiteError, lone_site
from ops.fleet import Order
from ops.launch import CrawlOptions


class OrderError(Exception):
    """Nothing that can be crawled; name sites, addresses that begin with http, or --all."""

    exit_code = 2


def orders_for(asked: Sequence[str], book: SiteBook, options: CrawlOptions | None = None) -> list[Order]:
    """One order for each site in `asked`, and one for each site that addresses in it lie on, in that order.

    Raises OrderError, one line, for a name that is no site and an address nobody could fetch.
    """
    options = options or CrawlOptions()
    urls: dict[str, list[str]] = {}
    whole = {known(name, book) for name in asked if "://" not in name}
    for name in asked:
        site = site_of(name, book) if "://" in name else name
        if "://" in name and site in whole:
            raise OrderError(f"{name}: lies on {site}, which is asked for as a whole; give one or the other")
        urls.setdefault(site, []).extend([name] if "://" in name else [])
    return [
        Order(site, replace(options, urls=tuple(dict.fromkeys(its_urls)))) for site, its_urls in urls.items()
    ]


def known(name: str, book: SiteBook) -> str:
    """`name` when it is a site; OrderError, with what was probably meant, when it is not."""
    try:
        return book.site(name).name
    except SiteError as error:
        if any(f"{name}.toml" in problem for problem in book.problems):
            raise OrderError(str(error)) from None
    meant = get_close_matches(name, book.sites, n=1)
    hint = f"did you mean {meant[0]}?" if meant else "`carnews sites` lists them; CARNEWS_SITES adds your own"
    raise OrderError(f"no site {name!r}; {hint}")


def site_of(url: str, book: SiteBook) -> str:
    """The name of the site `url` lies on, be it one with a file or one made for this address."""
    try:
        return (book.owner_of(url) or lone_site(url)).name
    except ValueError as error:  # pydantic's and ours: not an address
        raise OrderError(
            f"{url}: not an address that can be fetched; write it whole, with https://"
        ) from error


def chosen(names: Iterable[str], book: SiteBook) -> Mapping[str, Site]:
    """The sites called `names`, or all that load where no name is given."""
    wanted = [known(name, book) for name in names]
    return {name: book.sites[name] for name in wanted or sorted(book.sites)}
