"""After a downtime the clock itself fills what feeds no longer show, by real crawls of a made site."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from command import Folder
from loopback import HTML, XML, Answer, Site, article, serving
from sqlalchemy import Engine, text
from virtual import MadeCrew, clock_for, lived, world_at

from db.engine import writing
from db.gaps import OPEN, GapRow

OFF_HOURS = 48
HOUR = timedelta(hours=1)
BROKEN = Answer(b"no such page", 404)


def publish(site: Site, numbers: range, last: datetime) -> None:
    """Articles an hour apart; the feed shows the newest two, the listing two a page."""
    for n in numbers:
        page = article(n).decode()
        told = page[page.index("2026-10-") :].split('"')[0]
        at = last - (numbers[-1] - n) * HOUR
        site.pages[f"/news/{n}"] = Answer(page.replace(told, f"{at:%Y-%m-%dT%H:%M:%SZ}").encode())
    items = "".join(
        f"<item><title>T</title><link>{site.home}news/{n}</link>"
        f"<pubDate>{format_datetime(last - (numbers[-1] - n) * HOUR)}</pubDate></item>"
        for n in numbers[-2:]
    )
    site.pages["/rss"] = Answer(f'<rss version="2.0"><channel>{items}</channel></rss>'.encode(), kind=XML)
    for number, newest in enumerate(range(numbers[-1], 0, -2), 1):
        links = "".join(f'<a href="/news/{n}">Story number {n} of many</a>' for n in (newest, newest - 1))
        older = f'<a rel="next" href="/news/?page={number + 1}">Older</a>' if newest > 1 else ""
        path = f"/news/?page={number}" if number > 1 else "/news/"
        site.pages[path] = Answer(f"<html><body>{links}{older}</body></html>".encode(), kind=HTML)


def holes(here: Folder) -> list[tuple[str, str, int]]:
    query = "SELECT state, how, times FROM source_gaps WHERE kind = 'stretch'"
    with here.open() as s:
        return [(row.state, row.how, row.times) for row in s.execute(text(query))]


def hole(site: str, now: datetime) -> GapRow:
    times = {"since": now - 3 * HOUR, "until": now - HOUR, "noted_at": now, "next_try_at": now}
    return GapRow(site=site, why="channels had run ahead", state=OPEN, tries=0, **times)


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[tuple[Folder, Site]]:
    """A site crawled two days ago whose listing fails once more, while its feed has run ahead."""
    here = Folder(tmp_path)
    now = datetime.now(UTC)
    with serving() as site:
        here.site("made", site.toml().replace("articles =", f'sections = ["{site.home}news/"]\narticles ='))
        publish(site, range(4), now - HOUR)
        assert here.crawl("made").code == 0
        here.age(OFF_HOURS)
        publish(site, range(4, 10), now - HOUR)
        whole, asked = site.pages["/news/"], []

        def listing() -> Answer:
            asked.append(1)
            return whole if len(asked) > 1 else BROKEN  # type: ignore[return-value]

        site.pages["/news/"] = listing
        yield here, site


def test_cron_fills_a_hole_by_a_crawl_of_the_stretch(behind: tuple[Folder, Site]) -> None:
    here, _ = behind
    ended = here.carnews("run", "--once", "--sites", "made")
    assert ended.code == 0
    assert holes(here) == [("repaired", "crawl 3 reached back over it", 1)]
    assert sorted(here.states()) == [f"/news/{n}" for n in range(10)]
    assert "repair made since=" in ended.err


def test_a_running_clock_fills_one_hole_a_minute(store: Engine, tmp_path: Path) -> None:
    names = ("one", "two", "three")
    with world_at(datetime(2026, 6, 1, 12, tzinfo=UTC)) as world:
        crew = MadeCrew(store, world, takes_s=100)
        clock = clock_for(store, tmp_path, crew, names)
        for name in names:
            file = tmp_path / "sites" / f"{name}.toml"
            file.write_text(file.read_text() + f'sitemaps = ["https://{name}.example/map.xml"]\n')
        clock.files.read()

        def notice() -> None:
            with writing(store) as s:
                s.add_all(hole(name, world.now()) for name in names)

        world.run(lived(clock, 0.2, {0.04: notice}))
    sites, began = zip(*crew.repairs, strict=True)
    assert sorted(sites) == sorted(names)
    assert began == pytest.approx([180, 240, 300], abs=2)
