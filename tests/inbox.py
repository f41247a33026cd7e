"""A server on loopback that takes the messages of Apprise's `json://`, or refuses them, or hangs."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "c4nary-t0ken"  # a part of the address, as services have it


@dataclass
class Inbox:
    """What came; `status` is the answer, and while `gate` is closed there is none."""

    port: int = 0
    status: int = 200
    came: list[dict[str, Any]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"json://me:{TOKEN}-pw@127.0.0.1:{self.port}/{TOKEN}/hook"

    @property
    def titles(self) -> list[str]:
        return [message["title"].partition(": ")[2] for message in self.came]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        inbox: Inbox = self.server.inbox  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        inbox.gate.wait(60)
        if inbox.status == 200:
            inbox.came.append(body)
        self.send_response(inbox.status)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # whoever waited has gone


@contextmanager
def inbox() -> Iterator[Inbox]:
    """An open one, until the block ends."""
    with Server(("127.0.0.1", 0), Handler) as server:
        made = Inbox(server.server_address[1])
        made.gate.set()
        server.inbox = made  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield made
        finally:
            made.gate.set()
            server.shutdown()
            thread.join()
