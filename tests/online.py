"""A made site under a name of its own in a made internet, and crawls of it in child processes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from loopback import ROOT, Ended, Place, article
from madekeys import Authority
from madenet import MISSING, XML, Answer, Asked, Play, Web, serving

HOST = "www.motor.example"
HOME = f"https://{HOST}/"
Page = Answer | Callable[[Asked], Answer]
TOML = """title = "Made"
home = "{home}"
[find]
{find}
articles = '{articles}'
[crawl]
{crawl}
"""


class Board:
    """A site as a table of paths, those with a query before those without."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {"/robots.txt": MISSING}

    def __call__(self, asked: Asked) -> Answer:
        path = asked.path.partition("?")[0]
        found = self.pages.get(asked.path, self.pages.get(path, MISSING))
        return found(asked) if callable(found) else found

    def stories(self, count: int) -> list[str]:
        """The addresses of `count` good articles, which stand at `/news/<n>`."""
        for n in range(count):
            self.pages[f"/news/{n}"] = Answer(article(n))
        return [f"{HOME}news/{n}" for n in range(count)]

    def feed(self, links: Sequence[str], path: str = "/rss") -> None:
        """A feed of `links`, which may be anything."""
        items = "".join(f"<item><title>T</title><link>{escape(link)}</link></item>" for link in links)
        self.pages[path] = Answer(f'<rss version="2.0"><channel>{items}</channel></rss>'.encode(), kind=XML)

    def sitemap(self, links: Sequence[str], path: str = "/sitemap.xml", *, index: bool = False) -> None:
        """A sitemap of `links`, or an index of such."""
        outer, inner = ("sitemapindex", "sitemap") if index else ("urlset", "url")
        entries = "".join(f"<{inner}><loc>{escape(link)}</loc></{inner}>" for link in links)
        self.pages[path] = Answer(f"<{outer}>{entries}</{outer}>".encode(), kind=XML)


def moved(to: str, status: int = 302) -> Answer:
    """A redirect to `to`, which may hold anything."""
    return Answer(status=status, headers={"Location": to.encode().decode("latin-1")})


@dataclass
class Online(Place):
    """A place whose crawls live in the made internet; `board` is the site at HOST."""

    web: Web = field(kw_only=True)
    board: Board = field(kw_only=True)

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {
            "PYTHONPATH": f"{ROOT}:{ROOT / 'benchmarks'}",
            "SSL_CERT_FILE": str(self.web.authority.file),
        }

    def define(
        self,
        name: str = "motor",
        find: str = f'feeds = ["{HOME}rss"]',
        articles: str = "/news/",
        crawl: str = "",
    ) -> None:
        """The site file of `name`, `find` being the lines that say where its articles are found."""
        self.site(name, TOML.format(home=HOME, find=find, articles=articles, crawl=crawl))

    def go(self, name: str = "motor", *, url: str = "", **settings: object) -> Ended:
        """A crawl without delay, of `url` alone if given, with `settings` over Scrapy's."""
        given = {"DOWNLOAD_DELAY": 0, **settings}
        words = [word for key, value in given.items() for word in ("-s", f"{key}={value}")]
        words += ["-a", f"urls={url}"] if url else []
        return self.run(*self.web.command(self.folder, "scrapy", "crawl", name, *words)[1:])

    def noted(self, kind: str) -> list[str]:
        """What the net's log holds of a kind: "connect", "open" or "peak"."""
        log = self.folder / "net.log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [line.removeprefix(f"{kind} ") for line in lines if line.startswith(f"{kind} ")]

    @property
    def peak_mb(self) -> float:
        """The most memory that the last crawl held at a time."""
        return int(self.noted("peak")[-1]) / 1024

    @property
    def contacts(self) -> set[str]:
        """The addresses that were connected to, or tried."""
        return {line.split()[0] for line in self.noted("connect")}


@contextmanager
def online(
    folder: Path, others: dict[str, Play] | None = None, database: str | None = None
) -> Iterator[Online]:
    """A place in a made internet that has the site at HOST, and `others`, until the block ends."""
    board = Board()
    with serving({HOST: board, **(others or {})}, Authority(folder)) as web:
        yield Online(folder, database, web=web, board=board)
