"""Where output goes: standard output and error, with what each can show, and made safe for both."""

import os
import re
import sys
from dataclasses import dataclass
from typing import NoReturn

from rich.console import Console
from rich.text import Text

# an escape sequence goes whole, so that no "[31m" stays behind: CSI, OSC (title, links), any two-byte one
ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-_]?|\x9b[0-?]*[ -/]*[@-~]"
)
# C0 and C1 except tab and newline, the marks that turn the direction of the text around them, and halves of
# characters (JSON can spell them), which no file or terminal takes
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
SPACES = re.compile(r"\s+")


class OutputClosed(Exception):  # noqa: N818  # not an error: `| head` has read enough
    """Whoever read our output has gone."""


@dataclass(frozen=True, slots=True)
class Screen:
    """The two consoles of one command; `quiet` keeps everything but rows and errors to itself."""

    out: Console
    err: Console
    quiet: bool = False

    @property
    def rich(self) -> bool:
        """Whether standard output is a terminal: tables and colour there, plain lines elsewhere."""
        return self.out.is_terminal

    @property
    def live(self) -> bool:
        """Whether progress may be drawn: it goes to standard error, so that rows stay clean."""
        return self.err.is_terminal and not self.quiet

    def say(self, text: str = "", *, whole: bool = False) -> None:
        """Prints one remark on standard output; nothing when quiet."""
        if not self.quiet:
            self.line(text, whole=whole)

    def line(self, text: str = "", *, whole: bool = False) -> None:
        """Prints one line, quiet or not; on a terminal wrapped at words, unless `whole`, to be copied."""
        if self.rich:
            self.out.print(Text(safe(text)), highlight=False, soft_wrap=whole)
        else:
            write(safe(text) + "\n")

    def complain(self, text: str) -> None:
        """Prints one line about something that went wrong on standard error, quiet or not."""
        self.err.print(Text(f"carnews: {one_line(text)}"), highlight=False, soft_wrap=True)

    def note(self, text: str) -> None:
        """Prints one remark on standard error, whatever standard output is used for; nothing when quiet."""
        if not self.quiet:
            self.err.print(Text(safe(text)), highlight=False, soft_wrap=True)


class PipeConsole(Console):
    """A console that reports a closed pipe as `OutputClosed` instead of ending the process itself."""

    def on_broken_pipe(self) -> NoReturn:
        raise OutputClosed


def screen(*, quiet: bool = False) -> Screen:
    """The screen of this process."""
    return Screen(PipeConsole(soft_wrap=False), PipeConsole(stderr=True), quiet)


def safe(text: str) -> str:
    """`text` without control characters, escape sequences and direction marks; tabs and newlines stay."""
    return CONTROLS.sub("", ESCAPES.sub("", text))


def one_line(value: object) -> str:
    """`value` as a safe single line; empty for None."""
    return "" if value is None else SPACES.sub(" ", safe(str(value))).strip()


def write(text: str) -> None:
    """Writes to standard output; raises `OutputClosed` where nobody reads any more."""
    try:
        sys.stdout.write(text)
    except BrokenPipeError:
        raise OutputClosed from None


def flush() -> None:
    """Sends what is still buffered; raises `OutputClosed` where nobody reads any more."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise OutputClosed from None


def silence() -> None:
    """Turns standard output away from a closed pipe, so that the interpreter's last flush is no error."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
