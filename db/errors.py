"""What can go wrong in this room: each error's text is one line with the thing, the value and the remedy."""

# ruff: noqa: N818 - the names are the claims a caller catches, most of them in the contract

from datetime import datetime
from pathlib import Path


class StoreError(Exception):
    """The database cannot be used as it is; the message says what to change."""

    exit_code = 2


class StoreUnavailable(StoreError):
    """The database does not answer now; trying again later may succeed."""

    exit_code = 75


class StoreReadOnly(StoreError):
    """The database can be read but not written."""


class SchemaTooNew(StoreError):
    """The database was written by a newer carnews than this one."""


class SchemaTooOld(StoreError):
    """The database lacks tables this carnews needs; run `carnews db upgrade`."""


class SettingsError(StoreError):
    """A setting has a value that cannot be used."""


class SearchError(StoreError):
    """A search text that cannot be understood."""


class AmbiguousId(StoreError):
    """The beginning of an article's id that fits several articles."""


class ArchiveError(Exception):
    """The page archive or a WARC file cannot be read or written; the message says what to change."""

    exit_code = 2


class ArchivedElsewhere(ArchiveError):
    """The page lies in the archive of another machine."""

    def __init__(self, folder: Path, segment: str, place: str) -> None:
        self.place = place
        super().__init__(
            f"archive {folder}: the page is archived on {place}, in {segment}; "
            "ask there, or copy that file into this folder"
        )


class SiteBusy(StoreError):
    """Another live run crawls the site; two at once would break its delay."""

    exit_code = 75

    def __init__(self, site: str, pid: int, host: str, since: datetime) -> None:
        self.site, self.pid, self.host, self.since = site, pid, host, since
        began = since.strftime("%Y-%m-%d %H:%M:%S UTC")
        super().__init__(
            f"site {site}: process {pid} on {host} has been crawling it since {began}; "
            "wait for it to end or stop that process"
        )
