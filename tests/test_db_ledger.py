import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from processes import processes
from sqlalchemy import Engine, select, update

from db import ledger
from db.engine import open_store, writing
from db.errors import SiteBusy
from db.laws import check_ledger
from db.ledger import Found, State, Tally
from db.models import AddressRow, Run

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def found(*numbers: int, channel: str = "feed:https://motor.example/rss") -> list[Found]:
    return [Found(f"https://motor.example/news/{n}", channel) for n in numbers]


def begin(store: Engine, site: str = "motor", kind: str = "crawl", now: datetime = NOW) -> int:
    with writing(store) as s:
        return ledger.begin_run(s, site, kind, now)


def record(store: Engine, run_id: int, *numbers: int, now: datetime = NOW) -> Tally:
    with writing(store) as s:
        return ledger.record_found(s, run_id, "motor", found(*numbers), now)


def claim(store: Engine, run_id: int, limit: int = 100, now: datetime = NOW) -> list[int]:
    with writing(store) as s:
        return [int(a.url.rpartition("/")[2]) for a in ledger.claim(s, run_id, "motor", now, limit)]


def settle(
    store: Engine, run_id: int, number: int, state: str, reason: str | None = None, now: datetime = NOW
) -> None:
    with writing(store) as s:
        row = s.scalars(select(AddressRow).where(AddressRow.url.endswith(f"/{number}"))).one()
        ledger.settle(s, run_id, row.id, state, now, reason)


def end(store: Engine, run_id: int, outcome: str = "finished") -> dict[str, int]:
    with writing(store) as s:
        row = ledger.end_run(s, run_id, outcome, LATER)
        assert row.balance.found == sum(row.balance.by_state.values())
        assert row.balance == ledger.balance(s, run_id)
        assert check_ledger(s) == []
    return dict(row.balance.by_state)


def test_an_address_found_twice_is_one_address(store: Engine) -> None:
    run = begin(store)
    assert record(store, run, 1, 2, 2, 1) == Tally(new=2, known=0)
    assert record(store, run, 2, 3) == Tally(new=1, known=1)
    assert end(store, run) == {"pending": 3}


def test_what_a_run_claims_it_gets_once(store: Engine) -> None:
    run = begin(store)
    record(store, run, 1, 2, 3)
    assert len(claim(store, run, limit=2)) == 2
    assert len(claim(store, run, limit=2)) == 1
    assert claim(store, run) == []


def test_the_newest_are_claimed_first_and_unknown_dates_count_as_found(store: Engine) -> None:
    run = begin(store)
    finds = [
        Found("https://motor.example/news/1", "asked", published_at=NOW - timedelta(days=3)),
        Found("https://motor.example/news/2", "asked"),
        Found("https://motor.example/news/3", "asked", published_at=NOW - timedelta(days=1)),
    ]
    with writing(store) as s:
        ledger.record_found(s, run, "motor", finds, NOW)
    assert claim(store, run) == [2, 3, 1]


def test_an_interrupted_runs_addresses_are_the_next_runs_work(store: Engine) -> None:
    first = begin(store)
    record(store, first, 1, 2)
    claim(store, first)
    settle(store, first, 1, "too_old")
    assert end(store, first, "interrupted") == {"pending": 1, "too_old": 1}
    second = begin(store)
    assert claim(store, second) == [2]
    settle(store, second, 2, "blocked", "robots")
    assert end(store, second) == {"blocked": 1}


def test_a_settled_address_found_again_counts_as_unchanged(store: Engine) -> None:
    first = begin(store)
    record(store, first, 1, 2)
    for number in claim(store, first):
        settle(store, first, number, "not_article", "listing")
    assert end(store, first) == {"not_article": 2}
    second = begin(store)
    assert record(store, second, 1, 2, 3) == Tally(new=1, known=2)
    assert claim(store, second) == [3]
    settle(store, second, 3, "gone", "http 410")
    assert end(store, second) == {"gone": 1, "unchanged": 2}
    with writing(store) as s:
        assert ledger.balance(s).by_state == {"gone": 1, "not_article": 2}
        assert ledger.balance(s, site="motor").found == 3
        assert ledger.balance(s, site="other").found == 0


def test_a_failure_waits_longer_each_time_and_ends_after_five(store: Engine) -> None:
    now, waits = NOW, []
    first = begin(store)
    record(store, first, 1)
    for _ in range(5):
        run = begin(store, kind="ingest")
        with writing(store) as s:
            ledger.end_run(s, first, "finished", now)
        assert claim(store, run, now=now) == [1]
        settle(store, run, 1, "failed", "timeout", now=now)
        with writing(store) as s:
            address = ledger.history(s, "https://motor.example/news/1").address
            ledger.end_run(s, run, "finished", now)
        if address.next_try_at:
            waits.append(address.next_try_at - now)
            early = begin(store)
            assert claim(store, early, now=address.next_try_at - timedelta(seconds=1)) == []
            end(store, early)
            now = address.next_try_at
    assert [wait.total_seconds() / 60 for wait in waits] == [5, 20, 80, 320]
    assert address.attempts == 5
    last = begin(store)
    assert claim(store, last, now=NOW + timedelta(days=999)) == []


@pytest.mark.parametrize(("asked_min", "waited_min"), [(60, 60), (1, 5), (None, 5)])
def test_a_failed_address_waits_at_least_as_long_as_the_server_asked(
    store: Engine, asked_min: int | None, waited_min: int
) -> None:
    run = begin(store)
    record(store, run, 1)
    retry_at = NOW + timedelta(minutes=asked_min) if asked_min else None
    with writing(store) as s:
        (address,) = ledger.claim(s, run, "motor", NOW, 1)
        ledger.settle(s, run, address.id, "failed", NOW, "http 503", retry_at=retry_at)
        known = ledger.history(s, address.url)
    assert known is not None
    assert known.address.next_try_at == NOW + timedelta(minutes=waited_min)


def test_asking_for_an_address_tries_a_failed_one_before_its_time(store: Engine) -> None:
    run = begin(store)
    record(store, run, 1, 2)
    claim(store, run)
    settle(store, run, 1, "failed", "timeout")
    settle(store, run, 2, "gone", "http 404")
    end(store, run)
    again = begin(store, site="somebody")
    urls = [find.url for find in found(1, 2)]
    with writing(store) as s:
        assert [a.url for a in ledger.claim(s, again, "somebody", NOW, 10, only=urls)] == urls[:1]
        assert [a.url for a in ledger.claim(s, again, "somebody", NOW, 10, only=urls, again=True)] == urls[1:]


def test_a_second_crawl_of_a_site_is_refused_while_the_first_lives(store: Engine) -> None:
    begin(store)
    with pytest.raises(SiteBusy) as caught:
        begin(store, now=LATER)
    assert caught.value.pid == os.getpid()
    assert caught.value.exit_code == 75
    assert str(os.getpid()) in str(caught.value)
    assert "\n" not in str(caught.value)
    begin(store, site="other")
    begin(store, kind="ingest")


def begin_or_not(job: tuple[str, int]) -> bool:
    url, _ = job
    engine = open_store(url)
    try:
        begin(engine)
    except SiteBusy:
        return False
    finally:
        engine.dispose()
    return True


def test_of_four_crawls_begun_at_once_one_runs(store_url: str) -> None:
    with processes(4) as pool:
        began = list(pool.map(begin_or_not, [(store_url, n) for n in range(8)]))
    assert sum(began) == 1


def test_ending_a_run_frees_its_site(store: Engine) -> None:
    end(store, begin(store))
    begin(store)


CRAWL_AND_STOP = """
import sys
from datetime import UTC, datetime
from db import ledger
from db.engine import open_store, writing
now = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
with writing(open_store(sys.argv[1])) as s:
    run = ledger.begin_run(s, "motor", "crawl", now)
    ledger.record_found(s, run, "motor", [ledger.Found("https://motor.example/news/1", "asked")], now)
print(run, flush=True)
sys.stdin.read()
"""


def test_a_killed_run_is_closed_as_died_with_its_balance(store: Engine, store_url: str) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CRAWL_AND_STOP, store_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout
    died = int(child.stdout.readline())
    with pytest.raises(SiteBusy):
        begin(store)
    child.kill()  # not yet reaped: a zombie is no live run either
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    with writing(store) as s:
        assert "process" in check_ledger(s)[0]
    run = begin(store)
    child.communicate()
    with writing(store) as s:
        old = ledger.end_run(s, died, "finished", LATER)
    assert (old.outcome, dict(old.balance.by_state)) == ("died", {"pending": 1})
    assert claim(store, run) == [1]
    assert end(store, run) == {"pending": 1}


def test_a_run_of_another_machine_is_dead_after_a_minute_of_silence(store: Engine) -> None:
    run = begin(store)
    with writing(store) as s:
        s.execute(update(Run).values(host="elsewhere"))
        ledger.beat(s, run, NOW)
    with pytest.raises(SiteBusy):
        begin(store, now=NOW + timedelta(seconds=59))
    begin(store, now=NOW + timedelta(seconds=60))


def test_a_reused_process_number_is_not_the_run(store: Engine) -> None:
    begin(store)
    with writing(store) as s:
        s.execute(update(Run).values(process_at=NOW - timedelta(days=9)))
    begin(store)


def test_an_address_of_a_live_run_stays_that_runs(store: Engine) -> None:
    crawl, ingest = begin(store), begin(store, kind="ingest")
    record(store, crawl, 1)
    assert record(store, ingest, 1) == Tally(new=0, known=1)
    assert claim(store, ingest) == []
    assert end(store, ingest) == {}
    assert end(store, crawl) == {"pending": 1}


def test_a_failing_server_takes_no_article_away(store: Engine) -> None:
    run = begin(store)
    record(store, run, 1)
    settle(store, run, 1, "stored")
    settle(store, run, 1, "failed", "http 503")
    with writing(store) as s:
        history = ledger.history(s, "https://motor.example/news/1")
    assert history
    assert (history.address.state, history.address.last_outcome) == (State.STORED, State.FAILED)
    assert history.address.reason == "http 503"
    assert [run_row.id for run_row in history.runs] == [run]


def test_the_history_of_an_address_tells_every_end_it_came_to(store: Engine) -> None:
    first = begin(store)
    record(store, first, 1, 2)
    settle(store, first, 1, "failed", "timeout")
    settle(store, first, 2, "blocked", "robots")
    end(store, first)
    second = begin(store)
    settle(store, second, 1, "stored")
    settle(store, second, 1, "gone", "http 410")
    with writing(store) as s:
        history = ledger.history(s, "https://motor.example/news/1")
    assert history
    assert [(event.run_id, event.outcome, event.reason) for event in history.events] == [
        (first, State.FAILED, "timeout"),
        (second, State.STORED, None),
        (second, State.GONE, "http 410"),
    ]
    assert [run.id for run in history.runs] == [first, second]


def test_reasons_are_summed_without_what_names_one_page(store: Engine) -> None:
    run = begin(store)
    record(store, run, 1, 2, 3)
    settle(store, run, 1, "duplicate", "of https://motor.example/a")
    settle(store, run, 2, "duplicate", "of https://motor.example/b")
    settle(store, run, 3, "blocked", "robots: /news/ is off limits")
    with writing(store) as s:
        assert ledger.balance(s, run).by_reason == {"blocked: robots": 1, "duplicate: of another": 2}


def test_the_law_speaks_when_the_ledger_is_broken(store: Engine) -> None:
    run = begin(store)
    record(store, run, 1, 2)
    settle(store, run, 1, "stored")
    end_balance = {"stored": 1}
    with writing(store) as s:
        s.execute(update(AddressRow).where(AddressRow.url.endswith("/2")).values(state="lost"))
        s.execute(update(Run).values(outcome="finished", balance=end_balance))
        said = check_ledger(s)
    assert any("found 2 addresses, its states sum to 1" in line for line in said)
    assert any("'lost'" in line for line in said)
    assert any("there is no article" in line for line in said)


def test_no_known_address_is_null(store: Engine) -> None:
    with writing(store) as s:
        assert ledger.history(s, "https://motor.example/never") is None


def test_an_address_longer_than_any_index_allows_is_kept(store: Engine) -> None:
    run = begin(store)
    url = "https://motor.example/?" + "".join(f"{n}=ü&" for n in range(20_000))
    with writing(store) as s:
        ledger.record_found(s, run, "motor", [Found(url, "asked", title="t\0" + "x" * 9000)], NOW)
        history = ledger.history(s, url)
    assert history
    assert history.address.url == url
    assert history.address.title == "t" + "x" * 9000


def test_a_sitemap_of_thousands_is_recorded_in_batches(store: Engine) -> None:
    run = begin(store)
    finds = [Found(f"https://motor.example/{n}", "sitemap:x") for n in range(3_000)]
    with writing(store) as s:
        assert ledger.record_found(s, run, "motor", finds, NOW) == Tally(3_000, 0)
        assert ledger.record_found(s, run, "motor", finds, NOW) == Tally(0, 3_000)
    assert end(store, run) == {"pending": 3_000}


STEP = st.one_of(
    st.tuples(st.just("find"), st.lists(st.integers(0, 12), max_size=6)),
    st.tuples(st.just("claim"), st.integers(1, 4)),
    st.tuples(st.just("settle"), st.tuples(st.integers(0, 12), st.sampled_from(list(State)[2:]))),
    st.tuples(st.just("next run"), st.sampled_from(["finished", "interrupted", "limit", "failed"])),
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=30))
def test_whatever_happens_the_ledger_balances(sqlite_url: str, steps: list[tuple[str, object]]) -> None:
    store = open_store(sqlite_url)
    with writing(store) as s:
        before = ledger.balance(s).found
        site = f"motor{before}"  # each example has a site of its own in the one store
        run = ledger.begin_run(s, site, "crawl", NOW)
        seen: set[str] = set()
        claimed: list[int] = []
        for name, detail in steps:
            if name == "find":
                finds = [Found(f"https://motor.example/{before}/{n}", "asked") for n in detail]
                ledger.record_found(s, run, site, finds, NOW)
                seen |= {find.url for find in finds}
            elif name == "claim":
                claimed += [a.id for a in ledger.claim(s, run, site, NOW, detail)]
                assert len(claimed) == len(set(claimed))
            elif name == "settle" and claimed:
                number, state = detail
                if state != State.STORED:  # that is for `save`, with an article
                    ledger.settle(s, run, claimed[number % len(claimed)], state, NOW, "because")
            elif name == "next run":
                ledger.end_run(s, run, detail, NOW)
                run, claimed = ledger.begin_run(s, site, "crawl", NOW), []
            assert check_ledger(s) == []
            assert ledger.balance(s, site=site).found == len(seen)
        ledger.end_run(s, run, "finished", NOW)
    store.dispose()
