"""A site nobody wrote rules for gets cleaner after its first twenty pages."""

from pathlib import Path

import pytest
from loopback import Answer, Place, Site, article, serving

FOOT = "All prices in this story were right on the morning it was written, and may be wrong by now."


def add_pages(site: Site, first: int, last: int) -> None:
    """The stories `first` to `last` with a line of the site's own under each, in the feed together."""
    for n in range(first, last):
        site.pages[f"/news/2026/{n}"] = Answer(
            article(n).replace(b"</article>", f"<p>{FOOT}</p></article>".encode())
        )
    site.feed([f"/news/2026/{n}" for n in range(last)])


def with_foot(place: Place) -> list[int]:
    """The numbers of the stories whose text still holds the site's own line."""
    return sorted(
        int(str(url).rsplit("/", 1)[1]) for url, _, text, *_ in place.articles() if FOOT in str(text)
    )


@pytest.fixture
def place(tmp_path: Path, store_url: str) -> Place:
    return Place(tmp_path, store_url)


def test_what_recurs_on_the_first_twenty_pages_is_cut_from_the_next_ten(place: Place) -> None:
    with serving() as site:
        place.site("made", site.toml())
        add_pages(site, 0, 20)
        assert place.crawl("made").code == 0
        assert with_foot(place) == list(range(20))
        add_pages(site, 20, 30)
        assert place.crawl("made").code == 0
        assert with_foot(place) == list(range(20))
        assert len(place.articles()) == 30
        shown = place.run("carnews", "explain", f"{site.home}news/2026/25")
    assert "recurring on site: 30 of 30 pages" in " ".join(shown.out.split())


def test_pages_of_a_crawl_that_was_cut_off_are_read_like_those_before_it(place: Place) -> None:
    with serving() as site:
        place.site("made", site.toml())
        add_pages(site, 0, 20)
        site.pages["/news/2026/19"] = Answer(status=503, headers={"Retry-After": "0"})
        assert place.crawl("made").code != 0  # asked to wait: this run is not through
        add_pages(site, 20, 22)
        assert place.crawl("made").code == 0
        assert with_foot(place) == [n for n in range(22) if n != 19]  # tried again later


@pytest.mark.parametrize("off", ["site file", "setting"])
def test_it_can_be_switched_off_for_a_site_and_for_all(place: Place, off: str) -> None:
    told = {"CARNEWS_LEARN": "false"} if off == "setting" else {}
    with serving() as site:
        place.site("made", site.toml("[clean]\nlearn = false\n" if off == "site file" else ""))
        add_pages(site, 0, 20)
        assert place.crawl("made", **told).code == 0
        add_pages(site, 20, 22)
        assert place.crawl("made", **told).code == 0
        assert with_foot(place) == list(range(22))
