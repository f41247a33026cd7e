"""Made publishing traces of months: moments drawn from known rates, so that the best can be computed.

Kinds to tune with and kinds to judge by share no generator. A trace's rate is given slot by slot (five
minutes, beginning `shift` minutes after the hour); of bursts it is the rate of what comes by itself, and each
article brings `follow` more with it, a mean `lag_min` later.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SLOT_MIN, DAY_MIN, WEEK_MIN = 5, 1440, 10080
DAY_SLOTS = DAY_MIN // SLOT_MIN
BEFORE_DAYS = 56  # of the past that a feed or sitemap may show at the first look; a multiple of seven


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """One site's months. Time is in minutes from a Monday's midnight BEFORE_DAYS before the first look.

    `rates` are articles that come by themselves in each slot, `sizes` of how many at once one dump consists;
    `moments` are all articles, sorted.
    """

    kind: str
    rates: Floats
    shift: int
    follow: float
    lag_min: float
    moments: Floats


@dataclass(slots=True)
class Draw:
    """What generators draw from, and the calendar they write on."""

    rng: Random
    days: int

    def hours(self, *weights: float, zone: int = 0) -> Floats:
        """24 weights by local hour as rates of every slot; a day's slots sum to one."""
        day = np.repeat(np.array(weights, dtype=np.float64), 12)
        return np.tile(np.roll(day / day.sum(), -zone * 12), self.days)

    def by_weekday(self, *weights: float, zone: int = 0) -> Floats:
        """Seven weights, Monday first, as factors of every slot; their mean is one."""
        week = np.repeat(np.array(weights, dtype=np.float64) / np.mean(weights), DAY_SLOTS)
        return np.resize(np.roll(week, -zone * 12), self.days * DAY_SLOTS)

    def at(self, *times: tuple[int, int]) -> Floats:
        """Slots of every day that end just after these times (hour, minute), one each."""
        day = np.zeros(DAY_SLOTS)
        for hour, minute in times:
            day[(hour * 60 + minute) // SLOT_MIN - 1] += 1
        return np.tile(day, self.days)

    def sharp(self, rates: Floats, minutes: tuple[int, ...], share: float) -> Floats:
        """The rates with this share of each hour's articles moved to the slots that end at these minutes."""
        hours = rates.reshape(-1, 12)
        pointed = np.zeros_like(hours)
        for minute in minutes:
            pointed[:, (minute // SLOT_MIN - 1) % 12] += hours.sum(1) / len(minutes)
        return ((1 - share) * hours + share * pointed).ravel()


Made = tuple[Floats, int, float, float, float]  # rates, shift, follow, lag, mean size of a dump
Maker = Callable[[Draw], Made]

OFFICE = (0, 0, 0, 0, 0, 0.3, 1, 3, 6, 8, 8, 7, 5, 6, 7, 7, 6, 4, 2, 1, 0.6, 0.4, 0.2, 0.1)
EVENING = (1, 0.3, 0, 0, 0, 0, 0, 0.3, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 5, 7, 8, 7, 5, 3)
FLAT = (1.0,) * 24
TWO_SHIFTS = (0.2, 0.1, 0, 0, 0.2, 1, 5, 8, 6, 3, 1.5, 1, 0.8, 1, 1.5, 4, 7, 8, 5, 2, 1, 0.6, 0.4, 0.3)
WORKDAYS = (10, 10, 10, 10, 9, 1.5, 1.5)


def newsroom(draw: Draw) -> Made:
    """An office that writes on working days, somewhere between California and Japan."""
    zone = draw.rng.choice((-8, -5, 0, 1, 1, 2, 9))
    rate = draw.rng.choice((4, 8, 15, 25, 40))
    rates = rate * draw.hours(*OFFICE, zone=zone) * draw.by_weekday(*WORKDAYS, zone=zone)
    return rates, draw.rng.randrange(5), 0.0, 30.0, 1.0


def on_the_quarter(draw: Draw) -> Made:
    """Posts that are scheduled for full, half or quarter hours."""
    zone = draw.rng.choice((-5, 1, 8))
    rates = draw.rng.choice((6, 12, 24)) * draw.hours(*OFFICE, zone=zone) * draw.by_weekday(*WORKDAYS)
    minutes = draw.rng.choice(((0,), (0, 30), (0, 15, 30, 45)))
    return draw.sharp(rates, minutes, 0.7), 1, 0.0, 30.0, 1.0


def chatty(draw: Draw) -> Made:
    """A newsroom in which one story leads to the next."""
    rates = draw.rng.choice((5, 12)) * draw.hours(*OFFICE, zone=1) * draw.by_weekday(*WORKDAYS)
    return rates, draw.rng.randrange(5), 0.4, 25.0, 1.0


def weekend_blog(draw: Draw) -> Made:
    """Somebody who writes in the evening and at the week's end."""
    rates = draw.rng.uniform(0.2, 1) * draw.hours(*EVENING) * draw.by_weekday(1, 1, 1, 1, 2, 6, 6)
    return rates, draw.rng.randrange(5), 0.0, 30.0, 1.0


def magazine(draw: Draw) -> Made:
    """Ten articles on one day of each month, little else."""
    rates = 0.05 * draw.hours(*OFFICE) * draw.by_weekday(*WORKDAYS)
    for day in range(draw.rng.randrange(28), draw.days, 28):
        rates[day * DAY_SLOTS : (day + 1) * DAY_SLOTS] += 10 * draw.hours(*OFFICE)[:DAY_SLOTS]
    return rates, draw.rng.randrange(5), 0.0, 30.0, 1.0


def press_office(draw: Draw) -> Made:
    """Releases by the half dozen."""
    rates = draw.rng.uniform(0.3, 1.2) * draw.hours(*OFFICE, zone=1) * draw.by_weekday(1, 1, 1, 1, 1, 0, 0)
    return rates, draw.rng.randrange(5), 0.0, 30.0, 6.0


def changed(draw: Draw) -> Made:
    """A newsroom that moves to another continent after a month, and writes half as much or twice."""
    old = draw.hours(*OFFICE, zone=1) * draw.by_weekday(*WORKDAYS)
    new = draw.hours(*OFFICE, zone=-7) * draw.by_weekday(*WORKDAYS)
    rate = draw.rng.choice((6, 12, 20))
    cut = (BEFORE_DAYS + 30) * DAY_SLOTS
    rates = np.concatenate([old[:cut], new[cut:] * draw.rng.choice((0.5, 2))]) * rate
    return rates, draw.rng.randrange(5), 0.0, 30.0, 1.0


def dying(draw: Draw) -> Made:
    """A site that writes less every week and then nothing."""
    fade = np.clip(1 - np.arange(draw.days) / (BEFORE_DAYS + 42), 0, 1)
    rates = draw.rng.choice((5, 10)) * draw.hours(*OFFICE) * np.repeat(fade, DAY_SLOTS)
    return rates, draw.rng.randrange(5), 0.0, 30.0, 1.0


def two_shifts(draw: Draw) -> Made:
    """An early and a late shift with a long lunch between, Saturdays too."""
    zone = draw.rng.choice((-6, 2, 5, 10))
    rate = draw.rng.choice((3, 9, 18, 32))
    rates = rate * draw.hours(*TWO_SHIFTS, zone=zone) * draw.by_weekday(8, 8, 9, 9, 8, 5, 2, zone=zone)
    return draw.sharp(rates, (0, 30), 0.25), 1, 0.15, 60.0, 1.0


def agency(draw: Draw) -> Made:
    """Around the clock, in all time zones, with spates of three or four."""
    rates = draw.rng.choice((10, 30)) * draw.hours(*FLAT) * draw.by_weekday(5, 5, 5, 5, 5, 3, 3)
    return rates, draw.rng.randrange(5), 0.6, 12.0, 1.0


def by_the_clock(draw: Draw) -> Made:
    """A calendar of fixed times, each kept on most days, and a little between."""
    times = [
        (h, draw.rng.choice((0, 5, 20, 45))) for h in draw.rng.sample(range(5, 21), draw.rng.choice((3, 6)))
    ]
    kept = 0.85 * draw.at(*times) * np.where(draw.by_weekday(1, 1, 1, 1, 1, 0.3, 0.3) > 1, 1.0, 0.35)
    return kept + 0.8 * draw.hours(*OFFICE), 1, 0.0, 30.0, 1.0


def embargoes(draw: Draw) -> Made:
    """Most of it in clusters when embargoes end: at midnight, six or eight, on some days."""
    hour = draw.rng.choice((0, 4, 6, 22))
    rates = 0.5 * draw.at((hour, 5)) * draw.by_weekday(1, 3, 3, 3, 1, 0, 0)
    rates = rates + draw.rng.choice((2, 6)) * draw.hours(*OFFICE, zone=-5) * draw.by_weekday(*WORKDAYS)
    return rates, 1, 0.55, 20.0, 1.0


def race_weekends(draw: Draw) -> Made:
    """A paper on racing: all day long on every second weekend, half a dozen articles a day between."""
    day = np.arange(draw.days)
    race = np.where((day % 14 >= 11) & (day % 14 < 14), 3.5, 0.5)
    rates = draw.rng.choice((6, 14)) * draw.hours(*EVENING, zone=2) * np.repeat(race, DAY_SLOTS)
    return rates, draw.rng.randrange(5), 0.2, 40.0, 1.0


def nightly_import(draw: Draw) -> Made:
    """A portal that loads what it bought at ten past five, and writes a few of its own."""
    rates = 0.95 * draw.at((5, 10)) / 1.0
    return rates + 0.15 * draw.hours(*OFFICE), 1, 0.0, 30.0, 8.0


def holidays(draw: Draw) -> Made:
    """A newsroom that closes for two weeks."""
    rates = draw.rng.choice((8, 16)) * draw.hours(*OFFICE, zone=1) * draw.by_weekday(*WORKDAYS)
    away = (BEFORE_DAYS + draw.rng.randrange(20, 35)) * DAY_SLOTS
    rates[away : away + 14 * DAY_SLOTS] *= 0.03
    return rates, draw.rng.randrange(5), 0.1, 60.0, 1.0


def summer_time(draw: Draw) -> Made:
    """An office whose clocks are set forward by an hour in the fifth week."""
    before = draw.hours(*OFFICE, zone=1)
    cut = (BEFORE_DAYS + 34) * DAY_SLOTS
    day = draw.hours(*OFFICE, zone=2)
    rates = np.concatenate([before[:cut], day[cut:]]) * draw.by_weekday(*WORKDAYS)
    return draw.sharp(draw.rng.choice((7, 20)) * rates, (0, 15, 30, 45), 0.5), 1, 0.0, 30.0, 1.0


def growing(draw: Draw) -> Made:
    """A young site that writes more each week."""
    growth = np.linspace(0.2, 2, draw.days)
    rates = 6 * draw.hours(*EVENING, zone=-5) * np.repeat(growth, DAY_SLOTS)
    return rates, draw.rng.randrange(5), 0.3, 90.0, 1.0


def column(draw: Draw) -> Made:
    """One piece a week, at seven on Tuesdays, and a stray one now and then."""
    rates = 0.9 * draw.at((7, 0)) * (draw.by_weekday(0, 1, 0, 0, 0, 0, 0) > 0)
    return rates + 0.05 * draw.hours(*EVENING), 1, 0.0, 30.0, 1.0


TUNING: tuple[Maker, ...] = (
    newsroom, newsroom, newsroom, on_the_quarter, on_the_quarter, chatty, weekend_blog, weekend_blog,
    magazine, press_office, changed, dying,
)  # fmt: skip
JUDGING: tuple[Maker, ...] = (
    two_shifts, two_shifts, two_shifts, agency, by_the_clock, by_the_clock, embargoes, race_weekends,
    nightly_import, holidays, summer_time, growing, column,
)  # fmt: skip


def traces(makers: tuple[Maker, ...], seed: int, number: int, days: int) -> list[Trace]:
    """So many traces, the kinds in turn, each `days` long after the first look."""
    return [trace(makers[n % len(makers)], seed, n, days) for n in range(number)]


def trace(maker: Maker, seed: int, place: int, days: int) -> Trace:
    """One trace, the same for the same seed and place."""
    rng = Random(f"{seed} {place} {maker.__name__}")
    rates, shift, follow, lag, size = maker(Draw(rng, BEFORE_DAYS + days))
    moments = drawn(np.random.default_rng(rng.randrange(2**32)), rates, shift, follow, lag, size)
    return Trace(maker.__name__, rates * size, shift, follow, lag, moments)


def drawn(
    rng: np.random.Generator, rates: Floats, shift: int, follow: float, lag: float, size: float
) -> Floats:
    """The moments: dumps come at once, offspring of bursts later; slots of one rate are filled evenly, sharp
    ones in their last minute.
    """
    came = rng.poisson(rates)
    slots = np.repeat(np.arange(len(rates)), came)
    around = (np.roll(rates, 1) + np.roll(rates, -1)) / 2
    is_sharp = (rates > 2 * around + 1e-9)[slots]
    inside = np.where(
        is_sharp, SLOT_MIN - 1 + rng.uniform(0, 0.8, len(slots)), rng.uniform(0, SLOT_MIN, len(slots))
    )
    moments = slots * SLOT_MIN + shift + inside
    moments = np.repeat(moments, 1 + rng.poisson(size - 1, len(moments)))
    everything, parents = [moments], moments
    while follow and len(parents):
        parents = np.repeat(parents, rng.poisson(follow, len(parents)))
        parents = parents + rng.exponential(lag, len(parents))
        everything.append(parents)
    together = np.sort(np.concatenate(everything))
    return together[together < len(rates) * SLOT_MIN]
