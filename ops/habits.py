"""When a site publishes, learnt from when it did: its week, its usual minutes, its bursts.

Times are minutes since EPOCH, a Monday's midnight in UTC; a week has 2016 slots of five minutes. Nothing here
knows a clock or a database.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EPOCH = datetime(1970, 1, 5, tzinfo=UTC)
SLOT_MIN, DAY_MIN, WEEK_MIN = 5, 1440, 10080
SLOTS = WEEK_MIN // SLOT_MIN
KEPT_MIN = 12 * WEEK_MIN  # older moments teach nothing: habits change with the season
MOST = 2000  # moments learnt from, the newest; 24 a day for twelve weeks

# Constants below were chosen on the tuning traces of `benchmarks/rhythm.py`.
HALF_LIVES_MIN = (4 * DAY_MIN, 45 * DAY_MIN)  # of what a moment counts in a profile: new habits, old ones
LEVEL_MIN = (10 * DAY_MIN, 45 * DAY_MIN)  # the same for how much there is
WITNESS_MIN = 21 * DAY_MIN  # how long a moment is a witness of which guess is the better one
TRUST = 2.0  # articles that the prior counts as
SOFTENED = np.array([0.25, 0.5, 0.25])  # of hours: news does not know when the clock strikes
DOUBT = 0.005  # share of a profile that is spread evenly, whatever was seen
LAGS_MIN = (15.0, 45.0, 120.0, 360.0)  # how long bursts may last, on average
ROUNDS = 50  # of expectation-maximisation; more change the third digit
EVEN_TRUST, USUAL_TRUST = 0.5, 2.0  # moments that "at any time" counts as, and all usual days together
GUESS_TRUST = 0.3  # moments that each other guess counts as
FEW = 300  # moments; where there are more, nobody's usual day tells anything
PRIORS_PER_DAY = 20.0  # articles of a site whose file says "30m"; its square law in `prior_per_day`


@dataclass(frozen=True, slots=True, eq=False)
class Habit:
    """How a site publishes. `week` has the articles expected in each slot of a week, the first one beginning
    `shift` minutes after Monday's midnight: slots end just after the minutes at which most is published.

    Each article brings `follow` more with it on average, spread over some `lag_min`.
    """

    week: Floats
    shift: int
    follow: float
    lag_min: float

    def rates(self, first: int, number: int) -> Floats:
        """Articles expected in `number` slots from slot `first` on, counted from EPOCH plus the shift."""
        return np.resize(np.roll(self.week, -(first % SLOTS)), number)

    def slot(self, at: float) -> int:
        """The slot that `at` lies in."""
        return int((at - self.shift) // SLOT_MIN)

    def end(self, slot: int) -> float:
        """When the slot ends, which is when to look for what it brought."""
        return (slot + 1.0) * SLOT_MIN + self.shift

    @property
    def per_day(self) -> float:
        """Articles a day, over the week."""
        return float(self.week.sum()) / 7

    def excess(self, moments: Floats, at: float) -> float:
        """Articles a minute expected at `at` beyond what the week says; negative after a long silence."""
        if not self.follow:
            return 0.0
        recent = moments[(moments > at - 8 * self.lag_min) & (moments <= at)]
        felt = float(np.exp((recent - at) / self.lag_min).sum()) / self.lag_min
        back = np.arange(1, int(6 * self.lag_min / SLOT_MIN) + 1)
        usual = self.week[(self.slot(at) - back) % SLOTS] @ np.exp(-back * SLOT_MIN / self.lag_min)
        return self.follow * (felt - float(usual) / self.lag_min)


def minutes(moment: datetime) -> float:
    """`moment` on the scale of this module."""
    return (moment - EPOCH).total_seconds() / 60


def prior_per_day(every_min: float) -> float:
    """What a site file's `every` lets us expect: it pays to ask twice as often where there is four times
    as much.
    """
    return PRIORS_PER_DAY * (30 / every_min) ** 2


def learn(moments: Floats, since: float, now: float, prior: float) -> Habit:
    """The habit of a site that published at `moments` (sorted), watched from `since` until `now`.

    `prior` is how many articles a day one expected before any was seen.
    """
    since = max(since, now - KEPT_MIN)
    seen = moments[(moments > since) & (moments <= now)][-MOST:]
    if len(seen) == MOST:
        since = float(seen[0])
    shift = best_shift(seen)
    slots = ((seen - shift) // SLOT_MIN).astype(np.int64)
    profile, fits = profile_of(slots, since, now)
    level = level_of(slots, profile, since, now, prior)
    follow, lag = bursts(slots, fits, level)
    return Habit(profile * level * 7, shift, follow, lag)


def best_shift(moments: Floats) -> int:
    """The shift with which slots end soonest after what they bring: 1 where all comes at :00 or :05."""
    waits = [float((SLOT_MIN - (moments - shift) % SLOT_MIN).sum()) for shift in range(SLOT_MIN)]
    return int(np.argmin(waits))


def level_of(slots: Ints, profile: Floats, since: float, now: float, prior: float) -> float:
    """Articles a day: how much came lately, measured by how much came before, that by the prior."""
    first, end = int(since // SLOT_MIN), int(now // SLOT_MIN)
    level = prior
    for half_life in reversed(LEVEL_MIN):
        came = weights(slots, now, half_life).sum()
        level = (came + TRUST) / (watched(first, end, profile, now, half_life) * 7 + TRUST / level)
    return float(level)


def watched(first: int, end: int, profile: Floats, now: float, half_life_min: float) -> float:
    """The weeks' articles that the slots from `first` to before `end` hold by the profile, faded.

    A slot comes again after a week with the same share and weight times a constant: a geometric series.
    """
    back = np.arange(min(SLOTS, max(end - first, 0)))
    times = (end - first - back + SLOTS - 1) // SLOTS  # that a slot of the week lies in the stretch
    fade = 2 ** (-SLOTS * SLOT_MIN / half_life_min)
    newest = end - 1 - back
    series = (1 - fade**times) / (1 - fade)
    return float((weights(newest, now, half_life_min) * profile[newest % SLOTS] * series).sum())


def times_watched(first: int, end: int) -> Floats:
    """How often each slot of the week lies in the stretch, which is taken for one slot long at least."""
    length = max(end - first, 1)
    times = np.full(SLOTS, float(length // SLOTS))
    times[(first + np.arange(length % SLOTS)) % SLOTS] += 1
    return times


def weights(slots: Ints, now: float, half_life_min: float) -> Floats:
    """What moments in these slots count for: half after a half-life."""
    counted: Floats = np.exp2((slots * SLOT_MIN - now) / half_life_min)
    return counted


def profile_of(slots: Ints, since: float, now: float) -> tuple[Floats, Floats]:
    """How a week's articles are spread over its slots (sum 1), and how likely each moment's slot was by all
    other days.

    A mixture of guesses, from "at any time" to "in this very slot of the week"; what each is worth is how
    well it foretells every day from the other days (deleted interpolation). Of a site that has shown little,
    usual days are guesses too: one day's articles tell which. What was not watched speaks for no guess.
    """
    even = np.full(SLOTS, 1 / SLOTS)
    if len(slots) < 2:
        return even, np.full(len(slots), 1 / SLOTS)
    days = np.unique(slots // (DAY_MIN // SLOT_MIN), return_inverse=True)[1]
    guesses, told = [even], [np.full(len(slots), 1 / SLOTS)]
    for half_life in HALF_LIVES_MIN:
        counted = weights(slots, now, half_life)
        for guess, said in guessed(slots, days, counted):
            guesses.append(guess)
            told.append(said)
    trust = [EVEN_TRUST] + [GUESS_TRUST] * (len(guesses) - 1)
    if len(slots) < FEW:
        guesses += [*USUAL]
        told += [*USUAL[:, slots % SLOTS]]
        trust += [USUAL_TRUST / len(USUAL)] * len(USUAL)
    profiles, likely = np.array(guesses), np.array(told)
    seen = profiles @ times_watched(int(since // SLOT_MIN), int(now // SLOT_MIN))
    batch = np.unique(slots, return_inverse=True, return_counts=True)
    worth = mixture(
        likely / seen[:, None], weights(slots, now, WITNESS_MIN) / batch[2][batch[1]], np.array(trust)
    )
    mixed = worth @ profiles
    return (1 - DOUBT) * mixed + DOUBT / SLOTS, np.maximum(worth @ likely, DOUBT / SLOTS)


WEEK = np.arange(SLOTS)
# what of a slot may matter: name -> (its number, how many there are, whether neighbours are alike)
FACETS: dict[str, tuple[Ints, int, bool]] = {
    "day": (WEEK // 288, 7, False),
    "hour": (WEEK // 12 % 24, 24, True),
    "hour of week": (WEEK // 12, 168, True),
    "hour and workday": (WEEK // 12 % 24 + 24 * (WEEK // 288 >= 5), 48, True),
    "minute": (WEEK % 12, 12, False),
    "slot of day": (WEEK % 288, 288, False),
    "slot": (WEEK, SLOTS, False),
}
GUESSES = (
    ("hour",),
    ("day", "hour"),
    ("hour and workday",),
    ("hour and workday", "minute"),
    ("hour of week",),
    ("hour of week", "minute"),
    ("day", "slot of day"),
    ("slot",),
)


def usual_days() -> Floats:
    """Weeks (sum 1) of people who work, sleep and rest: twelve hours of day in twelve zones, weekends quieter
    or not.
    """
    day = [np.cos(np.pi * (WEEK / 288 - hour / 24)) ** 4 for hour in range(0, 24, 2)]
    weeks = np.array([each * np.where(WEEK < 5 * 288, 1, share) for each in day for share in (0.25, 1)])
    made: Floats = weeks / weeks.sum(1, keepdims=True)
    return made


USUAL = usual_days()


def guessed(slots: Ints, days: Ints, counted: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Each guess as a profile, and how likely it held each moment without that moment's day."""
    places = slots % SLOTS
    facets = {name: facet(name, places, days, counted) for name in FACETS}
    for names in GUESSES:
        whole = np.ones(SLOTS)
        without = np.ones(len(slots))
        for name in names:
            whole = whole * facets[name][0]
            without = without * facets[name][1]
        yield whole / whole.sum(), without / SLOTS


def facet(name: str, places: Ints, days: Ints, counted: Floats) -> tuple[Floats, Floats]:
    """How much more than evenly each slot of the week gets by this facet alone, and the same at each moment
    by all days but its own.
    """
    numbers, size, soft = FACETS[name]
    at = numbers[places]
    each = np.bincount(days * size + at, counted, (int(days[-1]) + 1) * size).reshape(-1, size)
    total = each.sum(0)
    doubt = 0.5 * counted.mean() / size
    others = soften(total - each, soft) + doubt
    of_all = soften(total, soft) + doubt
    at_each = others[days, at] / others.sum(1)[days]
    return (of_all / of_all.sum() * size)[numbers], at_each * size


def soften(counts: Floats, soft: bool) -> Floats:
    """The counts with a part of each given to its neighbours, where these are alike."""
    if not soft:
        return counts
    neighbours: Floats = SOFTENED[0] * np.roll(counts, 1, -1) + SOFTENED[2] * np.roll(counts, -1, -1)
    softened: Floats = neighbours + SOFTENED[1] * counts
    return softened


def mixture(likely: Floats, counted: Floats, trust: Floats) -> Floats:
    """What each guess (row) is worth (sum 1), given how likely it held each moment (column), and how many
    moments it counts as beforehand.
    """
    worth = trust / trust.sum()
    for _ in range(ROUNDS):
        joint = worth[:, None] * likely
        worth = (joint / joint.sum(0)) @ counted + trust
        worth = worth / worth.sum()
    found: Floats = worth
    return found


def bursts(slots: Ints, fits: Floats, level: float) -> tuple[float, float]:
    """How many more articles an article brings with it, and within how many minutes on average. What comes in
    one slot is one batch: no look can come between.
    """
    at, first = np.unique(slots, return_index=True)
    if len(at) < 8:
        return 0.0, LAGS_MIN[0]
    batch = len(slots) / len(at)
    base = fits[first] * level * 7 / batch / SLOT_MIN  # batches a minute
    best = (float(np.log(base).sum()) + 2.0, 0.0, LAGS_MIN[0])  # two nats for the two figures
    for lag in LAGS_MIN:
        felt = echoes(at, lag)
        follow = 0.2
        for _ in range(ROUNDS):
            caused = follow * felt / ((1 - follow) * base + follow * felt)
            follow = min(float(caused.mean()), 0.9)
        score = float(np.log((1 - follow) * base + follow * felt).sum())
        best = max(best, (score, follow, lag))
    return best[1], best[2]


def echoes(at: Ints, lag_min: float) -> Floats:
    """What is felt of the batches before each: the sum of densities that fade with `lag_min`."""
    felt = np.zeros(len(at))
    for back in range(1, min(24, len(at))):
        gaps = (at[back:] - at[:-back]) * float(SLOT_MIN)
        felt[back:] += np.exp(-gaps / lag_min) / lag_min
    return felt
