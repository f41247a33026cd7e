"""`carnews sites add` and `sites check`, by the real command, on the made web and a made site."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import Folder, is_one_line
from loopback import XML, Answer, Site, article, closed_port, serving

import demo
from crawler.sites import load_sites


@pytest.fixture
def here(tmp_path: Path) -> Folder:
    (tmp_path / "sites").mkdir()
    return Folder(tmp_path)


@pytest.fixture(scope="module")
def web() -> Iterator[demo.DemoWeb]:
    with demo.serve(0) as served:
        yield served


@pytest.fixture
def site() -> Iterator[Site]:
    """A site with a feed, a sitemap and a menu; its stories lie in two sections."""
    with serving() as made:
        paths = [f"/{'news' if n % 3 else 'tests'}/a-long-way-home-with-car-{n}" for n in range(12)]
        made.pages |= {path: Answer(article(n)) for n, path in enumerate(paths)}
        made.feed(paths)
        made.pages["/"] = Answer(
            b'<html lang="en-GB"><head><title>Home | Made Motor</title>'
            b'<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/rss">'
            b'<link rel="alternate" type="application/rss+xml" href="/rss"></head><body><nav>'
            b'<a href="/">Home</a><a href="/news/">News</a><a href="/tests/">Tests</a>'
            b'<a href="/new-cars/">New cars</a></nav></body></html>'
        )
        made.pages["/robots.txt"] = Answer(f"Sitemap: {made.home}all.xml\n".encode(), kind="text/plain")
        urls = "".join(f"<url><loc>{made.home}{path[1:]}</loc></url>" for path in paths)
        made.pages["/all.xml"] = Answer(f"<urlset>{urls}</urlset>".encode(), kind=XML)
        yield made


@pytest.mark.parametrize(
    "name",
    [*(pytest.param(name, marks=pytest.mark.slow) for name in ("crankcase", "kurvenblatt")), "hairpin"],
)
def test_a_site_of_the_made_web_is_added_checked_and_crawled(
    here: Folder, web: demo.DemoWeb, name: str
) -> None:
    home = web.sites[name]
    added = here.carnews("sites", "add", home, "--name", name, "--allow-private")
    assert added.code == 0, added.err
    book = load_sites(here.folder / "sites")
    assert book.problems == []
    drafted = book.site(name)
    truth = [page for page in web.truth if page.site == name and page.kind == "article"]
    accepted = [page.url for page in truth if drafted.is_article(page.url)]
    assert len(accepted) >= 0.9 * len(truth)
    assert not any(
        drafted.is_article(home + path) for path in ("", "news", "neuheiten/", "category/electric/")
    )
    assert drafted.language == ("de" if name == "kurvenblatt" else "en")
    crawled = here.carnews("crawl", name, "--max-articles", "2", "--format", "jsonl")
    assert json.loads(crawled.out)["stored"] >= 1, crawled.err


def test_a_draft_says_what_it_found_and_needs_no_more_requests_than_it_must(here: Folder, site: Site) -> None:
    ended = here.carnews("sites", "add", site.home, "--allow-private", "--print", CARNEWS_SITES="")
    assert ended.code == 0, ended.err
    told = tomllib.loads(ended.out)
    assert told["title"] == "Made Motor"
    assert told["language"] == "en"
    assert told["find"]["feeds"] == [f"{site.home}rss"]
    assert "sitemaps" not in told["find"]  # all years: told in a comment, for crawls with --since
    assert f'# sitemaps = ["{site.home}all.xml"]' in ended.out
    assert told["find"]["articles"].endswith("/(?:news|tests)/[a-z0-9-]+$")
    assert (told["status"], told["crawl"]) == ("verified", {"allow_private": True})
    assert (
        len(site.asked) == 8
    )  # robots.txt for the gate and for its sitemaps, home, feed, sitemap, three articles
    assert list((here.folder / "sites").iterdir()) == []


def test_a_site_that_forbids_us_gets_no_file(here: Folder, site: Site) -> None:
    site.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /\n", kind="text/plain")
    ended = here.carnews("sites", "add", site.home, "--allow-private")
    assert ended.code == 1
    assert is_one_line(ended), ended.err
    assert "robots.txt forbids it" in ended.err
    assert set(site.asked) == {"/robots.txt"}


def test_a_site_without_any_news_is_told_what_it_lacks(here: Folder, site: Site) -> None:
    site.pages = {"/robots.txt": Answer(status=404), "/": Answer(b"<p>We repair cars.</p>")}
    ended = here.carnews("sites", "add", site.home, "--allow-private")
    assert ended.code == 1
    assert is_one_line(ended), ended.err
    for lack in ("no feed", "no sitemap", "no pattern"):
        assert lack in ended.err


def test_a_site_with_neither_feed_nor_sitemap_is_read_from_its_front_page(here: Folder, site: Site) -> None:
    stories = [path for path in site.pages if "long-way" in path]
    links = "".join(
        f'<h2><a href="{path}">A long way home with car {n}</a></h2>' for n, path in enumerate(stories)
    )
    for path in ("/rss", "/all.xml", "/robots.txt"):
        del site.pages[path]
    site.pages["/"] = Answer(
        f'<html lang=en><title>Made</title><nav><a href="/news/">News</a></nav>{links}'.encode()
    )
    ended = here.carnews("sites", "add", site.home, "--allow-private", "--name", "made")
    assert ended.code == 0, ended.err
    assert "no feed" in ended.err
    drafted = load_sites(here.folder / "sites").site("made")
    assert drafted.channels == (("section", site.home),)
    assert all(drafted.is_article(site.home + path[1:]) for path in stories)
    assert not drafted.is_article(f"{site.home}news/")


def test_a_feed_alone_is_enough_where_addresses_show_no_pattern(here: Folder, site: Site) -> None:
    site.pages |= {f"/?p={n}": Answer(article(n)) for n in range(4)}
    site.feed([f"/?p={n}" for n in range(4)])
    del site.pages["/all.xml"]
    ended = here.carnews("sites", "add", site.home, "--allow-private", "--name", "made")
    assert ended.code == 0, ended.err
    assert "no pattern" in ended.err
    drafted = load_sites(here.folder / "sites").site("made")
    assert (drafted.find.articles, drafted.status) == (None, "verified")


def test_mistakes_in_adding_are_one_line_with_a_remedy(here: Folder, site: Site) -> None:
    here.site("made", site.toml())
    told = {
        ("https://www.motor1.com/",): (2, "motor1 already"),
        (site.home,): (2, "made already"),
        ("http://127.0.0.1:1/", "--name", "made"): (2, "is there already"),
        ("http://127.0.0.1:1/", "--name", "Made!"): (2, "is no site name"),
        ("ftp://motor.example/",): (2, "not an address"),
        ("http://127.0.0.1:1/",): (2, "--allow-private"),
        (f"http://127.0.0.1:{closed_port()}/", "--allow-private"): (75, "no connection"),
    }
    answers = here.each(*(["sites", "add", *words] for words in told))
    for (code, part), ended in zip(told.values(), answers, strict=True):
        assert ended.code == code, ended.err
        assert is_one_line(ended), ended.err
        assert part in ended.err
    assert site.asked == []


def test_a_check_of_one_site_tells_each_channel_and_three_articles(here: Folder, site: Site) -> None:
    toml = (
        site.toml()
        .replace("feeds = [", f'sections = ["{site.home}gone"]\nfeeds = [')
        .replace("/news/", "/(news|tests)/")
    )
    here.site("made", toml)
    ended = here.carnews("sites", "check", "made")
    assert ended.code == 1
    assert f"section {site.home}gone: http 404" in ended.err
    rows = [
        json.loads(line)
        for line in here.carnews("sites", "check", "made", "--format", "jsonl").out.splitlines()
    ]
    feed, section, *articles = rows
    assert (feed["entries"], feed["articles"], feed["works"]) == (12, 12, True)
    assert (section["answer"], section["works"]) == ("http 404", False)
    assert [(row["verdict"], row["words"] > 50) for row in articles] == [("article", True)] * 3
    here.site("made", site.toml().replace("/news/", "/(news|tests)/"))
    sound = here.carnews("sites", "check", "made")
    assert sound.code == 0, sound.err
    narrow = site.toml().replace("/news/", "/stories/")
    here.site("made", narrow)
    lost = here.carnews("sites", "check", "made")
    assert lost.code == 1
    assert "none of 12 entries matches the articles pattern" in lost.err
    assert here.carnews("sites", "check", "mad").code == 2
