"""What follows crawls: their sites are judged, and the log tells which alarms that opened and ended."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from loguru import logger
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from db.alarms import ALARM
from db.errors import StoreError
from db.settings import Settings
from ops.crew import Ending
from ops.health import watch
from ops.sitefiles import SiteFiles


class Aftercare:
    """Judges the sites whose crawls have ended; told of none, all sites and the installation."""

    def __init__(self, files: SiteFiles, conf: Settings) -> None:
        self.files, self.folders = files, folders_of(conf)

    def __call__(self, engine: Engine, ended: Sequence[Ending]) -> None:
        sites = self.files.sites
        crawled = {end.site: sites[end.site] for end in ended if end.site in sites}
        if ended and not crawled:
            return
        others = not self.files.is_whole  # a clock of some sites knows nothing of the others
        how: dict[str, Any] = {"whole": not ended, "others": others, "folders": self.folders}
        try:
            seen = watch(engine, crawled if ended else sites, datetime.now(UTC), **how)
        except StoreError as error:  # it may be up again at the next look
            logger.error("health: {}", error)
            return
        for alarm in seen.opened:
            level = "WARNING" if alarm.grade == ALARM else "INFO"
            logger.log(level, "{} {} {}: {}", alarm.grade, alarm.site, alarm.kind, alarm.cause)
        for alarm in seen.ended:
            logger.info("over {} {}: {}", alarm.site, alarm.kind, alarm.cause)


def folders_of(conf: Settings) -> dict[str, Path]:
    """The folders whose disks may fill up, by what they are for."""
    folders = {"archive": conf.archive_folder}
    url = make_url(conf.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        folders["database"] = Path(url.database).parent
    return folders
