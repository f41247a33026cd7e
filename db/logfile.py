"""A log file that several processes may share: whole lines appended, a bounded size, no line ever lost."""

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG

FILE_BYTES = 10 * 1024 * 1024
FILES_KEPT = 3  # older ones beside the newest: `name.log.1` is the last but one
RETRY_S = 60.0  # between two attempts at a file that could not be written
GATE = ".rotating"  # the folder's lock, held for the moment in which files are renamed


class LogFile:
    """Lines for `path`; while it cannot be written they go to standard error, and a warning says so.

    Two processes may write one file, a crawl by hand beside the clock's say: each line is one append, and
    only who holds the folder's lock renames, after a second look.
    """

    def __init__(self, path: Path, *, most_bytes: int = FILE_BYTES, kept: int = FILES_KEPT) -> None:
        self.path, self.most_bytes, self.kept = path, most_bytes, kept
        self._fd: int | None = None
        self._retry_at: float | None = None  # on the monotonic clock; None while all is well

    def write(self, line: str, *, seen: bool = False) -> None:
        """Appends `line`, which ends in a newline; `seen` tells that standard error has it anyway."""
        if self._retry_at is None or time.monotonic() >= self._retry_at:
            try:
                self._append(line.encode("utf-8", "backslashreplace"))
            except OSError as wrong:
                self.close()
                if self._retry_at is None:
                    _say(f"carnews: log {self.path}: {wrong.strerror}; its lines go here until it can be\n")
                self._retry_at = time.monotonic() + RETRY_S
            else:
                self._retry_at = None
                return
        if not seen:
            _say(line)

    def _append(self, data: bytes) -> None:
        fd = self._opened()
        status = os.fstat(fd)
        if status.st_size and status.st_size + len(data) > self.most_bytes and S_ISREG(status.st_mode):
            self._rotate()
            fd = self._opened()
        # one call a line, so that lines of two processes never mix; what a full disk cut short fails here
        while data:
            data = data[os.write(fd, data) :]

    def _opened(self) -> int:
        """The file at our path: the one we hold, unless another process has put a new one there."""
        if self._fd is not None and not self._is_current(self._fd):
            self.close()
        if self._fd is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
        return self._fd

    def _is_current(self, fd: int) -> bool:
        try:
            return os.path.samestat(os.fstat(fd), self.path.stat())
        except FileNotFoundError:
            return False

    def _rotate(self) -> None:
        with _gate(self.path.with_name(GATE)):
            if self._fd is None or not self._is_current(self._fd):
                return  # another process was quicker
            for number in range(self.kept, 0, -1):
                older = self._numbered(number - 1)
                if older.exists():
                    older.replace(self._numbered(number))

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}") if number else self.path

    def close(self) -> None:
        """Gives the file back; the next line opens it again."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


@contextmanager
def _gate(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _say(text: str) -> None:
    if sys.stderr is not None:
        try:
            sys.stderr.write(text)
        except (OSError, ValueError):  # nobody listens any more; work goes on all the same
            return
