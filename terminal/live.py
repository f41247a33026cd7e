"""The same look again and again: drawn over itself on a terminal, one block after the other in a pipe."""

import io
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rich.live import Live
from rich.text import Text

from terminal.errors import described, exit_code_of
from terminal.screen import PipeConsole, Screen, flush, write

Look = Callable[[Screen], int]
SHARE = 0.2  # of the time at most goes into looking, however large the store


def watch(screen: Screen, look: Look, every_s: float, *, dated: bool = True) -> int:
    """Looks every so many seconds until Ctrl-C or TERM; the exit code of the last look.

    A look that fails, the database being down say, is told and tried again. `dated` puts the time above each
    block of a pipe.
    """
    code = 0
    with _ended_by_signals(), _shown(screen, dated=dated) as show:
        try:
            while True:
                began = time.monotonic()
                code = show(look)
                took = time.monotonic() - began
                time.sleep(max(every_s, took / SHARE))
        except KeyboardInterrupt:
            return code


@contextmanager
def _shown(screen: Screen, *, dated: bool) -> Iterator[Callable[[Look], int]]:
    if not screen.rich or screen.out.is_dumb_terminal:
        yield lambda look: _block(screen, look, dated=dated)
        return
    # what does not fit the screen is cut while it lasts and stays whole at the end; the worst stands first
    with Live(console=screen.out, auto_refresh=False) as live:

        def draw(look: Look) -> int:
            text, code = _drawn(screen, look)
            live.update(text, refresh=True)
            return code

        yield draw


def _drawn(screen: Screen, look: Look) -> tuple[Text, int]:
    """What a look prints, as text to be drawn, and its exit code."""
    out: Any = screen.out
    page = PipeConsole(
        file=io.StringIO(), force_terminal=True, width=out.width, color_system=out.color_system or None
    )
    code = _tried(replace(screen, out=page, err=page), look)
    assert isinstance(page.file, io.StringIO)
    at = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, Ctrl-C ends\n"
    return Text.from_ansi(at + page.file.getvalue()), code


def _block(screen: Screen, look: Look, *, dated: bool) -> int:
    if dated:
        write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n")
    code = _tried(screen, look)
    if dated:
        write("\n")
    flush()
    return code


def _tried(screen: Screen, look: Look) -> int:
    try:
        return look(screen)
    except Exception as wrong:  # the next look may find the database up again
        if exit_code_of(wrong) != 75:
            raise
        screen.complain(described(wrong))
        return exit_code_of(wrong)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Meanwhile TERM ends as Ctrl-C does, so that the terminal gets its cursor back."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
