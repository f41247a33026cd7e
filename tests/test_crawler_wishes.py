"""The wishes that headers, pages and robots.txt state, and the account of a crawl that met them."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import Folder, is_one_line
from loopback import Answer, Site, article, reset, serving

from crawler.robots import robots_from
from crawler.wishes import of_page, of_robots, of_terms

ROBOTS = """
Content-Signal: search=yes
User-agent: otherbot
Content-Signal: ai-train=yes
User-agent: *
Content-Signal: search=yes,  ai-train=no  # as of spring
Crawl-delay: 0.1
User-agent: otherbot
User-agent: Carnews
DisallowAITraining: /
Disallow: /news/2026/3
Request-rate: 20/1s
"""


def told(text: str) -> list[tuple[str, str]]:
    return [(w.wish, w.value) for w in of_robots(robots_from(200, text.encode()), text)]


def test_robots_txt_states_wishes_for_us_and_for_all() -> None:
    assert told(ROBOTS) == [
        ("content-signal", "search=yes"),
        ("content-signal", "search=yes, ai-train=no"),
        ("disallowaitraining", "/"),
        ("request-rate", "20/1s"),
    ]
    assert told("User-agent: *\nCrawl-delay: 10\nDisallow: /x") == [("crawl-delay", "10")]
    assert told("") == told("<html>not found</html>") == []


@pytest.mark.parametrize(
    ("tags", "head", "wishes"),
    [
        (["noai, noimageai"], "", {"header noai", "header noimageai"}),
        (["NOARCHIVE"], "", {"header noarchive"}),
        (["noindex", "max-snippet:-1"], "", set()),
        (["otherbot: noai, noarchive"], "", set()),
        (["otherbot: noindex, carnews: noai"], "", {"header noai"}),
        (["otherbot: noindex", "noai"], "", {"header noai"}),
        ([], '<meta name="robots" content="index, noai, noimageai">', {"page noai", "page noimageai"}),
        ([], "<META CONTENT=noarchive NAME='Robots'>", {"page noarchive"}),
        ([], '<meta name="carnews" content="noai">', {"page noai"}),
        ([], '<meta name="otherbot" content="noai">', set()),
        ([], '<meta property="og:title" content="robots noai">', set()),
        ([], '<meta name="tdm-reservation" content="1">', {"page tdm-reservation 1"}),
        ([], '<meta name="tdm-reservation" content="0">', set()),
        (
            [],
            '<meta name="tdm-reservation" content="1"><meta name="tdm-policy" content="https://motor.example/p">',
            {"page tdm-reservation 1", "page tdm-policy https://motor.example/p"},
        ),
        ([], '<meta name="robots" content=', set()),
    ],
)
def test_a_page_states_wishes_in_headers_and_in_its_head(
    tags: list[str], head: str, wishes: set[str]
) -> None:
    found = of_page(tags, None, None, f"<html><head>{head}</head><body>text</body></html>".encode())
    assert {f"{w.source} {w.wish} {w.value}".strip() for w in found} == wishes


def test_a_reservation_may_stand_in_headers() -> None:
    found = of_page([], " 1 ", "https://motor.example/terms", b"")
    assert [(w.wish, w.value) for w in found] == [
        ("tdm-reservation", "1"),
        ("tdm-policy", "https://motor.example/terms"),
    ]
    assert of_page([], "0", "https://motor.example/terms", b"") == []


@pytest.mark.parametrize("filler", [b"<meta ", b"<meta name=", b"<meta name='robots' ", b"<", b"\xff\0"])
def test_a_hostile_head_is_read_in_no_time(filler: bytes) -> None:
    assert of_page([], None, None, filler * 100_000) == []


def test_terms_are_kept_in_their_own_words() -> None:
    assert of_terms(200, b'[{"tdm-reservation": 1, "location": "/"}]').value == (
        '[{"location": "/", "tdm-reservation": 1}]'
    )
    assert of_terms(404, b"").value == "http 404"
    assert of_terms(200, b"<html>").value == of_terms(200, b"[" * 100_000).value == "not JSON"


@pytest.fixture
def here(tmp_path: Path, sqlite_url: str) -> Folder:
    made = Folder(tmp_path)
    assert made.store == sqlite_url
    return made


@pytest.fixture
def site(here: Folder) -> Iterator[Site]:
    with serving(articles=8) as made:
        here.site("made", made.toml())
        yield made


def test_a_crawl_leaves_an_account_of_what_it_asked_and_what_was_wished(here: Folder, site: Site) -> None:
    site.pages["/robots.txt"] = Answer(ROBOTS.encode(), kind="text/plain")
    site.pages["/news/2026/0"] = Answer(article(0), headers={"X-Robots-Tag": "noai"})
    site.pages["/news/2026/1"] = Answer(article(1), headers={"X-Robots-Tag": "noai", "tdm-reservation": "1"})
    site.pages["/news/2026/2"] = Answer(article(2), headers={"tdm-reservation": "1"})
    site.pages["/.well-known/tdmrep.json"] = Answer(b'[{"location": "/"}]', kind="application/json")
    site.pages["/news/2026/4"] = Answer(status=403)
    site.pages["/news/2026/5"] = Answer(status=502)
    site.pages["/news/2026/6"] = Answer(rude=reset)
    site.pages["/news/2026/7"] = Answer(status=301, headers={"Location": "/news/2026/moved"})
    site.pages["/news/2026/moved"] = Answer(article(77))
    assert here.crawl("made").code == 1
    here.crawl("made")
    rows = json.loads(here.carnews("sites", "--politeness", "made", "--format", "json").out)
    [day] = [row for row in rows if row["record"] == "day"]
    assert day["host"] == site.home.removeprefix("http://").strip("/")
    assert day["requests"] == len(site.asked) == site.asked.count("/news/2026/6") + 11, site.asked
    assert (day["forbidden"], day["server_errors"], day["asked_to_wait"]) == (1, 1, 0)
    assert day["unanswered"] == site.asked.count("/news/2026/6")
    assert day["robots_refused"] == 1
    assert day["not_modified"] == 0
    assert day["body_bytes"] > 5 * 2000
    wishes = {(row["wish"], row["source"]): row for row in rows if row["record"] == "wish"}
    assert wishes["noai", "header"]["seen"] == 2
    assert wishes["tdm-reservation", "header"]["seen"] == 2
    assert wishes["tdm-terms", "tdmrep.json"]["value"] == '[{"location": "/"}]'
    assert wishes["disallowaitraining", "robots.txt"]["url"] == f"{site.home}robots.txt"
    assert site.asked.count("/.well-known/tdmrep.json") == 1


def test_terms_are_looked_up_only_where_pages_speak_of_them(here: Folder, site: Site) -> None:
    here.crawl("made")
    assert not [path for path in site.asked if "well-known" in path]


def test_the_account_comes_in_every_form(here: Folder, site: Site) -> None:
    site.pages["/robots.txt"] = Answer(b"User-agent: *\nContent-Signal: ai-train=no\n", kind="text/plain")
    here.crawl("made")
    one, lines, sheet, table, every, nobody = here.each(
        ["sites", "--politeness", "made", "--format", "json"],
        ["sites", "--politeness", "made", "--format", "jsonl"],
        ["sites", "--politeness", "made", "--format", "csv"],
        ["sites", "--politeness", "made"],
        ["sites", "--politeness", "all", "--format", "json"],
        ["sites", "--politeness", "nobody"],
    )
    rows = json.loads(one.out)
    assert [json.loads(line) for line in lines.out.splitlines()] == rows == json.loads(every.out)
    assert [row["record"] for row in csv.DictReader(sheet.out.splitlines())] == ["wish", "day"]
    assert "content-signal" in table.out
    assert "127.0.0.1" in table.out
    assert nobody.code == 2
    assert is_one_line(nobody)
    assert "no site 'nobody'" in nobody.err


def test_a_crawl_of_all_without_a_contact_says_so_in_one_line(here: Folder, site: Site) -> None:
    (here.folder / "sites" / "made.toml").unlink()
    for name in ("one", "two"):
        here.site(name, site.toml())
    told = here.carnews("crawl", "one", "two", "--max-articles", "1", "--jobs", "1").err
    assert len([line for line in told.splitlines() if "CARNEWS_CONTACT" in line]) == 1
    silent = here.carnews("crawl", "one", CARNEWS_CONTACT="https://motor.example/bot")
    assert "CARNEWS_CONTACT" not in silent.err
    assert site.headers[-1]["User-Agent"].endswith("(+https://motor.example/bot)")
