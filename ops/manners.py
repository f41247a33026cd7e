"""What was asked of a site and what it wishes, as the command shows it."""

from typing import Any

from db.account import politeness_rows
from ops.orders import known
from ops.stores import Store

ALL = "all"  # in place of a site's name


def account_of(store: Store, site: str) -> list[dict[str, Any]]:
    """The account of one site, or of ALL of them, as rows for people and programs.

    Raises OrderError for a name that is neither a site's nor in the account.
    """
    with store.reading() as s:
        rows = politeness_rows(s, None if site == ALL else site)
    if not rows and site != ALL:
        known(site, store.book)
    return rows
