import pytest

from pipeline import clean_html
from pipeline.verdict import REASONS

PROSE = (
    "<p>The hatchback that left the lists two years ago is coming back "
    "with a boot that grows by sixty litres.</p>"
)
CARD = '<div class="card"><h3><a href="/n/{n}">Car number {n} arrives</a></h3><p>It has {n} doors.</p></div>'


def verdict(html: str, url: str | None = None) -> str:
    return clean_html(html, url).verdict


def test_a_plain_page_with_running_text_is_an_article() -> None:
    assert verdict(f"<h1>Hatchback returns with a bigger boot</h1>{PROSE * 3}") == "article"


def test_a_short_dated_report_is_an_article() -> None:
    html = (
        '<meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2026-03-02">'
        f"<article><h1>Hatchback returns with a bigger boot</h1>{PROSE}</article>"
    )
    assert verdict(html, "https://motor.example/news/hatchback-returns-with-bigger-boot") == "article"


def test_an_article_may_report_on_cookies_and_errors() -> None:
    cookies = "<p>The error 404 shows when a page is not found, and we use cookies, says the maker.</p>"
    assert verdict(f"<article><h1>What the car's screen says</h1>{cookies}{PROSE * 6}</article>") == "article"


@pytest.mark.parametrize(
    ("html", "url", "reason"),
    [
        ("", None, "not a page"),
        ("<img src=x>", None, "not a page"),
        ("<div id=root></div><script>start()</script>", None, "script shell"),
        ("<p>Please enable JavaScript to view this page.</p>", None, "script shell"),
        (
            "<title>Just a moment...</title><p>Checking your browser before accessing motor.example.</p>",
            None,
            "bot challenge",
        ),
        ("<h1>Page not found</h1><p>Sorry, this car has left.</p>", None, "not found page"),
        ("<h1>Seite nicht gefunden</h1><p>Das tut uns leid.</p>", None, "not found page"),
        (
            "<h1>Privacy</h1><p>We and our partners use cookies to store data on your device.</p>",
            None,
            "consent wall",
        ),
        (
            "<h1>Hatchback returns</h1><p>Subscribe to continue reading this story.</p>",
            None,
            "login or paywall",
        ),
        ("<p>News</p>", None, "no text"),
        (
            "<h1>News</h1>" + "".join(CARD.format(n=n) for n in range(20)),
            "https://motor.example/news/",
            "listing",
        ),
        (
            "<h1>Ada</h1>" + "".join(CARD.format(n=n) for n in range(20)),
            "https://motor.example/authors/ada/",
            "author page",
        ),
        (
            "<h1>Boot</h1>" + "".join(CARD.format(n=n) for n in range(20)),
            "https://motor.example/?s=boot",
            "search page",
        ),
    ],
)
def test_a_page_that_is_no_article_says_why(html: str, url: str | None, reason: str) -> None:
    assert verdict(html, url) == reason
    assert reason in REASONS


def test_a_listing_is_told_without_its_address() -> None:
    assert verdict("<h1>News</h1>" + "".join(CARD.format(n=n) for n in range(20))) == "listing"
