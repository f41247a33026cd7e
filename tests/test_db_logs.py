"""Logs: every line arrives, whole, bounded, without secrets; a log that cannot be written stops nothing."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from loguru import logger
from loopback import ROOT

from crawler.log import start_shared_log
from db import logs
from db.logfile import LogFile
from db.logs import join, keep_secret, redacted, start_logging
from db.settings import Settings

CANARY = "c4nary-s3cret"
PROCESSES, LINES = 8, 1500
WRITER = """
import sys
from pathlib import Path
from db.logfile import LogFile
file = LogFile(Path(sys.argv[1]), most_bytes=40_000, kept=200)
for n in range({lines}):
    file.write(f"{{sys.argv[2]}} {{n}} " + "x" * (n % 90) + "\\n")
"""


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Afterwards this process logs as before, and knows no secret."""
    root, secrets = logging.getLogger(), set(logs._secrets)
    handlers, level = root.handlers[:], root.level
    yield
    logger.remove()
    logger.add(sys.stderr)
    logging.captureWarnings(capture=False)
    root.handlers[:], logs._secrets = handlers, secrets
    root.setLevel(level)


def conf(folder: Path, log_format: str = "text") -> Settings:
    return Settings.model_validate({"log": folder / "log", "log_format": log_format})


def lines_of(folder: Path) -> list[str]:
    return [line for path in folder.glob("*.log*") for line in path.read_text().splitlines()]


@pytest.mark.parametrize("shared", [True, False])
def test_eight_processes_that_rotate_lose_no_line(tmp_path: Path, shared: bool) -> None:
    program = WRITER.format(lines=LINES)
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / ("all.log" if shared else f"{n}.log")), f"p{n}"],
            cwd=ROOT,
        )
        for n in range(PROCESSES)
    ]
    assert [child.wait(timeout=60) for child in children] == [0] * PROCESSES
    assert len(list(tmp_path.glob("*.log.*"))) >= PROCESSES
    told = [line.split(" ")[:2] for line in lines_of(tmp_path)]
    assert sorted(told) == sorted([f"p{p}", str(n)] for p in range(PROCESSES) for n in range(LINES))


def test_a_log_is_bounded_in_size_and_number(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "clock.log", most_bytes=1000, kept=3)
    for n in range(500):
        file.write(f"line {n}\n")
    names = sorted(path.name for path in tmp_path.glob("clock*"))
    assert names == ["clock.log", "clock.log.1", "clock.log.2", "clock.log.3"]
    assert all(path.stat().st_size <= 1000 for path in tmp_path.glob("clock*"))
    assert (tmp_path / "clock.log").read_text().endswith("line 499\n")


def test_a_log_that_somebody_else_moved_away_is_begun_anew(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "clock.log")
    file.write("one\n")
    (tmp_path / "clock.log").rename(tmp_path / "taken")
    file.write("two\n")
    assert (tmp_path / "clock.log").read_text() == "two\n"


@pytest.mark.parametrize("trouble", ["no room", "no folder"])
def test_a_log_that_cannot_be_written_goes_to_standard_error_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], trouble: str
) -> None:
    if trouble == "no room":
        (tmp_path / "clock.log").symlink_to("/dev/full")
        file = LogFile(tmp_path / "clock.log")
    else:
        (tmp_path / "file").write_text("")
        file = LogFile(tmp_path / "file" / "clock.log")
    file.write("one\n")
    file.write("two\n")
    file.write("three\n", seen=True)
    said = capsys.readouterr().err.splitlines()
    assert said[1:] == ["one", "two"]
    assert said[0].startswith("carnews: log ")
    assert "clock.log" in said[0]


def test_a_log_is_taken_up_again_once_it_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("db.logfile.RETRY_S", 0.0)
    (tmp_path / "log").write_text("in the way")
    file = LogFile(tmp_path / "log" / "clock.log")
    file.write("one\n")
    (tmp_path / "log").unlink()
    file.write("two\n")
    assert (tmp_path / "log" / "clock.log").read_text() == "two\n"
    assert capsys.readouterr().err.splitlines()[1:] == ["one"]


def test_lines_for_programs_are_json_whatever_is_logged(tmp_path: Path) -> None:
    start_logging(conf(tmp_path, "json"), "clock", level="WARNING", file="clock")
    join(logging.WARNING, {})
    logger.info("braces {} and <red>tags</red> {{}}", "{no} format\nsecond line")
    logger.bind(site="motor1").warning("failed {site}")
    logging.getLogger("apscheduler.executors").warning("%s was missed by {}", "job")
    try:
        int(f"no {CANARY}")
    except ValueError:
        logger.exception("wrong")
    told = [json.loads(line) for line in (tmp_path / "log" / "clock.jsonl").read_text().splitlines()]
    assert [line["level"] for line in told] == ["INFO", "WARNING", "WARNING", "ERROR"]
    assert told[0]["message"] == "braces {no} format\nsecond line and <red>tags</red> {}"
    assert told[1]["site"] == "motor1"
    assert (told[2]["logger"], told[2]["message"]) == ("apscheduler.executors", "job was missed by {}")
    assert told[3]["error"].endswith(f"with base 10: 'no {CANARY}'")
    assert {line["process"] for line in told} == {"clock"}
    assert all(line["at"].endswith("Z") for line in told)


def test_a_file_holds_all_while_standard_error_holds_what_was_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start_logging(conf(tmp_path), "clock", level="WARNING", file="clock")
    logger.debug("unseen")
    logger.info("quiet")
    logger.warning("loud")
    assert [line.split()[-1] for line in capsys.readouterr().err.splitlines()] == ["loud"]
    written = (tmp_path / "log" / "clock.log").read_text().splitlines()
    assert [line.split()[-1] for line in written] == ["quiet", "loud"]


def test_passwords_cookies_and_keys_are_struck_out_of_messages_and_tracebacks(tmp_path: Path) -> None:
    keep_secret(f"json://hooks.motor.example/{CANARY}?to=a")
    url = "postgresql://me:0ther-s3cret@h/cars"
    for log_format in ("text", "json"):
        given = {"log": tmp_path / log_format, "log_format": log_format, "database_url": url}
        start_logging(Settings.model_validate(given), "clock", level="CRITICAL", file="clock")
        logger.info("proxy http://me:{}@proxy.example:80/", CANARY)
        logger.info("Cookie: session={}; a=b", CANARY)
        logger.bind(where=f"/{CANARY}").info("{}", {b"Set-Cookie": [CANARY.encode()]})
        logger.info("POST /{} and 0ther-s3cret", CANARY)
        logger.info("password={}&x=1", CANARY)
        try:
            int(f"cannot reach {url} with {CANARY}")
        except ValueError:
            logger.exception("wrong")
    files = [path.read_text() for path in tmp_path.rglob("clock.*")]
    assert len(files) == 2
    assert not any(secret in text for text in files for secret in (CANARY, "0ther-s3cret"))
    assert all("x=1" in text and "h/cars" in text for text in files)


def test_ordinary_words_are_no_secrets() -> None:
    keep_secret("mailto://me:pass@localhost?channel=cars", f"json://127.0.0.1/{CANARY}")
    for text in (
        "http://127.0.0.1:80/a@b",
        "a cookie banner: yes",
        "at 10:30 me@x",
        "://:@",
        "a channel",
        "",
    ):
        assert redacted(text) == text


def test_a_process_that_polls_many_sites_writes_each_ones_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start_shared_log(conf(tmp_path), to_file=True)
    for n in range(300):
        with logger.contextualize(site=f"site{n}"):
            logger.warning("polled {}", n)
    with logger.contextualize(site="../../evil:80"):
        logger.info("kept inside")
    logger.error("nobody's")
    files = {path.name: path.read_text() for path in (tmp_path / "log").glob("*.log")}
    assert len(files) == 302
    assert files["site7.log"].endswith("polled 7\n")
    assert "kept inside" in files["_.._evil_80.log"]
    assert files["_polls.log"].endswith("nobody's\n")
    assert capsys.readouterr().err == ""
