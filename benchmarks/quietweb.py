"""A web of quiet sites in a process of its own: each has one feed of one story, and answers 304 from then on.

    python benchmarks/quietweb.py FOLDER      prints its two ports, then serves until its input closes

The sites are `motor<n>.quiet.example`; a client reaches them through `madenet.Net`.
"""

import asyncio
import ipaddress
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from madekeys import Authority
from madenet import FIRST_ADDRESS, LOOPBACK, Net

DOMAIN = "quiet.example"
STORY = (
    "<!doctype html><html lang=en><head><title>Story</title><meta property='og:type' content='article'>"
    "<meta property='article:published_time' content='2026-10-05T08:00:00Z'></head><body><article>"
    "<h1>The works of {host} open their gates</h1>{text}</article></body></html>"
)
TEXT = "<p>The estate number {n} of {host} left the workshop on a rainy morning, and nobody waved.</p>"
ETAG = '"1"'


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


def answer(host: str, path: str, tag: str) -> bytes:
    """The whole answer to a request for `path` by somebody who has `tag`."""
    kind, body, status = "text/html; charset=utf-8", b"", "200 OK"
    if path == "/robots.txt":
        kind, body = "text/plain", b"User-agent: *\nDisallow: /search\n"
    elif path == "/feed" and tag == ETAG:
        status = "304 Not Modified"
    elif path == "/feed":
        link = f"<link>http://{host}/news/1</link>"
        kind = "application/xml"
        body = f'<rss version="2.0"><channel><item><title>T</title>{link}</item></channel></rss>'.encode()
    elif path == "/news/1":
        text = "".join(TEXT.format(n=n, host=host) for n in range(12))
        body = STORY.format(host=host, text=text).encode()
    else:
        status = "404 Not Found"
    length = "" if status.startswith("304") else f"Content-Length: {len(body)}\r\n"
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nETag: {ETAG}\r\n{length}\r\n"
    return head.encode() + body


async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One connection to its end."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            first, *lines = head.decode("latin-1").split("\r\n")
            told = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
            path = first.split()[1]
            host = told.get("host", "").partition(":")[0]
            writer.write(answer(host, path, told.get("if-none-match", "")))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError, OSError):
        pass
    finally:
        writer.close()


async def serve(folder: Path) -> None:
    """Serves http and https until standard input closes."""
    context = Authority(folder).server_context([f"*.{DOMAIN}"])
    plain = await asyncio.start_server(talk, LOOPBACK, 0, backlog=512)
    secret = await asyncio.start_server(talk, LOOPBACK, 0, backlog=512, ssl=context)
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
