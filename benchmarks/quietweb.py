"""A web of quiet sites in a process of its own: each has one feed, which shows one old story and those of its
timetable whose time has come, and answers 304 while there is nothing new.

    python benchmarks/quietweb.py FOLDER      prints its two ports, then serves until its input closes

FOLDER may hold the timetables (`stories.json`: by host, seconds since 1970) and how far their time of day is
ahead of the machine's (`ahead`, see `flying.py`). The sites are `motor<n>.quiet.example`; a client reaches
them through `madenet.Net`.
"""

import asyncio
import ipaddress
import json
import subprocess
import sys
import time
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from email.utils import formatdate
from pathlib import Path
from random import Random

from flying import Ahead
from madecopies import original
from madekeys import Authority
from madenet import FIRST_ADDRESS, LOOPBACK, Net

DOMAIN = "quiet.example"
STORY = (
    "<!doctype html><html lang={language}><head><title>{title}</title>"
    "<meta property='og:type' content='article'>"
    "<meta property='article:published_time' content='{at}'></head><body><article>"
    "<h1>{title}</h1>{text}</article></body></html>"
)
OLD = "2026-10-05T08:00:00Z"  # what the one old story of each site says
SHOWN = 20  # entries of a feed
ETAG = '"1"'  # of a feed that shows one story


def host_of(place: int) -> str:
    """The host of the site number `place`."""
    return f"motor{place}.{DOMAIN}"


def net_of(count: int, ports: dict[int, int]) -> Net:
    """The made internet in which the first `count` sites can be reached."""
    names = {host_of(n): [str(ipaddress.ip_address(FIRST_ADDRESS + n))] for n in range(count)}
    return Net(names, ports)


def toml_of(place: int, scheme: str, every: str) -> str:
    """Its site file."""
    home = f"{scheme}://{host_of(place)}/"
    return (
        f'title = "Quiet Motor {place}"\nhome = "{home}"\n[find]\nfeeds = ["{home}feed"]\n'
        f"articles = '/news/'\n[crawl]\nevery = \"{every}\"\ndelay_s = 1\n"
    )


@dataclass(slots=True)
class Sites:
    """What the sites tell and when; `ahead` None means by the machine's own time."""

    stories: Mapping[str, Sequence[float]] = field(default_factory=dict)
    ahead: Ahead | None = None

    def told(self, host: str) -> Sequence[float]:
        """The moments of the stories that have appeared there, the old one left out."""
        moments = self.stories.get(host, ())
        return moments[: bisect(moments, time.time() + (self.ahead.seconds if self.ahead else 0.0))]

    def answer(self, host: str, path: str, tag: str) -> bytes:
        """The whole answer to a request for `path` by somebody who has `tag`."""
        kind, body, status = "text/html; charset=utf-8", b"", "200 OK"
        told = self.told(host)
        now, number = f'"{len(told) + 1}"', path.removeprefix("/news/")
        if path == "/robots.txt":
            kind, body = "text/plain", b"User-agent: *\nDisallow: /search\n"
        elif path == "/feed" and tag == now:
            status = "304 Not Modified"
        elif path == "/feed":
            kind, body = "application/xml", feed(host, told)
        elif number.isdecimal() and 1 <= int(number) <= len(told) + 1:
            body = story(host, int(number), told)
        else:
            status = "404 Not Found"
        length = "" if status.startswith("304") else f"Content-Length: {len(body)}\r\n"
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nETag: {now}\r\n{length}\r\n"
        return head.encode() + body

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection to its end."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode("latin-1").split("\r\n")
                told = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
                path = first.split()[1]
                host = told.get("host", "").partition(":")[0]
                writer.write(self.answer(host, path, told.get("if-none-match", "")))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, OSError):
            pass
        finally:
            writer.close()


def feed(host: str, told: Sequence[float]) -> bytes:
    """The newest stories, the old one last."""
    dates = ["", *(f"<pubDate>{formatdate(at, usegmt=True)}</pubDate>" for at in told)]
    items = [
        f"<item><title>Story {n}</title><link>http://{host}/news/{n}</link>{date}</item>"
        for n, date in enumerate(dates, start=1)
    ]
    return f'<rss version="2.0"><channel>{"".join(items[: -SHOWN - 1 : -1])}</channel></rss>'.encode()


def story(host: str, number: int, told: Sequence[float]) -> bytes:
    """The page of a story, like no other."""
    made = original(Random(f"{host} {number}"))
    at = OLD if number == 1 else time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(told[number - 2]))
    text = "".join(f"<p>{paragraph}</p>" for paragraph in made.paragraphs)
    return STORY.format(language=made.language, title=made.title, at=at, text=text).encode()


async def serve(folder: Path) -> None:
    """Serves http and https until standard input closes."""
    stories, ahead = folder / "stories.json", folder / "ahead"
    sites = Sites(
        json.loads(stories.read_text()) if stories.exists() else {}, Ahead(ahead) if ahead.exists() else None
    )
    context = Authority(folder).server_context([f"*.{DOMAIN}"])
    plain = await asyncio.start_server(sites.talk, LOOPBACK, 0, backlog=512)
    secret = await asyncio.start_server(sites.talk, LOOPBACK, 0, backlog=512, ssl=context)
    print(json.dumps([server.sockets[0].getsockname()[1] for server in (plain, secret)]), flush=True)
    closed = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), closed.set)
    await closed.wait()


@contextmanager
def serving(folder: Path) -> Iterator[dict[int, int]]:
    """The ports by those they stand for, while a process serves them; `folder` gets the authority's file."""
    with subprocess.Popen(
        [sys.executable, __file__, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        plain, secret = json.loads(process.stdout.readline())
        yield {80: plain, 443: secret}
        assert process.stdin is not None
        process.stdin.close()
        process.terminate()


def written(net: Net, folder: Path) -> Path:
    """The file that `python -m madenet` reads."""
    file = folder / "net.json"
    file.write_text(json.dumps(asdict(net)))
    return file


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
