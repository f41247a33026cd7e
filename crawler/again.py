"""Pages read from the archive and cleaned, by the batch and in whichever process."""

from dataclasses import dataclass
from pathlib import Path

from crawler.stages import Work, cleaned
from db.archive import Archive, Position
from db.errors import ArchiveError
from pipeline.rules import Rules


@dataclass(frozen=True, slots=True)
class Call:
    """Pages to read in another process: where they lie, by number of their address, and by which rules."""

    folder: Path
    place: str
    site: str
    rules: Rules
    pages: tuple[tuple[int, Position], ...]


def read_again(call: Call) -> list[Work | str]:
    """The works of a call, cleaned; a sentence for a page that is not there whole."""
    archive = Archive(call.folder, place=call.place)
    works: list[Work | str] = []
    for number, position in call.pages:
        try:
            page = archive.read(position)
        except ArchiveError as error:
            works.append(str(error))
            continue
        works.append(cleaned(Work(number, call.site, page, call.rules, position=position)))
    return works
