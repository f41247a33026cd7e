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
        (
            "<title>Just a moment...</title><h1>motor.example</h1><h2>This takes a second</h2>",
            "https://motor.example/news/hatchback-returns-with-bigger-boot-4711",
            "bot challenge",
        ),
        (
            "<h1>motor.example</h1><p>Wait.</p><script>window._cf_chl_opt={cType:'x'}</script>",
            None,
            "bot challenge",
        ),
        (
            "<h1>We value your privacy</h1><p>We and our 77 partners store information, such as cookies.</p>",
            "https://motor.example/2026/08/hatchback-returns-with-a-bigger-boot/",
            "consent wall",
        ),
        ("<p>News</p>", None, "no text"),
        (
            "<h1>Thirty angles of the hatchback</h1><ul>"
            + "".join(f"<li>2026 BMW X{n} Front View BMW</li>" for n in range(1, 9))
            + "</ul>",
            "https://motor.example/news/thirty-angles-of-the-new-bmw-hatchback",
            "gallery",
        ),
        (
            "<h1>Which boot for a hatchback?</h1>"
            + "".join(
                f"<div class=post><div>driver_{n}<br>Member<br>Joined: Mar 20{n}<br>Posts: 1,2{n}</div>"
                f"<p>I would take the larger one, whatever the neighbours say about number {n}.</p></div>"
                for n in range(11, 15)
            ),
            "https://motor.example/news/which-boot-for-a-small-hatchback-in-winter",
            "forum",
        ),
        (
            "<h1>Author: Ada Winter</h1><p>Ada Winter drives.</p><h2><a href=/1>A boot</a></h2>",
            "https://motor.example/2026/08/meet-ada-winter/",
            "author page",
        ),
        (
            "<h1>Alle Artikel zu Borgward</h1><h3><a href=/1>Die Isabella kehrt heim</a></h3><p>Leise.</p>",
            "https://motor.example/neuheiten/alle-artikel-zu-borgward-4711.html",
            "listing",
        ),
        (
            "<h1>Hatchbacks of the region and where to see them</h1>"
            + "".join(
                f"<h3><a href=/{n}>Car number {n} arrives</a></h3><p>With doors.</p>" for n in range(4)
            ),
            "https://motor.example/news/hatchbacks-of-the-region-and-where-to-see-them",
            "listing",
        ),
        (
            "<h1>Suchergebnisse für „Kombi“</h1><p>1 Treffer für „Kombi“, gefunden in allen Heften</p>",
            "https://motor.example/neuheiten/suche-kombi-4711.html",
            "search page",
        ),
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


@pytest.mark.parametrize(
    "title",
    ["Peugeot 404 returns to Africa", "Just a moment of silence for the V8", "Why we search for rust"],
)
def test_a_short_article_is_not_refused_for_a_word_in_its_title(title: str) -> None:
    html = f'<meta property="og:type" content="article"><article><h1>{title}</h1>{PROSE * 2}</article>'
    assert verdict(html, "https://motor.example/news/what-a-car-of-the-sixties-can-teach-us") == "article"


def test_a_document_is_not_a_page_though_its_bytes_are_plain_text() -> None:
    pdf = b"%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\n" + b"(A hatchback with a bigger boot.) Tj\n" * 40
    assert clean_html(pdf, "https://motor.example/news/price-list").verdict == "not a page"
    assert clean_html(pdf[9:], content_type="application/pdf").verdict == "not a page"


def test_a_page_is_read_though_the_server_calls_it_something_else() -> None:
    html = f"<!doctype html><h1>Hatchback returns with a bigger boot</h1>{PROSE * 4}".encode()
    assert clean_html(html, content_type="application/octet-stream").verdict == "article"
