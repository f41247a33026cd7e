"""What operators see: all sites worst first, one from close by, as it changes; runs, alarms, figures."""

import csv
import fcntl
import io
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from command import DRAWN, Folder, is_one_line
from inbox import TOKEN, Inbox, inbox
from loopback import closed_port, end_of
from sqlalchemy import Engine

from db import ledger
from db.account import HostDay, note_days
from db.alarms import NOTICE, Finding, bring_up_to_date
from db.channels import Channel, keep_channels
from db.engine import open_store, writing
from db.ledger import Found

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)
CAUSE = "robots.txt answered http 503 three times"


def ran(
    store: Engine, site: str, at: datetime, outcome: str, took: timedelta, note: str | None = None
) -> None:
    with writing(store) as s:
        run_id = ledger.begin_run(s, site, "crawl", at)
        ledger.record_found(s, run_id, site, [Found(f"https://{site}.example/{at:%H%M%S}", "feed")], at)
        ledger.end_run(s, run_id, outcome, at + took, note)
        outcome_of_feed = "read" if outcome == "finished" else "http 503"
        keep_channels(
            s, site, [Channel("feed", f"https://{site}.example/rss", at, outcome_of_feed, read_at=at)]
        )
        note_days(s, site, [HostDay(f"{site}.example", at.date(), 3, 4000, 1, 0, 0, 0, 0, 0, at)])


def found_wrong(store: Engine, *found: Finding) -> None:
    with writing(store) as s:
        bring_up_to_date(s, {"autocar", "motor1", "carscoops"}, found, NOW)


WRONG = (
    Finding(
        "motor1", "unreachable", "", CAUSE, "3 of 3 crawls", "carnews sites check motor1", NOW - 13 * HOUR
    ),
    Finding("motor1", "field", "authors", "no authors", "0 of 20", "carnews explain URL", NOW - HOUR),
    Finding(
        "carscoops", "quiet", "", "nothing new for 3 days", "last on Monday", "", NOW - 72 * HOUR, NOTICE
    ),
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Crawls of three bundled sites, two of which have something wrong."""
    here = Folder(tmp_path_factory.mktemp("watched"))
    store = open_store(here.store)
    for n in range(3):
        at = NOW - (20 - n) * HOUR
        ran(store, "autocar", at, "finished", timedelta(seconds=125))
        ran(store, "carscoops", at, "finished", timedelta(seconds=8.25))
        ran(
            store,
            "motor1",
            at,
            "finished" if n == 0 else "unreachable",
            timedelta(hours=1),
            "robots unreachable",
        )
    found_wrong(store, *WRONG)
    store.dispose()
    return here


@pytest.fixture
def empty(tmp_path: pytest.TempPathFactory) -> Folder:
    here = Folder(tmp_path)  # type: ignore[arg-type]
    open_store(here.store).dispose()
    return here


@pytest.fixture
def box() -> Iterator[Inbox]:
    with inbox() as made:
        yield made


def test_status_begins_with_what_is_wrong_and_says_why(filled: Folder) -> None:
    ended = filled.carnews("status")
    assert ended.code == 1
    lines = ended.out.splitlines()
    assert lines[1].split()[:3] == ["motor1", "unreachable", "+1"]
    assert lines[2].split()[:2] == ["carscoops", "(quiet)"]
    assert f"motor1: unreachable, since 13h ago: {CAUSE}" in lines
    assert "notice: carscoops: quiet, since 3d ago: nothing new for 3 days" in lines
    assert "balances" in ended.err


def test_status_ends_well_once_nothing_is_wrong(empty: Folder) -> None:
    store = open_store(empty.store)
    ran(store, "autocar", NOW - HOUR, "finished", HOUR / 9)
    found_wrong(store, *WRONG)
    found_wrong(store, WRONG[2])
    store.dispose()
    ended = empty.carnews("status")
    assert ended.code == 0, ended.err
    assert "(quiet)" in ended.out


def test_an_empty_store_has_a_status(empty: Folder) -> None:
    told = empty.each(["status"], ["status", "--format", "json"], ["status", "autocar"], ["alarms"], ["runs"])
    assert [ended.code for ended in told] == [0] * 5
    assert "never" in told[0].out
    assert "never crawled" in told[2].out
    assert "nothing found" in told[3].err


def test_many_alarms_of_one_kind_are_one_sentence(empty: Folder) -> None:
    store = open_store(empty.store)
    found = [Finding(f"site{n}", "unreachable", "", CAUSE, "", "", NOW - n * HOUR) for n in range(40)]
    with writing(store) as s:
        bring_up_to_date(s, {finding.site for finding in found}, found, NOW)
    store.dispose()
    lines = [line for line in empty.carnews("status", "--quiet").out.splitlines() if "40 alike" in line]
    assert len(lines) == 1
    assert lines[0].startswith("40 alike: unreachable, up to 1d: site39, site38")


@pytest.mark.parametrize(
    "words", [["status"], ["status", "motor1"], ["alarms"], ["runs"], ["runs", "--site", "motor1"]]
)
def test_80_columns_are_enough_and_a_pipe_gets_no_colour(filled: Folder, words: list[str]) -> None:
    shown = filled.on_terminal(*words)
    assert shown
    assert max(map(len, shown)) <= 80
    assert any("motor1" in line or "unreachable" in line for line in shown)
    piped = filled.carnews(*words)
    assert "\x1b" not in piped.out + piped.err
    assert not DRAWN & set(piped.out)


def test_a_site_from_close_by_tells_what_to_do_when_it_is_due_and_what_ran(filled: Folder) -> None:
    ended = filled.carnews("status", "motor1")
    assert ended.code == 1
    for part in (
        f"unreachable, since {NOW - 13 * HOUR:%Y-%m-%d %H:%M} UTC (13h): {CAUSE}",
        "3 of 3 crawls",
        "do: carnews sites check motor1",
        "field authors, since",
        "because",
        "complete up to",
        "https://motor1.example/rss",
        "motor1.example",
        "1h 00m",
    ):
        assert part in ended.out, part
    assert filled.carnews("status", "autocar").code == 0


def test_a_site_from_close_by_comes_as_one_row_for_programs(filled: Folder) -> None:
    (as_json, as_line, as_csv) = filled.each(
        *(["status", "motor1", "--format", form] for form in ("json", "jsonl", "csv"))
    )
    told = json.loads(as_json.out)
    assert [alarm["kind"] for alarm in told["alarms"]] == ["unreachable", "field"]
    assert told["due_at"]
    assert told["because"]
    assert [run["outcome"] for run in told["runs"]] == ["unreachable", "unreachable", "finished"]
    assert told["gaps"][0]["kind"] in {"crawl", "channel"}
    assert json.loads(as_line.out) == told
    (row,) = csv.DictReader(io.StringIO(as_csv.out))
    assert (row["site"], row["alarms"], row["last"]) == ("motor1", "unreachable; field", "unreachable")


def test_all_sites_come_as_rows_for_programs(filled: Folder) -> None:
    as_json, as_csv = filled.each(["status", "--format", "json"], ["status", "--format", "csv"])
    assert (as_json.code, as_csv.code) == (1, 1)
    rows = json.loads(as_json.out)
    assert rows[0]["site"] == "motor1"
    assert rows[0]["alarms"] == ["unreachable", "field"]
    assert [row["site"] for row in csv.DictReader(io.StringIO(as_csv.out))] == [row["site"] for row in rows]


def test_a_site_nobody_knows_is_told_in_one_line(filled: Folder) -> None:
    ended = filled.carnews("status", "no-such-site")
    assert ended.code == 2
    assert is_one_line(ended)
    assert "carnews sites" in ended.err


def test_a_database_that_is_down_is_told_apart_from_an_alarm(empty: Folder) -> None:
    ended = empty.carnews("status", "--db", f"postgresql://me@127.0.0.1:{closed_port()}/cars")
    assert ended.code == 75
    assert is_one_line(ended)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_watching_in_a_pipe_repeats_dated_blocks_until_told_to_end(
    filled: Folder, number: signal.Signals
) -> None:
    child = filled.start("carnews", "status", "autocar", "--watch", "--every", "0.2")
    assert child.stdout is not None
    dated = 0
    while dated < 3:
        line = child.stdout.readline()
        assert line, "it ended by itself"
        dated += line.startswith(f"{datetime.now(UTC):%Y-}")
    child.send_signal(number)
    ended = end_of(child)
    assert ended.code == 0
    assert ended.err == ""


def test_watching_sees_what_changes_and_ends_with_the_last_verdict(empty: Folder) -> None:
    child = empty.start("carnews", "status", "motor1", "--watch", "--every", "0.2", "--format", "jsonl")
    assert child.stdout is not None
    assert json.loads(child.stdout.readline())["alarms"] == []
    store = open_store(empty.store)
    found_wrong(store, WRONG[0])
    store.dispose()
    told = 0
    while told < 2:  # the second line says that the look of the first has its verdict
        told += bool(json.loads(child.stdout.readline())["alarms"])
    child.send_signal(signal.SIGINT)
    assert end_of(child).code == 1


def test_watching_on_a_terminal_draws_over_itself_and_gives_the_cursor_back(filled: Folder) -> None:
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    env = filled.environment | {"TERM": "xterm-256color"}
    del env["COLUMNS"]
    words = [sys.executable, "-m", "carnews", "status", "--watch", "--every", "0.2"]
    child = subprocess.Popen(
        words, cwd=filled.folder, env=env, stdin=follower, stdout=follower, stderr=follower
    )
    os.close(follower)
    seen = b""
    while seen.count(b"Ctrl-C ends") < 3:
        seen += os.read(leader, 65536)
    child.send_signal(signal.SIGINT)
    with suppress(OSError):  # how Linux says that the other end has closed
        while piece := os.read(leader, 65536):
            seen += piece
    os.close(leader)
    assert child.wait(timeout=30) == 1
    assert seen.count(b"\x1b[?25l") == seen.count(b"\x1b[?25h") == 1
    assert b"Traceback" not in seen


def test_runs_are_chosen_by_site_outcome_and_time_and_tell_how_long_they_took(filled: Folder) -> None:
    counts: list[tuple[list[str], int]] = [
        ([], 9),
        (["--outcome", "unreachable"], 2),
        (["--outcome", "unreachable,died", "--site", "autocar"], 0),
        (["--since", "18h"], 0),
        (["--since", "20h"], 6),
        (["--since", "36h", "--outcome", "finished", "--limit", "4"], 4),
    ]
    told = filled.each(*(["runs", "--format", "jsonl", *words] for words, _ in counts))
    for (words, count), ended in zip(counts, told, strict=True):
        assert len(ended.out.splitlines()) == count, words
    table, of_one, wrong = filled.each(
        ["runs"], ["runs", "--site", "motor1"], ["runs", "--outcome", "exploded"]
    )
    assert all(f" {took} " in table.out for took in ("2m 05s", "8.2s", "1h 00m"))
    assert "robots.txt could not be fetched" in of_one.out
    assert (wrong.code, is_one_line(wrong)) == (2, True)


def test_alarms_are_listed_open_or_over_by_site(filled: Folder) -> None:
    rows = [json.loads(line) for line in filled.carnews("alarms", "--format", "jsonl").out.splitlines()]
    assert [row["kind"] for row in rows] == ["quiet", "field", "unreachable"]
    assert rows[2]["remedy"] == "carnews sites check motor1"
    assert rows[2]["lasted"] >= 13 * 3600
    for_motor1, now_wrong, as_csv = filled.each(
        ["alarms", "--site", "motor1", "--format", "jsonl"],
        ["alarms", "--open", "--format", "jsonl"],
        ["alarms", "--format", "csv"],
    )
    assert len(for_motor1.out.splitlines()) == 2
    assert json.loads(now_wrong.out.splitlines()[0])["kind"] == "unreachable"
    assert len(list(csv.DictReader(io.StringIO(as_csv.out)))) == 3


def test_metrics_are_printed_or_written_in_one_go(filled: Folder) -> None:
    printed = filled.carnews("metrics").out
    assert 'carnews_alarms_open{grade="alarm",kind="unreachable",site="motor1"} 1.0' in printed
    ended = filled.carnews("metrics", "--to", "carnews.prom")
    assert (ended.code, ended.out) == (0, "")
    assert "carnews_store_up 1.0" in (filled.folder / "carnews.prom").read_text()
    nowhere = filled.carnews("metrics", "--to", "no/such/folder/carnews.prom")
    assert (nowhere.code, is_one_line(nowhere)) == (2, True)


def test_a_test_message_reaches_everyone_and_tells_whom_it_did_not_reach(empty: Folder, box: Inbox) -> None:
    ended = empty.carnews("alerts", "test", CARNEWS_ALERTS=box.url)
    assert (ended.code, ended.out, ended.err) == (0, "1 (json://…): sent\n", "")
    assert box.came[0]["title"] == "carnews: a test message"
    deaf = f"{box.url} json://127.0.0.1:{closed_port()}/{TOKEN}"
    ended = empty.carnews("alerts", "test", CARNEWS_ALERTS=deaf)
    assert ended.code == 1
    assert is_one_line(ended)
    assert "2 (json://…)" in ended.err
    assert TOKEN not in ended.out + ended.err


def test_a_test_message_to_nobody_says_what_to_set(empty: Folder) -> None:
    ended = empty.carnews("alerts", "test")
    assert ended.code == 2
    assert is_one_line(ended)
    assert "CARNEWS_ALERTS" in ended.err
