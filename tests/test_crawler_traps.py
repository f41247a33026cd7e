"""Sites that offer addresses without end, and feeds and sitemaps that attack their reader."""

import gzip
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import serving
from madenet import XML, Answer, Asked
from online import HOME, HOST, Online, online

from crawler.budget import Budget, shape_of
from db.ledger import State


@pytest.fixture
def place(tmp_path: Path, sqlite_url: str) -> Iterator[Online]:
    with online(tmp_path) as made:
        made.define()
        yield made


@pytest.mark.parametrize(
    "urls",
    [
        ["https://a.example/news/calendar/2031/05/17", "https://a.example/news/calendar/1999/12/1"],
        ["https://a.example/news/?page=7", "https://a.example/news/?page=8"],
        ["https://a.example/news/long-story?sid=3f", "https://a.example/news/other-story?sid=77"],
        ["https://a.example/cars/?color=red&doors=5", "https://a.example/cars/?doors=3"],
        ["https://a.example/s(8a7f)/news/x", "https://a.example/s(17b3c)/news/x"],
        ["https://a.example/en/a/b/a/b/a/b", "https://a.example/de/a/b/a/b/a/b/a"],
    ],
)
def test_what_a_machine_varies_has_one_shape(urls: list[str]) -> None:
    assert len({shape_of(url) for url in urls}) == 1


def test_addresses_that_differ_in_words_differ_in_shape() -> None:
    words = [
        "news/2026/11/boot-grows",
        "news/2026/11/roof-shrinks",
        "tests/boot-grows",
        "news/boot-grows-4711",
    ]
    assert len({shape_of(f"https://a.example/{path}") for path in words}) == 4


def test_a_budget_counts_pages_shapes_and_what_was_in_vain() -> None:
    budget = Budget(pages=9, per_shape=5, in_vain=3)
    page, day, story = (f"https://a.example/{path}" for path in ("x?page={}", "day/{}", "story/{}"))
    taken = [budget.takes(page.format(n)) for n in range(7)]
    assert taken == [True] * 5 + [False] * 2
    for n in range(2):
        assert budget.takes(day.format(n))
        budget.settled(day.format(n), State.NOT_ARTICLE)
    budget.settled(day.format(2), State.STORED)  # one that bears fruit and the count begins anew
    for n in range(3):
        budget.settled(day.format(n), State.DUPLICATE)
        budget.settled(day.format(n), State.FAILED)
    assert not budget.takes(day.format(9))
    assert list(budget.notes()) == [
        "budget: 2 addresses like a.example/*?* left over",
        "budget: 1 addresses like a.example/day/0 left over",
    ]
    assert [budget.takes(story.format(n)) for n in range(3)] == [True, True, False]
    assert budget.full


def endless(asked: Asked) -> Answer:
    """A page that leads to a few hundred others, other ones each time."""
    drawn = random.Random(asked.path)
    paths = [f"/news/calendar/{drawn.randrange(1900, 2100)}/{n % 12 + 1:02}/" for n in range(90)]
    paths += [f"/news/?page={drawn.randrange(10_000)}" for _ in range(90)]
    paths += [f"/news/0?sid={drawn.randbytes(8).hex()}" for _ in range(90)]
    paths += [f"/news/cars?color={drawn.randrange(9)}&amp;doors={n}" for n in range(90)]
    paths += ["/news/a" + "/a" * (n + 2) for n in range(90)]
    links = "".join(f'<li><a href="{path}">Car number {n}</a></li>' for n, path in enumerate(paths))
    return Answer(f"<html><title>Cars</title><body><ul>{links}</ul></body></html>".encode())


def test_a_trap_costs_its_own_budget_and_no_article(place: Online) -> None:
    place.board.pages["/list"] = endless
    for path in ("/news/", "/news/cars"):
        place.board.pages[path] = endless
    place.board.pages |= {f"/news/a{'/a' * n}": endless for n in range(100)}
    place.board.pages |= {
        f"/news/calendar/{y}/{m:02}/": endless for y in range(1900, 2100) for m in range(1, 13)
    }
    place.board.stories(5)
    words = ("boot-grows", "roof-shrinks", "doors-open", "lamps-dim")
    place.board.pages |= {f"/news/{word}": place.board.pages[f"/news/{n}"] for n, word in enumerate(words, 1)}
    # the articles are dated long before the moment at which the trap's addresses are found: claimed last
    items = "".join(f"<url><loc>{HOME}news/{word}</loc><lastmod>2020-01-01</lastmod></url>" for word in words)
    place.board.pages["/sitemap.xml"] = Answer(f"<urlset>{items}</urlset>".encode(), kind=XML)
    place.define(find=f'sections = ["{HOME}list"]\nsitemaps = ["{HOME}sitemap.xml"]')
    ended = place.go()
    asked = place.web.paths(HOST)
    assert {f"{HOME}news/{word}" for word in words} <= {str(row[0]) for row in place.articles()}
    assert len(asked) <= 5 * (30 + 2 * 50) + len(words) + 2
    [(outcome, found, balance)] = place.runs()
    assert outcome == "limit", ended.err
    assert "left over" in ended.err
    assert balance["pending"] + balance["not_article"] + balance.get("duplicate", 0) >= found - 5


def test_a_run_ends_at_its_page_budget_and_the_next_goes_on(place: Online) -> None:
    place.board.feed(place.board.stories(9))
    ended = place.go(PAGES_PER_RUN=4)
    assert "budget: 4 pages a run" in ended.err
    assert place.runs() == [("limit", 9, {"stored": 4, "pending": 5})]
    place.go()
    assert len(place.articles()) == 9


def test_sitemaps_without_end_are_bounded_and_foreign_ones_not_followed(place: Online) -> None:
    with serving() as canary:
        loop = [
            HOME + "index.xml",
            HOME + "other.xml",
            canary.home + "sitemap.xml",
            "https://else.example/s.xml",
        ]
        place.board.sitemap(loop, "/index.xml", index=True)
        place.board.sitemap([*loop, *(f"{HOME}deep.xml?n={n}" for n in range(40))], "/other.xml", index=True)

        def deeper(asked: Asked) -> Answer:
            more = "".join(
                f"<sitemap><loc>{HOME}deep.xml?n={asked.path[-9:]}{n}</loc></sitemap>" for n in range(9)
            )
            return Answer(f"<sitemapindex>{more}</sitemapindex>".encode(), kind=XML)

        place.board.pages["/deep.xml"] = deeper
        story = place.board.stories(1)
        place.board.feed([*story, "https://else.example/news/1", canary.home + "news/1"])
        place.define(find=f'sitemaps = ["{HOME}index.xml"]\nfeeds = ["{HOME}rss"]')
        ended = place.go()
        assert canary.asked == []
    assert {asked.host for asked in place.web.asked} == {HOST}
    asked = place.web.paths(HOST)
    assert len(asked) <= 50 + 1
    assert len(set(asked)) == len(asked)
    assert "unfit=" in ended.err  # those elsewhere, counted
    assert len(place.articles()) == 1


def test_a_sitemap_of_far_too_many_is_read_up_to_its_limit(place: Online) -> None:
    entries = "".join(
        f"<url><loc>{HOME}news/{n}</loc><lastmod>2099-01-01</lastmod></url>" for n in range(800_000)
    )
    place.board.pages["/sitemap.xml"] = Answer(gzip.compress(f"<urlset>{entries}</urlset>".encode(), 6))
    place.define(find=f'sitemaps = ["{HOME}sitemap.xml"]')
    place.go(PAGES_PER_RUN=3)
    [(outcome, found, balance)] = place.runs()
    assert (outcome, found, balance) == ("limit", 50_000, {"gone": 3, "pending": 49_997})
    assert place.peak_mb < 300


DTD = "<!DOCTYPE r [<!ENTITY {name} {value}>]>"
PROLOG = '<?xml version="1.0"?>'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
ATTACKS = {
    "laughs": f'{PROLOG}<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]>BODY',
    "quadratic": f'{PROLOG}<!DOCTYPE r [<!ENTITY l9 "{"ha" * 30_000}">]>BODY'.replace("&l9;", "&l9;" * 2000),
    "file": f'{PROLOG}<!DOCTYPE r [<!ENTITY l9 SYSTEM "file://SECRET">]>BODY',
    "server": f'{PROLOG}<!DOCTYPE r [<!ENTITY l9 SYSTEM "CANARY">]>BODY',
    "dtd": f'{PROLOG}<!DOCTYPE r SYSTEM "CANARYx.dtd">BODY',
    "parameter": f'{PROLOG}<!DOCTYPE r [<!ENTITY % p SYSTEM "CANARYx.dtd"> %p;]>BODY',
    "commented": f'{PROLOG}<!-- <rss <urlset --><!DOCTYPE r [<!ENTITY l9 SYSTEM "file://SECRET">]>BODY',
    "instructed": f'{PROLOG}<?x <rss ?><!DOCTYPE r [<!ENTITY l9 SYSTEM "CANARY">]>BODY',
    "inclusion": f'{PROLOG}BODY<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file://SECRET"/>',
    "styled": f'<?xml-stylesheet href="CANARYx.xsl"?>{PROLOG}BODY',
}
RSS = (
    '<rss version="2.0"><channel><item><title>&l9;</title><link>https://www.motor.example/news/x&l9;</link>'
    "</item></channel></rss>"
)
URLSET = "<urlset><url><loc>https://www.motor.example/news/x&l9;</loc></url></urlset>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-7"])
def test_no_entity_of_a_feed_or_sitemap_is_expanded_opened_or_fetched(place: Online, encoding: str) -> None:
    secret = place.folder / "secret" / "words.txt"
    secret.parent.mkdir()
    secret.write_text("canary-in-a-file")
    place.web.net.watched = str(secret.parent)
    with serving() as canary:
        channels: dict[str, list[str]] = {"feeds": [], "sitemaps": []}
        for name, attack in ATTACKS.items():
            for kind, body in (("feeds", RSS), ("sitemaps", URLSET)):
                text = attack.replace("BODY", body).replace("SECRET", str(secret))
                text = text.replace("CANARY", canary.home)
                declared = text.replace('version="1.0"', f'version="1.0" encoding="{encoding}"')
                place.board.pages[f"/{kind}-{name}"] = Answer(declared.encode(encoding), kind=XML)
                channels[kind].append(f"{HOME}{kind}-{name}")
        place.define(find="\n".join(f"{kind} = {urls}" for kind, urls in channels.items()))
        ended = place.go()
        assert canary.asked == []
    assert place.noted("open") == []
    assert place.contacts == {"20.0.0.1"}
    assert {path for path in place.states() if "ha" in path or "canary" in path} == set()
    assert place.articles() == []
    assert place.peak_mb < 250
    assert "Traceback" not in ended.err
    told = [line for line in ended.err.splitlines() if "invalid" in line or "without" in line]
    expected = {"laughs", "file", "server", "parameter", "commented", "instructed"}
    for name in expected:
        assert [line for line in told if f"feeds-{name}:" in line], name
        assert [line for line in told if f"sitemaps-{name}:" in line], name
