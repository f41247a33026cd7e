"""Keeping articles: one row per article, its parts beside it, and never worse text over good."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy.orm import Session

from db.addresses import State, close_address, note_events, rows_of
from db.archive import Position
from db.differences import change_of, is_noise
from db.models import AddressRow, ArticleRow, storable
from db.shelf import Shelf
from db.turns import take_turn_to_save
from db.visits import plan_visit
from pipeline.article import ARTICLE, WALLS, CleanArticle

COLLAPSED_SHARE = 0.4  # a text that shrank below this share of the old one was lost, not edited
TWIN_CHARS = 200  # shorter texts ("read more in our magazine") are alike without being one article
SHARED_CHARS = 60  # a paragraph of this length is not shared by chance
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Kept:
    """A page of an address as the store is about to keep it."""

    address_id: int
    page_url: str
    article: CleanArticle
    position: Position
    fetched_at: datetime
    site: str
    rules_version: str
    etag: str | None = None  # with last_modified: by which its server knows this very answer again
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A page to decide upon: its address, and the columns its article would get."""

    page: Kept
    row: AddressRow
    fields: Mapping[str, Any]

    @property
    def keys(self) -> dict[str, str]:
        """The ids the article may get, each with its address, the best first.

        A page may claim another's address (all pages of a careless site name its front page): then its own.
        """
        row = self.row
        urls = (self.page.article.url or self.page.page_url, row.url, f"{row.url}#{row.id}")
        return {article_key(url): url for url in urls}


def save(s: Session, run_id: int, pages: Sequence[Kept]) -> list[State]:
    """What each page became: `stored` (new or changed), `unchanged`, `duplicate`, `blocked` or `not_article`.

    Writes articles, parts, search index and the addresses' states together. The article an address holds
    stays as it is when the page is older, no article any more, or has lost most of its text; the address
    then says so in its reason ("degraded: …").
    """
    take_turn_to_save(s)  # else two processes may keep the same words twice, or wait for each other
    rows = rows_of(s, [page.address_id for page in pages])
    cases = [Case(page, rows[page.address_id], _fields(page)) for page in pages]
    likely = [case for case in cases if case.page.article.verdict == ARTICLE]
    shelf = Shelf(
        s,
        sorted(rows),
        sorted({case.fields["text_digest"] for case in likely}),
        sorted({key for case in likely for key in case.keys}),
    )
    states = []
    ends = []
    for case in cases:
        row, looked_at = case.row, case.row.settled_at
        is_known = row.fetched_at is not None and case.page.fetched_at <= row.fetched_at
        state, reason = _decided(s, run_id, shelf, case)
        now = datetime.now(UTC)
        close_address(s, row, run_id, state, now, reason)
        if is_known:  # nobody has looked at the site: a look that is due stays due, as does a stated change
            row.settled_at = looked_at or row.settled_at
        if not is_known or row.next_visit_at is None:
            plan_visit(row, now, case.page.article.published_at)
        states.append(state)
        ends.append((case.row.id, state, now, reason))
    note_events(s, run_id, ends)
    shelf.write(run_id)
    return states


def _decided(s: Session, run_id: int, shelf: Shelf, case: Case) -> tuple[State, str | None]:
    """State and reason of the page's address, with its article put on the shelf where it is worth it."""
    held = shelf.of_address(case.row.id)
    if held is not None:
        return _renew(shelf, held, case)
    verdict = case.page.article.verdict
    _note_page(case)
    if verdict != ARTICLE:
        return State.BLOCKED if verdict in WALLS else State.NOT_ARTICLE, verdict
    return _add(s, run_id, shelf, case)


def article_key(url: str) -> str:
    """The id of the article at the canonical address `url`, as people see it: 16 hex digits."""
    return blake2b(storable(url).encode(), digest_size=8).hexdigest()


def _add(s: Session, run_id: int, shelf: Shelf, case: Case) -> tuple[State, str | None]:
    """Puts up the article unless another address holds it."""
    for twin in shelf.of_words(case.fields["text_digest"]):
        if _is_copy_of(twin, case.fields):
            continue
        if len(case.fields["text"]) >= TWIN_CHARS or _plain(twin.title) == _plain(case.fields["title"]):
            return _beside(s, run_id, shelf, twin, case)
    for key, url in case.keys.items():
        holder = shelf.of_key(key)
        if holder is None:
            now = datetime.now(UTC)
            born = {"key": key, "address_id": case.row.id, "url": url, "first_stored_at": now}
            shelf.add({**case.fields, **born, "updated_at": now}, case.page.article)
            return State.STORED, None
        if _are_one(holder, case.fields):
            return _beside(s, run_id, shelf, holder, case)
    raise AssertionError(f"address {case.row.id}: its own number names another article")


def _beside(
    s: Session, run_id: int, shelf: Shelf, holder: ArticleRow, case: Case
) -> tuple[State, str | None]:
    """What the address is to the article it shares: its home, or a duplicate of the one that holds it.

    An article found first under a variant (a redirect, a print or AMP page) moves to its own address once
    that answers, so that the order of arrival decides nothing.
    """
    if article_key(case.row.url) != holder.key:
        return State.DUPLICATE, f"of {holder.url}"
    variant = s.get_one(AddressRow, holder.address_id)
    variant.state, variant.reason = State.DUPLICATE, f"of {holder.url}"
    if variant.last_run_id == run_id:
        variant.last_outcome = State.DUPLICATE
    shelf.move(holder, case.row.id)
    return State.STORED, _rewrite(shelf, holder, case)


def _renew(shelf: Shelf, held: ArticleRow, case: Case) -> tuple[State, str | None]:
    """Replaces the article the address holds, unless it is the same or the page is worse or older."""
    page = case.page
    if page.article.verdict != ARTICLE:
        return State.UNCHANGED, f"degraded: {page.article.verdict}"
    if held.withdrawn_at and page.fetched_at > held.withdrawn_at:
        shelf.restore(held, datetime.now(UTC))
        _renewed(shelf, held, case)
        return State.STORED, None
    return _renewed(shelf, held, case)


def _renewed(shelf: Shelf, held: ArticleRow, case: Case) -> tuple[State, str | None]:
    page, fields = case.page, case.fields
    reread = page.fetched_at == held.fetched_at and page.rules_version != held.rules_version
    is_same = fields["content_digest"] == held.content_digest
    if is_same or (not reread and _only_clocks_differ(held, case)):  # one page's clocks stand still
        if reread:
            shelf.relist(held, page.article)
        if page.fetched_at >= held.fetched_at:
            held.fetched_at, held.rules_version = page.fetched_at, page.rules_version
            _note_page(case)
        return State.UNCHANGED, None
    if page.fetched_at <= held.fetched_at and not reread:
        return State.UNCHANGED, "older page"
    worse = _rewrite(shelf, held, case)
    if worse:
        return State.UNCHANGED, worse
    _note_page(case)
    return State.STORED, None


def _rewrite(shelf: Shelf, held: ArticleRow, case: Case) -> str | None:
    """Replaces the article's text and parts; says why not where most of the text would be lost."""
    if len(case.fields["text"]) < COLLAPSED_SHARE * len(held.text):
        return f"degraded: text fell from {len(held.text)} to {len(case.fields['text'])} characters"
    now = datetime.now(UTC)
    change = change_of(held, case.fields, now)
    shelf.rewrite(held, {**case.fields, "updated_at": now}, case.page.article, change)
    return None


def _only_clocks_differ(held: ArticleRow, case: Case) -> bool:
    """Whether all that is new on the page are counters and clocks in its text: nobody edited that."""
    if held.text == case.fields["text"] or not is_noise(held.text, case.fields["text"]):
        return False
    return _content_digest(case.page.article, held.text.split("\n\n")) == held.content_digest


def _note_page(case: Case) -> None:
    """Notes where the page lies from which the address's article can be read again."""
    row, page = case.row, case.page
    row.page_url, row.fetched_at = page.page_url, page.fetched_at
    row.etag, row.last_modified = page.etag, page.last_modified
    row.segment = page.position.segment
    row.segment_offset, row.segment_length = page.position.offset, page.position.length


def _fields(page: Kept) -> dict[str, Any]:
    """The columns of `articles` that the page decides, as the database will give them back."""
    article = page.article
    text = storable(article.text)
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
        "content_digest": _content_digest(article, article.paragraphs),
        "rules_version": page.rules_version,
        "fetched_at": page.fetched_at,
    }


# what changes from fetch to fetch (boxes of most-read links), says nothing about the content or is not stored
NOT_CONTENT = {"url", "removed", "cuts", "verdict", "vehicles"}


def _content_digest(article: CleanArticle, paragraphs: Sequence[str]) -> str:
    """A digest of all that readers see of the article, were these its paragraphs."""
    told = replace(article, cuts=()).as_json()  # a page may have hundreds, and they are no content
    content = {key: value for key, value in told.items() if key not in NOT_CONTENT}
    return _digest(json.dumps({**content, "text": list(paragraphs)}, sort_keys=True))


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _is_copy_of(twin: ArticleRow, fields: Mapping[str, Any]) -> bool:
    """Whether this is another site's article with the same words, to be kept and linked (`db.copies`).

    Which of the two is live must not depend on which of the sites was crawled first.
    """
    from db.shingles import Shingled  # noqa: PLC0415 - numpy costs readers of the store 0.15 s

    return twin.site != fields["site"] and Shingled(twin.text).is_long_enough


def _are_one(other: ArticleRow, fields: Mapping[str, Any]) -> bool:
    """Whether two pages that claim one address are really one article: by title or a shared paragraph."""
    if _plain(other.title) == _plain(fields["title"]):
        return True
    ours = {part for part in fields["text"].split("\n\n") if len(part) >= SHARED_CHARS}
    return not ours.isdisjoint(other.text.split("\n\n"))


def _plain(text: str | None) -> str:
    return " ".join(storable(text or "").casefold().split())
