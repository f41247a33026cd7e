"""Polls of channels that give what they gave before, seen from the server and from the ledger."""

import os
import signal
from collections.abc import Callable, Iterator

import pytest
from loopback import XML, Answer, Place, Site, article, end_of, serving, until
from sqlalchemy import select

from db.manners import ChannelRow

KNOWN = {"ETag": 'W/"f1"', "Last-Modified": "Sun, 01 Nov 2026 08:00:00 GMT"}


@pytest.fixture
def site(place: Place) -> Iterator[Site]:
    with serving(articles=3) as made:
        place.site("made", made.toml())
        yield made


def conditional(site: Site, path: str, known: dict[str, str]) -> Callable[[], Answer]:
    """The path's answer with `known` as its validators, 304 to who names them."""
    answer = site.pages[path]
    assert isinstance(answer, Answer)

    def asked() -> Answer:
        named = site.headers[-1]
        same = named.get("If-None-Match") == known.get("ETag") and "If-None-Match" in named
        return Answer(status=304, headers=known) if same else Answer(answer.body, kind=XML, headers=known)

    return asked


def conditions(site: Site, path: str = "/rss") -> list[tuple[str | None, str | None]]:
    told = zip(site.asked, site.headers, strict=True)
    return [
        (headers.get("If-None-Match"), headers.get("If-Modified-Since"))
        for asked, headers in told
        if asked == path
    ]


def channel(place: Place) -> ChannelRow:
    with place.open() as s:
        return s.scalars(select(ChannelRow)).one()


def test_a_channel_that_answers_304_is_a_run_with_nothing_new(place: Place, site: Site) -> None:
    site.pages["/rss"] = conditional(site, "/rss", KNOWN)
    assert place.crawl("made").code == 0
    second = place.crawl("made")
    assert second.code == 0, second.err
    assert "unchanged channels=1" in second.err
    assert conditions(site) == [(None, None), (KNOWN["ETag"], KNOWN["Last-Modified"])]
    assert place.runs() == [("finished", 3, {"stored": 3}), ("finished", 0, {})]
    row = channel(place)
    assert (row.kind, row.entries, row.outcome, row.etag) == ("feed", 3, "unchanged", KNOWN["ETag"])
    assert row.changed_at is not None
    assert row.checked_at > row.changed_at


def test_a_body_seen_before_is_not_read_again(place: Place, site: Site) -> None:
    for _ in range(2):
        assert place.crawl("made").code == 0
    assert conditions(site) == [(None, None)] * 2
    assert place.runs()[1] == ("finished", 0, {})
    site.feed(["/news/2026/0", "/news/2026/new"])
    site.pages["/news/2026/new"] = Answer(article(9))
    assert place.crawl("made").code == 0
    assert place.runs()[2] == ("finished", 2, {"unchanged": 1, "stored": 1})


def test_what_is_pending_is_fetched_though_no_channel_changed(place: Place, site: Site) -> None:
    assert place.crawl("made", "--max-articles", "1").code == 0
    assert place.crawl("made").code == 0
    assert len(place.articles()) == 3
    assert place.runs()[1] == ("finished", 2, {"stored": 2})


def test_once_a_day_a_channel_is_asked_for_in_full(place: Place, site: Site) -> None:
    site.pages["/rss"] = conditional(site, "/rss", KNOWN)
    place.crawl("made")
    old = site.pages["/rss"]
    site.feed(["/news/2026/new"])
    new = site.pages["/rss"]
    site.pages["/news/2026/new"] = Answer(article(9))

    def wrong() -> Answer:  # a server that says 304 to whoever asks for news
        return old() if "If-None-Match" in site.headers[-1] else new  # type: ignore[operator, return-value]

    site.pages["/rss"] = wrong
    place.age(hours=20)
    place.crawl("made")
    assert "/news/2026/new" not in site.asked
    place.age(hours=5)
    place.crawl("made")
    assert "/news/2026/new" in site.asked
    assert site.headers[site.asked.index("/news/2026/new") - 1]["Cache-Control"] == "no-cache"


def test_a_304_nobody_asked_for_is_asked_again_in_full(place: Place, site: Site) -> None:
    feed = site.pages["/rss"]
    site.pages["/rss"] = lambda: feed if "no-cache" in str(site.headers[-1]) else Answer(status=304)
    assert place.crawl("made").code == 0
    assert len(place.articles()) == 3
    assert site.asked.count("/rss") == 2
    site.pages["/rss"] = Answer(status=304)
    place.site("other", site.toml())
    ended = place.crawl("other")
    assert ended.code == 1
    assert "http 304" in ended.err
    assert site.asked.count("/rss") == 4


def test_another_pattern_reads_the_same_channel_anew(place: Place, site: Site) -> None:
    site.pages["/rss"] = conditional(site, "/rss", KNOWN)
    place.site("made", site.toml().replace("'/news/'", "'/news/2026/1'"))
    place.crawl("made")
    assert len(place.articles()) == 1
    place.site("made", site.toml())
    place.crawl("made")
    assert len(place.articles()) == 3
    assert conditions(site)[1] == (None, None)


def test_a_broken_channel_is_told_each_time_and_remembered_as_broken(place: Place, site: Site) -> None:
    site.pages["/rss"] = Answer(b"<html>Access denied</html>", headers=KNOWN)
    for _ in range(2):
        ended = place.crawl("made")
        assert ended.code == 1
        assert "invalid feed" in ended.err
    assert conditions(site) == [(None, None)] * 2
    row = channel(place)
    assert (row.etag, row.digest) == (None, None)
    assert row.outcome.startswith("invalid feed")


def test_a_channel_that_fails_for_once_is_known_by_its_old_answer_after(place: Place, site: Site) -> None:
    site.pages["/rss"] = conditional(site, "/rss", KNOWN)
    place.crawl("made")
    well = site.pages["/rss"]
    site.pages["/rss"] = Answer(status=500)
    place.crawl("made")
    assert channel(place).outcome == "http 500"
    site.pages["/rss"] = well
    assert place.crawl("made").code == 0
    assert conditions(site)[-1][0] == KNOWN["ETag"]
    assert channel(place).outcome == "unchanged"


def sitemap(site: Site, paths: list[str], name: str = "url") -> Answer:
    locs = "".join(f"<{name}><loc>{site.home[:-1]}{path}</loc></{name}>" for path in paths)
    root = "urlset" if name == "url" else "sitemapindex"
    return Answer(f"<{root}>{locs}</{root}>".encode(), kind=XML)


def test_the_children_of_an_unchanged_index_are_looked_at_all_the_same(place: Place, site: Site) -> None:
    place.site("made", site.toml().replace(f'feeds = ["{site.home}rss"]', f'sitemaps = ["{site.home}index"]'))
    site.pages["/index"] = sitemap(site, ["/child"], "sitemap")
    site.pages["/child"] = sitemap(site, ["/news/2026/0"])
    site.pages["/index"] = conditional(site, "/index", KNOWN)
    place.crawl("made")
    site.pages["/child"] = sitemap(site, ["/news/2026/0", "/news/2026/1"])
    assert place.crawl("made").code == 0
    assert conditions(site, "/index")[1][0] == KNOWN["ETag"]
    assert len(place.articles()) == 2
    assert place.crawl("made").code == 0
    assert place.runs()[2] == ("finished", 0, {})
    assert site.asked.count("/child") == 3


def test_a_run_that_dies_between_feed_and_ledger_loses_no_find(place: Place, site: Site) -> None:
    # a second channel that never answers keeps the first one's finds out of the ledger
    feeds = f'feeds = ["{site.home}rss", "{site.home}slow"]'
    place.site("made", site.toml().replace(f'feeds = ["{site.home}rss"]', feeds))
    feed = site.pages["/rss"]

    def held() -> Answer:
        site.gate.wait(30)
        assert isinstance(feed, Answer)
        return feed

    site.gate.clear()
    site.pages["/slow"] = held
    site.pages["/rss"] = conditional(site, "/rss", KNOWN)
    child = place.start("crawler", "made")
    until(lambda: "/slow" in site.asked)
    os.killpg(child.pid, signal.SIGKILL)
    end_of(child)
    site.gate.set()
    assert place.crawl("made").code == 0
    assert len(place.articles()) == 3
    assert conditions(site) == [(None, None)] * 2


def test_a_crawl_of_some_days_leaves_no_memory_that_hides_the_others(place: Place, site: Site) -> None:
    site.pages["/rss"] = conditional(site, "/rss", KNOWN)
    assert place.crawl("made", "--since", "2026-10-02").code == 0
    assert place.crawl("made").code == 0
    assert conditions(site) == [(None, None)] * 2
