import json
from datetime import UTC, datetime

import pytest

from pipeline import Rules, clean_html
from pipeline.article import CleanArticle
from pipeline.titles import best_title, without_site

PROSE = (
    "<p>The saloon goes on sale in April, the maker says, and the first cars reach dealers in the "
    "same week.</p>" * 3
)


def read(
    head: str = "", top: str = "<h1>Electric saloon arrives in spring</h1>", **options: object
) -> CleanArticle:
    html = f"<html lang=en-GB><head>{head}</head><body><article>{top}{PROSE}</article></body></html>"
    return clean_html(html, "https://motor.example/news/electric-saloon", **options)  # type: ignore[arg-type]


def ld(node: object) -> str:
    return (
        f'<script type="application/ld+json">{node if isinstance(node, str) else json.dumps(node)}</script>'
    )


ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Electric saloon arrives in spring",
    "author": [{"@type": "Person", "name": "Ada Writer"}, {"name": "Bo Reader"}],
    "datePublished": "2026-03-02T10:30:00+01:00",
    "dateModified": "2026-03-03",
    "articleSection": ["News"],
    "keywords": "saloon, electric",
    "image": {"url": "https://motor.example/saloon.jpg"},
}


@pytest.mark.parametrize(
    "node",
    [
        ARTICLE,
        [{"@type": "BreadcrumbList"}, ARTICLE],
        {"@graph": [{"@type": "WebSite", "name": "Example Motor"}, ARTICLE]},
        {"@type": "WebPage", "mainEntity": ARTICLE},
        json.dumps(ARTICLE)[:-1] + ",}",  # a trailing comma
        "<!-- " + json.dumps(ARTICLE) + " -->",
        json.dumps(ARTICLE).replace("in spring", "in spring\n"),  # a raw line end inside a string
    ],
    ids=["plain", "list", "graph", "nested", "trailing comma", "comment", "line end"],
)
def test_json_ld_is_read_however_it_is_wrapped(node: object) -> None:
    article = read(ld(node))
    assert article.authors == ("Ada Writer", "Bo Reader")
    assert article.published_at == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert article.modified_at == datetime(2026, 3, 3, tzinfo=UTC)
    assert (article.section, article.tags) == ("News", ("saloon", "electric"))
    assert article.image == "https://motor.example/saloon.jpg"


def test_an_author_that_is_a_reference_is_followed() -> None:
    node = {
        "@graph": [
            {**ARTICLE, "author": {"@id": "#ada"}},
            {"@type": "Person", "@id": "#ada", "name": "Ada Writer"},
        ]
    }
    assert read(ld(node)).authors == ("Ada Writer",)


def test_broken_json_leaves_the_meta_elements() -> None:
    head = (
        ld('{"@type": "NewsArticle", "headline": ')
        + '<meta property="article:published_time" content="2026-03-02">'
    )
    assert read(head).published_at == datetime(2026, 3, 2, tzinfo=UTC)


def test_open_graph_fills_what_json_ld_leaves_out() -> None:
    article = read(
        '<meta property="og:image" content="/saloon.jpg"><meta property="article:section" content="News">'
        '<meta property="article:tag" content="Saloon"><meta property="article:tag" content="saloon">'
        '<meta name="author" content="By Ada Writer and Bo Reader">'
    )
    assert article.image == "https://motor.example/saloon.jpg"
    assert (article.section, article.tags) == ("News", ("Saloon",))
    assert article.authors == ("Ada Writer", "Bo Reader")


def test_the_heading_wins_over_a_stated_title_with_the_site_s_name() -> None:
    article = read("<title>Electric saloon arrives in spring | Example Motor</title>")
    assert article.title == "Electric saloon arrives in spring"
    assert [cut.became for cut in article.cuts if cut.rule == "title"] == ["title"]


@pytest.mark.parametrize(
    ("title", "site", "expected"),
    [
        ("Saloon arrives in spring | Example Motor", "Example Motor", "Saloon arrives in spring"),
        ("Saloon arrives in spring - Example Motor", "Example Motor", "Saloon arrives in spring"),
        ("Example Motor: Saloon arrives", "Other", "Example Motor: Saloon arrives"),
        ("Saloon - the long way home", "Example Motor", "Saloon - the long way home"),
        ("Saloon arrives in spring | Motor", "", "Saloon arrives in spring"),
    ],
)
def test_the_site_s_tail_is_cut_from_a_title(title: str, site: str, expected: str) -> None:
    assert without_site(title, site) == expected


def test_a_site_s_name_set_as_heading_is_not_the_title() -> None:
    place, title = best_title(
        ["Example Motor"], [("meta og:title", "Saloon arrives in spring")], "Example Motor"
    )
    assert (place, title) == ("meta og:title", "Saloon arrives in spring")


def test_the_standfirst_is_what_the_page_shows_never_the_description_alone() -> None:
    described = read('<meta name="description" content="A saloon for search engines to show.">')
    assert described.standfirst is None
    shown = read(
        top="<h1>Electric saloon arrives in spring</h1>"
        "<p class=standfirst>Four doors and a long range at last.</p>"
    )
    assert shown.standfirst == "Four doors and a long range at last."
    assert shown.standfirst not in shown.text
    assert ("standfirst", "standfirst") in [(cut.rule, cut.became) for cut in shown.cuts]


def test_a_byline_and_a_date_in_the_page_s_head_become_fields() -> None:
    top = "<h1>Electric saloon arrives in spring</h1><p>By Ada Writer</p><p>2 March 2026, 10:30</p>"
    article = read(top=top)
    assert article.authors == ("Ada Writer",)
    assert article.published_at == datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
    assert {cut.became for cut in article.cuts} >= {"authors", "published_at", "title"}
    assert "Ada" not in article.text


def test_a_bare_name_beside_its_date_is_the_author() -> None:
    top = "<h1>Electric saloon arrives in spring</h1><div class=meta>March 2, 2026 • Ada Writer</div>"
    assert read(top=top).authors == ("Ada Writer",)


@pytest.mark.parametrize(
    "name", ["https://motor.example/staff/ada", "admin", "ada.writer", "View all posts", "May"]
)
def test_what_is_no_name_is_no_author(name: str) -> None:
    assert read(f'<meta name="author" content="{name}">').authors == ()


def test_the_site_s_selectors_win() -> None:
    top = (
        "<h1>Electric saloon arrives in spring</h1><div class=t>Saloon!</div>"
        "<i class=who>Ada Writer</i><b class=when>02.03.2026</b>"
    )
    article = read(top=top, rules=Rules(title=".t", authors=".who", published_at=".when"))
    assert (article.title, article.authors) == ("Saloon!", ("Ada Writer",))
    assert article.published_at == datetime(2026, 3, 2, tzinfo=UTC)


def test_the_site_s_selector_of_the_standfirst_wins_and_takes_its_line_out_of_the_text() -> None:
    top = "<h1>Electric saloon arrives in spring</h1><p class=dek>Not the one we waited for.</p>"
    below = "<p class=lead>It is late, and it is loud, and that is all the maker says for now.</p>"
    article = read(top=top + below, rules=Rules(standfirst=".lead"))
    assert article.standfirst == "It is late, and it is loud, and that is all the maker says for now."
    assert article.standfirst not in article.paragraphs


def test_the_address_is_the_page_s_own_without_tracking() -> None:
    article = read('<link rel="canonical" href="/news/electric-saloon?utm_source=x">')
    assert article.url == "https://motor.example/news/electric-saloon"


def test_an_address_on_another_site_is_not_believed() -> None:
    article = read('<link rel="canonical" href="https://copy.example/saloon">')
    assert article.url == "https://motor.example/news/electric-saloon"


def test_the_language_is_the_page_s_word_else_the_site_s() -> None:
    assert read().language == "en-gb"
    assert clean_html(PROSE, rules=Rules(language="de")).language == "de"


def test_evidence_names_the_place_each_field_came_from() -> None:
    evidence = read(ld(ARTICLE)).evidence
    assert evidence["published_at"] == "json-ld datePublished"
    assert evidence["authors"] == "json-ld author"
