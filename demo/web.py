"""The made web on loopback: a small threaded server per site and a log of the requests."""

import errno
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlsplit

from demo import crankcase, hairpin, kurvenblatt
from demo.page import Answer, DemoPage, MadeSite
from demo.sitefiles import write_site_files

HOST = "127.0.0.1"
BASE_PORT = 8907
PATIENCE_S = 5.0  # a port that the last demo has just left may need a moment to close
IDLE_S = 30.0  # after this a silent connection is closed
SITES = {module.NAME: module.site for module in (crankcase, hairpin, kurvenblatt)}


class DemoError(OSError):
    """The made web cannot be served; give another port."""


@dataclass(frozen=True, slots=True)
class DemoWeb:
    """The web while it is served: `sites` maps each name to its home, `requests` grows by (site, path)."""

    sites: Mapping[str, str]
    requests: list[tuple[str, str]]

    @property
    def truth(self) -> list[DemoPage]:
        """All pages as they are served here, with what a reader must find."""
        return truth(self.sites)

    def write_site_files(self, folder: Path) -> list[Path]:
        """The paths of one site file per site, written into `folder` (made when missing)."""
        return write_site_files(self.sites, folder)


def truth(sites: Mapping[str, str]) -> list[DemoPage]:
    """Every page of the web whose homes are `sites` (name to address), with what a reader must find."""
    return [page for name, home in sites.items() for page in SITES[name](home).pages]


@contextmanager
def serve(base_port: int = BASE_PORT, *, patience_s: float = PATIENCE_S) -> Iterator[DemoWeb]:
    """The made web, served on `base_port` and the ports after it while the block runs; 0 takes free ones.

    Raises DemoError when a port stays taken for `patience_s` seconds.
    """
    servers: list[SiteServer] = []
    requests: list[tuple[str, str]] = []
    try:
        for number, name in enumerate(SITES):
            port = base_port + number if base_port else 0
            servers.append(bound(name, port, requests, time.monotonic() + patience_s))
        for server in servers:
            server.start()
        yield DemoWeb({server.made.name: server.made.home for server in servers}, requests)
    finally:
        for server in servers:
            server.end()


def bound(name: str, port: int, requests: list[tuple[str, str]], deadline: float) -> "SiteServer":
    """A server that has its port; tries again until `deadline` on the monotonic clock."""
    while True:
        try:
            return SiteServer(name, port, requests)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise DemoError(error.errno, f"cannot listen on {HOST}:{port}: {error.strerror}") from error
            if time.monotonic() >= deadline:
                raise DemoError(f"port {port} is taken by another program; give --port") from error
        time.sleep(0.1)


class SiteServer(ThreadingHTTPServer):
    """One site on one port; ends without waiting for clients that keep a connection open."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, name: str, port: int, requests: list[tuple[str, str]]) -> None:
        self.requests = requests
        self.lock = Lock()
        self.open: set[socket.socket] = set()
        self.thread: Thread | None = None
        super().__init__((HOST, port), SiteHandler)
        self.made: MadeSite = SITES[name](f"http://{HOST}:{self.server_port}/")

    def start(self) -> None:
        self.thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def end(self) -> None:
        """Stop listening and close what is still open."""
        if self.thread:
            self.shutdown()
            self.thread.join()
        self.server_close()
        with self.lock:
            left = list(self.open)
        for connection in left:
            self.shutdown_request(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self.lock:
            self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self.lock:
            self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that hangs up in mid-answer is no news."""

    def answer(self, target: str) -> Answer:
        """What stands behind `target`; an unknown query is ignored, an unknown path is a 404."""
        path = urlsplit(target).path
        answers = self.made.answers
        return answers.get(target) or answers.get(path) or Answer(b"no such page\n", 404, TEXT)


TEXT = {"Content-Type": "text/plain; charset=utf-8"}


class SiteHandler(BaseHTTPRequestHandler):
    """Answers GET and HEAD from the site's table, with 304 for what the client already has."""

    server: SiteServer
    protocol_version = "HTTP/1.1"
    server_version = "carnews-demo"
    sys_version = ""
    timeout = IDLE_S

    def do_GET(self) -> None:
        self.server.requests.append((self.server.made.name, self.path))
        answer = self.server.answer(self.path)
        self.send(Answer(b"", 304, answer.headers) if self.is_known(answer) else answer)

    do_HEAD = do_GET  # noqa: N815 - the name the standard library calls

    def is_known(self, answer: Answer) -> bool:
        """The client named this very version, by ETag first, else by date."""
        if (tags := self.headers.get("If-None-Match")) is not None:
            return answer.headers.get("ETag", "none") in tags
        since = self.headers.get("If-Modified-Since")
        return since is not None and since == answer.headers.get("Last-Modified")

    def send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Always the same moment, so that an answer's bytes never change."""
        return super().date_time_string(1790000000.0 if timestamp is None else timestamp)

    def log_message(self, *args: object) -> None:
        """Nothing: the made web is silent, `DemoWeb.requests` remembers."""
