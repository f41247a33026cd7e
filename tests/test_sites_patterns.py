"""Patterns of articles' addresses, learned from some and by contrast to a site's other pages."""

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.sites import load_sites, lone_site
from crawler.sites.draft import Finding, drafted, name_for
from crawler.sites.patterns import learned

HOME = "https://www.motor.example/"
WORDS = ("new", "old", "fast", "slow", "estate", "coupe", "van", "price", "test", "review", "tyre", "winter")
PAGES = [
    "",
    "news/",
    "reviews/",
    "features/",
    "about/",
    "contact/",
    "tag/bmw/",
    "category/electric/",
    "author/jane-smith/",
    "new-cars/",
    "privacy-policy/",
    "news/page/2/",
]

Make = Callable[[random.Random], str]


def slug(rng: random.Random, least: int = 3, most: int = 8) -> str:
    return "-".join(rng.choice(WORDS) for _ in range(rng.randint(least, most)))


SHAPES: dict[str, Make] = {
    "month": lambda r: f"2026/{r.randint(1, 12):02}/{slug(r)}/",
    "day": lambda r: f"2026/{r.randint(1, 12):02}/{r.randint(1, 28):02}/{slug(r, 1)}/",
    "headline alone": lambda r: f"{slug(r)}/",
    "section": lambda r: f"{r.choice(['news', 'reviews'])}/{slug(r)}",
    "section and number": lambda r: (
        f"{r.choice(['news', 'reviews'])}/{r.randint(10000, 999999)}/{slug(r, 1)}/"
    ),
    "number at the end": lambda r: (
        f"{r.choice(['news', 'tests'])}/{slug(r, 1)}-{r.randint(100000, 999999)}.html"
    ),
    "letter and number": lambda r: (
        f"{r.choice(['news', 'reviews'])}/a{r.randint(10**7, 10**8)}/{slug(r, 1)}/"
    ),
    "number and headline": lambda r: f"news/{r.randint(10**6, 2 * 10**6)}_{slug(r, 1)}",
    "two sections": lambda r: f"car-news/{r.choice(['new-cars', 'motorsport'])}/{slug(r)}",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_learned_pattern_takes_articles_it_never_saw_and_refuses_other_pages(shape: str) -> None:
    rng = random.Random(shape)
    made = [HOME + SHAPES[shape](rng) for _ in range(330)]
    others = [HOME + path for path in PAGES]
    # a tenth of a feed is something else
    found = learned([*made[:28], HOME + "sponsored", HOME + "win/a/car"], others, "motor.example")
    assert found is not None
    assert (found.accepted > 0.9, found.mistaken) == (True, 0)
    fits = re.compile(found.pattern).search
    assert sum(1 for url in made[30:] if fits(url)) >= 0.99 * 300
    assert not any(fits(url) for url in [*others, HOME.replace("motor", "other") + "news/a-b-c-d-e-f"])


def test_both_spellings_of_the_host_and_of_the_end_are_taken_where_both_were_seen() -> None:
    urls = [f"https://motor.example/news/a-new-estate-{'x' * n}{'/' * (n % 2)}" for n in range(1, 20)]
    found = learned(urls, [], "motor.example")
    assert found is not None
    assert found.pattern == r"^https?://(?:www\.)?motor\.example/news/[a-z0-9-]+/?$"


def test_a_menus_sections_are_taken_beside_those_seen() -> None:
    urls = [f"{HOME}news/{100000 + n}/a-new-estate/" for n in range(20)]
    found = learned(urls, [HOME + "reviews/"], "motor.example", {"news", "reviews", "tag"})
    assert found is not None
    assert re.search(found.pattern, f"{HOME}reviews/123456/an-old-estate/")
    assert not re.search(found.pattern, f"{HOME}tag/123456/an-old-estate/")


def test_pages_that_look_like_headlines_are_named_as_exceptions() -> None:
    rng = random.Random(1)
    urls = [f"{HOME}{slug(rng)}/" for _ in range(30)]
    others = [HOME + path for path in ("terms-of-use/", "made-model-3/", "about/")]
    found = learned(urls, others, "motor.example")
    assert found is not None
    assert (found.accepted, found.mistaken) == (1.0, 0)
    assert "(?!(?:made-model-3|terms-of-use)/?$)" in found.pattern


@pytest.mark.parametrize(
    "urls",
    [
        [],
        [HOME + "news/a-story", HOME + "news/b-story"],  # two are alike by chance
        [HOME + "a", HOME + "b/c", HOME + "d/e/f", HOME + "1/g", HOME + "h/2", HOME + "i.html"],
        [HOME + f"?p={n}" for n in range(20)],
    ],
)
def test_too_little_or_too_mixed_gives_no_pattern(urls: list[str]) -> None:
    assert learned(urls, [HOME + "a", HOME + "b/c"], "motor.example") is None


def test_hostile_addresses_are_learned_from_in_linear_time() -> None:
    urls = [f"{HOME}{'a-' * 900}{n}" for n in range(500)] + [
        HOME + "(.*)+$/[" + "9" * 900 for n in range(500)
    ]
    found = learned(urls, [HOME], "motor.example")
    assert found is None or re.compile(found.pattern)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.motor1.com/", "motor1"),
        ("https://de.motor1.com/", "de-motor1"),
        ("https://www.autocar.co.uk/news", "autocar"),
        ("https://auto-motor-und-sport.de/", "auto-motor-und-sport"),
        ("http://127.0.0.1:8907/", "127-0-0-1-8907"),
        ("http://localhost:8907/", "localhost-8907"),
        ("https://xn--mnchen-3ya.example/", "xn--mnchen-3ya"),
        ("https://news.com/", "news"),
    ],
)
def test_a_site_is_named_after_its_host(url: str, name: str) -> None:
    assert name_for(url) == name


def test_a_draft_is_a_sound_site_file_whatever_the_site_calls_itself(tmp_path: Path) -> None:
    finding = Finding(
        {"feeds": ["https://motor.example/rss?\"'x"]},
        r"^https://motor\.example/it's/",
        {"sitemaps": ["https://a/"]},
    )
    site = finding.completed(lone_site("https://motor.example/"), 'A "made"\\ \x7f\n[find] = name', "en")
    (tmp_path / "motor.toml").write_text(drafted(site, finding, proven=True), encoding="utf-8")
    book = load_sites(tmp_path)
    assert book.problems == []
    read = book.site("motor")
    assert read.title == 'A "made"\\ \x7f\n[find] = name'
    assert (read.status, read.language, read.is_article("https://motor.example/it's/1")) == (
        "verified",
        "en",
        True,
    )
    assert read.find.sitemaps == ()  # only told in a comment
