"""A text as the runs of words in it, and the few numbers by which texts that share many of them meet.

A shingle is four words in a row (Broder, "On the resemblance and containment of documents", 1997). Of a
text's shingles MinHash keeps the least under each of many orders: two texts have the same least one as often
as their shingles are shared. Two of these are a band; texts with a band in common are worth a closer look.
Of pairs that share 30 % of all their shingles 95 in 100 meet. A text that was cut meets by its lead, one that
was rewritten by its names and figures (four to a band, since all news of a car share some).
The numbers are in the store: change them only where `db.copies.relink_all` follows.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

import numpy as np
import numpy.typing as npt

WORDS = 4  # in a shingle: three join strangers by phrases, five lose every second one to an editor
LEAD_WORDS = 100  # what a teaser keeps of the text it was cut from
PAIRS, LEAD_PAIRS, FOURS = 32, 8, 8  # bands: over all shingles, over the lead's, over names and figures
LONGEST_WORDS = 6000  # a text beyond this is a manual; its first words tell what it copies
FEWEST = 40  # distinct shingles: shorter notes are alike without being one
FEWEST_MARKS = 8
TOKEN = re.compile(r"[^\W_]+(?:[.,][^\W_]+)*")

Hashes = npt.NDArray[np.uint64]

_PRIME = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio, as in Steele's SplitMix64
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)  # its mixing steps


def _mixed(x: Hashes) -> Hashes:
    """Numbers spread evenly over 64 bits, the same for the same: the end of SplitMix64."""
    x = (x ^ (x >> np.uint64(30))) * _FIRST
    x = (x ^ (x >> np.uint64(27))) * _SECOND
    return x ^ (x >> np.uint64(31))


def _orders(first: int, number: int) -> Hashes:
    """Odd numbers: to multiply by one permutes the 64-bit numbers."""
    return _mixed(np.arange(first, first + number, dtype=np.uint64) * _PRIME) | np.uint64(1)


WHOLE_ORDERS, LEAD_ORDERS, FACT_ORDERS = (
    _orders(first, number) for first, number in ((1, 2 * PAIRS), (1001, 2 * LEAD_PAIRS), (2001, 4 * FOURS))
)


@dataclass(frozen=True)
class Shingled:
    """A text and, each computed when first asked for, its shingles and its bands."""

    text: str

    @cached_property
    def _words(self) -> list[str]:
        """Its words and figures as printed, in order, the first 6000."""
        return TOKEN.findall(self.text)[:LONGEST_WORDS]

    @cached_property
    def _all(self) -> Hashes:
        """Every shingle in order, as a number."""
        words = " ".join(self._words).casefold().encode().split()
        coded = np.fromiter(map(crc32, words), np.uint64, len(words))
        if len(coded) < WORDS:
            return coded[:0]
        rolled = coded[: len(coded) - WORDS + 1].copy()
        for n in range(1, WORDS):
            rolled = rolled * _PRIME + coded[n : len(coded) - WORDS + 1 + n]
        return _mixed(rolled)

    @cached_property
    def shingles(self) -> Hashes:
        """The distinct shingles, sorted."""
        return np.unique(self._all)

    @cached_property
    def tokens(self) -> frozenset[str]:
        """Its words and figures as printed."""
        return frozenset(self._words)

    @cached_property
    def marks(self) -> frozenset[str]:
        """Its words with a capital or a figure: what an editor keeps who writes the rest anew."""
        return frozenset(token for token in self.tokens if not token.islower())

    @property
    def is_long_enough(self) -> bool:
        """Whether there is enough text for likeness to mean anything."""
        return len(self.shingles) >= FEWEST

    def bands(self) -> list[int]:
        """The numbers to look others up by, each fits a signed 64-bit column; none for a short text."""
        if not self.is_long_enough:
            return []
        lead = self._all[: LEAD_WORDS - WORDS + 1]
        bands = [_bands(self.shingles, WHOLE_ORDERS, 2), _bands(lead, LEAD_ORDERS, 2)]
        if len(self.marks) >= FEWEST_MARKS:
            marks = np.fromiter((crc32(mark.encode()) for mark in self.marks), np.uint64, len(self.marks))
            bands.append(_bands(_mixed(marks), FACT_ORDERS, 4))
        found: list[int] = np.unique(np.concatenate(bands).view(np.int64)).tolist()
        return found


def _bands(hashes: Hashes, orders: Hashes, rows: int) -> Hashes:
    """The least of the hashes under each order, so many rows of them made one number."""
    least = (hashes[None, :] * orders[:, None]).min(axis=1).reshape(-1, rows)
    banded = orders[::rows].copy()  # the same least ones are another band elsewhere
    for row in range(rows):
        banded = _mixed(banded * _PRIME + least[:, row])
    return banded


def shared(one: Hashes, other: Hashes) -> int:
    """How many shingles both have."""
    return len(np.intersect1d(one, other, assume_unique=True))
