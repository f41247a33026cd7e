"""The store a command works on: its settings, its engine, the sites that fill it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from crawler.sites import SiteBook, load_sites
from db.archive import Archive
from db.engine import open_store, reading
from db.errors import StoreError
from db.settings import Settings, settings


class NoStore(StoreError):  # noqa: N818  # named for what it says
    """There is no such database yet; `carnews demo` or `carnews crawl` makes one."""


@dataclass(frozen=True)
class Store:
    """An open store and the settings it was opened by."""

    settings: Settings
    engine: Engine

    @cached_property
    def book(self) -> SiteBook:
        """The sites that load, and what is wrong with the others."""
        return load_sites(self.settings.sites)

    @property
    def archive(self) -> Archive:
        """The pages as they were fetched."""
        return Archive(self.settings.archive_folder, durable=self.settings.durable, place=self.settings.place)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One read transaction."""
        with reading(self.engine) as s:
            yield s

    def with_sites(self, folder: Path) -> "Store":
        """The same store with the site files of `folder` added."""
        return replace(self, settings=self.settings.model_copy(update={"sites": folder}))


def site_book() -> SiteBook:
    """The sites by the settings in force, without opening any store."""
    return load_sites(settings().sites)


def opened(db: str | None = None, *, new: bool = False, migrate: bool = True) -> Store:
    """The store that `--db` or the settings name; a missing SQLite file is made only with `new`.

    Raises NoStore where there is none, and whatever `open_store` raises.
    """
    conf = settings(db)
    url = make_url(conf.database_url)
    if not new and url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise NoStore(f"database {url.database}: not there; `carnews demo` or `carnews crawl` makes it")
    return Store(conf, open_store(conf.database_url, migrate=migrate, durable=conf.durable))


def thrown_away(folder: Path) -> Store:
    """A new store in `folder`, which the caller removes."""
    place = {"database_url": f"sqlite:///{folder / 'page.db'}", "archive": folder / "archive"}
    conf = settings().model_copy(update=place)
    return Store(conf, open_store(conf.database_url))
