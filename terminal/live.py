"""The same look again and again: drawn over itself on a terminal, one block after the other in a pipe."""

import io
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from rich.live import Live
from rich.text import Text

from terminal.errors import TRY_LATER, described, exit_code_of
from terminal.screen import PipeConsole, Screen, flush, write

Look = Callable[[Screen], int]
SHARE = 0.2  # of the time at most goes into looking, however large the store


@dataclass
class Watched:
    """A look that is taken again and again; `code` is what the last one came to."""

    look: Look
    code: int = 0

    def at(self, screen: Screen) -> None:
        """Looks once; the database being away is told and may be over at the next look."""
        try:
            self.code = self.look(screen)
        except Exception as wrong:
            if exit_code_of(wrong) != TRY_LATER:
                raise
            screen.complain(described(wrong))
            self.code = TRY_LATER


def watch(screen: Screen, look: Look, every_s: float, *, dated: bool = True) -> int:
    """Looks every so many seconds until Ctrl-C or TERM; the exit code of the last look.

    `dated` puts the time above each block of a pipe.
    """
    watched = Watched(look)
    with suppress(KeyboardInterrupt), _ended_by_signals(), _shown(screen, dated=dated) as show:
        while True:
            began = time.monotonic()
            show(watched)
            took = time.monotonic() - began
            time.sleep(max(every_s, took / SHARE))
    return watched.code


@contextmanager
def _shown(screen: Screen, *, dated: bool) -> Iterator[Callable[[Watched], None]]:
    if not screen.rich or screen.out.is_dumb_terminal:
        yield partial(_block, screen, dated=dated)
        return
    # what does not fit the screen is cut while it lasts and stays whole at the end; the worst stands first
    with Live(console=screen.out, auto_refresh=False) as live:
        yield lambda watched: live.update(_drawn(screen, watched), refresh=True)


def _drawn(screen: Screen, watched: Watched) -> Text:
    """What a look prints, as text to be drawn."""
    out: Any = screen.out
    page = PipeConsole(
        file=io.StringIO(), force_terminal=True, width=out.width, color_system=out.color_system
    )
    watched.at(replace(screen, out=page, err=page))
    assert isinstance(page.file, io.StringIO)
    at = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, Ctrl-C ends\n"
    return Text.from_ansi(at + page.file.getvalue())


def _block(screen: Screen, watched: Watched, *, dated: bool) -> None:
    if dated:
        write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n")
    watched.at(screen)
    if dated:
        write("\n")
    flush()


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Meanwhile TERM ends as Ctrl-C does, so that the terminal gets its cursor back."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
