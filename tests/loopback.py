"""A made car-news site on a free loopback port, and crawls of it in child processes."""

import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.engine import open_store, reading, writing
from db.laws import check_ledger
from db.manners import ChannelRow, HostDayRow, RobotsRow
from db.models import AddressRow, ArticleRow, Run
from db.rhythms import RhythmRow

HERE = "127.0.0.1"
ROOT = Path(__file__).parent.parent

SENTENCE = (
    "The {name} number {n} left the workshop on a rainy morning, and the people who built it stood "
    "at the gate until its rear lamps were gone behind the mill."
)
HTML = "text/html; charset=utf-8"
XML = "application/xml"
REMEMBERING = (AddressRow, ArticleRow, ChannelRow, HostDayRow, RhythmRow, RobotsRow, Run)


@dataclass
class Answer:
    """What a path gives: the bytes, or something ruder."""

    body: bytes = b""
    status: int = 200
    kind: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)
    rude: Callable[["Handler"], None] | None = None  # speaks to the socket itself


class Site:
    """The made site: `pages` by path, every request noted in `asked`."""

    def __init__(self, port: int, articles: int = 0, scheme: str = "http", address: str = HERE) -> None:
        self.port = port
        self.home = f"{scheme}://{address}:{port}/"
        self.pages: dict[str, Answer | Callable[[], Answer]] = {"/robots.txt": Answer(status=404)}
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.times: list[float] = []
        self.headers: list[Mapping[str, str]] = []  # of the requests, as they were asked
        self.gate = threading.Event()  # while clear, `held` pages wait
        self.gate.set()
        self.add_articles(articles)

    def add_articles(self, count: int) -> None:
        """`count` articles and the feed that lists them."""
        for n in range(count):
            self.pages[f"/news/2026/{n}"] = Answer(article(n, self.home))
        self.feed([f"/news/2026/{n}" for n in range(count)])

    def feed(self, paths: list[str]) -> None:
        links = [path if ":" in path else self.home[:-1] + path for path in paths]
        items = "".join(f"<item><title>T</title><link>{link}</link></item>" for link in links)
        self.pages["/rss"] = Answer(f'<rss version="2.0"><channel>{items}</channel></rss>'.encode(), kind=XML)

    @property
    def fetched(self) -> list[str]:
        """The pages asked for, without robots.txt and feed."""
        return [path for path in list(self.asked) if path not in {"/robots.txt", "/rss"}]

    def toml(self, extra: str = "") -> str:
        return (
            f'title = "Made"\nhome = "{self.home}"\n[find]\nfeeds = ["{self.home}rss"]\n'
            f"articles = '/news/'\n[crawl]\ndelay_s = 0\nallow_private = true\n{extra}"
        )


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every answer waits 40 ms for an acknowledgement

    def do_GET(self) -> None:
        site: Site = self.server.site  # type: ignore[attr-defined]
        site.asked.append(self.path)
        site.times.append(time.monotonic())
        site.headers.append(dict(self.headers))
        site.agents.add(self.headers.get("User-Agent", ""))
        found = site.pages.get(self.path, Answer(b"no such page", 404))
        answer = found() if callable(found) else found
        if answer.rude:
            answer.rude(self)
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a killed crawl leaves broken pipes


@contextmanager
def serving(articles: int = 0, tls: ssl.SSLContext | None = None, address: str = HERE) -> Iterator[Site]:
    """A site with `articles` articles until the block ends, over https where `tls` is given; `address` is one
    of this machine's.
    """
    with Server((address, 0), Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        site = Site(server.server_address[1], articles, "https" if tls else "http", address)
        server.site = site  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield site
        finally:
            site.gate.set()
            server.shutdown()
            thread.join()


def article(n: int, home: str = "", body: str | None = None) -> bytes:
    """The page of article `n`, about 4 kB."""
    names = ("estate", "coupe", "saloon", "van")
    text = body or "".join(
        f"<p>{SENTENCE.format(name=names[(n + i) % 4], n=n * 10 + i)}</p>" for i in range(12)
    )
    return (
        f"<!doctype html><html lang=en><head><title>Story {n}</title>"
        f'<meta property="og:title" content="Story number {n}"><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="2026-10-{n % 28 + 1:02}T08:00:00Z">'
        f"</head><body><nav><a href=/>Home</a></nav>"
        f"<article><h1>Story number {n}</h1>{text}</article></body></html>"
    ).encode()


def reset(handler: Handler) -> None:
    """Closes the connection with a reset."""
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()


def cut_short(handler: Handler) -> None:
    """Announces more than it sends."""
    handler.connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 999\r\n\r\n<p>x"
    )


def closed_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Place:
    """A folder with its own store, archive and site files, in which crawls run as child processes."""

    folder: Path
    database: str | None = None  # a URL where it shall not be a SQLite file in the folder

    @property
    def store(self) -> str:
        return self.database or f"sqlite:///{self.folder / 'store.db'}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("CARNEWS_")}
        return kept | {
            "CARNEWS_DATABASE_URL": self.store,
            "CARNEWS_ARCHIVE": str(self.folder / "archive"),
            "CARNEWS_SITES": str(self.folder / "sites"),
            "PYTHONPATH": str(ROOT),
        }

    def site(self, name: str, toml: str) -> None:
        (self.folder / "sites").mkdir(exist_ok=True)
        (self.folder / "sites" / f"{name}.toml").write_text(toml, encoding="utf-8")

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """A child running `python -m <words>`."""
        return subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str, **environment: str) -> "Ended":
        """The same, to its end; a child that hangs is killed and fails the test."""
        child = self.start(*words, **environment)
        return end_of(child)

    @contextmanager
    def open(self) -> Iterator[Session]:
        """A session that reads the store."""
        engine = open_store(self.store)
        try:
            with reading(engine) as s:
                yield s
        finally:
            engine.dispose()

    def states(self) -> dict[str, tuple[str, str | None]]:
        """State and reason of every address, by the path of the address."""
        with self.open() as s:
            rows = s.scalars(select(AddressRow)).all()
            return {urlsplit(row.url).path: (row.state, row.reason) for row in rows}

    def runs(self) -> list[tuple[str, int, dict[str, int]]]:
        """Outcome, found and balance of every run, after the laws of the ledger were checked."""
        with self.open() as s:
            assert check_ledger(s) == []
            return [(row.outcome, row.found, row.balance) for row in s.scalars(select(Run).order_by(Run.id))]

    def articles(self) -> list[tuple[object, ...]]:
        """All that a reader may see of every article, in a fixed order."""
        with self.open() as s:
            rows = s.scalars(select(ArticleRow).order_by(ArticleRow.url)).all()
            return [(r.url, r.title, r.text, r.published_at, r.site, r.content_digest) for r in rows]

    def age(self, hours: float) -> None:
        """Lets so much time pass for all that the store remembers of visits and manners."""
        shift, engine = timedelta(hours=hours), open_store(self.store)
        with writing(engine) as s:
            for row in [row for table in REMEMBERING for row in s.scalars(select(table))]:
                for column in row.__table__.columns:
                    if isinstance(moment := getattr(row, column.name), datetime):
                        setattr(row, column.name, moment - shift)
        engine.dispose()

    def crawl(self, *words: str, **environment: str) -> "Ended":
        return self.run("crawler", *words, **environment)


@dataclass
class Ended:
    code: int
    out: str
    err: str


def end_of(child: subprocess.Popen[str], timeout_s: float = 60) -> Ended:
    try:
        out, err = child.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        out, err = child.communicate()
        raise AssertionError(f"the child hung\n{out}\n{err}") from None
    return Ended(child.returncode, out, err)


def until(claim: Callable[[], object], timeout_s: float = 30) -> None:
    """Returns once `claim` holds; fails when it has not by the deadline."""
    deadline = time.monotonic() + timeout_s
    while not claim():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
