"""A made month of forty outlets: news told by several in their own words, or copied; which is known."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from madecopies import COPIES, OUTLETS, Told, original
from madepress.grammar import LANGUAGES, cars

BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
COPIED, SAME_TITLE, SAME_LANGUAGE, SAME_FIGURE = 0.25, 0.5, 0.7, 0.6
HOT_CARS = 25  # of which most news are, so that two stories of one car within days are common


def month(seed: int, number: int) -> list[Told]:
    """So many news with their reports, shuffled; those of one `family` tell the same."""
    rng = Random(seed)
    models = [(make, model) for make, models in cars() for model in models]
    hot = rng.sample(models, HOT_CARS)
    told = []
    for family in range(number):
        told += [replace(one, family=family) for one in news(rng, rng.choice(hot))]
    rng.shuffle(told)
    return told


def news(rng: Random, car: tuple[str, str]) -> list[Told]:
    """The reports of one piece of news about the car, the first one first."""
    figures = [str(rng.randrange(10**n, 10 ** (n + 1))) for n in (1, 1, 2, 2, 2, 3, 3, 4)]
    begin = BEGIN + timedelta(minutes=rng.randrange(30 * 24 * 60))
    language = rng.choice(LANGUAGES)
    outlets = rng.sample(range(OUTLETS), min(12, 1 + int(rng.expovariate(0.35))))
    reports: list[Told] = []
    for n, outlet in enumerate(outlets):
        later = begin + timedelta(minutes=int(rng.expovariate(1 / 500)) if n else 0)
        at = min(later, begin + timedelta(hours=60))
        if reports and rng.random() < COPIED:
            way = rng.choice(list(COPIES))
            one = replace(COPIES[way](rng, rng.choice(reports)), way=way)
        else:
            spoken = language if rng.random() < SAME_LANGUAGE else rng.choice(LANGUAGES)
            one = report(rng, car, figures, spoken, reports)
        reports.append(replace(one, outlet=outlet, published_at=at))
    return reports


def report(rng: Random, car: tuple[str, str], figures: list[str], language: str, others: list[Told]) -> Told:
    """One outlet's own words, with most figures from the news; the title often near to another's."""
    one = original(rng, car, language)

    def figure(found: re.Match[str]) -> str:
        return rng.choice(figures) if rng.random() < SAME_FIGURE else found[0]

    titles = [other.title for other in others if other.language == language]
    title = retold(rng, titles[0]) if titles and rng.random() < SAME_TITLE else FIGURE.sub(figure, one.title)
    return replace(one, title=title, paragraphs=tuple(FIGURE.sub(figure, p) for p in one.paragraphs))


def retold(rng: Random, title: str) -> str:
    """The title with a word or two gone or in another place."""
    words = title.split()
    for _ in range(rng.randrange(1, 3)):
        word = words.pop(rng.randrange(len(words)))
        if rng.random() < 0.5:
            words.insert(rng.randrange(len(words) + 1), word)
    return " ".join(words)
