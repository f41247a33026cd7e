"""What the lines around a title become: standfirst, byline, section, or nothing."""

import pytest

from pipeline import CleanArticle, clean_html

PROSE = (
    "<p>The estate goes on sale in spring with a taller roof, and the maker says that "
    "a wardrobe fits through its tailgate.</p>"
)


def cleaned(above: str, *, head: str = "", below: str = "") -> CleanArticle:
    title = "<h1>Estate grows a taller roof for wardrobes</h1>"
    return clean_html(f"{head}<main>{title}{above}<div class=story>{PROSE * 4}</div>{below}</main>")


def rules(article: CleanArticle) -> dict[str, str]:
    return {cut.block.text: cut.rule for cut in article.cuts}


@pytest.mark.parametrize(
    ("above", "standfirst"),
    [
        ("<h2>It fits.</h2>", "It fits."),
        ("<h2>No, really. We measured.</h2>", "No, really. We measured."),
        ("<p>Auto Show / 24 Comments</p><h2>It fits.</h2>", "It fits."),
        ("<h2>Two doors</h2>", None),
    ],
)
def test_a_sentence_set_as_heading_under_the_title_is_the_standfirst(
    above: str, standfirst: str | None
) -> None:
    assert cleaned(above).standfirst == standfirst


def test_a_short_line_that_is_the_description_is_the_standfirst() -> None:
    head = '<meta name="description" content="It fits.">'
    assert cleaned("<div class=x>It fits.</div>", head=head).standfirst == "It fits."


@pytest.mark.parametrize("opening", ["<header>", '<div class="article-header">'])
def test_a_sentence_in_the_title_s_own_header_is_the_standfirst(opening: str) -> None:
    closing = "</header>" if "header>" in opening else "</div>"
    head = f"{opening}<h1>Estate grows a taller roof</h1><p>Wardrobes rejoice.</p>{closing}"
    article = clean_html(f"<main>{head}<div>{PROSE * 4}</div></main>")
    assert (article.standfirst, len(article.blocks)) == ("Wardrobes rejoice.", 4)


def test_the_first_paragraph_is_no_standfirst_where_a_header_holds_the_whole_text() -> None:
    html = f"<header><h1>Estate grows a taller roof</h1>{PROSE * 8}</header>"
    article = clean_html(html)
    assert (article.standfirst, len(article.blocks)) == (None, 8)


def test_the_line_that_counts_comments_gives_the_section_where_nothing_else_does() -> None:
    article = cleaned("<p>Auto Show / 24 Comments</p>")
    assert article.section == "Auto Show"
    assert article.evidence["section"] == "comment counter"
    stated = cleaned(
        "<p>Auto Show / 24 Comments</p>", head='<meta property="article:section" content="Estates">'
    )
    assert stated.section == "Estates"


def test_a_picture_credit_that_names_the_author_is_a_caption_and_no_byline() -> None:
    head = '<meta name="author" content="Ada Winter">'
    article = cleaned("<p>Foto: Ada Winter</p>", head=head)
    assert [caption.credit for caption in article.captions] == ["Ada Winter"]
    assert article.authors == ("Ada Winter",)


def test_an_abbreviated_date_keeps_its_exact_moment() -> None:
    article = cleaned(
        '<abbr class="published" title="2016-04-19T07:30:00-04:00">Tuesday, April 19, 2016</abbr>'
    )
    assert article.as_json()["published_at"] == "2016-04-19T11:30:00Z"


def test_initials_and_appeals_after_the_text_are_furniture() -> None:
    article = clean_html(
        f"<main><h1>Estate grows a taller roof</h1>{PROSE * 4}<p>(wtr)</p>"
        "<p>Stay up to date with our newest tests by following Example Motor on Google News.</p></main>"
    )
    assert {"initials", "newsletter"} <= set(rules(article).values())
    assert len(article.blocks) == 4


def test_the_cells_of_a_table_of_data_stay_though_they_are_bare_numbers() -> None:
    rows = "".join(f"<tr><td>Model {n}</td><td>{n}</td></tr>" for n in (4, 12))
    table = f"<table><tr><th>Car</th><th>Comments</th></tr>{rows}</table>"
    article = clean_html(f"<main><h1>Estate grows a taller roof</h1>{PROSE * 4}{table}</main>")
    assert article.paragraphs[4:] == ["Car", "Comments", "Model 4", "4", "Model 12", "12"]


def test_a_table_of_furniture_goes() -> None:
    table = "<table><tr><td>Share</td><td>Print</td><td>12</td></tr></table>"
    article = clean_html(f"<main><h1>Estate grows a taller roof</h1>{PROSE * 4}{table}</main>")
    assert len(article.blocks) == 4
