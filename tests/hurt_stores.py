"""What a crawl must leave in its store whatever went wrong: sound, and after a rerun the same as ever."""

import json
from datetime import UTC, datetime

from loopback import Place
from sqlalchemy import select, text, update

from db.addresses import address_of
from db.archive import Archive
from db.engine import open_store, writing
from db.laws import check_ledger
from db.models import AddressRow
from db.queries import export_rows


def told(place: Place) -> tuple[str, dict[str, tuple[str, str | None]]]:
    """All that must not depend on what went wrong: the export, and every address's end."""
    with place.open() as s:
        export = "\n".join(json.dumps(row, ensure_ascii=False) for row in export_rows(s))
    return export, place.states()


def flaws(place: Place, *, running: bool = False) -> list[str]:
    """What is wrong with store and archive; `running` lets a run stand open that could not be closed."""
    with place.open() as s:
        found = [law for law in check_ledger(s) if not (running and "still marked running" in law)]
        if s.get_bind().dialect.name == "sqlite":
            found += [row[0] for row in s.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
            found += [f"no parent: {row}" for row in s.execute(text("PRAGMA foreign_key_check"))]
        archive = Archive(place.folder / "archive")
        for row in s.scalars(select(AddressRow).where(AddressRow.segment.is_not(None))):
            position = address_of(row).position
            page = archive.read(position) if position else None
            if page is None or row.url not in {page.url, page.requested_url}:
                found.append(f"{row.url}: the archive has another page at its position")
    return found


def time_passes(place: Place) -> None:
    """What was to be tried again later is due now."""
    engine = open_store(place.store)
    with writing(engine) as s:
        waiting = update(AddressRow).where(AddressRow.next_try_at.is_not(None))
        s.execute(waiting.values(next_try_at=datetime.now(UTC)))
    engine.dispose()
