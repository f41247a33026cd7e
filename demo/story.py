"""Stories as data: read from `stories/*.toml`, their small body markup taken apart into pieces."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

LINK = re.compile(r"\[([^\]]+)\]\(([a-z0-9-]+)\)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the body: `kind` is h2, h3, list, quote, table, pictures or p, `lines` its lines.

    Table cells and the parts of a picture line come split in `cells`, one tuple per line.
    """

    kind: str
    lines: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """One invented article, whatever its page will look like; `at` keeps the site's own offset."""

    slug: str
    title: str
    dek: str | None
    by: tuple[str, ...]
    at: datetime
    section: str
    tags: tuple[str, ...]
    comments: int
    data: str  # "jsonld" or "meta": where the page states its author and date
    byline: bool
    cars: tuple[str, ...]
    pictures: int
    charset: str
    pieces: tuple[Piece, ...]

    @property
    def published_at(self) -> datetime:
        """The moment of publication, in UTC."""
        return self.at.astimezone(UTC)


MARKS = {"## ": "h2", "### ": "h3", "* ": "list", "> ": "quote", "| ": "table", "@ ": "pictures"}


@cache
def stories(site: str) -> tuple[Story, ...]:
    """The stories of `site`, newest first."""
    found = [story_from(entry) for entry in data(site)["story"]]
    return tuple(sorted(found, key=lambda story: story.at, reverse=True))


def data(name: str) -> dict[str, Any]:
    """The data file `name`, which travels inside the package."""
    return tomllib.loads((files("demo") / "stories" / f"{name}.toml").read_text(encoding="utf-8"))


def story_from(entry: dict[str, Any]) -> Story:
    return Story(
        slug=entry["slug"],
        title=entry["title"],
        dek=entry.get("dek"),
        by=tuple(entry["by"]),
        at=entry["at"],
        section=entry["section"],
        tags=tuple(entry["tags"]),
        comments=entry["comments"],
        data=entry.get("data", "jsonld"),
        byline=entry.get("byline", True),
        cars=tuple(entry.get("cars", ())),
        pictures=entry.get("bilder", 0),
        charset=entry.get("charset", "utf-8"),
        pieces=tuple(pieces(entry["body"])),
    )


def pieces(body: str) -> Iterator[Piece]:
    """The body's runs in order; neighbouring lines with the same mark make one piece."""
    for part in re.split(r"\n\s*\n", body.strip()):
        for kind, lines in groupby(part.splitlines(), key=mark_of):
            yield piece(kind, tuple(lines))


def mark_of(line: str) -> str:
    return next((kind for mark, kind in MARKS.items() if line.startswith(mark)), "p")


def piece(kind: str, lines: tuple[str, ...]) -> Piece:
    bare = tuple(line.split(" ", 1)[1] for line in lines) if kind != "p" else lines
    if kind == "pictures":
        return Piece(kind, bare, tuple(split(line) for line in bare))
    if kind == "table":
        return Piece(kind, bare, tuple(split(line.removesuffix("|")) for line in bare))
    return Piece(kind, bare)


def split(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.split("|"))


def plain(line: str) -> str:
    """`line` as a reader sees it: links reduced to their words."""
    return LINK.sub(r"\1", line)


def body_lines(story: Story) -> tuple[str, ...]:
    """All lines of the body in page order, table cells singly, pictures left out."""
    lines: list[str] = []
    for part in story.pieces:
        if part.kind == "table":
            lines += [cell for row in part.cells for cell in row if cell]
        elif part.kind != "pictures":
            lines += [plain(line) for line in part.lines]
    return tuple(lines)
