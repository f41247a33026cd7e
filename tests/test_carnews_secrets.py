"""A password given to us is in nothing we write or show, whatever goes wrong, however much we are to say."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from command import Folder
from loopback import ROOT, Answer, Site, article, closed_port, end_of, serving, until
from sqlalchemy import inspect, make_url, text

from db.engine import open_store

CANARY = "c4nary-s3cret"
NEEDLES = (CANARY.encode(), CANARY.replace("-", "%2D").encode())


@pytest.fixture
def site(here: Folder) -> Iterator[Site]:
    with serving(articles=2) as made:
        here.site("made", made.toml())
        yield made


@pytest.fixture
def here(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def kept_secret(here: Folder, *said: str) -> bool:
    """Whether the password is in none of the words, and in no file of the folder."""
    files = [path.read_bytes() for path in here.folder.rglob("*") if path.is_file()]
    everything = [text.encode() for text in said] + files
    return not any(needle in text for needle in NEEDLES for text in everything)


@contextmanager
def rude_server() -> Iterator[int]:
    """The port of a server that hangs up on whoever speaks to it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connection.recv(64)
                connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
    thread.join()


def urls(rude_port: int) -> list[str]:
    """Addresses of databases that cannot be had, with the password in each of the places it may stand."""
    places = [f"127.0.0.1:{closed_port()}/cars", f"127.0.0.1:{rude_port}/cars", "no.such.invalid/cars"]
    forms = [f"me:{CANARY}@{{}}", f"me@{{}}?password={CANARY}"]
    return [f"postgresql://{form.format(place)}" for place in places for form in forms]


COMMANDS = [
    ["scrapy", "crawl", "made", "-L", "DEBUG"],
    ["crawler", "made"],
    ["carnews", "--debug", "crawl", "made"],
    ["carnews", "--debug", "status"],
    ["scrapy", "crawl", "made", "-L", "DEBUG"],
    ["carnews", "crawl", "made", "--format", "json"],
]


def test_no_failure_to_connect_tells_the_password(here: Folder, site: Site) -> None:
    (here.folder / "scrapy.cfg").write_text((ROOT / "scrapy.cfg").read_text())
    with rude_server() as port:
        for words, url in zip(COMMANDS, urls(port), strict=True):
            ended = end_of(here.start(*words, CARNEWS_DATABASE_URL=url))
            assert "carnews" in ended.err + ended.out or "ERROR" in ended.err, (words, url, ended)
            assert ended.code != 0 or words[0] == "scrapy", (
                words,
                url,
            )  # Scrapy's own command always gives 0
            assert kept_secret(here, ended.out, ended.err), (words, url)
    assert site.asked == []


def test_a_crawl_that_knows_a_password_keeps_it_to_itself(
    here: Folder, site: Site, postgres_url: str
) -> None:
    url = make_url(postgres_url)
    secret = url.update_query_dict({"password": CANARY}).render_as_string(hide_password=False)
    site.gate.clear()

    def held() -> Answer:
        site.gate.wait(30)
        return Answer(article(0))

    site.pages["/news/2026/0"] = held
    site.feed(["/news/2026/0", "/news/2026/1", f"http://me:{CANARY}@127.0.0.1:{site.port}/news/2026/7"])
    parent = here.start("carnews", "crawl", "made", CARNEWS_DATABASE_URL=secret)
    until(lambda: "/news/2026/0" in site.asked)
    us = psutil.Process(parent.pid)
    words = [word for process in (us, *us.children(recursive=True)) for word in process.cmdline()]
    assert len(us.children(recursive=True)) == 1
    site.gate.set()
    ended = end_of(parent)
    assert ended.code == 0, ended.err
    assert kept_secret(here, ended.out, ended.err, *words)
    shown = here.each(["runs", "--format", "json", "--db", secret], ["--debug", "status", "--db", secret])
    assert kept_secret(here, *(told.out + told.err for told in shown))
    engine = open_store(secret)
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            rows = connection.execute(text(f'SELECT t::text FROM "{table}" t')).scalars().all()
            assert kept_secret(here, *rows), table
    engine.dispose()


WATCHMAN = """
from urllib.request import urlopen
from db.alarms import Finding, bring_up_to_date
from db.engine import open_store, writing
from datetime import UTC, datetime
from db.settings import settings
from loguru import logger
from ops.companions import companions
from ops.logs import log_as

conf = settings()
log_as("clock", conf)
engine = open_store(conf.database_url)
now = datetime.now(UTC)
with writing(engine) as s:
    bring_up_to_date(s, {"made"}, [Finding("made", "silent", "", "cause", "", "", now)], now)
logger.info("settings {} {!r} store {}", conf, conf, engine.url)
with companions(conf, engine, dict) as teller:
    print(urlopen("http://" + conf.metrics + "/metrics").read().decode())
    while not teller._retry_at:
        teller.tell(wait_s=1)
    try:
        raise ConnectionError("cannot reach " + conf.database_url + " nor " + conf.alerts.get_secret_value())
    except ConnectionError as error:
        logger.exception("wrong: {}", error)
"""


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_clock_keeps_the_passwords_of_store_and_alerts_to_itself(
    here: Folder, postgres_url: str, log_format: str
) -> None:
    secret = make_url(postgres_url).update_query_dict({"password": CANARY})
    (here.folder / "watchman.py").write_text(WATCHMAN)
    clock = here.start(
        "watchman",
        CARNEWS_DATABASE_URL=secret.render_as_string(hide_password=False),
        CARNEWS_ALERTS=f"json://me:{CANARY}@127.0.0.1:{closed_port()}/{CANARY}",
        CARNEWS_METRICS=f"127.0.0.1:{closed_port()}",
        CARNEWS_LOG_FORMAT=log_format,
    )
    ended = end_of(clock)
    (here.folder / "watchman.py").unlink()
    assert ended.code == 0, ended
    assert "alert to 1 (json://…) failed" in ended.err
    assert "carnews_store_up 1.0" in ended.out
    assert len(list((here.folder / "log").glob("clock.*"))) == 1
    assert kept_secret(here, ended.out, ended.err)


def test_nobody_learns_an_alerts_address_from_a_message_that_fails(here: Folder) -> None:
    for alerts in (
        f"json://me:{CANARY}@127.0.0.1:{closed_port()}/{CANARY}?+x={CANARY}",
        f"{CANARY}://x",
        f"nonsense://{CANARY}",
        CANARY,
    ):
        for words in (["alerts", "test"], ["--debug", "alerts", "test"], ["status"]):
            ended = here.carnews(*words, CARNEWS_ALERTS=alerts)
            assert ended.code != 0
            assert kept_secret(here, ended.out, ended.err), (alerts, words, ended.err)
