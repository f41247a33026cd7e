"""What a page states about itself becomes title, authors and dates, each with its evidence."""

import json
import time
from datetime import UTC, datetime

import pytest

from pipeline import clean_html
from pipeline.article import CleanArticle
from pipeline.dates import precision_of
from pipeline.moments import in_scripts
from pipeline.names import names_in
from pipeline.titles import best_title, without_site

TITLE = "Electric saloon arrives in spring"
PROSE = "<p>The saloon goes on sale in April, the maker says, and the first cars reach dealers soon.</p>" * 4
URL = "https://motor.example/news/electric-saloon-arrives"


def read(head: str = "", top: str = "", url: str = URL, below: str = "", title: str = TITLE) -> CleanArticle:
    html = f"<html lang=en-GB><head>{head}</head><body><article><h1>{title}</h1>{top}{PROSE}</article>{below}"
    return clean_html(html, url)


def ld(*nodes: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(list(nodes))}</script>'


@pytest.mark.parametrize(
    "top",
    [
        '<a href="/author/ada-writer/">Ada Writer</a>',
        '<span class="author vcard"><a class="url fn n" href="/x">Ada Writer</a></span>',
        '<div class="post-author">Posted on March 2, 2026 by Ada Writer</div>',
        '<a rel="author" href="/x">View all posts by Ada Writer</a>',
        "<address>Ada Writer</address>",
        '<p class="byline">ByAda Writer March 2, 2026</p>',
    ],
)
def test_an_element_that_is_named_after_the_author_names_the_author(top: str) -> None:
    assert read(top=top).authors == ("Ada Writer",)


def test_authors_linked_side_by_side_are_all_authors() -> None:
    top = '<p><a href="/author/ada">Ada Writer</a> and <a href="/author/bo">Bo Reader</a></p>'
    assert read(top=top).authors == ("Ada Writer", "Bo Reader")


def test_who_comments_is_not_the_author() -> None:
    below = '<div class="comment-author vcard"><b class=fn>Cy Guest</b></div>'
    assert read(below=below).authors == ()


def test_an_organisation_is_the_author_only_where_no_person_is() -> None:
    node = {
        "@type": "NewsArticle",
        "headline": TITLE,
        "author": {"@type": "Organization", "name": "Motor Desk"},
    }
    assert read(ld(node)).authors == ("Motor Desk",)
    assert read(ld(node), top="<p>By Ada Writer</p>").authors == ("Ada Writer",)
    assert read(ld(node) + '<meta name="author" content="Ada Writer">').authors == ("Ada Writer",)


def test_a_person_s_name_may_hold_small_words_where_a_field_gives_names_alone() -> None:
    assert names_in(["James Le"], given=True) == ("James Le",)
    assert names_in(["Writer, Ada Writer"], given=True) == ("Writer", "Ada Writer")


def test_libraries_write_the_family_s_name_first() -> None:
    assert read('<meta name="citation_author" content="Writer, Ada">').authors == ("Ada Writer",)


def test_another_place_that_names_other_people_is_noted() -> None:
    node = {"@type": "NewsArticle", "headline": TITLE, "author": {"name": "Ada Writer"}}
    article = read(ld(node) + '<meta name="author" content="Bo Reader">')
    assert article.authors == ("Ada Writer",)
    assert article.evidence["authors conflict"] == "meta author: Bo Reader"


@pytest.mark.parametrize(
    ("stated", "exact", "zone"),
    [
        ("2026-03-02T23:30:00-05:00", "second", "given"),
        ("2026-03-02T10:30", "minute", "assumed"),
        ("2026-03-02", "day", "assumed"),
        ("2 March 2026, 10:30 GMT", "minute", "given"),
    ],
)
def test_the_words_of_a_date_and_how_exact_they_are_stay_beside_it(
    stated: str, exact: str, zone: str
) -> None:
    evidence = read(f'<meta property="article:published_time" content="{stated}">').evidence
    assert evidence["published_at raw"] == stated
    assert evidence["published_at precision"] == exact
    assert evidence["published_at zone"] == zone
    assert precision_of(stated) == (exact, zone == "given")


def test_a_time_without_a_zone_keeps_its_day() -> None:
    head = '<meta property="article:published_time" content="2026-03-02T23:59:00">'
    assert read(head).published_at == datetime(2026, 3, 2, 23, 59, tzinfo=UTC)


def test_a_place_that_states_another_day_is_noted() -> None:
    head = (
        '<meta property="article:published_time" content="2026-03-02"><meta name="date" content="2026-01-09">'
    )
    assert read(head).evidence["published_at conflict"] == "meta date: 2026-01-09"


def test_a_date_after_the_last_change_gives_way_to_another_place() -> None:
    node = {
        "@type": "NewsArticle",
        "headline": TITLE,
        "datePublished": "2026-05-01",
        "dateModified": "2026-03-03",
    }
    other = '<meta property="article:published_time" content="2026-03-02">'
    assert read(ld(node) + other).published_at == datetime(2026, 3, 2, tzinfo=UTC)
    assert read(ld(node)).published_at == datetime(2026, 5, 1, tzinfo=UTC)


def test_the_time_below_the_title_comes_before_those_of_teasers() -> None:
    html = (
        "<html lang=en><body><aside><time datetime=2026-01-01>x</time></aside>"
        f"<h1>{TITLE}</h1><time datetime=2026-03-02>y</time>{PROSE}"
    )
    assert clean_html(html, URL).published_at == datetime(2026, 3, 2, tzinfo=UTC)


def test_a_line_that_tells_of_a_change_alone_is_no_publication() -> None:
    assert read(top="<p>Updated on March 2, 2026</p>").published_at is None


@pytest.mark.parametrize(
    ("head", "url", "place"),
    [
        (ld({"@type": "WebPage", "datePublished": "2026-03-02"}), URL, "json-ld page"),
        ("", "https://motor.example/2026/03/02/saloon/", "address"),
        ('<script>var s = {"publishedAt":"2026-03-02"}</script>', URL, "script"),
    ],
)
def test_where_the_article_states_no_date_the_page_may(head: str, url: str, place: str) -> None:
    article = read(head, url=url)
    assert article.published_at == datetime(2026, 3, 2, tzinfo=UTC)
    assert article.evidence["published_at"] == place


def test_scripts_that_carry_several_days_carry_none() -> None:
    assert in_scripts(['{"publishedAt":"2026-03-02"},{"publishedAt":"2026-03-04"}']) is None


def test_of_several_articles_in_json_ld_the_one_with_the_page_s_title_is_meant() -> None:
    teaser = {
        "@type": "NewsArticle",
        "headline": "Van recalled",
        "datePublished": "2026-01-01",
        "author": {"name": "Cy Guest"},
        "description": "d",
        "articleBody": "b",
    }
    own = {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2026-03-02"}
    assert read(ld(teaser, own)).published_at == datetime(2026, 3, 2, tzinfo=UTC)


def test_a_kicker_inside_the_heading_is_not_part_of_the_title() -> None:
    head = f'<meta property="og:title" content="{TITLE} | Example Motor">'
    article = read(head, title=f"<span>First drive</span> <span>{TITLE}</span>")
    assert article.title == TITLE
    assert "First drive" not in article.text


def test_soft_hyphens_are_no_part_of_a_title() -> None:
    assert read(title="Elec&shy;tric saloon arrives in spring").title == TITLE


def test_the_host_s_word_tells_a_tail_that_is_the_site_s() -> None:
    assert without_site("Saloon arrives - Motor Example News", "", "motor") == "Saloon arrives"
    assert without_site("Saloon arrives - a long way", "", "motor") == "Saloon arrives - a long way"


def test_a_heading_that_the_address_does_not_know_gives_way_to_one_that_it_does() -> None:
    claims = [("title element", "Cars and Notes » Electric saloon arrives")]
    assert best_title(["Cars and Notes"], claims, "", URL) == ("address", "Electric saloon arrives")


def test_a_stated_title_with_other_words_is_noted() -> None:
    head = '<meta property="og:title" content="Why nobody needs this car at all">'
    assert "og:title" in read(head).evidence["title conflict"]


@pytest.mark.parametrize(
    "head",
    [
        ld({"@type": "NewsArticle", "headline": TITLE, "isAccessibleForFree": False}),
        ld({"@type": "NewsArticle", "headline": TITLE, "isAccessibleForFree": "False"}),
        '<meta property="article:content_tier" content="metered">',
    ],
)
def test_a_page_that_says_its_text_is_not_free_is_noted(head: str) -> None:
    assert read(head).evidence["paywall"]


def test_a_page_that_says_its_text_is_free_is_not() -> None:
    assert "paywall" not in read('<meta property="article:content_tier" content="free">').evidence


@pytest.mark.parametrize("piece", ["author-", "updated ", '"publishedAt":', "by ", "| ", "von 1 "])
def test_hostile_repetition_costs_no_more_than_its_length(piece: str) -> None:
    def cost(count: int) -> float:
        text = piece * count
        html = f"<title>{text}</title><h1 class='{text}'>{text}</h1><time class='{text}'>{text}</time>"
        start = time.process_time()
        clean_html(f"{html}<div class='{text}author'>{text}</div><script>{text}</script>", URL)
        return time.process_time() - start

    cost(100)
    assert cost(8000) < 40 * cost(1000) + 0.5
