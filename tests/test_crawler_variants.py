"""However an article is addressed, the store has it once."""

from pathlib import Path

import pytest
from loopback import Answer, Place, article, serving

VARIANTS = {
    "as it is": "/news/2026/1",
    "tracked": "/news/2026/1?utm_source=feedburner&utm_medium=feed",
    "other scheme's escapes": "/news/2026/%31",
    "fragment": "/news/2026/1#comments",
    "comments": "/news/2026/1/comment-page-2",
    "final slash": "/news/2026/1/",
    "amp": "/news/2026/1/amp/",
    "amp file": "/news/2026/1.amp.html",
    "print": "/news/2026/1/print/",
    "print asked for": "/news/2026/1?print=1",
    "mobile": "/news/mobile/1",
    "redirect": "/news/old-1.html",
    "number": "/news/?p=1",
}


@pytest.fixture
def place(tmp_path: Path, store_url: str) -> Place:
    return Place(tmp_path, store_url)


def test_every_variant_of_an_address_comes_to_one_article(place: Place) -> None:
    with serving(articles=3) as site:
        place.site("made", site.toml())
        home = f"{site.home}news/2026/1"
        linked = article(1).replace(b"<head>", f'<head><link rel="canonical" href="{home}">'.encode())
        bare = article(1)  # a final slash and comments: no canonical link, the same words
        site.pages |= {path: Answer(linked) for path in VARIANTS.values()}
        site.pages |= {VARIANTS[name]: Answer(bare) for name in ("final slash", "as it is")}
        moved = Answer(status=301, headers={"Location": home})
        site.pages |= {VARIANTS[name]: moved for name in ("redirect", "number")}
        site.feed([*reversed(VARIANTS.values()), "/news/2026/0", "/news/2026/2"])
        for _ in range(2):
            ended = place.crawl("made")
            assert ended.code == 0, ended.err
    # a final slash without a canonical link is as good a home as none: whichever came first
    addresses = [str(row[0]).removesuffix("/") for row in place.articles()]
    assert addresses == [f"{site.home}news/2026/{n}" for n in range(3)]
    states = [state for state, _ in place.states().values()]
    assert sorted(states) == ["duplicate"] * 7 + ["stored"] * 3
