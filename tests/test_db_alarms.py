"""Alarms open once, last while they are found, end by themselves and are told once of each."""

from datetime import timedelta

import pytest
from made_articles import NOW
from sqlalchemy import Engine, text

from db.alarms import (
    ALL,
    NOTICE,
    Alarm,
    Finding,
    alarm_history,
    bring_up_to_date,
    mark_told,
    open_alarms,
    untold,
)
from db.engine import reading, writing

HOUR = timedelta(hours=1)


def wrong(site: str = "motor", kind: str = "field", subject: str = "authors", **other: str) -> Finding:
    told = {"cause": "authors are missing", "evidence": "0 of 20", "remedy": "carnews explain URL", **other}
    return Finding(site, kind, subject, **told, began_at=NOW - HOUR)


def looked(store: Engine, hours: int, *found: Finding, scope: tuple[str, ...] = ("motor",)) -> None:
    with writing(store) as s:
        bring_up_to_date(s, scope, found, NOW + hours * HOUR)


def lasting(store: Engine, site: str | None = None) -> list[Alarm]:
    with reading(store) as s:
        return open_alarms(s, site)


def test_an_alarm_found_again_and_again_is_one_with_the_newest_figures(store: Engine) -> None:
    looked(store, 0, wrong())
    looked(store, 1, wrong(evidence="0 of 30"))
    (alarm,) = lasting(store)
    assert (alarm.began_at, alarm.noticed_at, alarm.seen_at) == (NOW - HOUR, NOW, NOW + HOUR)
    assert alarm.evidence == "0 of 30"


def test_an_alarm_ends_when_it_is_found_no_more_and_stays_in_the_history(store: Engine) -> None:
    looked(store, 0, wrong())
    looked(store, 5)
    looked(store, 9, wrong())
    assert [alarm.noticed_at for alarm in lasting(store)] == [NOW + 9 * HOUR]
    with reading(store) as s:
        again, before = alarm_history(s, "motor")
    assert (before.ended_at, again.ended_at) == (NOW + 5 * HOUR, None)


def test_a_look_at_some_sites_or_kinds_leaves_the_alarms_of_others(store: Engine) -> None:
    looked(store, 0, wrong(), wrong("other"), wrong(ALL, "disk", ""), scope=("motor", "other", ALL))
    looked(store, 1)
    assert {alarm.site for alarm in lasting(store)} == {"other", ALL}
    with writing(store) as s:
        bring_up_to_date(s, ("other", ALL), (), NOW + 2 * HOUR, kinds=("field",))
    assert [alarm.kind for alarm in lasting(store)] == ["disk"]
    assert lasting(store, "motor") == []


def test_a_finding_outside_of_what_was_looked_at_is_a_mistake(store: Engine) -> None:
    with pytest.raises(ValueError, match="other"), writing(store) as s:
        bring_up_to_date(s, ("motor",), [wrong("other")], NOW)


def test_beginnings_and_ends_are_told_once(store: Engine) -> None:
    looked(store, 0, wrong())
    for hours, expected in ((1, [True]), (2, [])):
        with writing(store) as s:
            told = untold(s)
            assert [alarm.is_open for alarm in told] == expected
            mark_told(s, told, NOW + hours * HOUR)
    looked(store, 3)
    with writing(store) as s:
        (over,) = untold(s)
        assert over.ended_at == NOW + 3 * HOUR
        mark_told(s, [over], NOW + 4 * HOUR)
        assert untold(s) == []


def test_what_began_and_ended_untold_is_not_told(store: Engine) -> None:
    looked(store, 0, wrong())
    looked(store, 1)
    with reading(store) as s:
        assert untold(s) == []


def test_a_notice_that_becomes_an_alarm_is_told_anew_and_comes_first(store: Engine) -> None:
    looked(store, 0, wrong(subject="tags"), wrong(grade=NOTICE))
    with writing(store) as s:
        mark_told(s, untold(s), NOW)
    assert [alarm.subject for alarm in lasting(store)] == ["tags", "authors"]
    looked(store, 1, wrong(subject="tags"), wrong())
    with reading(store) as s:
        assert [alarm.subject for alarm in untold(s)] == ["authors"]


def test_readers_see_alarms_in_a_view(store: Engine) -> None:
    looked(store, 0, wrong())
    looked(store, 1)
    with reading(store) as s:
        rows = s.execute(
            text("SELECT site, kind, subject, ended_at IS NULL AS lasts FROM source_alarms")
        ).all()
    assert [tuple(row[:3]) for row in rows] == [("motor", "field", "authors")]
    assert not rows[0].lasts
