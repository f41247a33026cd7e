"""A made internet: many sites by their real names on one loopback server, and a process that lives in it.

What runs in it is the real program with its site files, resolver, guard and TLS unchanged. Led elsewhere are
only the operating system's calls below them: asking for a name gives the made answer, and a connection to
any public address ends at the server. A private address is not led anywhere, so that reaching one is real.

    with serving({"motor.example": site}) as web:     # a site is a function from request to answer
        run(web.command(folder, "crawler", "motor"))  # `python -m madenet …`, or `with inside(web.net):`
"""

import errno
import ipaddress
import json
import re
import runpy
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from madekeys import Authority

LOOPBACK = "127.0.0.1"
FIRST_ADDRESS = int(ipaddress.ip_address("20.0.0.1"))  # public, or the guard would refuse it; never reached
HTML = "text/html; charset=utf-8"
XML = "application/xml"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the server saw it; `path` with its query, header names in lower case."""

    at: datetime
    scheme: str
    host: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site gives: the bytes, or where `rude` is set whatever that writes to the connection."""

    body: bytes = b""
    status: int = 200
    kind: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)
    rude: Callable[[socket.socket], None] | None = None


MISSING = Answer(b"no such page", 404)
Play = Callable[[Asked], Answer]


@dataclass(slots=True)
class Net:
    """Names with their addresses (several: a new one at every question), and where connections end.

    `log` is a file that gets a line for every connection tried; `watched` a folder of which no file may be
    opened: one that is opened gets a line as well. None keeps no log.
    """

    names: dict[str, list[str]]
    ports: dict[int, int]  # of a public address, to the server's
    log: str | None = None
    watched: str | None = None

    def address_of(self, name: str) -> str:
        """The next answer for `name`, gaierror where nobody has it; figures however spelt are one."""
        with suppress(OSError):
            return socket.inet_ntoa(socket.inet_aton(name))
        found = self.names.get(name.lower().rstrip("."))
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, f"made internet: nobody is called {name}")
        return found.pop(0) if len(found) > 1 else found[0]

    def route(self, address: tuple[Any, ...]) -> tuple[Any, ...]:
        """Where a connection to `address` is led; OSError where it leads nowhere."""
        host, port = str(address[0]), int(address[1])
        self.note(f"connect {host} {port}")
        ip = ipaddress.ip_address(host.partition("%")[0])
        if ip.is_loopback or getattr(ip, "ipv4_mapped", None) or ip.is_unspecified:
            return address  # what listens there is reached, as it would be without a guard
        if not ip.is_global or ip.is_multicast or port not in self.ports:
            raise OSError(errno.ECONNREFUSED, f"made internet: nothing at {host} port {port}")
        return (LOOPBACK, self.ports[port])

    def note(self, line: str) -> None:
        if self.log:
            with Path(self.log).open("a", encoding="utf-8") as file:
                file.write(line + "\n")

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        """An audit hook: notes when a watched file is opened."""
        if event == "open" and self.watched and str(args[0]).startswith(self.watched):
            self.note(f"open {args[0]}")


@contextmanager
def inside(net: Net) -> Iterator[None]:
    """Until the block ends, this process lives in the made internet."""
    kept = {
        (socket, "gethostbyname"): socket.gethostbyname,
        (socket, "getaddrinfo"): socket.getaddrinfo,
        (socket.socket, "connect"): socket.socket.connect,
        (socket.socket, "connect_ex"): socket.socket.connect_ex,
    }

    def connect(self: socket.socket, address: Any) -> None:
        inet = self.family in {socket.AF_INET, socket.AF_INET6}
        kept[socket.socket, "connect"](self, net.route(address) if inet else address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        try:
            inet = self.family in {socket.AF_INET, socket.AF_INET6}
            led = net.route(address) if inet else address
        except OSError as error:
            return error.errno or errno.ECONNREFUSED
        return int(kept[socket.socket, "connect_ex"](self, led))

    def getaddrinfo(host: Any, *words: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        ask = kept[socket, "getaddrinfo"]
        return ask(host if not name or ":" in name else net.address_of(name), *words, **more)

    made = (net.address_of, getaddrinfo, connect, connect_ex)
    for (where, name), call in zip(kept, made, strict=True):
        setattr(where, name, call)
    try:
        yield
    finally:
        for (where, name), call in kept.items():
            setattr(where, name, call)


class Web:
    """The sites while they are served; `asked` grows by every request, `now` is the virtual moment."""

    def __init__(self, sites: Mapping[str, Play], authority: Authority) -> None:
        self.sites, self.authority = dict(sites), authority
        self.asked: list[Asked] = []
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.servers = [Server((LOOPBACK, 0), self, None), Server((LOOPBACK, 0), self, authority)]
        addresses = (str(ipaddress.ip_address(FIRST_ADDRESS + n)) for n in range(len(self.sites)))
        http, https = (server.server_address[1] for server in self.servers)
        self.net = Net(
            {host: [address] for host, address in zip(self.sites, addresses, strict=True)},
            {80: int(http), 443: int(https)},
        )

    def command(self, folder: Path, *words: str) -> list[str]:
        """The words after `python` that run `-m <words>` inside; the log is `<folder>/net.log`."""
        self.net.log = self.net.log or str(folder / "net.log")
        (folder / "net.json").write_text(json.dumps(asdict(self.net)))
        return ["-m", "madenet", str(folder / "net.json"), *words]

    def paths(self, host: str) -> list[str]:
        """What was asked of `host`, robots.txt left out, in order."""
        return [asked.path for asked in self.asked if asked.host == host and asked.path != "/robots.txt"]

    def answer(self, asked: Asked) -> Answer:
        """What the site named in the request says to it."""
        self.asked.append(asked)
        return self.sites.get(asked.host, lambda _: MISSING)(asked)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], web: Web, authority: Authority | None) -> None:
        self.web = web
        self.scheme = "https" if authority else "http"
        super().__init__(address, Handler)
        if authority:
            # the handshake is made by the first read, in the connection's own thread
            tls: ssl.SSLContext = authority.server_context(web.sites)
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a client that hangs up in mid-answer is no news."""


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every answer waits 40 ms for an acknowledgement
    timeout = 60.0

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        host = headers.get("host", "").partition(":")[0]
        web = self.server.web
        answer = web.answer(Asked(web.now(), self.server.scheme, host, self.path, headers))
        if answer.rude:
            answer.rude(self.connection)
            self.close_connection = True
            return
        self.send_response(answer.status)
        told = {"Content-Type": answer.kind, "Content-Length": str(len(answer.body))}
        for name, value in {**told, **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if answer.status != 304:
            self.wfile.write(answer.body)

    def log_message(self, *args: object) -> None:
        """Nothing: `Web.asked` remembers."""


@contextmanager
def serving(sites: Mapping[str, Play], authority: Authority) -> Iterator[Web]:
    """The sites by host name, on two free loopback ports (http and https), until the block ends."""
    web = Web(sites, authority)
    threads = [
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        for server in web.servers
    ]
    for thread in threads:
        thread.start()
    try:
        yield web
    finally:
        for server, thread in zip(web.servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


def main(words: Sequence[str]) -> None:
    """Runs `-m <words>` inside the made internet that the file named first describes."""
    told = json.loads(Path(words[0]).read_text())
    net = Net(**told | {"ports": {int(port): to for port, to in told["ports"].items()}})
    sys.addaudithook(net.audit)
    sys.argv = list(words[1:])
    try:
        with inside(net):
            runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    finally:
        net.note(f"peak {peak_kb()}")


def peak_kb() -> int:
    """The most memory this process ever held; 0 where the system does not tell it."""
    # not getrusage, whose figure begins with what the parent held when it forked
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) if found else 0


if __name__ == "__main__":
    main(sys.argv[1:])
