"""The site files as a long-lived process sees them: read again when one of them changed."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from loguru import logger

from crawler.sites import BUNDLED, PLATFORMS, Site, load_sites
from ops.orders import chosen
from ops.timetable import Rhythm

Stamp = tuple[tuple[str, int, int], ...]


def rhythms_of(sites: Mapping[str, Site]) -> Mapping[str, timedelta]:
    """How often each site wants to be looked at, as its file says."""
    return {name: Rhythm.of(site.crawl) for name, site in sites.items()}


class SiteFiles:
    """The bundled site files and those in `extra`; of their sites those called `names`, empty meaning all.

    Raises OrderError at first for a name that is no site; what goes wrong later is logged and stops only its
    own site.
    """

    def __init__(self, extra: Path | None, names: Sequence[str] = ()) -> None:
        self.extra, self.names = extra, names
        self._stamp = self._stamped()
        book = load_sites(extra)
        self._told(book.problems)
        self.sites: Mapping[str, Site] = chosen(names, book)
        self.rhythms = rhythms_of(self.sites)

    def changed(self) -> bool:
        """Whether a file came, went or changed since they were read; costs a look at each file's date."""
        return self._stamped() != self._stamp

    def read(self) -> None:
        """Reads all of them again."""
        self._stamp = self._stamped()
        book = load_sites(self.extra)
        self._told(book.problems)
        wanted = self.names or sorted(book.sites)
        self.sites = {name: book.sites[name] for name in wanted if name in book.sites}
        self.rhythms = rhythms_of(self.sites)

    @property
    def is_whole(self) -> bool:
        """Whether these are all the sites there are."""
        return not self.names

    def forget(self) -> None:
        """Makes what was read count as changed."""
        self._stamp = ()

    def _told(self, problems: Sequence[str]) -> None:
        for problem in problems:
            logger.warning("site left out {}", problem)

    def _stamped(self) -> Stamp:
        roots = [BUNDLED, self.extra] if self.extra else [BUNDLED]
        folders = [*roots, *(root / PLATFORMS for root in roots)]
        found = []
        for path in (path for folder in folders for path in sorted(folder.glob("*.toml"))):
            try:
                status = path.stat()
            except OSError:  # gone since it was listed
                continue
            found.append((str(path), status.st_mtime_ns, status.st_size))
        return tuple(found)
