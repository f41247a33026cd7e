"""Several machines on one PostgreSQL, each a folder with its own archive and log; they share site files."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from command import Folder
from loopback import ROOT, Ended, end_of

from db.settings import Settings

QUICK = "beat_s=0.4, stalled_s=2.0, reap_s=0.3, look_s=0.3, grace_s=10.0"
WORKER = """
import sys
from db.errors import StoreError
from db.settings import settings
from ops.logs import log_to_stderr
from ops.queue import Kind
from ops.work import WorkOptions, run_work
log_to_stderr()
only = tuple(Kind(name) for name in sys.argv[2:])
try:
    code = run_work(settings(), WorkOptions(at_once=int(sys.argv[1]), only=only, {how}))
except StoreError as wrong:  # as the command does it
    code = str(wrong)
sys.exit(code)
"""


@dataclass
class Machine(Folder):
    """A folder that is one machine; `place` is what its archive is called."""

    place: str = "alpha"
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        shared = str(self.folder.parent / "sites")
        return super().environment | {"CARNEWS_PLACE": self.place, "CARNEWS_SITES": shared}

    @property
    def settings(self) -> Settings:
        return Settings(database_url=self.store, archive=self.folder / "archive", place=self.place)

    def site(self, name: str, toml: str) -> None:
        (self.folder.parent / "sites").mkdir(exist_ok=True)
        (self.folder.parent / "sites" / f"{name}.toml").write_text(toml, encoding="utf-8")

    def worker(
        self, jobs: int = 1, *only: str, how: str = QUICK, under: tuple[str, ...] = (), **environment: str
    ) -> subprocess.Popen[str]:
        """A worker of this machine that beats several times a second, until the block of `machines` ends."""
        words = [str(jobs), *only]
        return self.program(WORKER.format(how=how), *words, under=under, **environment)

    def program(
        self, code: str, *words: str, under: tuple[str, ...] = (), **environment: str
    ) -> subprocess.Popen[str]:
        """A Python program on this machine, until the block of `machines` ends."""
        with (self.folder / f"{len(self.started)}.log").open("w") as log:
            child = subprocess.Popen(
                [*under, sys.executable, "-c", code, *words],
                cwd=self.folder,
                env=self.environment | {"PYTHONPATH": str(ROOT)} | environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                text=True,
            )
        self.started.append(child)
        return child

    def said(self, number: int = 0) -> str:
        """What that program of this machine has logged so far."""
        return (self.folder / f"{number}.log").read_text()

    def clock(self) -> Ended:
        """`carnews run --once --queue` for the made sites."""
        names = sorted(path.stem for path in (self.folder.parent / "sites").glob("*.toml"))
        return end_of(self.start("carnews", "run", "--once", "--queue", "--sites", ",".join(names)))


@contextmanager
def machines(folder: Path, database: str, *names: str) -> Iterator[list[Machine]]:
    """Machines of these names; what they started is killed at the end."""
    made = []
    for name in names:
        (folder / name).mkdir()
        made.append(Machine(folder / name, database, place=name))
    try:
        yield made
    finally:
        for child in [child for machine in made for child in machine.started]:
            child.kill()
            child.wait()
