"""Addresses that look like articles and are none, read from `stories/traps.toml`."""

from collections.abc import Callable
from typing import Any

from demo.markup import html_answer
from demo.page import Answer, DemoPage
from demo.story import data

PDF = b"""%PDF-1.4
%\xe2\xe3\xcf\xd3
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>> endobj
trailer <</Root 1 0 R>>
%%EOF
"""


def pages(
    site: str, home: str, frame: Callable[[str, str], str]
) -> tuple[tuple[DemoPage, ...], dict[str, Answer]]:
    """The traps of `site` and their answers by path; `frame` puts the site's header and footer around one."""
    entries = [entry for entry in data("traps")["trap"] if entry["site"] == site]
    answers = {entry["path"]: answer(entry, home, frame) for entry in entries}
    return tuple(truth(entry, home) for entry in entries), answers


def truth(entry: dict[str, Any], home: str) -> DemoPage:
    same_as = entry.get("same_as")
    return DemoPage(
        site=entry["site"],
        url=home.rstrip("/") + entry["path"],
        kind=entry["kind"],
        reason=entry.get("reason"),
        same_as=home.rstrip("/") + same_as if same_as else None,
        status=entry.get("status", 200),
        channels=tuple(entry["channels"]),
        title=entry["title"],
    )


def answer(entry: dict[str, Any], home: str, frame: Callable[[str, str], str]) -> Answer:
    status = entry.get("status", 200)
    if entry.get("same_as"):
        return Answer(b"", status, {"Location": home.rstrip("/") + entry["same_as"]})
    if entry.get("pdf"):
        return Answer(PDF, status, {"Content-Type": "application/pdf"})
    html = entry["html"].replace("{home}", home.rstrip("/"))
    return html_answer(
        html if entry.get("bare") else frame(entry.get("page_title", entry["title"]), html), status
    )
