"""Site files: what they may say, how their mistakes are told, which addresses are articles."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.sites import SiteError, load_sites, lone_site

GOOD = """
title = "Example Motor"
home = "https://www.motor.example/"
[find]
feeds = ["https://www.motor.example/rss"]
articles = '^https://www\\.motor\\.example/news/\\d{4}/'
[clean]
stop_at = ["Related Cars"]
[crawl]
every = "2h"
delay_s = 5.0
"""

ARTICLES = {
    "auto-motor-und-sport": ["https://www.auto-motor-und-sport.de/neuheiten/neuer-kombi-fuer-2027/"],
    "autocar": [
        "https://www.autocar.co.uk/car-news/new-cars/small-van-revealed",
        "https://www.autocar.co.uk/opinion/industry/what-next",
    ],
    "autoexpress": ["https://www.autoexpress.co.uk/review-year/368549/deep-dive"],
    "caranddriver": [
        "https://www.caranddriver.com/news/a62019773/new-coupe/",
        "https://www.caranddriver.com/reviews/comparison-test/a62019774/two-coupes/",
    ],
    "carbuzz": [
        "https://carbuzz.com/volvo-s90-sedan-final-year/",
        "https://carbuzz.com/news/it-sure-sounds-quiet",
    ],
    "carscoops": [
        "https://www.carscoops.com/2026/10/a-new-pickup/",
        "https://www.carscoops.com/2016/04/old.html",
    ],
    "electrek": ["https://electrek.co/2026/10/07/a-charger/"],
    "heise-autos": [
        "https://www.heise.de/news/Neues-Elektroauto-11028847.html",
        "https://www.heise.de/autos/artikel/Fahrbericht-11028847",
    ],
    "insideevs": ["https://insideevs.com/news/769837/charging-parks/"],
    "jalopnik": [
        "https://www.jalopnik.com/2194443/which-ev/",
        "https://jalopnik.com/an-old-story-1847261738",
    ],
    "motor1": ["https://www.motor1.com/news/545242/new-estate/"],
    "roadandtrack": ["https://www.roadandtrack.com/news/a62019773/new-coupe/"],
    "teslarati": ["https://www.teslarati.com/new-charger-opens/"],
    "thedrive": [
        "https://www.thedrive.com/news/truck-recall",
        "https://www.thedrive.com/tech/12345/old-truck",
    ],
}
OTHER_PAGES = {
    "auto-motor-und-sport": "https://www.auto-motor-und-sport.de/",
    "autocar": "https://www.autocar.co.uk/car-news",
    "autoexpress": "https://www.autoexpress.co.uk/car-news",
    "caranddriver": "https://www.caranddriver.com/photos/g62019773/gallery/",
    "carbuzz": "https://carbuzz.com/news/",
    "carscoops": "https://www.carscoops.com/tag/bmw/",
    "electrek": "https://electrek.co/guides/tesla/",
    "heise-autos": "https://www.heise.de/autos/",
    "insideevs": "https://insideevs.com/news/category/charging/",
    "jalopnik": "https://www.jalopnik.com/category/news/",
    "motor1": "https://www.motor1.com/news/545242/new-estate/amp/",
    "roadandtrack": "https://www.roadandtrack.com/rss/all.xml/",
    "teslarati": "https://www.teslarati.com/about/",
    "thedrive": "https://www.thedrive.com/the-war-zone/12345/jet",
}


def folder_with(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_every_bundled_file_is_sound_and_has_an_example_here() -> None:
    book = load_sites()
    assert book.problems == []
    assert set(book.sites) == set(ARTICLES) == set(OTHER_PAGES)


@pytest.mark.parametrize("name", sorted(ARTICLES))
def test_the_article_pattern_takes_articles_and_leaves_other_pages(name: str) -> None:
    site = load_sites().site(name)
    assert [url for url in ARTICLES[name] if not site.is_article(url)] == []
    assert not site.is_article(OTHER_PAGES[name])
    assert not site.is_article("https://elsewhere.example/" + ARTICLES[name][0])


@pytest.mark.parametrize("name", sorted(ARTICLES))
def test_only_a_dated_proof_makes_a_site_verified(name: str) -> None:
    site = load_sites().site(name)
    assert site.evidence
    assert (site.status == "verified") == ("on 2026-10-07" in site.evidence) == (site.checked_on is not None)


def test_a_file_becomes_a_site_with_its_rules(tmp_path: Path) -> None:
    site = load_sites(folder_with(tmp_path, motor=GOOD)).site("motor")
    assert site.name == "motor"
    assert site.rules.stop_at == ("Related Cars",)
    assert site.crawl.every == timedelta(hours=2)
    assert site.host == "motor.example"
    assert site.channels == (("feed", "https://www.motor.example/rss"),)
    assert site.owns("http://cdn.motor.example/x")
    assert not site.owns("https://notmotor.example/")


def test_a_host_in_letters_of_its_own_is_the_one_addresses_spell_in_ascii() -> None:
    site = lone_site("https://www.kühlergrill.example/")
    assert site.host == "xn--khlergrill-9db.example"
    assert site.is_article("https://xn--khlergrill-9db.example/news/1")
    assert not site.owns("https://kuhlergrill.example/news/1")


def test_all_mistakes_of_a_file_are_told_at_once_with_file_and_key(tmp_path: Path) -> None:
    bad = """
        title = "Bad"
        home = "ftp://bad.example/"
        colour = "red"
        [find]
        feeds = ["/rss"]
        articles = '['
        [read]
        body = "p["
        [crawl]
        every = "soon"
        delay_s = -1
    """
    problems = load_sites(folder_with(tmp_path, bad=bad)).problems
    told = "\n".join(problems)
    assert all(problem.startswith(f"{tmp_path / 'bad.toml'}: ") for problem in problems)
    for part in (
        "home: ",
        "colour: ",
        "[find] feeds.0: ",
        "[find] articles: ",
        "[read] body: ",
        "[crawl] every: ",
    ):
        assert part in told
    assert "[crawl] delay_s: " in told


def test_a_site_without_a_channel_says_what_to_give(tmp_path: Path) -> None:
    bad = 'title = "Bad"\nhome = "https://bad.example/"\n[find]\n'
    [problem] = load_sites(folder_with(tmp_path, bad=bad)).problems
    assert problem.endswith(
        'bad.toml: [find] has no "feeds", "sitemaps", "sections" or "wordpress"; give one'
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Bad Name", GOOD.encode()),
        ("broken", b"title = "),
        ("latin", 'title = "Caf\u00e9"'.encode("latin-1")),
        ("named", b'name = "other"\n' + GOOD.encode()),
        ("hasty", GOOD.replace("5.0", "0.1").encode()),
        ("huge", b"#" * 70_000),
    ],
)
def test_a_broken_file_stops_only_its_own_site(tmp_path: Path, name: str, content: bytes) -> None:
    folder_with(tmp_path, motor=GOOD)
    (tmp_path / f"{name}.toml").write_bytes(content)
    book = load_sites(tmp_path)
    assert "motor" in book.sites
    assert name not in book.sites
    assert len(book.problems) == 1
    assert f"{name}.toml" in book.problems[0]


def test_ones_own_file_replaces_the_bundled_namesake_even_when_broken(tmp_path: Path) -> None:
    assert load_sites(folder_with(tmp_path, carbuzz=GOOD)).site("carbuzz").title == "Example Motor"
    book = load_sites(folder_with(tmp_path, carbuzz="title ="))
    with pytest.raises(SiteError, match=r"carbuzz\.toml: not TOML"):
        book.site("carbuzz")


def test_an_unknown_name_and_a_missing_folder_are_told(tmp_path: Path) -> None:
    book = load_sites(tmp_path / "none")
    assert "unset CARNEWS_SITES" in book.problems[0]
    with pytest.raises(SiteError, match="no site 'nobody'; known: auto-motor"):
        book.site("nobody")


def test_the_owner_of_an_address_is_the_closest_site(tmp_path: Path) -> None:
    sub = GOOD.replace("www.motor.example", "de.motor.example")
    book = load_sites(folder_with(tmp_path, **{"motor": GOOD, "motor-de": sub}))
    owner = book.owner_of("https://de.motor.example/news/2026/x")
    assert owner is not None
    assert owner.name == "motor-de"
    assert book.owner_of("https://unknown.example/") is None


def test_a_lone_site_is_named_after_the_host_and_polite() -> None:
    site = lone_site("https://www.unknown.example:8443/story?id=1")
    assert site.name == "unknown.example:8443"
    assert site.is_article("https://www.unknown.example:8443/story?id=1")
    assert site.crawl.delay_s >= 2
    with pytest.raises(ValueError, match="not an http"):
        lone_site("file:///etc/passwd")


def test_reading_sites_loads_no_scrapy() -> None:
    import subprocess
    import sys

    code = "import sys, crawler.sites; print([m for m in ('scrapy', 'sqlalchemy') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_the_page_on_adding_a_site_names_every_key_and_no_other() -> None:
    from crawler.sites.site import Clean, Crawl, Find, Read, Site

    page = (Path(__file__).parent.parent / "docs" / "adding-a-site.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| ")]
    table = rows[: rows.index(" state ")]
    told = {key for row in table for key in re.findall(r"`(\w+)`", row)}
    known = {key for part in (Site, Find, Read, Clean, Crawl) for key in part.model_fields}
    assert told == known - {"name", "find", "read", "clean", "crawl"}
