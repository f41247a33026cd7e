"""The watch: learns from what runs saw, judges every site, and brings the alarms up to date."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from shlex import quote
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crawler.sites import Site
from db.addresses import State
from db.alarms import ALL, Finding, Turned, bring_up_to_date, open_alarms
from db.engine import reading, writing
from db.summaries import Summary, habits_of, keep_habits, mark_learnt, unlearnt
from db.turns import take_turn
from db.visits import recall_known
from ops.health.backlog import backlog_of, unattended
from ops.health.figures import looks_of, minutes, newest_crawl, newest_page, unbalanced_runs
from ops.health.habits import Habits, habits_from
from ops.health.installation import long_wal, nearly_full, rooms, stands_still, unbalanced
from ops.health.judge import judge
from ops.health.rhythm import DAY
from ops.health.shares import PAGE
from ops.health.silence import season_of

BATCH = 100  # sites a transaction
SEASON_EVERY = 6 * 60  # minutes; what all sites together publish needs the habits of all
SEASON_KEPT = 160  # days
FREE_KEPT = 15  # days of free bytes
UNBALANCED_KEPT = 20  # runs whose sums did not come out and that are looked at again each time

Told = Sequence[tuple[int, Summary]]  # summaries not learnt yet, each with its id
Season = Mapping[str, Mapping[int, float]]  # by language, the factors of days


def watch(
    engine: Engine,
    sites: Mapping[str, Site],
    now: datetime,
    *,
    whole: bool = True,
    others: bool = False,
    folders: Mapping[str, Path] | None = None,
) -> Turned:
    """The alarms that this look at `sites` opened and ended.

    With `whole` the installation is looked at too (the disks of `folders`, by what they are for), what all
    sites have in common is learnt anew, and, unless there are `others` beside `sites`, alarms of sites
    without a file end. Without, only the given sites are, as after a crawl. Safe to call from several
    processes.
    """
    with reading(engine) as s:
        common = habits_of(s, [ALL]).get(ALL, {})
        told = unlearnt(s)
    season = _season(common)
    by_site: dict[str, list[tuple[int, Summary]]] = defaultdict(list)
    for id_, summary in told:
        by_site[summary.site].append((id_, summary))
    turned = []
    names = sorted(sites)
    for start in range(0, len(names), BATCH):
        part = {name: sites[name] for name in names[start : start + BATCH]}
        turned.append(_look_at(engine, part, {name: by_site.get(name, []) for name in part}, season, now))
    if whole:
        strange = [id_ for name in by_site.keys() - sites.keys() for id_, _ in by_site[name]]
        args = sites, common, None if others else strange, folders or {}
        turned.append(_look_at_all(engine, *args, now))
    return Turned(
        tuple(alarm for one in turned for alarm in one.opened),
        tuple(alarm for one in turned for alarm in one.ended),
    )


def _look_at(
    engine: Engine, sites: Mapping[str, Site], told: Mapping[str, Told], season: Season, now: datetime
) -> Turned:
    """The same for some sites, in one transaction of each kind."""
    with reading(engine) as s:
        rows, looks = habits_of(s, sites), looks_of(s, sites, now)
    findings: list[Finding] = []
    changed: dict[str, dict[str, Any]] = {}
    ask: dict[str, int] = {}
    learnt = [id_ for summaries in told.values() for id_, _ in summaries]
    for name, look in looks.items():
        habits = habits_from(rows.get(name))
        before = _state(habits)
        factors = season.get(sites[name].language or "", {})
        for _, summary in told[name]:
            assert summary.at is not None, "as read from the store"
            habits.learn(summary, minutes(summary.at), factors)
        judged = judge(name, habits, look, minutes(now), factors, is_new=bool(told[name]))
        findings += judged.findings
        if judged.ask:
            ask[name] = judged.ask
        if told[name] or _state(habits) != before:
            changed[name] = habits.as_row()
    findings = _with_pages(engine, findings)
    with writing(engine) as s:
        take_turn(s, "alarms")
        if not mark_learnt(s, learnt, now):  # another watch was faster, and has said all this
            return Turned()
        keep_habits(s, changed, now)
        for name, number in ask.items():
            recall_known(s, name, number, now)
        return bring_up_to_date(s, sites.keys(), findings, now)


def _with_pages(engine: Engine, findings: Sequence[Finding]) -> list[Finding]:
    """The findings, a page to look at named in the remedies that ask for one: the newest of its kind."""
    wanted = f"carnews explain {PAGE};"
    if not any(wanted in one.remedy for one in findings):
        return list(findings)
    named = []
    with reading(engine) as s:
        for one in findings:
            state = State.NOT_ARTICLE if one.kind == "not-article" else State.STORED
            url = newest_page(s, one.site, state) if wanted in one.remedy else None
            named.append(replace(one, remedy=one.remedy.replace(PAGE, quote(url), 1)) if url else one)
    return named


def _state(habits: Habits) -> tuple[object, ...]:
    """What judging may change of habits to which nothing new was told."""
    told = (dict(habits.open), {name: fall.good for name, fall in habits.falls.items()}, list(habits.waiting))
    return (*told, habits.asked_at, habits.doubted_at)


def _look_at_all(
    engine: Engine,
    sites: Mapping[str, Site],
    common: Mapping[str, Any],
    strange: Sequence[int] | None,
    folders: Mapping[str, Path],
    now: datetime,
) -> Turned:
    """What concerns all sites or none: the season, the installation, alarms of sites without a file.

    `strange` are the ids of summaries of those; None where there are sites that are none of our business.
    """
    with reading(engine) as s:
        held = {alarm.site for alarm in open_alarms(s)}
        is_open = {f"{alarm.kind} {alarm.subject}" for alarm in open_alarms(s, ALL)}
        told = {name: value for name, value in common.items() if name != "wrong"}  # sentences, once kept
        after = 0 if common.get("wrong") else common.get("run_id", 0)
        wrong, known = unbalanced_runs(s, after, common.get("unbalanced", ()))
        newest, backlog = newest_crawl(s), backlog_of(s, now)
        new = {**told, "run_id": known, "unbalanced": list(wrong)[:UNBALANCED_KEPT]}
        if minutes(now) - common.get("season_at", 0) >= SEASON_EVERY:
            new |= {"season_at": minutes(now), "season": _seasons(s, sites, common, now)}
    findings = [
        *_disks(new, folders, is_open, now),
        *long_wal(_wal_bytes(engine), "database wal" in is_open, now),
        *unbalanced(list(wrong.values()), now),
        *unattended(backlog, now),
        *stands_still(newest, [site.crawl.every for site in sites.values()], now),
    ]
    with writing(engine) as s:
        take_turn(s, "alarms")
        mark_learnt(s, strange or (), now)
        keep_habits(s, {ALL: new}, now)
        gone = set() if strange is None else held - sites.keys()
        return bring_up_to_date(s, {ALL, *gone}, findings, now)


def _disks(
    common: dict[str, Any], folders: Mapping[str, Path], is_open: Iterable[str], now: datetime
) -> Iterable[Finding]:
    """Findings of the disks; notes what is free today."""
    history = common.setdefault("free", {})
    today = minutes(now) // DAY
    for room in rooms(folders):
        days = [row for row in history.get(room.use, []) if row[0] != today]
        history[room.use] = [*days, [today, room.free]][-FREE_KEPT:]
        yield from nearly_full(room, f"disk {room.use}" in is_open, history[room.use], now)


def _season(common: Mapping[str, Any]) -> dict[str, dict[int, float]]:
    """As it was kept, the days numbers again."""
    told = common.get("season", {})
    return {of: {int(day): share for day, share in days.items()} for of, days in told.items()}


def _seasons(
    s: Session, sites: Mapping[str, Site], common: Mapping[str, Any], now: datetime
) -> dict[str, dict[str, float]]:
    """By language what its sites together published of the usual, by day; older days stay as they were."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name, site in sites.items():
        groups[site.language or ""].append(name)
    told = {of: dict(days) for of, days in common.get("season", {}).items()}
    for language, names in groups.items():
        habits = [habits_from(row) for row in habits_of(s, names).values()]
        days = told.setdefault(language, {})
        of_now = season_of((each.rhythm for each in habits if not each.open), minutes(now))
        days.update({str(day): round(share, 3) for day, share in of_now.items()})
        for day in sorted(days, key=int)[:-SEASON_KEPT]:
            del days[day]
    return told


def _wal_bytes(engine: Engine) -> int:
    """The size of SQLite's write-ahead log; 0 elsewhere."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return 0
    file = Path(f"{engine.url.database}-wal")
    return file.stat().st_size if file.exists() else 0


def silence_of(engine: Engine, sites: Iterable[str], now: datetime) -> dict[str, float]:
    """By site how likely a silence like the present one is; sites barely known are left out."""
    with reading(engine) as s:
        season = _season(habits_of(s, [ALL]).get(ALL, {}))
        rows = habits_of(s, sites)
    merged: dict[int, float] = {}
    for days in season.values():
        merged |= days
    likely = {}
    for name, row in rows.items():
        rhythm = habits_from(row).rhythm
        if rhythm.gaps and rhythm.last is not None:
            likely[name] = rhythm.likelihood(minutes(now), merged)
    return likely
