"""Blocks that a field of the metadata claims: title, standfirst, byline and date leave the text through these marks."""

from dataclasses import replace

from pipeline.article import Block, Kind, Metadata
from pipeline.titles import fold

BECAME = {"title": "title", "standfirst": "standfirst", "byline": "authors", "dateline": "published_at"}


def claimed(metadata: Metadata, blocks: list[Block]) -> tuple[Metadata, list[Block]]:
    """The metadata with the standfirst the page shows, and the blocks with the claimed ones marked."""
    title = fold(metadata.title or "")
    out = []
    for block in blocks:
        mark = block.marked
        if (
            mark is None
            and title
            and len(block.text) < 400
            and fold(block.text) == title
            and block.kind is Kind.HEADING
        ):
            mark = "title"
        out.append(replace(block, marked=mark) if mark != block.marked else block)
    return metadata, out
