"""Site files: what they may say, how their mistakes are told, which addresses are articles."""

import re
import tomllib
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

ADDRESSES = tomllib.loads((Path(__file__).parent / "sites" / "addresses.toml").read_text(encoding="utf-8"))
BUNDLED = load_sites()


def folder_with(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_every_bundled_file_is_sound_and_has_addresses_to_try() -> None:
    assert BUNDLED.problems == []
    assert set(BUNDLED.sites) == set(ADDRESSES)


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_the_article_pattern_takes_articles_and_leaves_other_pages(name: str) -> None:
    site, known = BUNDLED.site(name), ADDRESSES[name]
    others = [*known["others"], "https://elsewhere.example/" + known["articles"][0]]
    assert [url for url in known["articles"] if not site.is_article(url)] == []
    assert [url for url in [site.home, *others] if site.find.articles and site.is_article(url)] == []
    assert [url for url in others if site.is_article(url)] == []


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_an_address_belongs_to_the_site_whose_article_it_is(name: str) -> None:
    for url in ADDRESSES[name]["articles"]:
        owner = BUNDLED.owner_of(url)
        assert owner is not None
        assert owner.name == name


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_only_a_dated_proof_makes_a_site_verified(name: str) -> None:
    site = BUNDLED.site(name)
    assert site.evidence
    assert (site.status == "verified") == (site.checked_on is not None)
    if site.checked_on:
        assert f"on {site.checked_on}" in site.evidence


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
    with pytest.raises(SiteError, match="no site 'nobody'; `carnews sites` lists"):
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


PLATFORM = """
title = "Example Press"
evidence = "made up"
[find]
articles = '^{site}/story/\\d+$'
[read]
body = "div.story"
title = "h1.story"
[clean]
drop = [".share", ".more"]
[crawl]
delay_s = 4.0
every = "1h"
"""
ON_IT = """
title = "Example Motor"
home = "https://www.motor.example/"
platform = "press"
[find]
feeds = ["https://www.motor.example/rss"]
[read]
title = "h1.motor"
[clean]
drop = [".motor-only"]
[crawl]
every = "2h"
"""


def platform_in(folder: Path, name: str, text: str) -> None:
    (folder / "platforms").mkdir(exist_ok=True)
    (folder / "platforms" / f"{name}.toml").write_text(text, encoding="utf-8")


def test_a_site_adds_to_its_platforms_lists_and_overrides_its_other_words(tmp_path: Path) -> None:
    platform_in(tmp_path, "press", PLATFORM)
    book = load_sites(folder_with(tmp_path, motor=ON_IT))
    assert book.problems == []
    site = book.site("motor")
    assert site.rules.body == "div.story"
    assert site.rules.title == "h1.motor"
    assert site.rules.drop == (".motor-only", ".share", ".more")
    assert (site.crawl.every, site.crawl.delay_s) == (timedelta(hours=2), 4.0)


def test_a_platforms_pattern_is_filled_with_each_sites_own_host(tmp_path: Path) -> None:
    platform_in(tmp_path, "press", PLATFORM)
    other = ON_IT.replace("www.motor.example", "de.motor.example:8080")
    book = load_sites(folder_with(tmp_path, motor=ON_IT, other=other))
    motor, other_site = book.site("motor"), book.site("other")
    assert motor.is_article("https://www.motor.example/story/12")
    assert motor.is_article("http://motor.example/story/12")
    assert other_site.is_article("https://de.motor.example:8080/story/12")
    for url in ("https://de.motor.example/story/12", "https://wwwXmotor.example/story/12"):
        assert not motor.is_article(url)
        assert not other_site.is_article(url)


def test_a_sites_own_pattern_wins_over_its_platforms(tmp_path: Path) -> None:
    platform_in(tmp_path, "press", PLATFORM)
    own = ON_IT.replace("[read]", "articles = '/own/'\n[read]")
    site = load_sites(folder_with(tmp_path, motor=own)).site("motor")
    assert site.is_article("https://www.motor.example/own/")
    assert not site.is_article("https://www.motor.example/story/12")


def test_a_platform_may_give_the_pattern_that_sections_need(tmp_path: Path) -> None:
    platform_in(tmp_path, "press", PLATFORM)
    listed = ON_IT.replace("feeds", "sections")
    assert load_sites(folder_with(tmp_path, motor=listed)).problems == []


def test_a_missing_platform_is_told_together_with_the_sites_own_mistakes(tmp_path: Path) -> None:
    bad = ON_IT.replace('"press"', '"pres"').replace("feeds", "sections").replace('"2h"', '"soon"')
    book = load_sites(folder_with(tmp_path, bad=bad, motor=GOOD))
    assert "motor" in book.sites
    first, second = book.problems
    assert first.startswith(f"{tmp_path / 'bad.toml'}: platform: no platform 'pres'; known: ")
    assert second.startswith(f"{tmp_path / 'bad.toml'}: [crawl] every: 'soon' is not a period")


def test_a_platform_with_mistakes_tells_all_of_them_and_stops_only_the_sites_that_name_it(
    tmp_path: Path,
) -> None:
    wrong = PLATFORM.replace("{site}", "x").replace('"div.story"', '"p["') + "colour = 1\n"
    platform_in(tmp_path, "press", wrong)
    book = load_sites(folder_with(tmp_path, motor=ON_IT, plain=GOOD))
    assert "plain" in book.sites
    assert "motor" not in book.sites
    told = [problem.removeprefix(str(tmp_path) + "/") for problem in book.problems]
    assert told == [
        r"platforms/press.toml: [find] articles: '^x/story/\d+$' has no {site}; begin it with ^{site}/",
        "platforms/press.toml: [read] body: 'p[' is not a CSS selector",
        "platforms/press.toml: [crawl] colour: Extra inputs are not permitted",
        "motor.toml: platform: platforms/press.toml has mistakes",
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("press", "title = "),
        ("press", 'title = "x"\n'),
        ("Bad Name", PLATFORM),
        ("press", "name = 'x'\n" + PLATFORM),
    ],
)
def test_no_platform_file_stops_the_loading_of_other_sites(tmp_path: Path, name: str, text: str) -> None:
    platform_in(tmp_path, name, text)
    book = load_sites(folder_with(tmp_path, motor=GOOD))
    assert "motor" in book.sites
    assert [problem for problem in book.problems if f"{name}.toml" in problem] == book.problems != []


@pytest.mark.parametrize(
    "told", ["find = 3", 'clean = {drop = "x"}', "home = 3", "platform = 3", "read = []"]
)
def test_a_site_of_a_wrong_shape_is_told_so_whatever_its_platform(tmp_path: Path, told: str) -> None:
    platform_in(tmp_path, "press", PLATFORM)
    key = told.partition(" ")[0]
    rest = [
        line for line in ('home = "https://x.example/"', 'platform = "press"') if not line.startswith(key)
    ]
    feeds = "" if key == "find" else 'find = {feeds = ["https://x.example/rss"]}'
    [problem] = load_sites(
        folder_with(tmp_path, motor="\n".join(['title = "x"', *rest, told, feeds]))
    ).problems
    assert key in problem


def test_ones_own_platform_replaces_the_bundled_namesake(tmp_path: Path) -> None:
    assert load_sites().site("motor1").platform == "motor1"
    platform_in(tmp_path, "motor1", PLATFORM)
    book = load_sites(tmp_path)
    assert book.site("motor1").rules.body == "div.story"


def test_the_page_of_sites_is_current() -> None:
    from crawler.sites.overview import overview

    page = (Path(__file__).parent.parent / "docs" / "sites.md").read_text(encoding="utf-8")
    assert page == overview(BUNDLED), "run: python -m crawler.sites > docs/sites.md"


def test_every_bundled_platform_is_named_by_a_site() -> None:
    assert set(BUNDLED.platforms) == {site.platform for site in BUNDLED.sites.values() if site.platform}


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            'quiet = ["11pm-5am"]',
            "[crawl] quiet.0: '11pm-5am' is no stretch of the day; write \"23:00-05:00\"",
        ),
        ('quiet = ["05:00-05:00"]', "is empty, or the whole day"),
        ('quiet = ["00:00-12:00", "11:30-23:30"]', '"quiet" leaves less than an hour of the day'),
        ('at_most = "2d"\nat_least = "6h"', '"at_most" is a longer time than "at_least"'),
        ('at_least = "0m"', "[crawl] at_least"),
    ],
)
def test_a_rhythm_nobody_could_keep_is_told(tmp_path: Path, keys: str, said: str) -> None:
    bad = GOOD.replace("[crawl]\n", f"[crawl]\n{keys}\n")
    assert bad != GOOD
    (problem,) = load_sites(folder_with(tmp_path, bad=bad)).problems
    assert said in problem


def test_a_file_bounds_the_rhythm_and_names_quiet_hours(tmp_path: Path) -> None:
    told = 'at_most = "10m"\nat_least = "6h"\nquiet = ["23:00-05:00"]\n'
    site = load_sites(folder_with(tmp_path, motor=GOOD.replace("[crawl]\n", f"[crawl]\n{told}"))).site(
        "motor"
    )
    assert (site.crawl.at_most, site.crawl.at_least) == (timedelta(minutes=10), timedelta(hours=6))
    assert site.crawl.quiet_hours == ((23 * 60, 5 * 60),)
