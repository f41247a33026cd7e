"""Fills a store with pages of the stock as `db.store.save` would have left it, but many times as fast.

What a page's rows hold is computed by the store's own functions; only the writing is by the bulk: prepared
rows, foreign keys not checked, on PostgreSQL the large indexes made afterwards. A test holds that a filled
store and a saved one are the same. Copies and edits of pages that are in the store already are saved.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from madestock import COPIED, EDITED, PERIOD, Page, Stock
from sqlalchemy import Engine, func, select

from db import ledger
from db.addresses import address_key
from db.archive import Position
from db.changes import Change, Kind
from db.differences import change_of
from db.engine import reading, writing
from db.groups import LikenessRow
from db.ledger import Found
from db.likeness import Compared, Reason
from db.models import AddressEvent, AddressRow, ArticleRow, Base, ChangeRow, RevisionRow
from db.search import indexed
from db.shelf import beside
from db.store import Kept, _fields, article_key, save
from db.visits import plan_visit

CHUNK = 5000  # pages made and written together
BATCH = 50  # pages a transaction, as in a crawl and an ingest
POSITION = Position("made.warc.gz", 0, 1)
Rows = dict[type[Base], list[dict[str, Any]]]


def kept(page: Page, address_id: int) -> Kept:
    """The page as `save` takes it."""
    return Kept(address_id, page.url, page.article, POSITION, page.fetched_at, page.site, "1")


def save_pages(engine: Engine, run_id: int, pages: Sequence[Page]) -> None:
    """Finds, claims and saves the pages in one go, each in the transaction it has in an ingest."""
    given = found(engine, run_id, pages)
    with writing(engine) as s:
        save(s, run_id, given)


def found(engine: Engine, run_id: int, pages: Sequence[Page]) -> list[Kept]:
    """The pages, their addresses found and claimed."""
    now = datetime.now(UTC)
    urls = {page.url: page for page in pages}
    with writing(engine) as s:
        finds = [Found(page.url, "asked", site=page.site) for page in pages]
        ledger.record_found(s, run_id, "made", finds, now)
        ledger.claim(s, run_id, "", now, len(urls), sorted(urls), again=True)
        keys = [address_key(url) for url in urls]
        ids = dict(s.execute(select(AddressRow.url, AddressRow.id).where(AddressRow.key.in_(keys))).all())
    return [kept(page, ids[page.url]) for page in pages]


@dataclass
class Ready:
    """A new article as `save` would leave it in the store, and the page that edited it since, if any."""

    first: Page
    last: Page
    copy: "Ready | None" = None  # the other one of a pair

    @cached_property
    def key(self) -> str:
        return article_key(self.first.url)

    @cached_property
    def fields(self) -> dict[str, Any]:
        return _fields(kept(self.last, 0))

    @cached_property
    def words(self) -> dict[str, str]:
        return indexed(SimpleNamespace(**self.fields))

    @cached_property
    def compared(self) -> Compared:
        told = self.fields
        return Compared(0, told["site"], told["title"], told["published_at"], told["text"])

    @cached_property
    def bands(self) -> list[int]:
        return self.compared.shingled.bands()

    @property
    def is_awaited(self) -> bool:
        """Whether a copy or an edit of it comes later, to be saved."""
        return (
            self.copy is None and self.first is self.last and self.first.number % PERIOD in (COPIED, EDITED)
        )

    @cached_property
    def rank(self) -> tuple[bool, float, int, str]:
        """Of a pair the lesser one is live (`db.groups`)."""
        moment = self.fields["published_at"]
        return (moment is None, moment.timestamp() if moment else 0.0, -len(self.fields["text"]), self.key)

    @cached_property
    def change(self) -> Change | None:
        """What the edit changed."""
        if self.first is self.last:
            return None
        before = SimpleNamespace(**_fields(kept(self.first, 0)), revision=1)
        return change_of(before, self.fields, datetime.now(UTC))  # type: ignore[arg-type]


def ready(stock: Stock, start: int, end: int) -> tuple[list[Ready], list[Page]]:
    """The new articles among pages `start` to `end`, and the pages that go back to earlier ones."""
    made: dict[int, Ready] = {}
    late: list[Page] = []
    for number in range(start, end):
        page = stock.page(number)
        if page.of is None:
            made[number] = Ready(page, page)
        elif page.of not in made:
            late.append(page)
        elif page.is_edit:
            made[page.of].last = page
        else:
            made[number] = Ready(page, page, made[page.of])
            made[page.of].copy = made[number]
    return list(made.values()), late


class Rest:
    """Where a store's numbers have come to."""

    def __init__(self, engine: Engine) -> None:
        with reading(engine) as s:
            ids = (AddressRow.id, AddressEvent.id, ArticleRow.id, ChangeRow.change_seq)
            self.address, self.event, self.article, self.seq = (
                int(s.scalar(select(func.max(column))) or 0) for column in ids
            )
        self.numbers: dict[str, int] = {}  # of the articles written since, by their keys


def rows_of(made: Sequence[Ready], run_id: int, rest: Rest) -> tuple[Rows, list[int]]:
    """The rows of all tables but bands and search index, and the articles' numbers."""
    numbers = rest.numbers
    rows: Rows = {table: [] for table in (AddressRow, AddressEvent, ArticleRow, ChangeRow)}
    rows |= {RevisionRow: [], LikenessRow: []}
    for one in made:
        rest.address, rest.article = rest.address + 1, rest.article + 1
        numbers[one.key] = rest.article
        now = datetime.now(UTC)
        rows[AddressRow].append(address(one, rest.address, run_id, now))
        for _ in range(1 if one.change is None else 2):
            rest.event += 1
            rows[AddressEvent].append(
                {"id": rest.event, "address_id": rest.address, "run_id": run_id, "at": now,
                 "outcome": "stored", "reason": None}
            )  # fmt: skip
        told = {"id": rest.article, "key": one.key, "address_id": rest.address, "url": one.first.url}
        told |= {"first_stored_at": now, "updated_at": now, "revision": 1 if one.change is None else 2}
        link = one.copy if one.copy and one.copy.rank < one.rank else None
        reason = Reason.SYNDICATED.value
        told |= {"withdrawn_at": None, "duplicate_of": link and link.key, "duplicate_reason": link and reason}
        rows[ArticleRow].append(one.fields | told)
        for table, parts in beside(one.last.article):
            rows.setdefault(table, []).extend({"article_id": rest.article, **part} for part in parts)
        if one.copy and one.copy.key in numbers:  # else it comes later
            pair = (rest.article, numbers[one.copy.key])
            names = ("article_id", "other_id", "reason")
            rows[LikenessRow] += [dict(zip(names, (*ids, reason), strict=True)) for ids in (pair, pair[::-1])]
        if one.change and one.change.before:
            rows[RevisionRow].append({"article_id": rest.article, **one.change.before})
        for change in changes(one, now, merged=link is not None):
            rest.seq += 1
            rows[ChangeRow].append(
                change | {"change_seq": rest.seq, "article_id": rest.article, "run_id": run_id}
            )
    return rows, [numbers[one.key] for one in made]


def address(one: Ready, number: int, run_id: int, now: datetime) -> dict[str, Any]:
    """The ledger's row of an article."""
    row = AddressRow(
        id=number, key=address_key(one.first.url), site=one.first.site, url=one.first.url, channel="asked",
        newest_at=now, found_at=now, found_run_id=run_id, state="stored", attempts=0, settled_at=now,
        claimed_run_id=run_id, last_run_id=run_id, last_outcome="stored", page_url=one.first.url,
        fetched_at=one.last.fetched_at, segment=POSITION.segment, segment_offset=POSITION.offset,
        segment_length=POSITION.length, visits=0,
    )  # fmt: skip
    plan_visit(row, now, one.first.article.published_at)
    return {column.key: getattr(row, column.key) for column in AddressRow.__table__.columns}


def changes(one: Ready, now: datetime, *, merged: bool) -> Iterator[dict[str, Any]]:
    """The article's changes, without their numbers."""
    plain = {"at": now, "revision": 1, "fields": [], "figures": []}
    yield {"kind": Kind.ADDED.value, **plain}
    if one.change:
        told = {"revision": one.change.revision, "fields": list(one.change.fields)}
        yield {**plain, "kind": one.change.kind.value, **told, "figures": list(one.change.figures)}
    if merged:
        yield {"kind": Kind.MERGED.value, **plain}


class Filler:
    """One store being filled; `close` makes it what it was but fuller."""

    def __init__(self, engine: Engine, run_id: int) -> None:
        self.engine, self.run_id = engine, run_id
        self.rest = Rest(engine)

    def fill(self, made: Sequence[Ready], late: Sequence[Page]) -> None:
        """Writes the new articles, then saves what goes back to earlier ones."""
        if made:
            self.write(*rows_of(made, self.run_id, self.rest), made)
        for start in range(0, len(late), BATCH):
            save_pages(self.engine, self.run_id, late[start : start + BATCH])
        self.rest = Rest(self.engine)

    def bare(self, made: Sequence[Ready], cpu: Callable[[], float]) -> float:
        """Seconds of CPU that it takes to write the rows and do nothing else, in one transaction."""
        rows, numbers = rows_of(made, self.run_id, self.rest)
        assert all(one.bands and one.words for one in made), "computed before the clock runs"
        start = cpu()
        self.write_bare(rows, numbers, made)
        return cpu() - start

    def write(self, rows: Rows, numbers: Sequence[int], made: Sequence[Ready]) -> None:
        """Writes the rows as fast as can be."""
        raise NotImplementedError

    def write_bare(self, rows: Rows, numbers: Sequence[int], made: Sequence[Ready]) -> None:
        """Writes them in a transaction like any other."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def bound(self, table: type[Base], rows: Sequence[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
        """The rows as the driver takes them."""
        dialect = self.engine.dialect
        names = [
            (c.key, c.type.dialect_impl(dialect).bind_processor(dialect)) for c in table.__table__.columns
        ]
        for row in rows:
            values = ((row[name], bind) for name, bind in names)
            yield tuple(bind(value) if bind and value is not None else value for value, bind in values)
