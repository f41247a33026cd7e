"""News sites that live by a timetable: what one serves follows from the timetable and the moment alone.

A site publishes, edits, renames (301) and withdraws (404 or 410) stories, is down or throttled for a while,
changes its layout; it tells of its stories in a feed, a sitemap and a section. Words are invented.
"""

import random
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from hashlib import blake2b
from html import escape
from socket import socket

from madenet import MISSING, XML, Answer, Asked

FEED_ITEMS = 20
SECTION_ITEMS = 15
SITEMAP_AGE = timedelta(days=2)  # of a news sitemap
CARS = ("saloon", "estate", "coupe", "roadster", "van", "pick-up", "hatchback", "minibus")
DOERS = ("The engineers", "The dealers", "The test drivers", "Two brothers", "The night shift", "A painter")
DEEDS = (
    "moved the {} to another hall",
    "took the {} up the pass in the snow",
    "gave the {} a longer wheelbase",
    "showed the {} to the mayor behind closed doors",
    "drove the {} until its tank was dry",
    "sold the {} to a museum at the coast",
)
ENDS = (
    "and nobody at the gate was told why",
    "while the band played in the rain",
    "which took them {} days",
    "and the bill came to {} crowns",
    "before the first {} guests had left",
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something happens at a site; `story` is whose, `what` one of the words in `State.after`."""

    at: datetime
    what: str
    story: int = 0
    number: int = 0  # the HTTP status of a withdrawal, the seconds of a Retry-After


@dataclass(frozen=True, slots=True)
class Habits:
    """What a site does all the time; `lies` says that its sitemap calls every page changed just now."""

    title: str
    lies: bool = False
    tracked: bool = False  # the feed's links carry the words of a campaign
    twins: bool = False  # the section leads to a second address of each story, whose page names the first
    resets: bool = False  # when down it hangs up instead of saying 503


@dataclass(frozen=True, slots=True)
class Told:
    """A story as it stands: `edition` counts its edits, `slug` its names; `gone` is a status, 0 while up."""

    number: int
    at: datetime
    changed_at: datetime
    edition: int = 0
    slug: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """A whole site between two events."""

    stories: dict[int, Told] = field(default_factory=dict)
    down: bool = False
    wait_s: int = 0  # 429 with this Retry-After while above 0
    layout: int = 0

    def after(self, event: Event) -> "State":
        """The site once `event` has happened."""
        match event.what:
            case "down" | "up":
                return replace(self, down=event.what == "down")
            case "throttle" | "free":
                return replace(self, wait_s=event.number if event.what == "throttle" else 0)
            case "layout":
                return replace(self, layout=self.layout + 1)
        story = self.stories.get(event.story, Told(event.story, event.at, event.at))
        match event.what:
            case "edit":
                story = replace(story, edition=story.edition + 1, changed_at=event.at)
            case "rename":
                story = replace(story, slug=story.slug + 1)
            case "withdraw":
                story = replace(story, gone=event.number)
        return replace(self, stories={**self.stories, event.story: story})


class TimedSite:
    """A site at `host` that lives by `events`; call it with a request to get its answer."""

    def __init__(self, host: str, habits: Habits, events: list[Event]) -> None:
        self.host, self.habits = host, habits
        self.events = sorted(events, key=lambda event: event.at)
        self._times = [event.at for event in self.events]
        self._states = [State()]
        for event in self.events:
            self._states.append(self._states[-1].after(event))

    def state(self, at: datetime) -> State:
        """How the site stands at the moment."""
        return self._states[bisect_right(self._times, at)]

    def __call__(self, asked: Asked) -> Answer:
        state = self.state(asked.at)
        if state.down:
            return Answer(rude=hang_up) if self.habits.resets else Answer(b"down for maintenance", 503)
        if state.wait_s:
            return Answer(b"slowly", 429, headers={"Retry-After": str(state.wait_s)})
        return known(asked, self.page(asked.path.partition("?")[0], state, asked.at))

    def page(self, path: str, state: State, at: datetime) -> Answer:
        """What stands at `path`."""
        channels: dict[str, Callable[[], Answer]] = {
            "/robots.txt": lambda: Answer(b"User-agent: *\nDisallow: /search\n", kind="text/plain"),
            "/feed": lambda: self.feed(state),
            "/sitemap.xml": lambda: self.sitemap(state, at),
            "/news/": lambda: self.section(state),
        }
        if path in channels:
            return channels[path]()
        place = path.removeprefix("/amp")
        number = place.removeprefix("/news/").partition("-")[0]
        story = state.stories.get(int(number)) if number.isdigit() else None
        if story is None or not place.startswith("/news/"):
            return MISSING
        if story.gone:
            return replace(MISSING, status=story.gone)
        if place != path_of(story):
            return Answer(status=301, headers={"Location": f"https://{self.host}{path_of(story)}"})
        return Answer(article(self.host, self.habits.title, story, state.layout))

    def listed(self, state: State) -> list[Told]:
        """The stories that stand, newest first."""
        stand = (story for story in state.stories.values() if not story.gone)
        return sorted(stand, key=lambda story: (story.at, story.number), reverse=True)

    def feed(self, state: State) -> Answer:
        words = "?utm_source=rss&amp;utm_medium=feed" if self.habits.tracked else ""
        items = "".join(
            f"<item><title>{escape(headline(self.host, story))}</title>"
            f"<link>https://{self.host}{path_of(story)}{words}</link>"
            f"<pubDate>{format_datetime(story.at)}</pubDate></item>"
            for story in self.listed(state)[:FEED_ITEMS]
        )
        return Answer(f'<rss version="2.0"><channel>{items}</channel></rss>'.encode(), kind=XML)

    def sitemap(self, state: State, at: datetime) -> Answer:
        stories = [story for story in self.listed(state) if story.at > at - SITEMAP_AGE]
        entries = "".join(
            f"<url><loc>https://{self.host}{path_of(story)}</loc>"
            f"<lastmod>{(at if self.habits.lies else story.changed_at).isoformat()}</lastmod></url>"
            for story in stories or self.listed(state)[:1]
        )
        return Answer(f"<urlset>{entries}</urlset>".encode(), kind=XML)

    def section(self, state: State) -> Answer:
        base = "/amp" if self.habits.twins else ""
        cards = "".join(
            f'<li><a href="{base}{path_of(story)}#top">{escape(headline(self.host, story))}</a></li>'
            for story in self.listed(state)[:SECTION_ITEMS]
        )
        page = f"<!doctype html><html lang=en><title>News</title><body><ul>{cards}</ul></body></html>"
        return Answer(page.encode())

    def toml(self, every: str = "30m") -> str:
        """The site file that a crawler needs."""
        home = f"https://{self.host}/"
        return (
            f'title = "{self.habits.title}"\nhome = "{home}"\nlanguage = "en"\n[find]\n'
            f'feeds = ["{home}feed"]\nsitemaps = ["{home}sitemap.xml"]\nsections = ["{home}news/"]\n'
            f"articles = '/news/\\d+-'\n[crawl]\nevery = \"{every}\"\n"
        )


def known(asked: Asked, answer: Answer) -> Answer:
    """The answer with its tag; 304 where the client has this very version."""
    if answer.status != 200:
        return answer
    tag = f'"{blake2b(answer.body, digest_size=8).hexdigest()}"'
    headers = {"ETag": tag}
    if asked.headers.get("if-none-match") == tag:
        return replace(answer, body=b"", status=304, headers=headers)
    return replace(answer, headers=headers)


def hang_up(connection: socket) -> None:
    """Closes without a word."""
    connection.close()


def path_of(story: Told) -> str:
    """Where the story stands now."""
    return f"/news/{story.number}-{'-'.join(slug_words(story.number, story.slug))}"


def slug_words(number: int, slug: int) -> tuple[str, ...]:
    drawn = random.Random(f"{number} {slug}")
    return (drawn.choice(CARS), "and", drawn.choice(CARS))


def headline(host: str, story: Told) -> str:
    """The title, in which `No. <number>` tells stories apart."""
    return f"{random.Random(f'{host} {story.number}').choice(CARS).title()} No. {story.number} goes its way"


@lru_cache(maxsize=4096)
def paragraphs(host: str, number: int, edition: int) -> tuple[str, ...]:
    """The story's text; each edition adds a paragraph and changes one."""
    drawn = random.Random(f"{host} {number}")
    told = [sentence(drawn) + " " + sentence(drawn) for _ in range(9)]
    for turn in range(1, edition + 1):
        changed = random.Random(f"{host} {number} {turn}")
        told[turn % 9] = sentence(changed) + " " + sentence(changed)
        told.append(f"Edition {turn} adds: {sentence(changed)} {sentence(changed)}")
    return tuple(told)


def sentence(drawn: random.Random) -> str:
    deed = drawn.choice(DEEDS).format(drawn.choice(CARS))
    return f"{drawn.choice(DOERS)} {deed} {drawn.choice(ENDS).format(drawn.randrange(3, 900))}."


def article(host: str, title: str, story: Told, layout: int) -> bytes:
    """The story's page; layouts differ in the elements that hold the text."""
    text = "".join(f"<p>{escape(told)}</p>" for told in paragraphs(host, story.number, story.edition))
    name, line = f"https://{host}{path_of(story)}", escape(headline(host, story))
    body = (
        f"<article><h1>{line}</h1>{text}</article>",
        f'<div class="x1"><h1>{line}</h1><div class="x2">{text}</div></div>',
        f'<main><header><h1>{line}</h1></header><section class="copy">{text}</section></main>',
    )[layout % 3]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{line} | {escape(title)}</title>'
        f'<link rel="canonical" href="{name}"><meta property="og:type" content="article">'
        f'<meta property="og:title" content="{line}">'
        f'<meta property="article:published_time" content="{story.at.isoformat()}">'
        f'<meta property="article:modified_time" content="{story.changed_at.isoformat()}">'
        f'</head><body><nav><a href="/">Home</a> <a href="/news/">News</a></nav>{body}'
        f"<footer>{escape(title)}, all rights reserved</footer></body></html>"
    ).encode()
