"""How soon the watch sees what befalls a site, and how often it cries for nothing.

    python benchmarks/health.py [--seed 2] [--sites 4] [--days 145] [--quiet-days 365]

Made sites of nine kinds live for months, watched by the very code that watches real ones; then something
befalls each. Tuned with seed 1; the tables in the docs are of others.
"""

import argparse
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from informed import Informed, longest_gap
from madehealth import DAY, FAULTS, HOUR, KINDS, NEVER, START, Kind, MadeSite, holidays

from db.alarms import ALARM
from ops.health.judge import judge
from ops.health.rhythm import Rhythm
from ops.health.silence import season_of

WARM = 60 * DAY  # before faults begin
SETTLING = 21 * DAY  # in which false alarms are not counted: nobody knows the site yet
BEFORE = 4 * DAY  # in which the watch looks on before the fault
STEP = 6 * HOUR
NEIGHBOURS = 2  # of each kind, that nothing befalls


@dataclass(frozen=True, slots=True)
class Caught:
    """How long a fault stayed unseen, in minutes; None for ever. `informed` is how long at best, of some."""

    kind: Kind
    fault: str
    gap: float
    after: int | None
    said: str = ""
    informed: int | None = None

    @property
    def allowed(self) -> float:
        """Two expected gaps or a day."""
        return max(2 * self.gap, DAY)


def made(seed: int, sites: int, days: int, fault: str | None) -> list[MadeSite]:
    """Sites of all kinds that share their holidays, all with the same fault, each at its own time."""
    shared = holidays(random.Random(f"{seed} days"), days)
    found = []
    for number in range(sites):
        for kind in KINDS:
            drawn = random.Random(f"{seed} {fault} {kind.name} {number}")
            at = START + WARM + drawn.randrange(20 * DAY) if fault else NEVER
            site = MadeSite(f"{kind.name} {number}", kind, drawn, fault, at, shared, seed=seed)
            if fault == "feed freezes":
                site.section, site.feed_share = True, max(site.feed_share, 0.93)
            found.append(site)
    return found


def live(sites: Sequence[MadeSite], days: int) -> dict[str, Informed]:
    """Lets the days pass; notes in each site what was raised when. By name who knows all of the sites."""
    season: dict[int, float] = {}
    days_off = neighbours(sites[0].seed, days) if sites[0].fault else {}
    informed = {site.name: Informed(site) for site in sites}
    for began in range(START, START + days * DAY, STEP):
        living = [site for site in sites if not is_over(site, informed[site.name])]
        for site in living:
            while site.poll_at < began + STEP:
                look_at(site, season, informed[site.name])
        if began in days_off:
            season |= days_off[began]
        else:
            season |= season_of((site.habits.rhythm for site in sites if not site.habits.open), began + STEP)
    return informed


@cache
def neighbours(seed: int, days: int) -> dict[int, dict[int, float]]:
    """By moment what sound sites tell of the newest days: all with one fault would tell of holidays."""
    sites, told = made(seed, NEIGHBOURS, days, None), {}
    for began in range(START, START + days * DAY, STEP):
        for site in sites:
            before = site.published
            site.publish_until(began + STEP)
            if site.published > before:
                site.habits.rhythm.learn(site.unseen)
                site.unseen.clear()
        told[began] = season_of((site.habits.rhythm for site in sites), began + STEP)
    return told


def is_over(site: MadeSite, informed: Informed) -> bool:
    """Whether all there is to know of it is known: when its fault was seen by the watch and the informed."""
    seen = informed.after is not None or not informed.can_tell
    return seen and any(at >= site.fault_at and grade == ALARM for at, grade, _ in site.raised)


def look_at(site: MadeSite, season: dict[int, float], informed: Informed) -> None:
    """One poll, and the watch's look after it."""
    at = site.poll_at
    site.poll_at += site.kind.every
    summary = site.poll(at)
    informed.see(at, summary)
    if summary is not None:
        site.habits.learn(summary, at, season)
    if at < site.fault_at - BEFORE and site.fault:  # what is said of a sound site is the other table's
        return
    judged = judge(site.name, site.habits, site.seen(at), at, season, is_new=summary is not None)
    site.ask = max(site.ask, judged.ask)
    said = {finding.key: finding for finding in judged.findings}
    for key, finding in said.items():
        name = f"{finding.kind}.{finding.subject}"
        if name not in site.alarms:
            site.raised.append((at, finding.grade, name))
            site.alarms[name] = (at, finding.grade)
        assert key[0] == site.name
    for name in list(site.alarms):
        if (site.name, *name.split(".", 1)) not in said:
            del site.alarms[name]


def caught(site: MadeSite, informed: int | None = None) -> Caught:
    """When the fault was seen first."""
    gap = DAY * (site.kind.batch + 1) / 2 / site.kind.rate / ((site.kind.batch + 1) / 2)
    later = [(at, name) for at, grade, name in site.raised if at >= site.fault_at and grade == ALARM]
    first = min(later, default=None)
    assert site.fault is not None
    after = first[0] - site.fault_at if first else None
    return Caught(site.kind, site.fault, gap, after, first[1] if first else "", informed)


def detection(seed: int, sites: int, days: int) -> Iterator[str]:
    """The table of what was seen how soon."""
    yield "gaps beyond which the informed call a site silent: " + ", ".join(
        f"{kind.name} {longest_gap(kind):.1f} ({24 * longest_gap(kind) / kind.rate:.0f} h)" for kind in KINDS
    )
    yield (
        f"{'fault':20} {'sites':>5} {'seen':>5} {'median h':>8} {'p95 h':>7} {'median gaps':>11}"
        f" {'p95 gaps':>8} {'in time':>7} {'informed h':>10} {'in time':>7}  first said as"
    )
    everything: list[Caught] = []
    for fault in FAULTS:
        group = made(seed, sites, days, fault)
        informed = live(group, days)
        found = [caught(site, informed[site.name].after) for site in group]
        everything += found
        yield line(fault, found)
        sys.stdout.flush()
    yield ""
    by_kind: dict[str, list[Caught]] = defaultdict(list)
    for one in everything:
        by_kind[one.kind.name].append(one)
    for name, found in by_kind.items():
        yield line(name, found)
    yield line("all", everything)
    for one in everything:
        if one.after is None or one.after > one.allowed:
            gaps = f"{one.after / one.gap:.1f} gaps, {one.said}" if one.after else "never"
            yield f"late: {one.fault}, {one.kind.name}: {gaps}"


def line(name: str, found: Sequence[Caught]) -> str:
    """One line of the table."""
    seen = sorted((one.after, one.after / one.gap) for one in found if one.after is not None)
    hours, gaps = [after / HOUR for after, _ in seen], sorted(gap for _, gap in seen)
    in_time = sum(one.after is not None and one.after <= one.allowed for one in found)
    best = sorted(one.informed / HOUR for one in found if one.informed is not None)
    best_in_time = sum(one.informed is not None and one.informed <= one.allowed for one in found)
    of_best = (
        f"{at(best, 0.5):10.1f} {best_in_time / len(found):7.0%}"
        if best and found[0].fault == found[-1].fault
        else f"{'':18}"
    )
    words: dict[str, int] = defaultdict(int)
    for one in found:
        words[one.said.split(".")[0] or "-"] += 1
    said = ", ".join(f"{word} {number}" for word, number in sorted(words.items(), key=lambda w: -w[1])[:4])
    return (
        f"{name:20} {len(found):5} {len(seen):5} {at(hours, 0.5):8.1f} {at(hours, 0.95):7.1f}"
        f" {at(gaps, 0.5):11.2f} {at(gaps, 0.95):8.2f} {in_time / max(len(found), 1):7.0%} {of_best}  {said}"
    )


def at(values: Sequence[float], share: float) -> float:
    """The quantile of sorted values; nan of none."""
    return values[min(int(share * len(values)), len(values) - 1)] if values else float("nan")


def quiet(seed: int, sites: int, days: int) -> Iterator[str]:
    """The table of false alarms: sites that nothing befalls, but outages of hours, holidays and odd pages."""
    group = made(seed, sites, days, None)
    live(group, days)
    yield f"{'kind':22} {'site-months':>11} {'alarms':>6} {'per 100':>7} {'notices':>7}  what"
    totals = [0.0, 0, 0]
    for kind in KINDS:
        of_kind = [site for site in group if site.kind is kind]
        months = len(of_kind) * (days * DAY - SETTLING) / (30 * DAY)
        raised = [
            (grade, name) for site in of_kind for at, grade, name in site.raised if at > START + SETTLING
        ]
        alarms = [name for grade, name in raised if grade == ALARM]
        notices = len(raised) - len(alarms)
        totals = [totals[0] + months, totals[1] + len(alarms), totals[2] + notices]
        yield (
            f"{kind.name:22} {months:11.0f} {len(alarms):6} {100 * len(alarms) / months:7.2f} {notices:7}  "
            f"{' '.join(alarms[:6])}"
        )
    yield f"{'all':22} {totals[0]:11.0f} {totals[1]:6} {100 * totals[1] / totals[0]:7.2f} {totals[2]:7}"


def cost(seed: int) -> str:
    """CPU of one look at one site that knows much."""
    group = made(seed, 1, 60, None)
    live(group, 60)
    sites, now = group * 20, START + 60 * DAY
    began = time.process_time()
    for site in sites:
        judge(site.name, site.habits, site.seen(now), now, {}, is_new=False)
    idle = time.process_time() - began
    began = time.process_time()
    for site in sites:
        judge(site.name, site.habits, site.seen(now), now, {}, is_new=True)
    new = time.process_time() - began
    sizes = [len(repr(site.habits.as_row())) for site in group]
    rhythm = Rhythm(list(group[0].habits.rhythm.sittings))
    began = time.process_time()
    rhythm.learn([now])
    return (
        f"a look: {1000 * idle / len(sites):.2f} ms without new pages, {1000 * new / len(sites):.2f} ms with;"
        f" learning a rhythm {1000 * (time.process_time() - began):.2f} ms; habits of {max(sizes)} bytes"
    )


def main(words: Sequence[str] | None = None) -> int:
    """0."""
    parser = argparse.ArgumentParser(description="Faults seen and false alarms of made sites.")
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--sites", type=int, default=4, help="of each of the nine kinds")
    parser.add_argument("--days", type=int, default=145)
    parser.add_argument("--quiet-days", type=int, default=365)
    parser.add_argument("--only", choices=("faults", "quiet", "cost"))
    asked = parser.parse_args(words)
    if asked.only in {None, "faults"}:
        for told in detection(asked.seed, asked.sites, asked.days):
            print(told)
    if asked.only in {None, "quiet"}:
        for told in quiet(asked.seed, asked.sites, asked.quiet_days):
            print(told)
    if asked.only in {None, "cost"}:
        print(cost(asked.seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
