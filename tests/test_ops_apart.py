"""A worker in a network of its own, as on another machine, and what happens when its cable is cut.

Needs Linux and the right to make network namespaces (root); skips where it may not. The database is reached
over one cable, the site over another.
"""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from loopback import Site, serving, until
from machines import Machine, machines
from sqlalchemy import make_url
from test_ops_work import alive, gaps, leave, outcomes, waiting

from ops.queue import fresh

DELAY_S = 0.5
HERE, THERE = "10.213.{n}.1", "10.213.{n}.2"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Cables:
    """Two cables between this network and a new one: one leads to the database, the other to the web."""

    def __init__(self) -> None:
        self.name = f"carnews{os.getpid()}"
        ip("netns", "add", self.name)
        for n in range(2):
            near, far = f"cn{os.getpid() % 100000}a{n}", f"cn{os.getpid() % 100000}b{n}"
            ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", self.name)
            ip("addr", "add", f"{HERE.format(n=n)}/30", "dev", near)
            ip("link", "set", near, "up")
            ip("-n", self.name, "addr", "add", f"{THERE.format(n=n)}/30", "dev", far)
            ip("-n", self.name, "link", "set", far, "up")
        self.first = f"cn{os.getpid() % 100000}a0"

    def cut(self) -> None:
        """Cuts the cable to the database."""
        ip("link", "set", self.first, "down")

    def away(self) -> None:
        ip("netns", "del", self.name)  # its ends of the cables, and with them ours, go too


@pytest.fixture
def cables() -> Iterator[Cables]:
    if not shutil.which("ip"):
        pytest.skip("no `ip` here: a network of its own cannot be made")
    try:
        made = Cables()
    except subprocess.CalledProcessError as wrong:
        pytest.skip(f"a network of its own may not be made here: {wrong.stderr.decode().strip()}")
    yield made
    made.away()


@contextmanager
def forwarded(address: str, target: str) -> Iterator[int]:
    """The port at `address` whose connections go on to the socket `target`."""

    def pass_on(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(65536):
                other.sendall(piece)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def both(near: socket.socket) -> None:
        with near, socket.socket(socket.AF_UNIX) as far:
            far.connect(target)
            back = threading.Thread(target=pass_on, args=(far, near))
            back.start()
            pass_on(near, far)
            back.join()

    def serve() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                talks.append((near, threading.Thread(target=both, args=[near])))
                talks[-1][1].start()

    talks: list[tuple[socket.socket, threading.Thread]] = []
    with socket.create_server((address, 0)) as listener:
        accepting = threading.Thread(target=serve)
        accepting.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join()
    for near, talk in talks:
        with suppress(OSError):
            near.shutdown(socket.SHUT_RDWR)
        talk.join()


@pytest.fixture
def apart(tmp_path: Path, migrated_url: str, cables: Cables) -> Iterator[tuple[list[Machine], Site, Cables]]:
    """Two machines, the first in a network of its own with a host name of its own, and a site for both."""
    url = make_url(migrated_url)
    target = f"{url.query['host']}/.s.PGSQL.5432"
    with (
        forwarded(HERE.format(n=0), target) as port,
        serving(30, address=HERE.format(n=1)) as site,
        machines(tmp_path, migrated_url, "alpha", "beta") as two,
    ):
        far = url.difference_update_query(["host"]).set(host=HERE.format(n=0), port=port)
        two[0].database = far.render_as_string(hide_password=False)
        two[1].site("made", site.toml().replace("delay_s = 0", f"delay_s = {DELAY_S}"))
        yield two, site, cables


def begun(alpha: Machine, site: Site, cables: Cables) -> None:
    """Has the far machine's worker begin the crawl."""
    shell = f'hostname alpha-{os.getpid()} && exec "$@"'
    inside = ("ip", "netns", "exec", cables.name, "unshare", "--uts", "sh", "-c", shell, "sh")
    alpha.worker(1, under=inside)
    until(lambda: len(site.fetched) > 3, 60)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["killed", "cut off"])
def test_a_machine_that_is_gone_has_its_crawl_made_by_another(
    apart: tuple[list[Machine], Site, Cables], how: str
) -> None:
    (alpha, beta), site, cables = apart
    leave(beta, fresh("made"))
    begun(alpha, site, cables)
    assert len(alive(beta)) == 1
    if how == "killed":
        alpha.started[0].kill()
    else:
        cables.cut()
    beta.worker(1, how="beat_s=1.0, stalled_s=5.0, reap_s=1.0, look_s=0.5, grace_s=10.0")
    until(lambda: outcomes(beta) == ["died", "finished"] and waiting(beta) == [], 240)
    assert "put back fresh made" in beta.said()
    assert len(beta.articles()) == 30
    assert len(beta.runs()) == 2
    assert min(gaps(site)) > DELAY_S * 0.6, "never two at once, not even cut off from each other"
    places = {
        path.name.split("-")[2] for machine in (alpha, beta) for path in machine.folder.glob("archive/*")
    }
    assert places == {"alpha", "beta"}
