"""People are told of alarms and their ends: together, not too often, again while they last."""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from inbox import TOKEN, Inbox, inbox
from loguru import logger
from loopback import closed_port, until
from made_articles import NOW
from sqlalchemy import Engine

from db.alarms import ALARM, NOTICE, Finding, bring_up_to_date, open_alarms
from db.engine import open_store, reading, writing
from db.errors import SettingsError
from db.settings import Settings
from ops.alerts import PER_HOUR, Teller
from ops.companions import companions
from ops.courier import Courier, Message, addresses_of

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def box() -> Iterator[Inbox]:
    with inbox() as made:
        yield made


@pytest.fixture
def said() -> Iterator[list[str]]:
    """What is logged meanwhile."""
    lines: list[str] = []
    sink = logger.add(lambda message: lines.append(str(message)), format="{message}")
    yield lines
    logger.remove(sink)


class Watchman:
    """A store, a teller, and what is wrong just now, as site and kind."""

    def __init__(self, store: Engine, box: Inbox, deadline_s: float = 5.0) -> None:
        self.store, self.box = store, box
        self.teller = Teller(store, Courier([box.url], deadline_s=deadline_s), retry_s=0.0)
        self.sites: set[str] = set()

    def finds(self, after: timedelta, *wrong: tuple[str, str], grade: str = ALARM) -> None:
        self.sites |= {site for site, _ in wrong}
        told = [
            Finding(site, kind, "", f"{site} is {kind}", "5 of 5 crawls", "carnews sites", NOW, grade)
            for site, kind in wrong
        ]
        with writing(self.store) as s:
            bring_up_to_date(s, self.sites, told, NOW + after)

    def tells(self, after: timedelta) -> bool:
        return self.teller.tell_now(NOW + after)


@pytest.fixture
def watchman(store: Engine, box: Inbox) -> Watchman:
    return Watchman(store, box)


def test_an_alarm_is_told_once_with_cause_evidence_and_remedy(watchman: Watchman, box: Inbox) -> None:
    watchman.finds(MINUTE, ("motor", "silent"))
    assert watchman.tells(MINUTE)
    assert not watchman.tells(10 * MINUTE)
    (message,) = box.came
    assert message["title"].endswith(": 1 new alarm")
    assert message["type"] == "failure"
    since = f"- motor: silent since {NOW:%Y-%m-%d %H:%M} UTC (1 min): motor is silent"
    assert message["message"].splitlines() == ["New:", since, "  5 of 5 crawls", "  do: carnews sites"]


def test_an_end_is_told_once_it_lasts(watchman: Watchman, box: Inbox) -> None:
    watchman.finds(MINUTE, ("motor", "silent"))
    watchman.tells(MINUTE)
    watchman.finds(HOUR)
    assert not watchman.tells(HOUR + MINUTE)
    assert watchman.tells(HOUR + 20 * MINUTE)
    assert not watchman.tells(2 * HOUR)
    assert box.titles == ["1 new alarm", "1 over"]
    assert box.came[1]["message"] == "Over:\n- motor: silent, lasted 1 h"


def test_what_ends_and_returns_at_once_is_not_told_again(watchman: Watchman, box: Inbox) -> None:
    watchman.finds(MINUTE, ("motor", "silent"))
    watchman.tells(MINUTE)
    for n in range(1, 20):
        watchman.finds(n * 20 * MINUTE)
        watchman.tells(n * 20 * MINUTE)
        watchman.finds(n * 20 * MINUTE + 10 * MINUTE, ("motor", "silent"))
        watchman.tells(n * 20 * MINUTE + 10 * MINUTE)
    assert box.titles == ["1 new alarm"]
    with reading(watchman.store) as s:
        assert len(open_alarms(s)) == 1


def test_a_kind_that_comes_and_goes_at_a_site_is_told_at_most_every_two_hours(
    watchman: Watchman, box: Inbox
) -> None:
    for n in range(12):  # half an hour of silence, half an hour of none
        watchman.finds(n * HOUR, ("motor", "silent"))
        watchman.tells(n * HOUR)
        watchman.finds(n * HOUR + 30 * MINUTE)
        watchman.tells(n * HOUR + 50 * MINUTE)
    assert box.titles.count("1 new alarm") == 6
    assert len(box.came) <= 12


def test_several_within_minutes_become_one_message(watchman: Watchman, box: Inbox) -> None:
    watchman.finds(MINUTE, ("motor", "silent"))
    watchman.tells(MINUTE)
    watchman.finds(2 * MINUTE, ("motor", "silent"), ("wagon", "walled"))
    watchman.tells(2 * MINUTE)
    watchman.finds(3 * MINUTE, ("motor", "silent"), ("wagon", "walled"), ("coupe", "unreachable"))
    watchman.tells(3 * MINUTE)
    watchman.tells(7 * MINUTE)
    assert box.titles == ["1 new alarm", "2 new alarms"]


def test_a_line_that_is_down_is_one_paragraph_whatever_the_number_of_sites(
    watchman: Watchman, box: Inbox
) -> None:
    watchman.finds(MINUTE, *((f"site{n}", "unreachable") for n in range(90)))
    watchman.tells(MINUTE)
    (message,) = box.came
    assert "- 90 alike: site0, site1" in message["message"]
    assert "and 78 more" in message["message"]
    assert len(message["message"].splitlines()) == 5


def test_a_message_is_bounded_and_says_how_much_it_leaves_out(watchman: Watchman, box: Inbox) -> None:
    watchman.finds(MINUTE, *((f"site{n}", f"kind{n}") for n in range(22)))
    watchman.tells(MINUTE)
    assert box.titles == ["22 new alarms"]
    assert box.came[0]["message"].endswith("and 12 more; `carnews status` shows all")
    assert not watchman.tells(HOUR)


def test_an_hour_has_a_most_of_messages_and_what_waits_is_told_later(watchman: Watchman, box: Inbox) -> None:
    wrong: list[tuple[str, str]] = []
    for n in range(10):
        wrong.append((f"site{n}", "silent"))
        watchman.finds(n * 6 * MINUTE, *wrong)
        watchman.tells(n * 6 * MINUTE)
    assert len(box.came) == PER_HOUR
    assert watchman.tells(61 * MINUTE)
    assert box.titles[-1] == "4 new alarms"


def test_what_lasts_is_told_again_once_a_day_in_one_message(watchman: Watchman, box: Inbox) -> None:
    watchman.finds(MINUTE, ("motor", "silent"))
    watchman.tells(MINUTE)
    watchman.finds(2 * HOUR, ("motor", "silent"), ("wagon", "walled"))
    watchman.tells(2 * HOUR)
    for hours in range(3, 24 * 3):
        watchman.tells(hours * HOUR)
    assert box.titles[2:] == ["2 still open", "2 still open"]
    assert box.came[2]["type"] == "warning"


def test_notices_alone_come_once_a_day_and_else_go_along(watchman: Watchman, box: Inbox) -> None:
    watchman.finds(MINUTE, ("motor", "slow"), grade=NOTICE)
    watchman.tells(MINUTE)
    watchman.finds(HOUR, ("motor", "slow"), ("wagon", "slow"), grade=NOTICE)
    assert not watchman.tells(HOUR)
    assert watchman.tells(26 * HOUR)
    assert box.titles == ["1 notice", "1 notice"]


def test_what_nobody_took_is_told_later(watchman: Watchman, box: Inbox, said: list[str]) -> None:
    box.status = 503
    watchman.finds(MINUTE, ("motor", "silent"))
    assert not watchman.tells(MINUTE)
    assert "alert to 1 (json://…) failed" in said[0]
    box.status = 200
    assert watchman.tells(2 * MINUTE)
    assert box.titles == ["1 new alarm"]


def test_one_who_hears_is_enough_and_the_deaf_one_is_named(
    store: Engine, box: Inbox, said: list[str]
) -> None:
    teller = Teller(store, Courier([f"json://127.0.0.1:{closed_port()}/{TOKEN}", box.url]))
    watchman = Watchman(store, box)
    watchman.finds(MINUTE, ("motor", "silent"))
    assert teller.tell_now(NOW + MINUTE)
    assert box.titles == ["1 new alarm"]
    assert [line for line in said if "1 (json://…)" in line]
    assert TOKEN not in "".join(said)


def test_a_server_that_hangs_keeps_nobody_waiting(store: Engine, box: Inbox, said: list[str]) -> None:
    box.gate.clear()
    watchman = Watchman(store, box, deadline_s=1)
    watchman.finds(MINUTE, ("motor", "silent"))
    began = time.monotonic()
    watchman.teller.tell()
    assert time.monotonic() - began < 0.9
    until(lambda: any("no answer in time" in line for line in said))
    assert not watchman.tells(MINUTE)
    assert any("still hangs" in line for line in said)


def test_a_store_that_is_gone_is_logged_and_told_once_it_lasts(
    tmp_path: Path, sqlite_url: str, box: Inbox, said: list[str]
) -> None:
    store, file = open_store(sqlite_url), tmp_path / "store.db"
    teller = Teller(store, Courier([box.url]), retry_s=0.0)
    store.dispose()
    whole = file.read_bytes()
    file.write_bytes(b"not a database" * 1000)
    teller.tell(wait_s=10)
    assert any("alerts: database" in line for line in said)
    now = datetime.now(UTC)
    assert not teller.tell_now(now + 5 * MINUTE)
    assert box.came == []
    assert [teller.tell_now(now + wait) for wait in (HOUR, 2 * HOUR)] == [True, False]
    assert "all: database unreachable" in box.came[0]["message"]
    assert "not a SQLite database" in box.came[0]["message"]
    file.write_bytes(whole)
    teller.tell_now(now + 3 * HOUR)
    teller.tell_now(now + 4 * HOUR)
    assert [message["title"].partition(": ")[2] for message in box.came] == ["1 new alarm", "1 over"]


def test_without_the_extra_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(SettingsError, match=r"pip install 'carnews\[alerts\]'"):
        Courier(["json://hook.example/x"])


def test_what_a_site_sends_stays_one_short_line(watchman: Watchman, box: Inbox) -> None:
    evil = "line\nbreak \x1b[31m\u202e" + "long " * 200
    watchman.sites = {"motor"}
    with writing(watchman.store) as s:
        bring_up_to_date(s, {"motor"}, [Finding("motor", "odd", evil, evil, evil, evil, NOW)], NOW)
    watchman.tells(MINUTE)
    text = box.came[0]["message"]
    assert len(text.splitlines()) == 4
    assert not {"\x1b", "\u202e"} & set(text)
    assert max(map(len, text.splitlines())) < 800


def conf(**given: object) -> Settings:
    return Settings.model_validate(given)


def test_addresses_stand_in_the_setting_or_in_a_file_it_names(tmp_path: Path) -> None:
    two = ["mailto://me:pw@mail.example?to=a@b.example,c@d.example", "json://hook.example/x"]
    file = tmp_path / "addresses"
    file.write_text(f"# who is told\n{two[0]}\n\n{two[1]}\n")
    for said in ("\n".join(two), " ".join(two), ", ".join(two), two, str(file)):
        assert addresses_of(conf(alerts=said)) == two
    assert addresses_of(conf()) == []


@pytest.mark.parametrize(
    "said", [f"nonsense://{TOKEN}", f"{TOKEN}/no/such/file", f"json://x.example nope://{TOKEN}"]
)
def test_an_address_that_cannot_be_used_is_told_in_one_line_without_it(said: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        Courier(addresses_of(conf(alerts=said)))
    assert TOKEN not in str(wrong.value)
    assert "CARNEWS_ALERTS" in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_settings_never_show_the_addresses() -> None:
    shown = conf(alerts=f"json://{TOKEN}")
    assert TOKEN not in f"{shown!r} {shown} {shown.model_dump()} {shown.model_dump_json()}"


def test_without_addresses_a_clock_has_nobody_to_tell(store: Engine) -> None:
    with companions(conf(), store, dict) as teller:
        assert teller is None


def test_a_clock_with_companions_tells_by_itself(store: Engine, box: Inbox, said: list[str]) -> None:
    watchman = Watchman(store, box)
    watchman.finds(timedelta(), ("motor", "silent"))
    with companions(conf(alerts=box.url), store, dict, every_s=0.02):
        until(lambda: box.titles)
    assert box.titles == ["1 new alarm"]
    assert TOKEN not in "".join(said)


def test_one_round_of_a_clock_tells_at_its_end_what_it_found(store: Engine, box: Inbox) -> None:
    with companions(conf(alerts=box.url), store, dict, once=True):
        Watchman(store, box).finds(timedelta(), ("motor", "silent"))
    assert box.titles == ["1 new alarm"]


def test_what_ends_a_clock_unforeseen_is_logged_with_its_traceback(store: Engine, said: list[str]) -> None:
    with pytest.raises(ZeroDivisionError), companions(conf(), store, dict):
        1 / 0  # noqa: B018
    assert "fault of our own" in said[0]
    said.clear()
    with pytest.raises(SettingsError), companions(conf(), store, dict):
        raise SettingsError("foreseen")
    assert said == []


def test_a_delivery_tells_why_it_failed_without_the_address(box: Inbox) -> None:
    box.status = 418
    (delivery,) = Courier([box.url]).deliver(Message("title", "body"))
    assert "418" in delivery.why
    assert TOKEN not in delivery.why
