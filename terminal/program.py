"""The command as a program: how Typer is set up, and how its run ends."""

import sys
from typing import NoReturn

import typer

from terminal.errors import guarded


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


def run(app: typer.Typer) -> NoReturn:
    """Runs the command line and exits with its code; `--debug`, wherever it stands, shows tracebacks."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal that cannot show ü
    words = [word for word in sys.argv[1:] if word != "--debug"] or ["--help"]
    debug = "--debug" in sys.argv[1:]
    sys.exit(guarded(lambda: app(args=words, prog_name="carnews", standalone_mode=False), debug=debug))
