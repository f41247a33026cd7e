from datetime import UTC, datetime

from pipeline.article import Block, Caption, CleanArticle, Cut, Kind
from terminal.articles import as_markdown, as_text, byline, escaped
from terminal.compare import fates, sources
from terminal.outcomes import reasons_of, troubles
from terminal.tour import liveliness


def article(*blocks: Block, cuts: tuple[Cut, ...] = (), title: str = "A title") -> CleanArticle:
    return CleanArticle(
        url="https://motor.example/a",
        title=title,
        standfirst="A standfirst.",
        blocks=blocks,
        cuts=cuts,
        captions=(Caption("A caption"),),
        authors=("A. Writer", "B. Writer"),
        published_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        modified_at=None,
        section=None,
        tags=(),
        language="en",
        image=None,
        makes=(),
        verdict="article",
        evidence={"title": "h1"},
    )


MADE = article(
    Block(1, Kind.PARAGRAPH, "First *paragraph*."),
    Block(3, Kind.HEADING, "A heading", level=2),
    Block(4, Kind.ITEM, "one", level=1),
    Block(5, Kind.ITEM, "inner", level=2),
    Block(6, Kind.QUOTE, "Said once."),
    cuts=(
        Cut("furniture", Block(2, Kind.PARAGRAPH, "Share")),
        Cut("title", Block(0, Kind.HEADING, "A title"), "title"),
    ),
)


def test_text_is_headline_byline_standfirst_and_body() -> None:
    assert as_text(MADE).split("\n\n")[:4] == [
        "A title",
        "A. Writer and B. Writer, 2026-03-02 09:30 UTC",
        "A standfirst.",
        "First *paragraph*.",
    ]
    assert "A caption" not in as_text(MADE)


def test_markdown_keeps_headings_lists_and_quotes() -> None:
    text = as_markdown(MADE)
    assert text.startswith("# A title\n\n")
    assert "\n\n## A heading\n\n- one\n  - inner\n\n> Said once.\n" in text
    assert r"First \*paragraph\*." in text


def test_nothing_in_a_page_acts_as_markdown() -> None:
    assert escaped("# not a heading") == r"\# not a heading"
    assert escaped("1. not a list") == r"\1. not a list"
    assert escaped("[x](javascript:alert(1))") == r"\[x\](javascript:alert(1))"
    assert escaped("<b>") == r"\<b\>"
    assert escaped("a-b - c") == "a-b - c"


def test_a_byline_says_only_what_is_known() -> None:
    assert byline((), None) == ""
    assert byline(("A. Writer",), None) == "A. Writer"
    assert byline(("A", "B", "C"), None) == "A, B and C"


def test_fates_stand_in_page_order_and_name_rule_or_field() -> None:
    assert [fate.plain for fate in fates(MADE)] == ["became title", "kept", "cut furniture", *["kept"] * 4]


def test_sources_tell_where_a_field_was_found() -> None:
    assert ("title", "A title", "h1") in sources(MADE)


def test_a_page_without_an_article_is_never_the_liveliest() -> None:
    assert liveliness((None, {})) < liveliness((MADE, {}))


def row(**told: object) -> dict[str, object]:
    return {"site": "motor", "outcome": "finished", "found": 3, "seconds": 1.0, "exit_code": 0} | told


def test_a_crawl_that_went_well_needs_no_sentence() -> None:
    assert troubles(row()) == []


def test_reasons_are_counted_the_commonest_first() -> None:
    reasons = {"failed: http 500": 1, "failed: dns": 2, "blocked: robots": 1}
    assert reasons_of(row(reasons=reasons), "failed") == "the host's name was not found (2), http 500 (1)"
    assert troubles(row(reasons=reasons))[1] == "motor: blocked robots.txt forbids it (1)"


def test_a_crawl_that_never_began_gives_the_childs_last_words() -> None:
    told = troubles(row(outcome="put off", found=None, said="carnews: site motor: busy", exit_code=75))
    assert told == ["motor: put off: site motor: busy"]


def test_silence_is_told_too() -> None:
    assert troubles(row(found=0)) == ["motor: nothing was found"]
    assert "said nothing" in troubles(row(outcome="failed", exit_code=-9))[0]
