"""The made pages in `tests/sites/`: what each shows, and what is expected of it.

A page is `<site>/<page>.json` with what is expected, and its markup: `<page>.html` beside it, or, where
many sites share one, the file of `layouts/` that its `layout` names. In the markup `{{title}}` or
`{{text.0}}` stands for that field of the page, `{{words.by}}` for a word that is on the page only, `{{json
title}}` for the field as JSON. The themes of the WordPress sites are not known: `layouts/wordpress*.html`
are WordPress's own markup.
"""

import html
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

SITES = Path(__file__).parent / "sites"
PAGES = sorted(SITES.glob("*/*.json"))
SLOT = re.compile(r"\{\{(json )?([a-z_]+)(?:\.(\w+))?\}\}")
OF_THE_PAGE = {
    "url",
    "layout",
    "basis",
    "words",
    "links",
    "faults",
}  # what is put into a page or said of it, not expected of it


@cache
def told(page: Path) -> dict[str, Any]:
    """All that the page's file tells."""
    return json.loads(page.read_text(encoding="utf-8"))


def expected(page: Path) -> dict[str, Any]:
    """The fields the cleaner should find; the verdict is "article" where the file names none."""
    return {"verdict": "article"} | {
        key: value for key, value in told(page).items() if key not in OF_THE_PAGE
    }


@cache
def markup(page: Path) -> str:
    """The page as a site would serve it; KeyError or IndexError where a slot has nothing to show."""
    fields = told(page)
    own = page.with_suffix(".html")
    source = own if own.is_file() else SITES / "layouts" / f"{fields['layout']}.html"
    return SLOT.sub(lambda slot: filled(slot, fields), source.read_text(encoding="utf-8"))


def filled(slot: re.Match[str], fields: dict[str, Any]) -> str:
    """What stands in a slot."""
    as_json, name, part = slot.groups()
    value = fields[name]
    if part is not None:
        value = value[int(part) if isinstance(value, list) else part]
    return json.dumps(value, ensure_ascii=False) if as_json else html.escape(value)


def shown(page: Path) -> str:
    """The words of the page, without tags."""
    return html.unescape(re.sub(r"<[^>]+>", "", markup(page)))
