"""From a page whose layout breaks to an alarm that ends by itself: real crawls, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from loopback import Answer, Place, Site, serving
from sqlalchemy import select, update

from crawler.sites import load_sites
from db.alarms import Alarm, Turned, open_alarms
from db.engine import open_store, writing
from db.models import AddressRow, ArticleRow
from db.summaries import SummaryRow
from ops.health import watch

OLD, NEW = "story", "w-77"  # the class of the box that holds the text; the site file names the old one
MANY = 30


def page(site: Site, n: int, box: str, byline: str) -> Answer:
    """Article `n`; in the new layout the old box holds no more than a sentence."""
    text = "".join(
        f"<p>The van number {n} left hall {n * 7 + i} on a wet morning, and {i + n} people at the gate of the "
        f"works saw it go up the hill with its lamps on and a horse box behind it.</p>"
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
