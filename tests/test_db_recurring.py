"""The lines of a site's pages, counted when a run is through; on both databases."""

from datetime import timedelta

from made_articles import NOW
from sqlalchemy import Engine, func, select

from db import ledger, recurring
from db.engine import reading, writing
from db.ledger import Found
from db.models import PageLines
from db.recurring import Counts, Told, count_lines, counts_of, note_lines

ONE, TWO, THREE = 7, 2**63 + 5, 2**64 - 1


def addresses(store: Engine, count: int) -> tuple[int, list[int]]:
    """A run, and the numbers of as many addresses of the site "motor"."""
    with writing(store) as s:
        run = ledger.begin_run(s, "motor", "ingest", NOW)
        finds = [Found(f"https://motor.example/{n}", "asked") for n in range(count)]
        ledger.record_found(s, run, "motor", finds, NOW)
        return run, sorted(address.id for address in ledger.claim(s, run, "motor", NOW, count))


def note(store: Engine, run: int, *pages: tuple[int, int, tuple[int, ...]]) -> None:
    """Notes pages given as (address, hour of fetching, lines)."""
    told = [Told(number, "motor", NOW + timedelta(hours=hour), lines) for number, hour, lines in pages]
    with writing(store) as s:
        note_lines(s, run, told)


def counted(store: Engine) -> Counts:
    with writing(store) as s:
        count_lines(s, "motor")
    with reading(store) as s:
        return counts_of(s, "motor")


def test_nothing_is_known_of_a_site_before_its_first_run_is_through(store: Engine) -> None:
    run, (first, second) = addresses(store, 2)
    note(store, run, (first, 0, (ONE, TWO)), (second, 0, (TWO,)))
    with reading(store) as s:
        assert counts_of(s, "motor") == Counts()
    assert counted(store) == Counts(2, {TWO: 2})


def test_a_page_counts_once_with_what_it_told_last(store: Engine) -> None:
    run, (first, second, third) = addresses(store, 3)
    note(store, run, (first, 0, (ONE,)), (second, 0, (ONE, THREE)), (third, 0, (ONE, THREE)))
    note(store, run, (first, 5, (TWO,)))
    note(store, run, (first, 6, (TWO, THREE)))
    assert counted(store) == Counts(3, {ONE: 2, THREE: 3})


def test_only_the_newest_pages_count_and_the_others_are_forgotten(store: Engine) -> None:
    size = recurring.WINDOW + 30
    run, numbers = addresses(store, size)
    # the oldest pages stand last, so that the order of the addresses decides nothing
    note(store, run, *[(n, -hour, (ONE, TWO if hour < 40 else THREE)) for hour, n in enumerate(numbers)])
    assert counted(store) == Counts(
        recurring.WINDOW, {ONE: recurring.WINDOW, TWO: 40, THREE: recurring.WINDOW - 40}
    )
    with reading(store) as s:
        assert s.scalar(select(func.count()).select_from(PageLines)) == recurring.WINDOW


def test_a_run_without_a_page_leaves_the_counts_as_they_are(store: Engine) -> None:
    run, (first, second) = addresses(store, 2)
    note(store, run, (first, 0, (ONE,)), (second, 0, (ONE,)))
    before = counted(store)
    assert counted(store) == before == Counts(2, {ONE: 2})


def test_sites_are_counted_apart(store: Engine) -> None:
    run, (first, second) = addresses(store, 2)
    note(store, run, (first, 0, (ONE,)))
    with writing(store) as s:
        note_lines(s, run, [Told(second, "other", NOW, (ONE,))])
    assert counted(store) == Counts(1, {})
    with reading(store) as s:
        assert counts_of(s, "other") == Counts()
