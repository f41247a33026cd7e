"""A page read anew from the archive by the rules and stages of a crawl; imports no Scrapy."""

from sqlalchemy.orm import Session

from crawler.sites import SiteBook
from crawler.stages import Work, cleaned, taught
from db.archive import Archive
from db.ledger import History, history
from pipeline.article import CleanArticle
from pipeline.urls import canonical_url


def recalled(
    s: Session, archive: Archive, book: SiteBook, url: str
) -> tuple[History | None, CleanArticle | None]:
    """What the ledger knows of the address `url`, and its newest archived page as an article.

    Both None where the address was never found, the article None where no page was fetched. Raises
    ArchiveError where the archive has lost it.
    """
    known = history(s, canonical_url(url) or url)
    if known is None or known.address.position is None:
        return known, None
    page = archive.read(known.address.position)
    name = known.address.site
    rules = taught(s, book.owner_of(known.address.url), name)
    return known, cleaned(Work(0, name, page, rules)).article
