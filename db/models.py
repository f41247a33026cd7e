"""The tables as typed models; `docs/schema.md` describes the views that readers use instead."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, Index, Integer, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Utc(TypeDecorator[datetime]):
    """A moment in UTC, aware in Python; a naive one is refused, for SQLite would keep it hours wrong."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value}: give it a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text of any length that both databases keep alike.

    PostgreSQL refuses NUL and SQLite counts only up to it, so NUL goes; a lone surrogate fails on both
    and becomes U+FFFD.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """`text` without NUL and with U+FFFD for lone surrogates: what a database gives back unchanged."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "")


class Base(DeclarativeBase):
    """What all tables share: names of constraints, and the two types above for text and moments."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar = {str: Words(), datetime: Utc(), dict[str, int]: JSON(), list[Any]: JSON()}


class Run(Base):
    """One crawl or ingest: who ran, until when it was alive, how it ended, its balance when it did."""

    __tablename__ = "runs"
    __table_args__ = (Index(None, "site", "id"), Index(None, "outcome"))

    id: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str]
    kind: Mapped[str]
    pid: Mapped[int]
    host: Mapped[str]
    process_at: Mapped[datetime]  # when the process began: tells a reused pid from the run's own
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str]
    note: Mapped[str | None]
    found: Mapped[int] = mapped_column(default=0)
    balance: Mapped[dict[str, int]] = mapped_column(default=dict)
    reasons: Mapped[dict[str, int]] = mapped_column(default=dict)


class AddressRow(Base):
    """One address of the ledger: its state, what the last run made of it, where its page lies archived."""

    __tablename__ = "addresses"
    __table_args__ = (
        Index(None, "site", "state", "newest_at"),  # claim
        Index(None, "last_run_id", "last_outcome"),  # balance of a run
        Index(None, "site", "next_visit_at"),  # known pages to look at again
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)  # digest of url: PostgreSQL cannot index a 3 kB address
    site: Mapped[str]
    url: Mapped[str]
    channel: Mapped[str]
    title: Mapped[str | None]
    published_at: Mapped[datetime | None]
    newest_at: Mapped[datetime]  # published_at, else the last change when found, else found_at: claim order
    found_at: Mapped[datetime]
    found_run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    state: Mapped[str]
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    claimed_run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    last_run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    last_outcome: Mapped[str]
    page_url: Mapped[str | None]
    fetched_at: Mapped[datetime | None]
    segment: Mapped[str | None]
    segment_offset: Mapped[int | None] = mapped_column(BigInteger)
    segment_length: Mapped[int | None] = mapped_column(BigInteger)
    etag: Mapped[str | None]  # of that page, as last_modified, to ask whether it is still the same
    last_modified: Mapped[str | None]
    visits: Mapped[int] = mapped_column(default=0)  # looks at it since it was stored
    next_visit_at: Mapped[datetime | None]


class AddressEvent(Base):
    """What became of an address at one time: the history of which its row shows the end."""

    __tablename__ = "address_events"
    __table_args__ = (Index(None, "address_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    at: Mapped[datetime]
    outcome: Mapped[str]
    reason: Mapped[str | None]


class ClaimRow(Base):
    """What one channel says of the article at an address, as it last said something else."""

    __tablename__ = "address_claims"

    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id", ondelete="CASCADE"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str | None]
    author: Mapped[str | None]
    published_at: Mapped[datetime | None]
    modified_at: Mapped[datetime | None]
    text: Mapped[str | None]
    seen_at: Mapped[datetime]


class ArticleRow(Base):
    """One article as last understood; `address_id` is the ledger row whose page it was read from."""

    __tablename__ = "articles"
    # the two indexes on (published_at DESC, key) are the migration's: each database spells them its own way
    __table_args__ = (Index(None, "text_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)  # shown to people as the article's id
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), unique=True)
    url: Mapped[str]
    site: Mapped[str]
    title: Mapped[str | None]
    standfirst: Mapped[str | None]
    text: Mapped[str]
    section: Mapped[str | None]
    language: Mapped[str | None]
    published_at: Mapped[datetime | None]
    modified_at: Mapped[datetime | None]
    image: Mapped[str | None]
    text_digest: Mapped[str]
    content_digest: Mapped[str]
    rules_version: Mapped[str]
    fetched_at: Mapped[datetime]
    first_stored_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)  # counts the versions of title and text
    withdrawn_at: Mapped[datetime | None]  # when its page was first found to be gone
    duplicate_of: Mapped[str | None]  # key of the live article that this copies
    duplicate_reason: Mapped[str | None]  # one of `db.likeness.Reason`


class ChangeRow(Base):
    """One change of an article; numbers are given in the order of commits, by `db.changes` alone."""

    __tablename__ = "changes"
    __table_args__ = (Index(None, "article_id"),)

    change_seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    kind: Mapped[str]
    at: Mapped[datetime]
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    revision: Mapped[int]
    fields: Mapped[list[Any]]
    figures: Mapped[list[Any]]


class RevisionRow(Base):
    """A version of an article's title and text that another has replaced."""

    __tablename__ = "revisions"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str | None]
    standfirst: Mapped[str | None]
    text: Mapped[str]
    rules_version: Mapped[str]
    fetched_at: Mapped[datetime]


class PartOfArticle:
    """The columns every list of an article begins with."""

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # 0 is the first


class AuthorRow(PartOfArticle, Base):
    __tablename__ = "article_authors"

    name: Mapped[str]


class TagRow(PartOfArticle, Base):
    __tablename__ = "article_tags"

    name: Mapped[str]


class MakeRow(PartOfArticle, Base):
    __tablename__ = "article_makes"
    __table_args__ = (Index(None, "name", "article_id"),)

    name: Mapped[str]


class CaptionRow(PartOfArticle, Base):
    __tablename__ = "captions"

    text: Mapped[str]
    subject: Mapped[str | None]
    view: Mapped[str | None]
    credit: Mapped[str | None]
    image: Mapped[str | None]


class CutsRow(Base):
    """An article's cleaning receipt, apart from the article so that lists of articles stay lean."""

    __tablename__ = "article_cuts"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    cuts: Mapped[list[Any]]  # [{"rule", "text", "became"}], page order


class PageLines(Base):
    """The numbers of the lines one page held, eight bytes each; only a site's newest pages have a row."""

    __tablename__ = "page_lines"
    __table_args__ = (Index(None, "site", "fetched_at"),)

    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), primary_key=True)
    site: Mapped[str]
    fetched_at: Mapped[datetime]
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    lines: Mapped[bytes]


class SiteLines(Base):
    """On how many of a site's newest pages each line stood: eight bytes of number and two of count each."""

    __tablename__ = "site_lines"

    site: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))  # the newest run whose pages were counted
    pages: Mapped[int]
    counts: Mapped[bytes]
