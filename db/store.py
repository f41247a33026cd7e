"""Keeping articles: one row per article, its parts beside it, and never worse text over good."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.addresses import State, close_address
from db.archive import Position
from db.models import (
    AddressRow,
    ArticleRow,
    AuthorRow,
    CaptionRow,
    CutsRow,
    MakeRow,
    PartOfArticle,
    TagRow,
    storable,
)
from db.search import index_article
from db.turns import take_turn
from pipeline.article import ARTICLE, WALLS, CleanArticle

COLLAPSED_SHARE = 0.4  # a text that shrank below this share of the old one was lost, not edited
TWIN_CHARS = 200  # shorter texts ("read more in our magazine") are alike without being one article
SHARED_CHARS = 60  # a paragraph of this length is not shared by chance
PARTS: dict[str, type[PartOfArticle]] = {
    "authors": AuthorRow,
    "tags": TagRow,
    "makes": MakeRow,
    "captions": CaptionRow,
}
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Kept:
    """A page of an address as the store is about to keep it."""

    page_url: str
    article: CleanArticle
    position: Position
    fetched_at: datetime
    site: str
    rules_version: str


def save(  # noqa: PLR0913, PLR0917 - one page and all that is known of it
    s: Session,
    run_id: int,
    address_id: int,
    page_url: str,
    article: CleanArticle,
    position: Position,
    fetched_at: datetime,
    site: str,
    rules_version: str,
) -> State:
    """What the page became: `stored` (new or changed), `unchanged`, `duplicate`, `blocked` or `not_article`.

    Writes article, parts, search index and the address's state together. The article an address holds
    stays as it is when the page is older, no article any more, or has lost most of its text; the address
    then says so in its reason ("degraded: …").
    """
    take_turn(s, "save")  # else two processes may keep the same words twice, or wait for each other
    page = Kept(page_url, article, position, fetched_at, site, rules_version)
    row = s.get_one(AddressRow, address_id)
    held = s.scalar(select(ArticleRow).where(ArticleRow.address_id == address_id))
    if held is not None:
        state, reason = _renew(s, held, row, page)
    elif article.verdict != ARTICLE:
        state = State.BLOCKED if article.verdict in WALLS else State.NOT_ARTICLE
        reason = article.verdict
        _note_page(row, page)
    else:
        state, reason = _add(s, run_id, row, page)
        _note_page(row, page)
    close_address(s, row, run_id, state, datetime.now(UTC), reason)
    s.flush()
    return state


def article_key(url: str) -> str:
    """The id of the article at the canonical address `url`, as people see it: 16 hex digits."""
    return blake2b(storable(url).encode(), digest_size=8).hexdigest()


def _add(s: Session, run_id: int, row: AddressRow, page: Kept) -> tuple[State, str | None]:
    """Inserts the article unless another address holds it."""
    fields = _fields(page)
    twin = _same_text(s, fields)
    if twin is not None:
        return _beside(s, run_id, twin, row, page)
    # A page may claim another's address (all pages of a careless site name its front page): then its own.
    for url in (page.article.url or page.page_url, row.url, f"{row.url}#{row.id}"):
        holder = s.scalar(select(ArticleRow).where(ArticleRow.key == article_key(url)))
        if holder is None and _insert(s, row, url, page, fields):
            return State.STORED, None
        holder = holder or s.scalars(select(ArticleRow).where(ArticleRow.key == article_key(url))).one()
        if _are_one(holder, fields):
            return _beside(s, run_id, holder, row, page)
    raise AssertionError(f"address {row.id}: its own number names another article")


def _beside(
    s: Session, run_id: int, holder: ArticleRow, row: AddressRow, page: Kept
) -> tuple[State, str | None]:
    """What `row` is to the article it shares: its home, or a duplicate of the address that holds it.

    An article found first under a variant (a redirect, a print or AMP page) moves to its own address once
    that answers, so that the order of arrival decides nothing.
    """
    if article_key(row.url) != holder.key or holder.address_id == row.id:
        return State.DUPLICATE, f"of {holder.url}"
    variant = s.get_one(AddressRow, holder.address_id)
    variant.state, variant.reason = State.DUPLICATE, f"of {holder.url}"
    if variant.last_run_id == run_id:
        variant.last_outcome = State.DUPLICATE
    holder.address_id = row.id
    return State.STORED, _rewrite(s, holder, page, _fields(page))


def _renew(s: Session, held: ArticleRow, row: AddressRow, page: Kept) -> tuple[State, str | None]:
    """Replaces the article the address holds, unless it is the same or the page is worse or older."""
    if page.article.verdict != ARTICLE:
        return State.UNCHANGED, f"degraded: {page.article.verdict}"
    fields = _fields(page)
    if fields["content_digest"] == held.content_digest:
        if page.fetched_at >= held.fetched_at:
            held.fetched_at, held.rules_version = page.fetched_at, page.rules_version
            _note_page(row, page)
        return State.UNCHANGED, None
    reread = page.fetched_at == held.fetched_at and page.rules_version != held.rules_version
    if page.fetched_at <= held.fetched_at and not reread:
        return State.UNCHANGED, "older page"
    worse = _rewrite(s, held, page, fields)
    if worse:
        return State.UNCHANGED, worse
    _note_page(row, page)
    return State.STORED, None


def _rewrite(s: Session, held: ArticleRow, page: Kept, fields: Mapping[str, Any]) -> str | None:
    """Replaces the article's text and parts; says why not where most of the text would be lost."""
    if len(fields["text"]) < COLLAPSED_SHARE * len(held.text):
        return f"degraded: text fell from {len(held.text)} to {len(fields['text'])} characters"
    for name, value in fields.items():
        setattr(held, name, value)
    held.updated_at = datetime.now(UTC)
    _write_parts(s, held, page.article)
    return None


def _insert(s: Session, row: AddressRow, url: str, page: Kept, fields: Mapping[str, Any]) -> bool:
    """Whether the article is now in the store; False when another process was first with its key."""
    now = datetime.now(UTC)
    values = {
        **fields,
        "key": article_key(url),
        "address_id": row.id,
        "url": url,
        "first_stored_at": now,
        "updated_at": now,
    }
    dialect = sqlite if s.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(ArticleRow).values(values).on_conflict_do_nothing(index_elements=["key"])
    article = s.scalar(statement.returning(ArticleRow))
    if article is not None:
        _write_parts(s, article, page.article)
    return article is not None


def _write_parts(s: Session, row: ArticleRow, article: CleanArticle) -> None:
    """Replaces all lists of the article, and its place in the search index."""
    lists: dict[str, list[dict[str, Any]]] = {
        "authors": [{"name": name} for name in article.authors],
        "tags": [{"name": name} for name in article.tags],
        "makes": [{"name": name} for name in article.makes],
        "captions": [asdict(caption) for caption in article.captions],
    }
    for name, table in PARTS.items():
        s.execute(delete(table).where(table.article_id == row.id))
        rows = [{"article_id": row.id, "position": n, **part} for n, part in enumerate(lists[name])]
        if rows:
            s.execute(insert(table), rows)
    cuts = article.as_json()["cuts"]
    receipt = [{key: storable(value) if value else value for key, value in cut.items()} for cut in cuts]
    s.execute(delete(CutsRow).where(CutsRow.article_id == row.id))
    s.execute(insert(CutsRow), [{"article_id": row.id, "cuts": receipt}])
    s.flush()
    index_article(s, row)


def _note_page(row: AddressRow, page: Kept) -> None:
    """Notes where the page lies from which the address's article can be read again."""
    row.page_url, row.fetched_at = page.page_url, page.fetched_at
    row.segment = page.position.segment
    row.segment_offset, row.segment_length = page.position.offset, page.position.length


def _fields(page: Kept) -> dict[str, Any]:
    """The columns of `articles` that the page decides, as the database will give them back."""
    article = page.article
    text = storable(article.text)
    content = {key: value for key, value in article.as_json().items() if key not in NOT_CONTENT}
    return {
        "site": page.site,
        "title": article.title,
        "standfirst": article.standfirst,
        "text": text,
        "section": article.section,
        "language": article.language,
        "published_at": article.published_at,
        "modified_at": article.modified_at,
        "image": article.image,
        "text_digest": _digest(" ".join(WORD.findall(text.casefold()))),
        "content_digest": _digest(json.dumps(content, sort_keys=True)),
        "rules_version": page.rules_version,
        "fetched_at": page.fetched_at,
    }


# what changes from fetch to fetch (boxes of most-read links) or says nothing about the content
NOT_CONTENT = {"url", "removed", "cuts", "verdict"}


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _same_text(s: Session, fields: Mapping[str, Any]) -> ArticleRow | None:
    """The article of another address with the same words; None when there is none."""
    query = select(ArticleRow).where(ArticleRow.text_digest == fields["text_digest"]).order_by(ArticleRow.id)
    for other in s.scalars(query):
        if len(fields["text"]) >= TWIN_CHARS or _plain(other.title) == _plain(fields["title"]):
            return other
    return None


def _are_one(other: ArticleRow, fields: Mapping[str, Any]) -> bool:
    """Whether two pages that claim one address are really one article: by title or a shared paragraph."""
    if _plain(other.title) == _plain(fields["title"]):
        return True
    ours = {part for part in fields["text"].split("\n\n") if len(part) >= SHARED_CHARS}
    return not ours.isdisjoint(other.text.split("\n\n"))


def _plain(text: str | None) -> str:
    return " ".join(storable(text or "").casefold().split())
