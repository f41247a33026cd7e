"""The command as a program: how Typer is set up, and how its run ends."""

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import typer
from typer.main import get_command

from terminal.errors import guarded

QUIET = ("--quiet", "-q")


def group(about: str, *, epilog: str | None = None, bare: bool = False) -> typer.Typer:
    """A group of commands; `bare` shows its help where no command is named."""
    return typer.Typer(
        help=about,
        epilog=epilog,
        no_args_is_help=bare,
        context_settings={"help_option_names": ["-h", "--help"]},
        add_completion=False,
        # plain: in 80 columns Rich's boxes break lines, and they write <bool> beside every flag
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


def knows_quiet(app: typer.Typer, words: Sequence[str]) -> bool:
    """Whether the command that `words` name has a `--quiet` of its own."""
    command: Any = get_command(app)
    for word in words:
        command = getattr(command, "commands", {}).get(word, command)
    return any(option in QUIET for param in command.params for option in param.opts)


def typed(script: str, python: str) -> str:
    """What to type for the command that runs as `script` (its argv[0]) under the interpreter `python`.

    A bare name where the one on PATH is the one running, else a path that works from this folder.
    """
    if Path(script).name == "carnews":
        found = shutil.which("carnews")
        return "carnews" if found and Path(found).samefile(script) else shlex.quote(_nearby(script))
    # not resolved: an environment's interpreter is a link to one that lacks its packages
    named = [name for name in ("python", "python3") if _absolute(shutil.which(name)) == _absolute(python)]
    return f"{named[0] if named else shlex.quote(_nearby(python))} -m carnews"


def _absolute(path: str | None) -> str | None:
    return os.path.abspath(path) if path else None  # noqa: PTH100  # Path.resolve would follow links


def _nearby(path: str) -> str:
    """`path` as seen from the working folder where it lies below it, else in full."""
    relative = os.path.relpath(path)
    if relative.startswith(os.pardir):
        return os.path.abspath(path)  # noqa: PTH100  # as above
    return relative if os.sep in relative else os.path.join(os.curdir, relative)  # noqa: PTH118  # Path drops "./"


def run(app: typer.Typer) -> NoReturn:
    """Runs the command line and exits with its code; `--debug`, wherever it stands, shows tracebacks."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal that cannot show ü
    words = [word for word in sys.argv[1:] if word != "--debug"] or ["--help"]
    debug = "--debug" in sys.argv[1:]
    if not knows_quiet(app, words):  # a command without remarks is quiet anyway
        words = [word for word in words if word not in QUIET]
    sys.exit(guarded(lambda: app(args=words, prog_name="carnews", standalone_mode=False), debug=debug))
