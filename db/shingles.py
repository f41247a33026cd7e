"""A text as the runs of words in it, and the few numbers by which texts that share many of them meet.

A shingle is four words in a row (Broder, "On the resemblance and containment of documents", 1997). Of a
text's shingles MinHash keeps the least under each of many orders: two texts have the same least one as often
as their shingles are shared. Pairs of these are a band; texts with a band in common are worth a closer look.
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
BANDS, LEAD_BANDS = 40, 8  # of two rows each: 98 of 100 pairs that share 30 % of their shingles meet
LONGEST_WORDS = 6000  # a text beyond this is a manual; its first words tell what it copies
FEWEST = 40  # distinct shingles: shorter notes are alike without being one
WORD = re.compile(r"[^\W_]+")

Hashes = npt.NDArray[np.uint64]

_PRIME = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio, as in Steele's SplitMix64
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)  # its mixing steps


def _mixed(x: Hashes) -> Hashes:
    """Numbers spread evenly over 64 bits, the same for the same: the end of SplitMix64."""
    x = (x ^ (x >> np.uint64(30))) * _FIRST
    x = (x ^ (x >> np.uint64(27))) * _SECOND
    return x ^ (x >> np.uint64(31))


_ORDERS = _mixed(np.arange(1, 2 * (BANDS + LEAD_BANDS) + 1, dtype=np.uint64) * _PRIME)
_ORDERS.flags.writeable = False
_NUMBERS = np.arange(BANDS + LEAD_BANDS, dtype=np.uint64)


@dataclass(frozen=True)
class Shingled:
    """A text and, each computed when first asked for, its shingles and its bands."""

    text: str

    @cached_property
    def words(self) -> list[str]:
        """Its words without case, the first 6000."""
        return WORD.findall(self.text.casefold())[:LONGEST_WORDS]

    @cached_property
    def _all(self) -> Hashes:
        """Every shingle in order, as a number."""
        coded = np.fromiter(map(crc32, " ".join(self.words).encode().split()), np.uint64, len(self.words))
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

    @property
    def is_long_enough(self) -> bool:
        """Whether there is enough text for likeness to mean anything."""
        return len(self.shingles) >= FEWEST

    def bands(self) -> list[int]:
        """The numbers to look others up by, each fits a signed 64-bit column; none for a short text."""
        if not self.is_long_enough:
            return []
        whole = _least(self.shingles, _ORDERS[: 2 * BANDS])
        lead = _least(self._all[: LEAD_WORDS - WORDS + 1], _ORDERS[2 * BANDS :])
        pairs = np.concatenate((whole, lead)).reshape(-1, 2)
        banded = _mixed(_mixed(pairs[:, 0] + _NUMBERS) * _PRIME + pairs[:, 1])
        found: list[int] = np.unique(banded.view(np.int64)).tolist()
        return found


def _least(shingles: Hashes, orders: Hashes) -> Hashes:
    """Under each order the least shingle: multiplied by an odd number, which permutes the 64-bit numbers."""
    least: Hashes = (shingles[None, :] * (orders | np.uint64(1))[:, None]).min(axis=1)
    return least


def shared(one: Hashes, other: Hashes) -> int:
    """How many shingles both have."""
    return len(np.intersect1d(one, other, assume_unique=True))
