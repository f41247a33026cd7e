"""The command as a program: how Typer is set up, and how its run ends."""

import sys
from collections.abc import Sequence
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
        rich_markup_mode="rich" if sys.stdout.isatty() else None,  # a pipe gets no boxes
        pretty_exceptions_enable=False,
    )


def knows_quiet(app: typer.Typer, words: Sequence[str]) -> bool:
    """Whether the command that `words` name has a `--quiet` of its own."""
    command: Any = get_command(app)
    for word in words:
        command = getattr(command, "commands", {}).get(word, command)
    return any(option in QUIET for param in command.params for option in param.opts)


def run(app: typer.Typer) -> NoReturn:
    """Runs the command line and exits with its code; `--debug`, wherever it stands, shows tracebacks."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal that cannot show ü
    words = [word for word in sys.argv[1:] if word != "--debug"] or ["--help"]
    debug = "--debug" in sys.argv[1:]
    if not knows_quiet(app, words):  # a command without remarks is quiet anyway
        words = [word for word in words if word not in QUIET]
    sys.exit(guarded(lambda: app(args=words, prog_name="carnews", standalone_mode=False), debug=debug))
