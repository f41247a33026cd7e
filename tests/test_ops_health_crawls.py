"""From a page whose layout breaks to an alarm that ends by itself: real crawls, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from loopback import Answer, Place, Site, serving
from sqlalchemy import select, update

from crawler.reprocess import reprocess
from crawler.sites import load_sites
from db.alarms import Alarm, Turned, open_alarms
from db.archive import Archive
from db.engine import open_store, writing
from db.models import AddressRow, ArticleRow
from db.reread import Chosen
from db.summaries import SummaryRow, unlearnt
from ops.health import watch

OLD, NEW = "story", "w-77"  # the class of the box that holds the text; the site file names the old one
MANY = 30


def page(site: Site, n: int, box: str, byline: str) -> Answer:
    """Article `n`; in the new layout the old box holds no more than a sentence."""
    text = "".join(
        f"<p>The van number {n} left hall {n * 7 + i} on a wet morning, and {i + n} people at the gate of "
        f"the works saw it go up the hill with its lamps on and a horse box behind it.</p>"
        for i in range(9)
    )
    shown = f"<div class={OLD}><p>The van left the hall on a wet morning, and people saw it go.</p></div>"
    today = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Answer(
        f"<!doctype html><html lang=en><head><title>Van {n} leaves</title>"
        f'<meta property="og:title" content="Van {n} leaves"><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="{today}">{byline}'
        f"</head><body><article><h1>Van {n} leaves</h1>{shown if box == NEW else ''}"
        f"<div class={box}>{text}</div></article></body></html>".encode()
    )


def publish(
    site: Site, count: int, box: str = OLD, byline: str = "<meta name=author content='Ada Poole'>"
) -> None:
    """So many articles in all, every page in this layout."""
    for n in range(count):
        site.pages[f"/news/2026/{n}"] = page(site, n, box, byline)
    site.feed([f"/news/2026/{n}" for n in reversed(range(count))])


@pytest.fixture
def where(tmp_path: Path, store_url: str) -> Place:
    return Place(tmp_path, store_url)


@pytest.fixture
def site(where: Place) -> Iterator[Site]:
    with serving() as made:
        publish(made, MANY)
        where.site("made", made.toml(f'[read]\nbody = ".{OLD}"\n'))
        yield made


def looked(where: Place, days: int) -> Turned:
    """A crawl, and the watch's look after it, so many days after the first."""
    if days:
        where.age(hours=25)
    where.crawl("made")
    return judged(where, days)


def judged(where: Place, days: int) -> Turned:
    """The look alone, for which what nobody has learnt yet was seen so many days after the first."""
    then = datetime.now(UTC) + timedelta(days=days)
    engine = open_store(where.store)
    with writing(engine) as s:
        s.execute(update(SummaryRow).where(SummaryRow.learnt_at.is_(None)).values(at=then))
    turned = watch(engine, load_sites(where.folder / "sites").sites, then, whole=False)
    engine.dispose()
    return turned


def lasting(where: Place) -> dict[str, Alarm]:
    with where.open() as s:
        return {f"{alarm.kind} {alarm.subject}".strip(): alarm for alarm in open_alarms(s, "made")}


def texts(where: Place) -> dict[str, str]:
    with where.open() as s:
        return {row.url: row.text for row in s.scalars(select(ArticleRow))}


def test_a_broken_layout_is_an_alarm_good_texts_stay_and_a_corrected_site_file_ends_it(
    where: Place, site: Site
) -> None:
    assert looked(where, 0) == Turned()
    before = texts(where)
    assert len(before) == MANY
    publish(site, MANY + 4, NEW)
    looked(where, 1)
    alarm = lasting(where)["text"]
    assert alarm.cause.startswith("texts have collapsed")
    assert "pages since" in alarm.evidence
    assert "carnews reprocess --site made" in alarm.remedy
    assert {url: texts(where)[url] for url in before} == before  # never worse text over good
    with where.open() as s:
        reasons = {row.reason for row in s.scalars(select(AddressRow)) if row.reason}
    assert any(reason.startswith("degraded: ") for reason in reasons)
    where.site("made", site.toml(f'[read]\nbody = ".{NEW}"\n'))
    publish(site, MANY + 9, NEW)
    over = looked(where, 2)
    assert [alarm.kind for alarm in over.ended] == ["text"]
    assert lasting(where) == {}


def test_pages_read_again_by_a_corrected_site_file_end_the_alarm_too(where: Place, site: Site) -> None:
    looked(where, 0)
    publish(site, MANY + 6, NEW)
    looked(where, 1)
    assert f"carnews explain {site.home}news/2026/" in lasting(where)["text"].remedy
    for days, box in ((2, "none-such"), (3, NEW)):
        assert "text" in lasting(where)  # also when what was read again is no better
        where.site("made", site.toml(f'[read]\nbody = ".{OLD} p, .{box}"\n'))
        engine = open_store(where.store)
        sites = load_sites(where.folder / "sites")
        reprocess(engine, Archive(where.folder / "archive"), sites, Chosen("made"))
        engine.dispose()
        over = judged(where, days)
    assert [alarm.kind for alarm in over.ended] == ["text"]


def test_a_layout_that_breaks_in_the_minute_of_the_last_sound_crawl_stays_an_alarm(
    where: Place, site: Site
) -> None:
    looked(where, 0)
    publish(site, MANY + 6, NEW)
    where.crawl("made")
    judged(where, 0)
    assert judged(where, 0) == Turned()  # another look at the same pages
    assert "text" in lasting(where)


def test_one_field_that_pages_no_longer_give_is_an_alarm_of_that_field_alone(
    where: Place, site: Site
) -> None:
    assert looked(where, 0) == Turned()
    publish(site, MANY + 4, byline="")
    opened = looked(where, 1).opened
    assert [(alarm.kind, alarm.subject) for alarm in opened if alarm.grade == "alarm"] == [
        ("field", "authors")
    ]
    publish(site, MANY + 9)
    looked(where, 2)
    assert "field authors" not in lasting(where)


def test_a_crawl_leaves_a_summary_of_new_and_of_known_pages(place: Place) -> None:
    with serving() as site:
        publish(site, 5)
        place.site("made", site.toml())
        place.crawl("made")
        place.age(hours=25)
        publish(site, 6, byline="")
        site.pages["/news/2026/9"] = Answer(b"<p>Please accept all cookies to go on.</p>", 403)
        site.feed([f"/news/2026/{n}" for n in (0, 1, 2, 3, 4, 5, 9)])
        place.crawl("made")
    with place.open() as s:
        (_, first), (_, second) = unlearnt(s)
    assert {name: first.counts[name] for name in ("asked", "articles", "has.authors", "found")} == {
        "asked": 5,
        "articles": 5,
        "has.authors": 5,
        "found": 0,  # a first look finds old stories by every way
    }
    assert first.places["authors"] == {"meta author": 5}
    assert len(first.chars) == len(first.published) == 5
    new = {"asked": 2, "articles": 1, "has.authors": 0, "why.refused: http 403": 1, "found.best": 1}
    known = {"had.text": 5, "kept.text": 5, "had.authors": 5, "kept.authors": 0, "kept.title": 5}
    assert {name: second.counts[name] for name in new | known} == new | known
