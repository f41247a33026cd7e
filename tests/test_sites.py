"""Made pages in the markup of real sites: for each page of `tests/sites/<site>/` one test per expected field.

A page is `<page>.html` with `<page>.json` beside it: `url`, `title`, `authors`, `published_at`, `text`,
`absent` (lines that must not be in the text), and where it matters `standfirst`, `section`, `language`,
`captions`. A page that is no article has its `verdict` instead.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawler.sites import load_sites
from pipeline import clean_html
from pipeline.article import CleanArticle

BOOK = load_sites()
PAGES = sorted((Path(__file__).parent / "sites").glob("*/*.json"))
FIELDS = {"url", "title", "verdict", "authors", "published_at", "text", "absent"}
MORE = {"standfirst", "section", "language", "captions"}
OF_OTHERS = {"url", "title", "verdict"}


@cache
def expected(page: Path) -> dict[str, Any]:
    return {"verdict": "article"} | json.loads(page.read_text(encoding="utf-8"))


@cache
def cleaned(page: Path) -> CleanArticle:
    site = BOOK.site(page.parent.name)
    return clean_html(page.with_suffix(".html").read_bytes(), expected(page)["url"], rules=site.rules)


def name(page: Path) -> str:
    return f"{page.parent.name}/{page.stem}"


def cases() -> list[Any]:
    """One case for each field of each page, so that a failure names both."""
    return [
        pytest.param(page, field, id=f"{name(page)}-{field}")
        for page in PAGES
        for field in expected(page)
        if field != "url"
    ]


def came(article: CleanArticle, field: str, wanted: Any) -> Any:
    """What the cleaner made of `field`, in the shape of the expected value."""
    if field == "absent":
        return [line for line in wanted if line not in article.paragraphs]
    if field == "captions":
        return [caption.text for caption in article.captions]
    return article.as_json()[field]


@pytest.mark.parametrize(("page", "field"), cases())
def test_the_page_gives_what_is_expected_of_it(page: Path, field: str) -> None:
    wanted = expected(page)[field]
    assert came(cleaned(page), field, wanted) == wanted


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_expected_file_is_complete(page: Path) -> None:
    needed = FIELDS if expected(page)["verdict"] == "article" else OF_OTHERS
    assert needed <= expected(page).keys() <= FIELDS | MORE
    assert page.with_suffix(".html").is_file()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_site_knows_the_address_as_an_article(page: Path) -> None:
    assert BOOK.site(page.parent.name).is_article(expected(page)["url"])


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_expected_line_stands_on_the_page(page: Path) -> None:
    lines = expected(page).get("text", [])
    assert not set(lines) & set(expected(page).get("absent", []))
    words = re.sub(r"<[^>]+>", "", page.with_suffix(".html").read_text(encoding="utf-8"))
    for line in lines:
        assert line in words
