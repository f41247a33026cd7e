"""The real command in child processes, inside a folder of the test's own."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from dataclasses import dataclass

from loopback import ROOT, Ended, Place, end_of

ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
DRAWN = set("─━│╭╮╰╯┃┏┓┗┛═║")


@dataclass
class Folder(Place):
    """A folder in which `carnews` runs; database, archive, site files and logs lie in it."""

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"CARNEWS_LOG": str(self.folder / "log"), "COLUMNS": "80"}

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # so that one that hangs is killed with its children
        )

    def shell(self, line: str) -> subprocess.Popen[str]:
        """The line in a shell, as a person would paste it."""
        return subprocess.Popen(
            ["bash", "-c", line],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def carnews(self, *words: str, **environment: str) -> Ended:
        """`carnews WORDS…` with its output in pipes, to its end."""
        return end_of(self.start("carnews", *words, **environment), 120)

    def each(self, *commands: list[str]) -> list[Ended]:
        """What `carnews` says to each of `commands`, all given to one process to save starts."""
        child = self.start("carnews_each", json.dumps(commands), PYTHONPATH=f"{ROOT}:{ROOT / 'tests'}")
        ended = end_of(child, 120)
        assert ended.code == 0, ended.err
        return [Ended(*told) for told in json.loads(ended.out)]

    def fed(self, words: list[str], given: bytes) -> Ended:
        """`carnews WORDS…` with `given` on its standard input."""
        done = subprocess.run(
            [sys.executable, "-m", "carnews", *words],
            cwd=self.folder,
            env=self.environment,
            input=given,
            capture_output=True,
            check=False,
            timeout=60,
        )
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    def on_terminal(self, *words: str, columns: int = 80) -> list[str]:
        """The lines `carnews WORDS…` shows on a terminal so many columns wide, without their colours."""
        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        env = self.environment | {"TERM": "xterm-256color"}
        del env["COLUMNS"]
        child = subprocess.Popen(
            [sys.executable, "-m", "carnews", *words],
            cwd=self.folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=follower,
            stderr=subprocess.DEVNULL,
        )
        os.close(follower)
        seen = b""
        with suppress(OSError):  # how Linux says that the other end has closed
            while piece := os.read(leader, 65536):
                seen += piece
        os.close(leader)
        child.wait(timeout=60)
        return ESCAPE.sub("", seen.decode()).replace("\r", "").splitlines()


def is_one_line(ended: Ended) -> bool:
    """Whether the command said one line on standard error that begins with its name, and no traceback."""
    lines = ended.err.splitlines()
    return len(lines) == 1 and lines[0].startswith("carnews: ") and "Traceback" not in ended.err
