"""The watch over a store: alarms open and end by what crawls leave behind, at a bounded price."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from made_articles import NOW, Keeper, counted, made
from sqlalchemy import Engine, event, func, select, update

from crawler.sites import Site
from db import ledger
from db.alarms import ALL, Finding, alarm_history, bring_up_to_date, open_alarms
from db.channels import Channel, keep_channels
from db.engine import reading, writing
from db.ledger import Found
from db.models import AddressRow, Run
from db.summaries import Summary, SummaryRow, keep_summary, unlearnt
from ops.health import silence_of, watch
from ops.health.installation import MEBI, Room, days_left, long_wal, nearly_full, out_of_reach, stands_still

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEED, MAP = "https://motor.example/rss", "https://motor.example/map.xml"


def site(name: str = "motor") -> Site:
    return Site.model_validate(
        {
            "name": name,
            "title": name,
            "home": f"https://{name}.example/",
            "find": {
                "feeds": [f"https://{name}.example/rss"],
                "sitemaps": [f"https://{name}.example/map.xml"],
            },
        }
    )


SITES = {"motor": site()}


def crawl(
    store: Engine,
    at: datetime,
    outcome: str = "finished",
    note: str | None = None,
    new: int = 0,
    lacking: str = "",
) -> None:
    """A crawl of motor that ended so; of the new articles it saw none has the field `lacking`."""
    with writing(store) as s:
        run_id = ledger.begin_run(s, "motor", "crawl", at)
        counts = Counter(dict.fromkeys(("asked", "answered", "pages", "articles"), new))
        counts |= {f"has.{name}": new for name in ("title", "authors", "image") if name != lacking}
        published = [int((at - HOUR / 2).timestamp() // 60)] if new else []
        summary = Summary("motor", counts=+counts, chars=[2000] * new, published=published)
        keep_summary(s, summary, run_id, "5", at)
        ledger.end_run(s, run_id, outcome, at, note)


def looked(store: Engine, at: datetime, *, whole: bool = False) -> set[str]:
    """What is wrong with motor, or anything, after a look."""
    watch(store, SITES, at, whole=whole)
    with reading(store) as s:
        return {f"{alarm.kind} {alarm.subject}".strip() for alarm in open_alarms(s)}


def test_crawls_that_fail_for_hours_are_an_alarm_until_one_succeeds(store: Engine) -> None:
    crawl(store, NOW)
    for hours in (1, 2, 3):
        crawl(store, NOW + hours * HOUR, "unreachable", "timeout")
    assert looked(store, NOW + 3 * HOUR) == set()  # outages of some hours are usual
    assert looked(store, NOW + 8 * HOUR) == {"failing unreachable"}
    with reading(store) as s:
        [alarm] = open_alarms(s, "motor")
    assert "3 crawls in a row" in alarm.evidence
    assert "timeout" in alarm.evidence
    assert alarm.began_at == NOW + HOUR
    crawl(store, NOW + 9 * HOUR)
    assert looked(store, NOW + 9 * HOUR) == set()
    with reading(store) as s:
        assert alarm_history(s, "motor")[0].ended_at == NOW + 9 * HOUR


def test_channels_that_show_no_article_are_an_alarm_at_the_second_time(store: Engine) -> None:
    crawl(store, NOW)
    for minutes in (30, 60):
        why = "none of 20 links matches the site's articles pattern"
        crawl(store, NOW + timedelta(minutes=minutes), "failed", why)
    assert looked(store, NOW + HOUR) == {"pattern all"}


def test_a_channel_that_cannot_be_read_while_others_can_is_an_alarm_after_hours(store: Engine) -> None:
    for hours in (0, 5, 10):
        at = NOW + hours * HOUR
        crawl(store, at)
        with writing(store) as s:
            keep_channels(
                s, "motor", [Channel("feed", FEED, at, "http 404"), Channel("sitemap", MAP, at, "read")]
            )
        said = looked(store, at)
    assert said == {f"channel {FEED}"}
    with writing(store) as s:
        keep_channels(s, "motor", [Channel("feed", FEED, NOW + 11 * HOUR, "read")])
    assert looked(store, NOW + 11 * HOUR) == set()


def test_addresses_that_wait_in_growing_number_are_an_alarm_until_they_become_fewer(store: Engine) -> None:
    crawl(store, NOW)
    said = []
    with writing(store) as s:
        run_id = ledger.begin_run(s, "file", "ingest", NOW)
    for day in range(5):
        finds = [Found(f"https://motor.example/{day}-{n}", "asked") for n in range(40)]
        with writing(store) as s:
            ledger.record_found(s, run_id, "motor", finds, NOW + day * DAY)
        said.append(looked(store, NOW + day * DAY))
    assert said == [set(), set(), set(), {"waiting"}, {"waiting"}]
    with writing(store) as s:
        s.execute(update(AddressRow).where(AddressRow.url.contains("-1")).values(state="gone"))
    assert looked(store, NOW + 5 * DAY) == set()


def test_what_a_run_saw_is_learnt_once_whoever_watches(store: Engine) -> None:
    for number in range(30):
        crawl(store, NOW + number * HOUR, new=2)
    assert looked(store, NOW + 30 * HOUR) == set()
    with reading(store) as s:
        assert unlearnt(s) == []
        assert s.scalar(select(func.count()).select_from(SummaryRow)) == 30
    crawl(store, NOW + 31 * HOUR, new=6, lacking="authors")
    assert looked(store, NOW + 31 * HOUR) == {"field authors"}
    assert looked(store, NOW + 32 * HOUR) == {"field authors"}
    with reading(store) as s:
        [alarm] = open_alarms(s, "motor")
    assert alarm.evidence.startswith("0 of the last 6 pages")


def test_what_seems_wrong_has_known_pages_looked_at_again(store: Engine) -> None:
    keeper = Keeper(store)
    for number in range(5):
        keeper.save(f"{number}", made(f"{counted(str(number))}."))
    with writing(store) as s:
        s.execute(update(AddressRow).values(settled_at=NOW, next_visit_at=None))
    for number in range(30):
        crawl(store, NOW + number * HOUR, new=2)
    crawl(store, NOW + 31 * HOUR, new=1, lacking="authors")
    assert looked(store, NOW + 31 * HOUR) == set()
    with reading(store) as s:
        due = s.scalars(select(AddressRow.id).where(AddressRow.next_visit_at <= NOW + 31 * HOUR)).all()
    assert len(due) == 3


def test_a_site_that_falls_silent_is_told_and_how_likely_its_silence_is(store: Engine) -> None:
    for number in range(60):
        crawl(store, NOW + number * 8 * HOUR, new=1)
    end = NOW + 60 * 8 * HOUR
    assert looked(store, end) == set()
    assert silence_of(store, ["motor"], end)["motor"] > 0.1
    crawl(store, end + 12 * DAY)
    assert looked(store, end + 12 * DAY) == {"silent"}
    assert silence_of(store, ["motor"], end + 12 * DAY)["motor"] < 1e-4


def test_a_clock_that_stands_still_and_a_ledger_out_of_balance_concern_the_installation(
    store: Engine,
) -> None:
    crawl(store, NOW)
    assert looked(store, NOW + HOUR, whole=True) == set()
    assert looked(store, NOW + 5 * HOUR, whole=True) == {"clock"}
    crawl(store, NOW + 5 * HOUR)
    with writing(store) as s:
        s.execute(update(Run).where(Run.started_at > NOW).values(found=7))
    assert looked(store, NOW + 5 * HOUR, whole=True) == {"ledger"}
    with reading(store) as s:
        [alarm] = open_alarms(s, ALL)
    assert "found 7 addresses" in alarm.evidence
    assert looked(store, NOW + 6 * HOUR, whole=True) == {"ledger"}
    with writing(store) as s:
        s.execute(update(Run).values(found=0))
    assert looked(store, NOW + 7 * HOUR, whole=True) == set()  # it ends once the books are right


def test_a_clock_of_some_sites_looks_at_the_installation_and_leaves_other_sites_alone(store: Engine) -> None:
    crawl(store, NOW)
    other = Finding("other", "failing", "dns", "its crawls fail", "3 in a row", "", NOW)
    with writing(store) as s:
        bring_up_to_date(s, {"other"}, [other], NOW)
    watch(store, SITES, NOW + 5 * HOUR, others=True)
    with reading(store) as s:
        assert {(alarm.site, alarm.kind) for alarm in open_alarms(s)} == {
            (ALL, "clock"),
            ("other", "failing"),
        }


def test_alarms_of_a_site_whose_file_is_gone_end(store: Engine) -> None:
    crawl(store, NOW)
    for hours in (1, 2, 10):
        crawl(store, NOW + hours * HOUR, "unreachable", "dns")
    assert looked(store, NOW + 10 * HOUR) == {"failing unreachable"}
    watch(store, {}, NOW + 10 * HOUR)
    with reading(store) as s:
        assert open_alarms(s) == []


def test_the_price_of_a_look_is_some_statements_however_many_sites_there_are(store: Engine) -> None:
    def statements(sites: int) -> int:
        seen = []
        event.listen(store, "before_cursor_execute", lambda *told: seen.append(told[2]))
        watch(store, {f"s{n}": site(f"s{n}") for n in range(sites)}, NOW, whole=False)
        return len(seen)

    assert statements(60) == statements(3)


def test_a_disk_is_nearly_full_until_there_is_clearly_more_room() -> None:
    def of(free_mebi: int, was_open: bool, days: list[list[int]] | None = None) -> list[Finding]:
        return nearly_full(
            Room("archive", Path("/a"), free_mebi * MEBI, 100_000 * MEBI), was_open, days or [], NOW
        )

    assert [(found.kind, found.grade) for found in of(1500, False)] == [("disk", "alarm")]
    assert of(2300, False) == []
    assert of(2300, True)
    assert of(2800, True) == []
    shrinking = [[day, (9000 - 1000 * day) * MEBI] for day in range(5)]
    assert days_left(shrinking) == 5
    [soon] = of(5000, False, shrinking)
    assert (soon.grade, "in 5 days" in soon.cause) == ("notice", True)


def test_a_database_that_is_gone_or_swells_is_told() -> None:
    assert out_of_reach(NOW, "database x: the server does not answer", NOW + timedelta(minutes=2)) is None
    told = out_of_reach(NOW, "database x: the server does not answer", NOW + HOUR)
    assert told is not None
    assert "does not answer" in told.evidence
    assert long_wal(700 * MEBI, False, NOW)
    assert long_wal(300 * MEBI, True, NOW)
    assert long_wal(300 * MEBI, False, NOW) == []


def test_a_clock_may_rest_as_long_as_the_rarest_needs() -> None:
    assert stands_still(NOW, [12 * HOUR], NOW + 30 * HOUR) == []
    assert stands_still(NOW, [12 * HOUR], NOW + 40 * HOUR)
    assert stands_still(None, [HOUR], NOW) == []
