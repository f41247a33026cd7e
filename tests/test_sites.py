"""Made pages in the markup of real sites: for each page of `tests/sites/<site>/` one test per expected field.

A page's JSON file holds `url`, `title`, `authors`, `published_at`, `text`, `absent` (lines that must not be
in the text), and where it matters `standfirst`, `section`, `language`, `captions`. A page that is no
article has its `verdict` instead. `basis` says what of the site's markup is known, and since when; `faults`
names the fields that come out wrong and why, for as long as they do. A listing names in `links` the
articles it leads to. How the markup is made: `sitepages.py`.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from sitepages import PAGES, SITES, expected, markup, shown, told

from crawler.sites import load_sites
from pipeline import clean_html
from pipeline.article import CleanArticle

BOOK = load_sites()
FIELDS = {"title", "verdict", "authors", "published_at", "text", "absent"}
MORE = {"standfirst", "section", "language", "captions"}
OF_OTHERS = {"title", "verdict"}


@cache
def cleaned(page: Path) -> CleanArticle:
    site = BOOK.site(page.parent.name)
    return clean_html(markup(page).encode(), told(page)["url"], rules=site.rules)


def name(page: Path) -> str:
    return f"{page.parent.name}/{page.stem}"


def cases() -> list[Any]:
    """One case for each field of each page, so that a failure names both."""
    return [
        pytest.param(page, field, id=f"{name(page)}-{field}", marks=marks(page, field))
        for page in PAGES
        for field in expected(page)
    ]


def marks(page: Path, field: str) -> list[Any]:
    """A known fault must fail, so that whoever mends it strikes it out here."""
    known = told(page).get("faults", {})
    return [pytest.mark.xfail(reason=known[field], strict=True)] if field in known else []


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
    assert page.with_suffix(".html").is_file() != ("layout" in told(page))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_site_knows_the_address_as_an_article_unless_it_is_a_listing(page: Path) -> None:
    assert BOOK.site(page.parent.name).is_article(told(page)["url"]) == ("links" not in told(page))


@pytest.mark.parametrize("page", [page for page in PAGES if "links" in told(page)], ids=name)
def test_of_a_listings_links_the_site_takes_the_articles_alone(page: Path) -> None:
    site = BOOK.site(page.parent.name)
    hrefs = re.findall(r'<a\b[^>]* href="([^"#]*)', markup(page))
    found = dict.fromkeys(urljoin(told(page)["url"], href) for href in hrefs)
    assert [url for url in found if site.is_article(url)] == told(page)["links"]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_expected_and_every_absent_line_stands_on_the_page(page: Path) -> None:
    lines, absent = expected(page).get("text", []), expected(page).get("absent", [])
    assert not set(lines) & set(absent)
    assert [line for line in [*lines, *absent] if line not in shown(page)] == []


def test_every_site_has_a_page_and_every_layout_is_used() -> None:
    assert {page.parent.name for page in PAGES} == set(BOOK.sites)
    used = {told(page)["layout"] for page in PAGES if "layout" in told(page)}
    assert used == {path.stem for path in (SITES / "layouts").glob("*.html")}


def test_no_text_is_told_twice() -> None:
    seen: set[str] = set()
    for page in PAGES:
        long = [line for line in expected(page).get("text", []) if len(re.findall(r"\w", line)) > 40]
        assert seen.isdisjoint(long), name(page)
        seen.update(long)
