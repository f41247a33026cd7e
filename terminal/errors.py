"""What a person sees when something goes wrong: one line, an exit code, and no traceback unless asked."""

import sys
from collections.abc import Callable

from terminal.screen import OutputClosed, flush, one_line, silence

FAILED, USAGE, TRY_LATER, INTERRUPTED = 1, 2, 75, 130


class CommandError(Exception):
    """Wrong usage or configuration: the thing, the value and the remedy in one line."""

    exit_code = USAGE


class TryLater(CommandError):  # noqa: N818  # reads as what it asks for
    """Nothing is wrong with the request, only with the moment."""

    exit_code = TRY_LATER


class Refused(CommandError):  # noqa: N818  # somebody else's decision, not a mistake
    """The thing asked for may not be had; the message says who refused it."""

    exit_code = FAILED


def guarded(run: Callable[[], int | None], *, debug: bool) -> int:
    """Runs a command and returns its exit code; whatever it raises becomes one line on standard error."""
    try:
        code = run() or 0
        flush()
    except OutputClosed:
        silence()
        return 0
    except KeyboardInterrupt:
        return _complain("interrupted; what was stored is sound", INTERRUPTED)
    except Exception as error:
        if debug:
            raise
        return _complain(described(error), exit_code_of(error))
    return code


def exit_code_of(error: Exception) -> int:
    """The code the error itself names, 2 for a file that cannot be used, 1 for what nobody foresaw."""
    named = getattr(error, "exit_code", None)
    if isinstance(named, int):
        return named
    return USAGE if isinstance(error, OSError) else FAILED


def described(error: Exception) -> str:
    """The error in one line: our own errors' words, a file's name with its trouble, else type and words."""
    if hasattr(error, "format_message"):  # Typer's own: unknown option, bad value
        said = one_line(error.format_message()).replace("Value error, ", "").rstrip(".")
        path = getattr(getattr(error, "ctx", None), "command_path", "carnews")
        return f"{said}; `{path} --help` tells more"
    if hasattr(error, "exit_code"):
        return one_line(error)
    if isinstance(error, OSError):
        said = one_line(error.strerror or error)
        return f"{one_line(error.filename)}: {said.lower()}" if error.filename else said
    return f"{type(error).__name__}: {one_line(error)} (run again with --debug for the traceback)"


def _complain(text: str, code: int) -> int:
    sys.stderr.write(f"carnews: {text}\n")
    return code
