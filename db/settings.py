"""Where things are kept: the one place that reads the environment and `carnews.toml`."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from db.errors import SettingsError

PREFIX = "CARNEWS_"
FILE = Path("carnews.toml")  # read from the folder the command was started in
DEFAULT_DATABASE = "sqlite:///data/carnews.db"
DATA = Path("data")


class Settings(BaseSettings):
    """The settings in force; the environment (`CARNEWS_…`) wins over `carnews.toml`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, toml_file=FILE, extra="forbid", frozen=True)

    database_url: str = DEFAULT_DATABASE
    archive: Path | None = None
    place: str | None = None  # what archived files say of where they lie; else the machine's name
    sites: Path | None = None
    log: Path = DATA / "log"
    log_format: Literal["text", "json"] = "text"
    alerts: SecretStr | None = None  # Apprise's addresses, or the file that holds them
    metrics: str | None = None  # where Prometheus may ask the clock, "127.0.0.1:9107"
    contact: str | None = None
    # fsync each archive record and SQLite commit: survives a power cut, costs a disk turn per page
    durable: bool = False
    # what looking for news may cost: requests for feeds, sitemaps and listings, not for articles
    requests_per_day: int | None = Field(default=None, gt=0)
    learn: bool = True  # from a site's pages what recurs on them, and cut it

    @field_validator("alerts", mode="before")
    @classmethod
    def _one_text(cls, value: object) -> object:
        """A list in `carnews.toml` reads as the variable does: one address after the other."""
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic passes all by name
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def archive_folder(self) -> Path:
        """The archive's folder: as set, else beside the SQLite file, else `data/archive`."""
        if self.archive:
            return self.archive.expanduser()
        url = make_url(self.database_url)
        if url.get_backend_name() != "sqlite" or not url.database:
            return DATA / "archive"
        file = Path(url.database)
        return file.with_name("archive") if file.name == "carnews.db" else file.with_suffix(".archive")

    @property
    def user_agent(self) -> str:
        """How every request names itself; the token `carnews` is what robots.txt rules address."""
        try:
            number = version("carnews")
        except PackageNotFoundError:  # a checkout that was never installed
            number = "0"
        return f"carnews/{number}" + (f" (+{self.contact})" if self.contact else "")


def settings(db: str | None = None) -> Settings:
    """The settings in force; `db`, a SQLite file's path or a database URL, overrides where the store is.

    Raises SettingsError, one line, for a value that cannot be used or an unknown name in `carnews.toml`.
    """
    try:
        given: dict[str, Any] = {"database_url": database_url(db)} if db is not None else {}
        found = Settings(**given)
        return found.model_copy(update={"database_url": database_url(found.database_url)})
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"setting {name!r}: {first['msg']}; correct {FILE} or {PREFIX}{name.upper()}"
        ) from None
    except ValueError as wrong:  # TOML that cannot be parsed
        raise SettingsError(f"{FILE}: {' '.join(str(wrong).split())}; correct the file") from None


def database_url(text: str) -> str:
    """`text`, a file's path or a database URL, as a URL of one of the two databases we know."""
    if not text.strip():
        raise SettingsError("database: the name is empty; give a file such as data/carnews.db or a URL")
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).expanduser())).render_as_string(
            hide_password=False
        )
    try:
        url = make_url(text.replace("postgres://", "postgresql://", 1))
    except ArgumentError:
        scheme = text.partition("://")[0]
        raise SettingsError(
            f"database URL {scheme}://…: cannot be read; it looks like postgresql://user@host/name"
        ) from None
    backend = url.drivername.partition("+")[0]
    if backend not in {"sqlite", "postgresql"}:
        raise SettingsError(f"database {backend!r}: not one we know; use sqlite:///file or postgresql://…")
    return url.render_as_string(hide_password=False)
