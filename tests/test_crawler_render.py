"""Pages that a browser builds; with a Chromium of this machine."""

import shutil
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from loopback import Answer, Place, Site, serving

from db.archive import Archive
from db.ledger import history

HERE = find_spec("scrapy_playwright") is not None and any(
    shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
)
browser = pytest.mark.skipif(not HERE, reason="NO BROWSER: needs the extra render and a Chromium on the path")
SHELL = (
    "<!doctype html><html lang=en><head><title>Story</title><link rel=stylesheet href=/style.css></head>"
    "<body><div id=root></div><img src=/picture.jpg><script src=/app.js></script></body></html>"
)
SCRIPT = """
async function build() {
  const story = await (await fetch('/api/story.json')).json();
  document.title = story.title;
  const lines = story.lines.map(line => `<p>${line}</p>`).join('');
  document.getElementById('root').innerHTML = `<article><h1>${story.title}</h1>${lines}</article>`;
}
build();
"""
LINES = [
    "The estate that nobody built is back, and this time it has a roof that opens in two halves at once.",
    "Its maker says that the first of them will leave the works before the river freezes over this winter.",
    "We walked round it twice, sat in it once, and were asked to leave when we reached for the starter key.",
]


@pytest.fixture
def site(place: Place) -> Iterator[Site]:
    with serving() as made:
        place.site("made", made.toml("render = true\n"))
        made.pages["/news/2026/1"] = Answer(SHELL.encode())
        made.pages["/app.js"] = Answer(SCRIPT.encode(), kind="text/javascript")
        lines = ", ".join(f'"{line}"' for line in LINES)
        story = f'{{"title": "An estate with half a roof", "lines": [{lines}]}}'
        made.pages["/api/story.json"] = Answer(story.encode(), kind="application/json")
        made.feed(["/news/2026/1"])
        yield made


@browser
def test_a_story_that_only_scripts_bring_is_stored_and_archived_as_built(place: Place, site: Site) -> None:
    ended = place.crawl("made")
    assert ended.code == 0, ended.err
    ((url, title, text, *_),) = place.articles()
    assert (title, str(text).split("\n\n")) == ("An estate with half a roof", LINES)
    assert site.asked == ["/robots.txt", "/rss", "/news/2026/1", "/app.js", "/api/story.json"]
    with place.open() as s:
        known = history(s, str(url))
    assert known is not None
    assert known.address.position is not None
    page = Archive(place.folder / "archive").read(known.address.position)
    assert (page.header("X-Carnews-Rendered"), LINES[0].encode() in page.body) == ("chromium", True)


@browser
def test_without_a_browser_the_page_is_told_apart_as_no_article(place: Place, site: Site) -> None:
    place.site("made", site.toml())
    place.crawl("made")
    assert place.articles() == []
    assert place.states()["/news/2026/1"][0] == "not_article"


@browser
def test_scripts_of_a_page_reach_no_other_private_server(place: Place, site: Site) -> None:
    with serving() as canary:
        canary.pages["/secret"] = Answer(b"secret")
        attack = (
            f"fetch('{canary.home}secret');"
            f"new WebSocket('{canary.home.replace('http', 'ws')}secret');"
            f"navigator.sendBeacon('{canary.home}secret', 'x');"
            f"document.body.insertAdjacentHTML('beforeend', '<iframe src=\"{canary.home}secret\"></iframe>"
            f'<img src="{canary.home}secret"><link rel=preconnect href="{canary.home}">\');'
        )
        port = canary.port
        for host in ("localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"):
            attack += f"fetch('http://{host}:{port}/secret').catch(() => 0);"
        site.pages["/app.js"] = Answer((attack + SCRIPT).encode(), kind="text/javascript")
        assert place.crawl("made").code == 0
        assert canary.asked == []
    assert len(place.articles()) == 1


@browser
def test_what_robots_txt_forbids_is_not_fetched_for_the_browser_either(place: Place, site: Site) -> None:
    site.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /api/\n", kind="text/plain")
    place.crawl("made")
    assert "/api/story.json" not in site.asked
    assert place.articles() == []


@browser
@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Answer(status=404), ("gone", "http 404")),
        (Answer(status=503), ("failed", "http 503")),
        (Answer(status=302, headers={"Location": "https://elsewhere.example/"}), ("blocked", "off-site")),
    ],
)
def test_a_page_that_cannot_be_had_ends_as_any_other(
    place: Place, site: Site, answer: Answer, state: tuple[str, str]
) -> None:
    site.pages["/news/2026/1"] = answer
    place.crawl("made")
    assert place.states()["/news/2026/1"] == state


@browser
def test_a_page_that_moved_keeps_the_address_it_moved_to(place: Place, site: Site) -> None:
    site.pages["/news/2026/2"] = site.pages["/news/2026/1"]
    site.pages["/news/2026/1"] = Answer(status=301, headers={"Location": "/news/2026/2"})
    assert place.crawl("made").code == 0
    assert [str(url) for url, *_ in place.articles()] == [f"{site.home}news/2026/2"]


def test_a_site_that_needs_a_browser_says_so_where_there_is_none(place: Place, site: Site) -> None:
    hidden = place.folder / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        "import sys\nsys.modules['scrapy_playwright'] = None\n", encoding="utf-8"
    )
    ended = place.crawl("made", PYTHONPATH=f"{hidden}:{place.environment['PYTHONPATH']}")
    assert ended.code == 2
    assert "carnews[render]" in ended.err
    assert site.asked == []
