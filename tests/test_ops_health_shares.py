"""Shares that fall: what is an alarm, since when, and what ends it."""

import random
from collections import Counter

import pytest

from db.alarms import Finding
from db.summaries import Summary
from ops.health.blocks import Block, Part, append, fall, ratio
from ops.health.coverage import fallen
from ops.health.habits import Habits, habits_from
from ops.health.rhythm import DAY
from ops.health.swings import Swing

START = 20000 * DAY
AUTHORS = Part("has.authors", "articles")


def run(new: int, authors: int, again: tuple[int, int] | None = None, **counts: int) -> Summary:
    """A run with so many new articles, of which so many name their authors, and known pages: (had, kept)."""
    told = Counter({"asked": new, "answered": new, "pages": new, "articles": new, **counts})
    told["has.authors"] = authors
    if again:
        told["had.text"] = told["kept.text"] = told["had.authors"] = again[0]
        told["kept.authors"] = again[1]
    return Summary("motor", counts=told, chars=[2000] * new)


def lived(*runs: Summary, every: int = 8 * 60) -> tuple[Habits, int]:
    """What is known after these runs, and when the last ended."""
    habits, now = Habits(), START
    for summary in runs:
        habits.learn(summary, now)
        now += every
    return habits, now - every


def found(habits: Habits, now: int) -> list[Finding]:
    return fallen("motor", habits, now, is_new=True)


GOOD, BAD = run(2, 2), run(2, 0)
LOST = run(2, 0, again=(3, 0))  # known pages do not show their authors any more either


def test_a_field_that_pages_lack_is_an_alarm_with_figures_and_since_when() -> None:
    habits, now = lived(*[GOOD] * 40, BAD, BAD, LOST)
    [alarm] = found(habits, now)
    assert (alarm.kind, alarm.subject) == ("field", "authors")
    assert alarm.began_at.timestamp() == (now - 2 * 480) * 60
    assert alarm.evidence.startswith("0 of the last 6 pages since 20")
    assert alarm.evidence.endswith("all of 80 before")


def test_a_row_of_new_pages_alone_is_no_alarm_until_it_is_longer_than_rows_are() -> None:
    habits, now = lived(*[GOOD] * 40, *[BAD] * 4)
    assert found(habits, now) == []
    assert habits.is_doubtful
    habits, now = lived(*[GOOD] * 40, *[BAD] * 45)
    assert [alarm.subject for alarm in found(habits, now)] == ["authors"]


def test_one_odd_page_is_no_alarm_but_known_pages_are_asked_for() -> None:
    habits, now = lived(*[GOOD] * 40, run(1, 0))
    assert found(habits, now) == []
    assert habits.is_doubtful
    sound, now = lived(*[GOOD] * 40)
    assert found(sound, now) == []
    assert not sound.is_doubtful


def test_known_pages_that_lost_the_field_settle_it_at_once() -> None:
    habits, now = lived(*[GOOD] * 40, run(1, 0), run(0, 0, again=(3, 0)))
    assert [alarm.subject for alarm in found(habits, now)] == ["authors"]


def test_an_alarm_lasts_until_pages_are_good_again_and_then_starts_afresh() -> None:
    habits, now = lived(*[GOOD] * 40, *[BAD] * 3, LOST)
    assert found(habits, now)
    for number, summary in enumerate([GOOD, GOOD]):
        habits.learn(summary, now + 480 * (number + 1))
        said = found(habits, now + 480 * (number + 1))
        assert bool(said) == (number == 0)  # two good pages may be chance
    for number in range(3, 9):
        habits.learn(GOOD, now + 480 * number)
        assert found(habits, now + 480 * number) == []


def test_what_has_lasted_a_month_is_how_the_site_is() -> None:
    habits, now = lived(*[GOOD] * 40, *[BAD] * 3, LOST)
    assert found(habits, now)
    for number in range(1, 120):
        habits.learn(BAD, now + 480 * number)
        said = found(habits, now + 480 * number)
    assert said == []


def test_a_share_that_always_varied_in_rows_needs_more_than_a_row() -> None:
    drawn = random.Random(4)
    runs, special = [], False
    for _ in range(300):
        special = drawn.random() < (0.8 if special else 0.06)
        runs.append(run(1, 0 if special else 1))
    habits, now = lived(*runs, *[run(1, 0)] * 30)
    assert found(habits, now) == []
    steady, now = lived(*[run(1, 1)] * 300, *[run(1, 0)] * 30)
    assert found(steady, now)


def test_a_slow_fall_is_found_long_before_its_end() -> None:
    drawn = random.Random(5)
    habits, now = lived(*[GOOD] * 60)
    for number in range(1, 300):
        share = 1 - number / 300
        habits.learn(run(2, sum(drawn.random() < share for _ in range(2))), now + 480 * number)
        if found(habits, now + 480 * number):
            break
    assert share > 0.5


@pytest.mark.parametrize(
    ("counts", "kind"),
    [
        ({"answered": 0, "pages": 0, "articles": 0, "why.consent wall": 2}, "refused"),
        ({"articles": 0, "no.listing": 2}, "not-article"),
        ({"duplicate": 2}, "duplicates"),
    ],
)
def test_walls_listings_and_copies_are_told_apart(counts: dict[str, int], kind: str) -> None:
    bad = run(2, 2, **counts)
    if not bad.counts["articles"]:
        bad.counts["has.authors"], bad.chars = 0, []
    habits, now = lived(*[GOOD] * 40, *[bad] * 5)
    [alarm] = found(habits, now)
    assert alarm.kind == kind
    assert alarm.evidence.endswith(("before; consent wall 10", "before; listing 10", "before"))


def test_texts_that_become_teasers_are_an_alarm() -> None:
    teasers = run(2, 2)
    teasers.chars = [200, 200]
    habits, now = lived(*[GOOD] * 40, *[teasers] * 4)
    assert [alarm.kind for alarm in found(habits, now)] == ["text"]


def test_two_new_links_that_do_not_fit_are_an_alarm_where_all_links_ever_did() -> None:
    fit, unfit = run(1, 1, links=1, **{"links.fit": 1}), Summary("motor", counts=Counter({"links": 1}))
    for links, said in (([unfit], []), ([unfit, unfit], ["pattern"])):
        habits, now = lived(*[fit] * 60, *links, every=24 * 60)
        assert [alarm.kind for alarm in found(habits, now)] == said


def test_a_field_read_from_another_place_is_a_notice() -> None:
    def placed(where: str) -> Summary:
        summary = run(2, 2)
        summary.places = {"authors": Counter({where: 2})}
        return summary

    habits, now = lived(*[placed("json-ld author")] * 40, *[placed("byline")] * 5)
    [notice] = found(habits, now)
    assert (notice.kind, notice.subject, notice.grade) == ("layout", "authors", "notice")


def test_blocks_stay_few_and_lose_no_page() -> None:
    blocks: list[Block] = []
    for number in range(3000):
        append(blocks, Block(number, number, {"asked": 1, "articles": 1, "has.authors": 1}))
    assert len(blocks) < 70
    assert sum(block.counts["articles"] for block in blocks) == 3000
    assert [b.began for b in blocks] == sorted(b.began for b in blocks)


def test_a_share_that_rises_or_hardly_falls_is_no_fall() -> None:
    def blocks(*shares: tuple[int, int]) -> list[Block]:
        return [
            Block(n, n, {"articles": total, "has.authors": good}) for n, (good, total) in enumerate(shares)
        ]

    assert fall(blocks((50, 100), (40, 40)), [AUTHORS]) is None
    assert fall(blocks((500, 500), (95, 100)), [AUTHORS]) is None
    assert fall(blocks((5, 5), (0, 5)), [AUTHORS]) is None  # of five pages nobody knows what is usual
    assert ratio(10, 10, 0, 10) > ratio(10, 10, 5, 10) > ratio(10, 10, 10, 10) == 0


def swung(lengths: list[int], days: int = 60) -> Swing:
    """What is known of a share whose exceptions came in rows of these lengths, so many days after."""
    swing, now = Swing(), START
    for length in [*lengths, 0]:
        for good in [1] * 40 + [0] * length:
            swing.note(AUTHORS, {"articles": 1, "has.authors": good}, now)
            now += 60
    swing.note(AUTHORS, {"articles": 1, "has.authors": 1}, now + days * DAY)
    return swing


def test_the_longer_the_rows_that_passed_the_less_a_row_means() -> None:
    apart, short, long = swung([1] * 12), swung([4] * 12), swung([9] * 12)
    assert apart.calmed(30.0, 1.0) > 2 * short.calmed(30.0, 1.0) > 3 * long.calmed(30.0, 1.0)
    assert short.number == long.number == 12


def test_a_row_that_has_just_passed_tells_nothing_yet() -> None:
    assert swung([9] * 3, days=3).number == 0
    assert swung([9] * 3, days=40).number == 3


def test_what_was_an_alarm_makes_nobody_less_watchful() -> None:
    swing = swung([9] * 3, days=3)
    swing.forget(START)
    swing.note(AUTHORS, {"articles": 1, "has.authors": 1}, START + 90 * DAY)
    assert swing.number == 0


def test_exceptions_ever_more_often_are_told_from_rows_of_them() -> None:
    drawn = random.Random(6)
    habits, now = lived(*[run(1, 1)] * 200)
    often = [run(1, int(drawn.random() > number / 200)) for number in range(80)]
    for number, summary in enumerate(often):
        habits.learn(summary, now + 480 * (number + 1))
        if found(habits, now + 480 * (number + 1)):
            break
    assert 10 < number < 79  # when hardly every third page lacks it


def test_habits_kept_by_an_older_version_are_read() -> None:
    row = lived(*[GOOD] * 9)[0].as_row()
    del row["swings"]
    assert habits_from({**row, "rows": {}}).began == START


def test_habits_are_kept_whole() -> None:
    habits, now = lived(*[GOOD] * 40, *[BAD] * 3, LOST)
    assert found(habits, now)
    again = habits_from(habits.as_row())
    assert again.as_row() == habits.as_row()
    assert found(again, now) == found(habits, now)
