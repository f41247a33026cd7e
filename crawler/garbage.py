"""How often a process looks for rings among the objects it has made.

Python's collector does so at every 700 new ones, and now and then goes through all there are. A page makes
some ten thousand, gone without it; a crawl holds half a million for as long as it lives.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Objects made between two looks, and how often older ones are looked through. Measured: ingest took a sixth
# less time for it.
SELDOM = (50_000, 20, 20)


def collect_seldom() -> None:
    """For as long as this process lives."""
    gc.set_threshold(*SELDOM)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """For as long as this lasts."""
    often = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*often)


@contextmanager
def staying() -> Iterator[None]:
    """What is loaded inside is there for good: the collector never goes through it.

    It did so all the time: an eighth of the start, and later 75 ms at each of its full rounds (measured).
    """
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()
