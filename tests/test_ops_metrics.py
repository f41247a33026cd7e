"""The store's figures for Prometheus: read when asked, the same from both databases, on loopback alone."""

import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from loopback import ROOT, closed_port
from made_articles import NOW, Keeper, counted, made
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, create_engine, update

from db import ledger
from db.account import HostDay, note_days
from db.alarms import ALL, NOTICE, Finding, bring_up_to_date
from db.engine import writing
from db.errors import SettingsError
from db.ledger import Found, State
from db.models import ArticleRow
from db.settings import Settings
from ops.companions import companions
from ops.launch import environment
from ops.listener import Listening, listener, listening_at
from ops.metrics import StoreCollector, exposition, registry_of, write_textfile

MINUTE = timedelta(minutes=1)
Samples = dict[str, float]


def samples(text: str) -> Samples:
    """Every sample as `name{label="value",…}`."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def asked(store: Engine, archive: Path, **rhythms: timedelta) -> Samples:
    return samples(exposition(registry_of(StoreCollector(store, archive, lambda: rhythms))))


@pytest.fixture
def filled(store: Engine, tmp_path: Path) -> Engine:
    """Two crawls of `motor`, one of which failed; requests, and something that is wrong."""
    with writing(store) as s:
        for n, outcome in enumerate(("finished", "unreachable")):
            at = NOW + n * 10 * MINUTE
            run_id = ledger.begin_run(s, "motor", "crawl", at)
            finds = [Found(f"https://motor.example/{n}-{i}", "feed") for i in range(3)]
            ledger.record_found(s, run_id, "motor", finds, at)
            ledger.end_run(s, run_id, outcome, at + MINUTE, None)
        known = ledger.history(s, "https://motor.example/0-0")
        assert known
        ledger.settle(s, 2, known.address.id, State.GONE, NOW, "http 410")
        day = HostDay("motor.example", NOW.date(), 10, 5000, 3, 1, 2, 0, 1, 4, NOW)
        note_days(s, "motor", [day])
        wrong = [
            Finding("motor", "silent", "", "c", "e", "r", NOW),
            Finding(ALL, "disk", "", "c", "e", "r", NOW, NOTICE),
        ]
        bring_up_to_date(s, {"motor", ALL}, wrong, NOW)
    (tmp_path / "archive" / "2026").mkdir(parents=True)
    (tmp_path / "archive" / "2026" / "a.warc.gz").write_bytes(b"x" * 700)
    return store


def test_figures_have_the_names_that_prometheus_expects(filled: Engine, tmp_path: Path) -> None:
    told = asked(filled, tmp_path / "archive", motor=timedelta(minutes=30))
    site = 'site="motor"'
    assert told["carnews_store_up"] == 1
    assert told[f'carnews_addresses{{{site},state="pending"}}'] == 5
    assert told[f'carnews_addresses{{{site},state="gone"}}'] == 1
    assert told[f'carnews_runs_total{{kind="crawl",outcome="finished",{site}}}'] == 1
    assert told[f'carnews_runs_total{{kind="crawl",outcome="unreachable",{site}}}'] == 1
    assert told[f"carnews_last_success_timestamp_seconds{{{site}}}"] == (NOW + MINUTE).timestamp()
    assert told[f"carnews_last_crawl_timestamp_seconds{{{site}}}"] == (NOW + 10 * MINUTE).timestamp()
    due = (NOW + 40 * MINUTE).timestamp()
    assert told[f"carnews_next_poll_timestamp_seconds{{{site}}}"] == due
    assert told[f'carnews_alarms_open{{grade="alarm",kind="silent",{site}}}'] == 1
    assert told['carnews_alarms_open{grade="notice",kind="disk",site="all"}'] == 1
    assert told["carnews_archive_bytes"] == 700
    assert told["carnews_database_bytes"] > 0


def test_every_figure_is_documented_and_nothing_else(filled: Engine, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `carnews_")]
    documented = {name for cell in table for name in re.findall(r"`(carnews_\w+)`", cell)}
    told = {name.partition("{")[0] for name in asked(filled, tmp_path / "archive", motor=MINUTE)}
    assert told | {"carnews_wal_bytes"} == documented  # which PostgreSQL has none of


def test_requests_are_told_by_what_they_were_answered_and_sum_to_all(filled: Engine, tmp_path: Path) -> None:
    told = asked(filled, tmp_path / "archive")
    answers = {name: value for name, value in told.items() if name.startswith("carnews_requests_total")}
    assert sum(answers.values()) == 10
    assert answers['carnews_requests_total{answer="not_modified",site="motor"}'] == 3
    assert answers['carnews_requests_total{answer="asked_to_wait",site="motor"}'] == 2
    assert answers['carnews_requests_total{answer="other",site="motor"}'] == 3
    assert told['carnews_robots_refused_total{site="motor"}'] == 4
    assert told['carnews_received_bytes_total{site="motor"}'] == 5000


def test_articles_are_counted_ever_and_as_readers_see_them(store: Engine, tmp_path: Path) -> None:
    keeper = Keeper(store)
    for n in range(3):
        keeper.save(f"story-{n}", made(*(counted(f"{n} {i}") for i in range(6)), title=f"Story {n}"))
    with writing(store) as s:
        gone = ArticleRow.url == "https://motor.example/story-1"
        s.execute(update(ArticleRow).where(gone).values(withdrawn_at=NOW))
    told = asked(store, tmp_path)
    ever, live = (told[f'carnews_articles_{name}{{site="motor"}}'] for name in ("total", "live"))
    assert (ever, live) == (3, 2)


def test_an_empty_store_has_figures_too(store: Engine, tmp_path: Path) -> None:
    told = asked(store, tmp_path / "none", motor=timedelta(minutes=30))
    assert told["carnews_archive_bytes"] == 0
    assert told['carnews_next_poll_timestamp_seconds{site="motor"}'] <= datetime.now(UTC).timestamp()


def test_a_store_that_does_not_answer_is_said_to_be_down(tmp_path: Path) -> None:
    gone = create_engine(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}")
    told = asked(gone, tmp_path)
    assert told["carnews_store_up"] == 0
    assert [name for name in told if "build_info" not in name] == ["carnews_store_up"]


def test_the_store_is_read_once_for_all_who_ask_within_seconds(store: Engine, tmp_path: Path) -> None:
    registry = registry_of(StoreCollector(store, tmp_path, dict, cache_s=60))
    before = exposition(registry)
    with writing(store) as s:
        ledger.begin_run(s, "motor", "crawl", NOW)
    assert exposition(registry) == before
    assert exposition(registry_of(StoreCollector(store, tmp_path, dict))) != before


def test_a_textfile_is_replaced_whole(filled: Engine, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    file = tmp_path / "out" / "carnews.prom"
    file.write_text("old")
    write_textfile(registry_of(StoreCollector(filled, tmp_path / "archive", dict)), file)
    assert samples(file.read_text())["carnews_store_up"] == 1
    assert [path.name for path in file.parent.iterdir()] == ["carnews.prom"]


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ("9107", Listening("127.0.0.1", 9107)),
        (":9107", Listening("127.0.0.1", 9107)),
        ("localhost:9107", Listening("127.0.0.1", 9107)),
        ("[::1]:9107", Listening("::1", 9107)),
        ("public 0.0.0.0:9107", Listening("0.0.0.0", 9107)),
        ("public [::]:9107", Listening("::", 9107)),
    ],
)
def test_an_address_is_this_machines_unless_it_says_otherwise(said: str, where: Listening) -> None:
    assert listening_at(said) == where


@pytest.mark.parametrize(
    "said",
    ["0.0.0.0:9107", "192.0.2.7:9107", "[::]:9107", "motor.example:9107", "yes", "", "127.0.0.1:99999"],
)
def test_any_other_address_is_refused_in_one_line_with_its_remedy(said: str) -> None:
    with pytest.raises(SettingsError, match="CARNEWS_METRICS") as wrong:
        listening_at(said)
    assert "\n" not in str(wrong.value)


def test_who_asks_over_http_gets_the_figures_until_the_end(filled: Engine, tmp_path: Path) -> None:
    collector = StoreCollector(filled, tmp_path / "archive", dict)
    with listener(Listening("127.0.0.1", 0), collector) as port:
        for _ in range(3):
            with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
                assert samples(answer.read().decode())["carnews_store_up"] == 1
    with pytest.raises(URLError):
        urlopen(f"http://127.0.0.1:{port}/metrics")


def test_a_port_that_is_taken_is_told_in_one_line(store: Engine, tmp_path: Path) -> None:
    collector = StoreCollector(store, tmp_path, dict)
    with (
        listener(Listening("127.0.0.1", 0), collector) as port,
        pytest.raises(SettingsError, match="in use"),
        listener(Listening("127.0.0.1", port), collector),
    ):
        pass


@pytest.mark.parametrize("once", [True, False])
def test_a_clock_listens_where_it_was_asked_to_and_never_for_one_round(store: Engine, once: bool) -> None:
    port = closed_port()
    conf = Settings.model_validate({"metrics": str(port)})
    with companions(conf, store, dict, once=once):
        if not once:
            urlopen(f"http://127.0.0.1:{port}/metrics").close()
            return
        with pytest.raises(URLError):
            urlopen(f"http://127.0.0.1:{port}/metrics")


def test_without_the_extra_the_remedy_is_told(
    store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(SettingsError, match=r"pip install 'carnews\[metrics\]'"):
        registry_of(StoreCollector(store, tmp_path, dict))


def test_crawls_are_not_told_whom_to_alert_nor_where_to_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARNEWS_ALERTS", "json://hook.example/s3cret")
    monkeypatch.setenv("CARNEWS_METRICS", "9107")
    monkeypatch.setenv("CARNEWS_LOG_FORMAT", "json")
    env = environment(Settings())
    assert not {"CARNEWS_ALERTS", "CARNEWS_METRICS"} & env.keys()
    assert "s3cret" not in str(env)
    assert env["CARNEWS_LOG_FORMAT"] == "json"
