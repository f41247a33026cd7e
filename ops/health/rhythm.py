"""When a site publishes, learnt from its own dates; and how likely a silence is by that.

Dates less than an hour apart are one sitting. Sittings come at a rate that the day of the week and the hour
change; measured by that rate, the gaps between them are drawn from a gamma distribution whose form the site's
own gaps tell (a monthly magazine is regular, a blog is not). How likely a silence as long as the present one
is follows exactly, the uncertainty of a rate known from few gaps included.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import exp, lgamma, log

SITTING = 60  # minutes
MOST, LONGEST = 400, 150 * 1440  # sittings kept, minutes back
DAY, WEEK = 1440, 10080
EPOCH = date(1970, 1, 1).toordinal()
LEAST_GAPS = 3  # before these nothing is usual
USUAL, DOUBT = 1.2, 6.0  # squared variation of gaps that is assumed of a site, and by how many gaps' weight
FORMS = (0.35, 30.0)
BUSY, BUSY_FORM = 2.0, 1.3  # sittings a day from which a day off is many gaps: none is that regular
WILD = 25.0  # a gap of so many expected ones was an outage, not a habit
MARGIN = 1.3  # beyond the longest gap that was normal
# The trade's press rests between Christmas and New Year; a share of the usual is what made weeks show.
REST_DAYS = {(12, 24), (12, 25), (12, 26), (12, 27), (12, 28), (12, 29), (12, 30), (12, 31), (1, 1), (1, 2)}
RESTING = 0.35


@dataclass(slots=True)
class Rhythm:
    """Sittings in minutes since 1970, oldest first, and what follows from them: `rate` a day, the weights of
    weekdays (Monday first) and hours (UTC, mean 1), the gaps' `form` and the `longest` of them in expected
    gaps.
    """

    sittings: list[int] = field(default_factory=list)
    rate: float = 0.0
    days: list[float] = field(default_factory=lambda: [1.0] * 7)
    hours: list[float] = field(default_factory=lambda: [1.0] * 24)
    form: float = 1.0
    longest: float = 0.0
    gaps: int = 0

    @property
    def last(self) -> int | None:
        """The newest sitting; None before the first."""
        return self.sittings[-1] if self.sittings else None

    def learn(self, published: Iterable[int], season: Mapping[int, float] | None = None) -> None:
        """Takes more dates into account; `season` as in `expected`."""
        moments = sorted({*self.sittings, *published})
        if not moments:
            return
        sittings = moments[:1]
        for moment in moments[1:]:
            if moment - sittings[-1] >= SITTING:
                sittings.append(moment)
        self.sittings = [at for at in sittings if at > sittings[-1] - LONGEST][-MOST:]
        self._weigh(season)

    def _weigh(self, season: Mapping[int, float] | None) -> None:
        """Works out all that follows from the sittings."""
        number, first, last = len(self.sittings), self.sittings[0], self.sittings[-1]
        self.gaps = number - 1
        if self.gaps < 1:
            return
        by_day, by_hour = [0] * 7, [0] * 24
        for at in self.sittings:
            by_day[(at // DAY + 3) % 7] += 1
            by_hour[at % DAY // 60] += 1
        weeks = max((last - first) / WEEK, 1.0)
        self.days = _weights(by_day, number, 1.0 if weeks > 2 else 4.0)
        around = [(by_hour[h - 1] + 2 * by_hour[h] + by_hour[(h + 1) % 24]) / 4 for h in range(24)]
        self.hours = _weights(around, number, 1.0)
        self.rate = 1.0
        gaps = [self.expected(a, b, season) for a, b in zip(self.sittings, self.sittings[1:], strict=False)]
        self.rate = self.gaps / max(sum(gaps), 1e-9)
        scaled = [gap * self.rate for gap in gaps]
        recent = scaled[-max(10, self.gaps // 4) :]
        slower = sum(recent) / len(recent)
        if slower > 1.25 and len(recent) >= 6:  # it writes less than it did
            self.rate /= slower
            scaled = [gap / slower for gap in scaled]
        tame = [min(gap, WILD / 2) for gap in scaled]
        mean = sum(tame) / len(tame)
        spread = sum((gap - mean) ** 2 for gap in tame) / (mean * mean) if mean else USUAL * len(tame)
        varied = (DOUBT * USUAL + spread) / (DOUBT + len(tame))
        most = BUSY_FORM if self.rate > BUSY else FORMS[1]
        self.form = min(max(1 / varied, FORMS[0]), most)
        self.longest = max((gap for gap in scaled if gap < WILD), default=0.0)

    def expected(self, since: int, until: int, season: Mapping[int, float] | None = None) -> float:
        """How many sittings the rate promises between the moments.

        `season` has factors of days since 1970; None or a day without one: as the calendar lets expect.
        """
        total, at = 0.0, since
        while at < until:
            day = at // DAY
            end = min((day + 1) * DAY, until)
            share = self._part(at % DAY, end - day * DAY)
            factor = _rest(day) if season is None else season.get(day, _rest(day))
            total += self.rate * self.days[(day + 3) % 7] * share * factor
            at = end
        return total

    def _part(self, began: int, ended: int) -> float:
        """The part of a day's promise that lies between two of its minutes."""
        if began == 0 and ended == DAY:
            return 1.0
        total, hour = 0.0, began // 60
        while hour * 60 < ended:
            total += self.hours[hour] * (min(ended, hour * 60 + 60) - max(began, hour * 60))
            hour += 1
        return total / DAY

    def likelihood(self, until: int, season: Mapping[int, float] | None = None) -> float:
        """How likely a silence from the last sitting to `until` or longer is; 1 where nothing is known."""
        if self.gaps < LEAST_GAPS or self.last is None or until <= self.last:
            return 1.0
        return survival(self.expected(self.last, until, season), self.form, self.gaps)

    def is_longest(self, until: int, season: Mapping[int, float] | None = None) -> bool:
        """Whether the silence is clearly longer than every one that was normal."""
        return self.last is not None and self.expected(self.last, until, season) > MARGIN * self.longest

    @property
    def gap_minutes(self) -> float:
        """What lies between two sittings on average."""
        return DAY / self.rate if self.rate else float(LONGEST)

    def as_row(self) -> dict[str, object]:
        """For the store; what follows from the sittings is kept too, for it is asked for more often."""
        return {
            "sittings": self.sittings,
            "rate": round(self.rate, 5),
            "days": [round(w, 3) for w in self.days],
            "hours": [round(w, 3) for w in self.hours],
            "form": round(self.form, 3),
            "longest": round(self.longest, 3),
            "gaps": self.gaps,
        }


def _weights(counts: Iterable[float], number: int, doubt: float) -> list[float]:
    """Weights with the mean 1, drawn towards 1 by as much as `doubt` counts each."""
    counts = list(counts)
    mean = number / len(counts)
    weights = [(count + doubt * min(1.0, mean)) / (mean + doubt * min(1.0, mean)) for count in counts]
    total = sum(weights) / len(weights)
    return [weight / total for weight in weights]


def _rest(day: int) -> float:
    """The factor of a day (since 1970) on which the trade's press rests; 1 on others."""
    there = date.fromordinal(EPOCH + day)
    return RESTING if (there.month, there.day) in REST_DAYS else 1.0


def survival(gaps: float, form: float, known: int) -> float:
    """The probability of a gap longer than `gaps` mean ones, the mean being known from `known` gaps.

    Gaps are gamma distributed with this form; the ratio of one to the mean of n others then has an F
    distribution. With the form 1 that is (1 + gaps/n)^-n, a Poisson process with a gamma prior of its rate.
    """
    if gaps <= 0:
        return 1.0
    return incomplete_beta(form * known, form, known / (known + gaps))


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (modified Lentz)."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1.0 - incomplete_beta(b, a, 1.0 - x)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1.0 - x)) / a
    tiny, c, d = 1e-30, 1.0, 1.0 - (a + b) * x / (a + 1)
    d = 1.0 / (d if abs(d) > tiny else tiny)
    value = d
    for m in range(1, 200):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 + term * d
            d = 1.0 / (d if abs(d) > tiny else tiny)
            c = 1.0 + term / c
            c = c if abs(c) > tiny else tiny
            value *= c * d
        if abs(c * d - 1.0) < 1e-10:
            break
    return front * value
