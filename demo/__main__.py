"""`python -m demo [--port N]`: serves the made web until Ctrl-C."""

import argparse
import contextlib
import signal
import sys

from demo import BASE_PORT, DemoError, serve


def main() -> int:
    """0 after Ctrl-C or TERM; 2 when the ports cannot be had."""
    parser = argparse.ArgumentParser(
        prog="python -m demo", description="Serve a made car-news web on loopback."
    )
    parser.add_argument(
        "--port", type=int, default=BASE_PORT, help="first of three ports (default %(default)s)"
    )
    port = parser.parse_args().port
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with serve(port) as web, contextlib.suppress(KeyboardInterrupt):
            for name, home in web.sites.items():
                sys.stdout.write(f"{name:12} {home}\n")
            sys.stdout.write("Ctrl-C ends it\n")
            sys.stdout.flush()
            signal.pause()
    except DemoError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
