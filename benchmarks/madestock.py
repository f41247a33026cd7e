"""A stock of made articles with the statistics of real ones: lengths, words, dates, makes, copies, edits.

Page n is the same whatever came before it, so any stretch of the stock can be made alone. Lengths are
log-normal (150 to 1,200 words), words follow Zipf's law as Mandelbrot bent it over 60,000 invented words a
language, with names, figures and makes between them; 340 pages a day, with show days on which more appear.
Of 33 pages one is a near copy of another site's page of the day before, and one an edited page coming again.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random

import numpy as np

from pipeline.article import Block, Caption, CleanArticle, Cut, Kind
from pipeline.vehicles import makers

FIRST_DAY = datetime(2017, 3, 1, tzinfo=UTC)
PAGES_A_DAY = 340
SHOW_EVERY, SHOW_SHARE = 45, 0.06  # days; articles that appear on the last show day instead
UNDATED = 0.02
SITES = 60
COPY, COPIED, EDIT, EDITED, PERIOD = 7, 3, 20, 16, 33  # which pages of every 33 are copies and edits of which
COPY_BACK, EDIT_BACK = 334, 400  # so many pages earlier
MEDIAN_WORDS, SPREAD, FEWEST, MOST = 420, 0.55, 150, 1200
WORDS, NAMES = 60_000, 3000  # a language
NAME_SHARE, FIGURE_SHARE = 0.05, 0.025
_SYLLABLES = {
    "en": "ba con der ing mo tion ver al est ry pro sil en ter age lor dis ment",
    "de": "ge ver schl ung aus kei bü ter fahr wei ro ßen lan zu heit mö bel an",
    "fr": "é con dre ment la pré tion eau voi sur re lé ance où ble mi que ti",
    "es": "ción do mi que es ta lo ñe ra co por ve án te sa cu mo lle",
}
SYLLABLES = {language: told.split() for language, told in _SYLLABLES.items()}
LANGUAGES = tuple(SYLLABLES)


@dataclass(frozen=True)
class Page:
    """One page of the stock; `of` is the number of the page that it copies or edits."""

    number: int
    url: str
    site: str
    article: CleanArticle
    fetched_at: datetime
    of: int | None = None

    @property
    def is_edit(self) -> bool:
        return self.number % PERIOD == EDIT and self.of is not None


class Stock:
    """All pages there are, by number."""

    def __init__(self, seed: int = 7) -> None:
        self.seed = seed
        rng = Random(seed)
        self.words = {language: invented(rng, language, WORDS) for language in LANGUAGES}
        self.names = [name.capitalize() for name in invented(rng, "en", NAMES)]
        self.makes = sorted(makers())
        rng.shuffle(self.makes)
        self._words, self._names, self._makes = (zipf(n) for n in (WORDS, NAMES, len(self.makes)))
        self._sites = zipf(SITES)

    def page(self, number: int) -> Page:
        """The page of this number."""
        if number % PERIOD == COPY and number >= COPY_BACK:
            return copied(self.original(number - COPY_BACK), number)
        if number % PERIOD == EDIT and number >= EDIT_BACK:
            return edited(self.original(number - EDIT_BACK), number)
        return self.original(number)

    @lru_cache(maxsize=1000)  # noqa: B019 - one stock a process; copies and edits ask again for what came lately
    def original(self, number: int) -> Page:
        """The page as its own author wrote it."""
        rng = np.random.default_rng((self.seed, number))
        site = int(np.searchsorted(self._sites, rng.random()))
        language = LANGUAGES[site % len(LANGUAGES)]
        makes = [self.makes[n] for n in dict.fromkeys(self.drawn(rng, self._makes, int(rng.integers(1, 4))))]
        paragraphs = self.text(rng, language, makes)
        first = paragraphs[0].split()
        published = moment(rng, number)
        article = CleanArticle(
            url=None,
            title=f"{makes[0]} {' '.join(first[2:10]).strip('.')} {number % 1000}",
            standfirst=" ".join(first[3:24]) if rng.random() < 0.6 else None,
            blocks=tuple(Block(n, Kind.PARAGRAPH, text) for n, text in enumerate(paragraphs)),
            cuts=tuple(Cut("phrases", Block(n, Kind.HEADING, " ".join(first[:8]))) for n in range(6)),
            captions=tuple(
                Caption(
                    f"{makes[0]} front {n}",
                    makes[0],
                    "Front View",
                    None,
                    f"https://i.example/{number}-{n}.jpg",
                )
                for n in range(int(rng.integers(0, 4)))
            ),
            authors=(self.names[site * 12 + int(rng.integers(0, 12))] + " Writer",),
            published_at=published,
            modified_at=None,
            section="News",
            tags=tuple(self.words[language][n] for n in dict.fromkeys(rng.integers(100, 300, 3).tolist())),
            language=language,
            image=f"https://i.example/{number}.jpg",
            makes=tuple(makes),
            verdict="article",
        )
        fetched = FIRST_DAY + timedelta(days=1 + number / PAGES_A_DAY)
        return Page(number, f"https://site{site}.example/news/{number}", f"site{site}", article, fetched)

    def text(self, rng: np.random.Generator, language: str, makes: list[str]) -> list[str]:
        """Paragraphs of three sentences or so, each sentence of 6 to 30 words."""
        size = int(np.clip(MEDIAN_WORDS * np.exp(SPREAD * rng.standard_normal()), FEWEST, MOST))
        vocabulary = self.words[language]
        words = [vocabulary[n] for n in self.drawn(rng, self._words, size)]
        chance = rng.random(size)
        for at in np.flatnonzero(chance < NAME_SHARE + FIGURE_SHARE).tolist():
            if chance[at] < FIGURE_SHARE:
                words[at] = str(int(10 ** (5 * rng.random())))
            elif at % 3 == 0:
                words[at] = makes[at % len(makes)]
            else:
                words[at] = self.names[int(np.searchsorted(self._names, rng.random()))]
        ends = np.cumsum(rng.integers(6, 31, size // 6))
        sentences, start = [], 0
        for end in [*ends[ends < size - 6].tolist(), size]:
            sentence = " ".join(words[start:end])
            sentences.append(sentence[:1].upper() + sentence[1:] + ".")
            start = end
        return [" ".join(sentences[n : n + 3]) for n in range(0, len(sentences), 3)]

    def drawn(self, rng: np.random.Generator, shares: np.ndarray, number: int) -> list[int]:
        found: list[int] = np.searchsorted(shares, rng.random(number)).tolist()
        return found


def invented(rng: Random, language: str, number: int) -> list[str]:
    """So many different words, the short ones first as in all languages."""
    syllables, found = SYLLABLES[language], dict[str, None]()
    while len(found) < number:
        long = 1 + min(4, len(found) // 60, 2 + len(found) // 8000)
        found["".join(rng.choices(syllables, k=max(1, long + rng.randrange(-1, 2))))] = None
    return list(found)


def zipf(number: int) -> np.ndarray:
    """The shares of so many ranks, summed up: 1 / (rank + 2.7), the exponent near 1 as in newspapers."""
    shares = np.cumsum(1 / (np.arange(number) + 2.7) ** 1.05)
    return shares / shares[-1]


def moment(rng: np.random.Generator, number: int) -> datetime | None:
    """When the page was published: some on show days, a few nobody knows when."""
    drawn, day = rng.random(), number // PAGES_A_DAY
    if drawn < UNDATED:
        return None
    if drawn < UNDATED + SHOW_SHARE:
        day -= day % SHOW_EVERY
    return FIRST_DAY + timedelta(days=day, minutes=int(rng.integers(0, 1440)))


def copied(first: Page, number: int) -> Page:
    """The page on another site the day after: without its last paragraph, under a line of that site's."""
    site = f"site{(int(first.site[4:]) + 1 + number % 7) % SITES}"
    article = first.article
    lead = Block(0, Kind.PARAGRAPH, f"As {first.site} reports, this is number {number} of the day.")
    kept = article.blocks[:-1] if len(article.blocks) > 4 else article.blocks
    blocks = (lead, *(replace(block, order=block.order + 1) for block in kept))
    later = article.published_at and article.published_at + timedelta(hours=5)
    fetched = FIRST_DAY + timedelta(days=1 + number / PAGES_A_DAY)
    told = replace(article, blocks=blocks, published_at=later)
    return Page(number, f"https://{site}.example/news/{number}", site, told, fetched, first.number)


def edited(first: Page, number: int) -> Page:
    """The page again a day later, with a sentence more at its end."""
    article = first.article
    last = Block(len(article.blocks), Kind.PARAGRAPH, f"Update {number}: the maker has answered since then.")
    fetched = FIRST_DAY + timedelta(days=1 + number / PAGES_A_DAY)
    told = replace(article, blocks=(*article.blocks, last))
    return replace(first, number=number, article=told, fetched_at=fetched, of=first.number)
