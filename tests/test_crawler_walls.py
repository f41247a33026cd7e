"""What answers in an article's place: error pages that claim success, parked domains, walls of all kinds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import article
from madenet import Answer
from online import HOME, HOST, Online, moved, online

from crawler.progress import is_walled
from db.runs import Balance


def page(title: str, body: str, head: str = "") -> bytes:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body><header><a href='/'>Made Motor</a> <a href='/news/'>News</a></header>{body}"
        "<footer>Made Motor 2026. All rights reserved. <a href='/privacy'>Privacy</a></footer></body></html>"
    ).encode()


CARDS = "".join(
    f'<div class="card"><h3><a href="/news/{n}">Car number {n} arrives</a></h3><p>Doors: {n}.</p></div>'
    for n in range(12)
)
DOMAINS = "".join(f'<li><a href="/r?q={word}">{word}</a></li>' for word in ("Loans", "Used Cars", "Flights"))
LEAD = "<p>The saloon that won the hill climb last year is coming back, and its boot has grown by a hand.</p>"

# 200 each, but no article in any of them
NO_ARTICLE = {
    "soft-404": page(
        "Page not found | Made Motor", "<h1>Page not found</h1><p>We looked everywhere.</p>" + CARDS
    ),
    "sorry": page("Made Motor", "<h1>Sorry!</h1><p>This page has moved or does not exist any more.</p>"),
    "no-longer": page("Made Motor", "<h1>This article is no longer available</h1>" + CARDS),
    "parked": page(
        "motor.example",
        f"<h1>motor.example</h1><p>This domain is for sale. Buy it now.</p><ul>{DOMAINS}</ul>",
    ),
    "parked-ads": page("motor.example", f"<p>Related searches</p><ul>{DOMAINS * 4}</ul>"),
    "for-sale": page(
        "Buy motor.example", "<h1>The domain motor.example is for sale</h1><p>Make an offer.</p>"
    ),
    "expired": page(
        "Account suspended", "<h1>This account has been suspended</h1><p>Contact your hosting.</p>"
    ),
    "search": page(
        "Search results for saloon", "<h1>Search results for “saloon”</h1><p>12 results</p>" + CARDS
    ),
    "empty-search": page("Search", "<h1>Search</h1><p>No results were found for “saloon”.</p>"),
    "error": page("Error", "<h1>Internal Server Error</h1><p>Something went wrong. Try again later.</p>"),
    "database": b"Error establishing a database connection",
    "trace": page("Error", "<pre>Traceback (most recent call last):\n  File x, line 3\nKeyError: 'id'</pre>"),
    "maintenance": page("Back soon", "<h1>We will be back soon</h1><p>The site is down for maintenance.</p>"),
    "parked-prose": page(
        "motor.example is for sale",
        "<h1>motor.example</h1><p>You are looking at a premium domain that can be yours today. A good name "
        "is what customers see first and forget last.</p><p>Our brokers have helped thousands of owners to "
        "find a name at a fair price. Fill in the form and we will call back within one working "
        "day.</p><p>Payment is held in trust until the name has changed hands.</p>",
    ),
    "maintenance-prose": page(
        "Made Motor: maintenance",
        "<h1>We are working on our site</h1><p>Tonight we are moving all of our stories to a new home, and "
        "while we do so nothing can be read here.</p><p>We expect to be back at six in the morning. "
        "Subscribers need not do anything at all, and thank you for your patience.</p>",
    ),
    "soft-404-prose": page(
        "Oops",
        "<h1>Oops, a wrong turn</h1><p>The page you were looking for has left the road. Perhaps it was "
        "moved, perhaps its address was mistyped, perhaps it never was there in the first place.</p><p>You "
        "may go back to "
        "the front page, use the search above or read one of our latest stories.</p>" + CARDS,
    ),
    "nothing": b"",
    "json": b'{"error": "not found", "code": 404}',
    "front-page": page("Made Motor", "<h1>News</h1>" + CARDS),
    "default": page("Welcome to nginx!", "<h1>Welcome to nginx!</h1><p>The server works.</p>"),
}
WALLS = {
    "paywall": page(
        "Saloon returns",
        f"<article><h1>Saloon returns with a bigger boot</h1>{LEAD}<div class='paywall'><h2>Subscribe to "
        "continue reading</h2><p>Already a subscriber? Log in.</p></div></article>",
    ),
    "metered": page(
        "Saloon returns",
        f"<h1>Saloon returns</h1>{LEAD}<p>You have reached your limit of free articles. Subscribe to "
        "read on.</p>",
    ),
    "login": page(
        "Log in",
        "<h1>Log in to continue</h1><form><input name=user><input type=password><button>Log "
        "in</button></form>",
    ),
    "consent": page(
        "Your privacy",
        "<h1>We value your privacy</h1><p>We and our 812 partners store and access information on a device, "
        "such as cookies, and process personal data.</p><button>Accept all</button><button>Reject</button>",
    ),
    "cookies": page(
        "Cookies",
        "<h1>Please accept cookies</h1><p>To read Made Motor, please enable cookies in your browser.</p>",
    ),
    "challenge": page(
        "Just a moment...",
        "<h1>Checking your browser</h1><p>Enable JavaScript and cookies to "
        "continue.</p><script>window._cf_chl_opt={}</script>",
    ),
    "robot": page(
        "Are you a robot?", "<h1>Please verify you are a human</h1><p>Press and hold the button.</p>"
    ),
}


@pytest.fixture
def place(tmp_path: Path, sqlite_url: str) -> Iterator[Online]:
    with online(tmp_path) as made:
        made.define()
        yield made


def test_no_error_page_and_no_wall_is_stored_as_an_article(place: Online) -> None:
    pages = place.board.pages
    for name, body in (NO_ARTICLE | WALLS).items():
        pages[f"/news/{name}"] = Answer(body)
    for status in (401, 402, 403, 451):
        pages[f"/news/refused-{status}"] = Answer(WALLS["challenge"], status)
    pages["/news/home"] = moved("/")
    pages["/"] = Answer(NO_ARTICLE["front-page"])
    good = place.board.stories(2)
    refused = [f"refused-{status}" for status in (401, 402, 403, 451)]
    place.board.feed([*(f"{HOME}news/{name}" for name in (*NO_ARTICLE, *WALLS, *refused, "home")), *good])
    ended = place.go()
    assert {row[0] for row in place.articles()} == set(good), ended.err
    assert "blocked: bot challenge" in ended.err
    states = place.states()
    for name in (*NO_ARTICLE, "home"):
        state, reason = states[f"/news/{name}"]
        assert state == "not_article", name
        assert reason, name
    assert {name: states[f"/news/{name}"][0] for name in WALLS} == dict.fromkeys(WALLS, "blocked")
    assert {name: states[f"/news/{name}"][0] for name in refused} == dict.fromkeys(refused, "failed")


@pytest.mark.parametrize(
    ("states", "reasons", "alarm"),
    [
        ({"stored": 9, "blocked": 3}, {"blocked: consent wall": 3}, False),
        ({"stored": 2, "blocked": 3}, {"blocked: consent wall": 1, "blocked: bot challenge": 2}, True),
        ({"blocked": 2}, {"blocked: bot challenge": 2}, False),
        ({"unchanged": 40, "blocked": 4}, {"blocked: bot challenge": 4}, True),
        ({"stored": 1, "blocked": 7}, {"blocked: robots": 7}, False),
    ],
)
def test_a_run_that_meets_mostly_walls_is_no_success(
    states: dict[str, int], reasons: dict[str, int], alarm: bool
) -> None:
    assert is_walled(Balance(sum(states.values()), states, reasons)) == alarm


def test_a_wall_that_rises_takes_no_article_away(place: Online) -> None:
    [url] = place.board.stories(1)
    place.board.feed([url])
    place.go()
    before = place.articles()
    for wall in (WALLS["consent"], NO_ARTICLE["soft-404"], NO_ARTICLE["parked"], b""):
        place.board.pages["/news/0"] = Answer(wall)
        place.go(url=url)
        assert place.articles() == before
    place.board.pages["/news/0"] = Answer(article(1))
    place.go(url=url)
    assert place.articles() != before
    assert place.web.paths(HOST).count("/news/0") == 6
