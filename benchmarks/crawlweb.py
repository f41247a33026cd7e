"""A web of made pages on loopback, in a process of its own: what `crawl.py` has crawled.

    python benchmarks/crawlweb.py PAGES LISTED

Prints its port. `/sitemap.xml` lists so many of the pages, `/index.xml` two sitemaps of 50,000 addresses
each; `/grow/N` puts N more pages into the first and gives the number of requests for anything else so far.

The articles are those of `madepress`, a few kilobytes; around each stands what makes the pages of real sites
large: a style sheet and scripts in the page, a menu of models, cards of other stories, a footer. Together
50 to 122 kB (median 78) and 430 to 1,100 elements (735); the middle half of 179 real pages of car sites had
68 to 212 kB and 585 to 1,347 elements.
"""

import asyncio
import random
import sys
from collections.abc import Callable

from madepress import pages

SEED = 7
HELD = 50_000  # addresses a sitemap may hold
HEADS = b"HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"


def dressed(html: str, draw: random.Random) -> bytes:
    """The page with the weight of a real one."""
    style = "".join(
        f".c{draw.getrandbits(24):x}{{margin:{n % 9}px;color:#{n:06x}}}" for n in range(size(draw, 400))
    )
    state = ",".join(f'"k{n}":"{draw.getrandbits(96):x}"' for n in range(size(draw, 700)))
    head = f"<style>{style}</style><script>window.state={{{state}}}</script>"
    menu = "".join(
        f'<li class="menu__item menu__item--{n % 7}"><a class="menu__link" '
        f'href="/models/{draw.getrandbits(32):x}" data-at="{n}">Model {draw.randrange(100, 999)}</a></li>'
        for n in range(size(draw, 90))
    )
    cards = "".join(
        f'<div class="card"><a href="/news/other-{n}"><img class="card__image" loading="lazy" '
        f'src="/i/{n}-320.jpg" srcset="/i/{n}-320.jpg 320w, /i/{n}-640.jpg 640w, /i/{n}-960.jpg 960w" alt="">'
        f'<span class="card__title">Story {draw.getrandbits(40):x} of the day</span></a>'
        f'<span class="card__date">{n % 28 + 1} March</span></div>'
        for n in range(size(draw, 40))
    )
    foot = "".join(f'<li><a href="/about/{n}">About us, part {n}</a></li>' for n in range(size(draw, 60)))
    html = html.replace("</head>", f"{head}</head>", 1)
    at = html.index(">", html.index("<body")) + 1
    html = f'{html[:at]}<nav class="menu"><ul>{menu}</ul></nav>{html[at:]}'
    close = (
        f'<section class="more"><h2>More news</h2>{cards}</section><footer><ul>{foot}</ul></footer></body>'
    )
    return html.replace("</body>", close, 1).encode()


def size(draw: random.Random, usual: int) -> int:
    """A number between half and twice the usual one."""
    return int(usual * 2 ** draw.uniform(-1, 1))


class Web:
    """The made pages and what was asked for."""

    def __init__(self, count: int, listed: int) -> None:
        draw = random.Random(SEED)
        self.pages = [dressed(page.html, draw) for page in pages(SEED, count)]
        self.listed = listed
        self.asked = 0

    def answer(self, path: str, host: str) -> tuple[int, bytes, bytes]:
        """Status, type and body for a path."""
        name, _, rest = path.strip("/").partition("/")
        if name == "grow":
            self.listed += int(rest)
            return 200, b"text/plain", str(self.asked).encode()
        self.asked += 1
        if name == "news":
            return 200, b"text/html; charset=utf-8", self.pages[int(rest) % len(self.pages)]
        maps: dict[str, Callable[[], str]] = {
            "sitemap.xml": lambda: sitemap(host, 0, self.listed),
            "first.xml": lambda: sitemap(host, 0, HELD),
            "second.xml": lambda: sitemap(host, HELD, 2 * HELD),
            "index.xml": lambda: index(host),
        }
        return (200, b"application/xml", maps[name]().encode()) if name in maps else (404, b"text/plain", b"")

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers the requests of one connection."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().splitlines()
                host = next(line.split()[1] for line in lines if line.lower().startswith("host:"))
                status, kind, body = self.answer(lines[0].split()[1], host)
                writer.write(HEADS % (status, kind, len(body)) + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def sitemap(host: str, first: int, end: int) -> str:
    """The addresses of the pages from `first` to before `end`."""
    urls = "".join(f"<url><loc>http://{host}/news/{n}</loc></url>" for n in range(first, end))
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'


def index(host: str) -> str:
    """A sitemap index of the two large sitemaps."""
    maps = "".join(f"<sitemap><loc>http://{host}/{name}.xml</loc></sitemap>" for name in ("first", "second"))
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{maps}</sitemapindex>'


async def main() -> None:
    server = await asyncio.start_server(Web(*map(int, sys.argv[1:])).talk, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
