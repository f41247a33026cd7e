"""Made pages in the markup of real sites: for each page of `tests/sites/<site>/` one test per expected field.

A page is `<page>.html` with `<page>.json` beside it: `url`, `title`, `authors`, `published_at`, `text`,
`absent` (lines that must not be in the text), and where it matters `standfirst`, `section`, `language`,
`captions`, `verdict`.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crawler.sites import load_sites
from pipeline import clean_html
from pipeline.article import CleanArticle

PAGES = sorted((Path(__file__).parent / "sites").glob("*/*.json"))
FIELDS = {"url", "title", "authors", "published_at", "text", "absent"}
MORE = {"standfirst", "section", "language", "captions", "verdict"}

# What the cleaner does not get right yet; a case leaves this list when it passes.
PENDING = {
    "carbuzz/rumble-seat-2019": {"standfirst", "section", "text"},
    "electrek/quiet-door": {"text", "absent"},
    "heise-autos/laternenlotterie": {"text", "absent"},
}


@cache
def expected(page: Path) -> dict[str, Any]:
    return {"verdict": "article"} | json.loads(page.read_text(encoding="utf-8"))


@cache
def cleaned(page: Path) -> CleanArticle:
    site = load_sites().site(page.parent.name)
    return clean_html(page.with_suffix(".html").read_bytes(), expected(page)["url"], rules=site.rules)


def name(page: Path) -> str:
    return f"{page.parent.name}/{page.stem}"


def cases() -> list[Any]:
    """One case for each field of each page, so that a failure names both."""
    return [
        pytest.param(page, field, id=f"{name(page)}-{field}", marks=marks(name(page), field))
        for page in PAGES
        for field in expected(page)
        if field != "url"
    ]


def marks(page: str, field: str) -> list[pytest.MarkDecorator]:
    return (
        [pytest.mark.xfail(reason="not yet right", strict=False)] if field in PENDING.get(page, set()) else []
    )


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
    assert expected(page).keys() >= FIELDS
    assert expected(page).keys() <= FIELDS | MORE
    assert page.with_suffix(".html").is_file()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_site_knows_the_address_as_an_article(page: Path) -> None:
    assert load_sites().site(page.parent.name).is_article(expected(page)["url"])


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_expected_line_stands_on_the_page(page: Path) -> None:
    assert not set(expected(page)["text"]) & set(expected(page)["absent"])
    html = page.with_suffix(".html").read_text(encoding="utf-8")
    for line in expected(page)["text"]:
        assert line in html
