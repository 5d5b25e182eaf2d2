"""Mulberry32: random numbers that are the same in every language with 32-bit integers.

A drop drawn by a script in a browser or in Flash is to be the drop that is drawn here, so its
seed must mean the same. The n-th number is a hash of seed + n * 0x6D2B79F5, modulo 2^32.

See Ettinger, "Mulberry32", 2017 (public domain).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

STEP = 0x6D2B79F5


class Mulberry32:
    """A stream of numbers.

    Parameters
    ----------
    seed
        Taken modulo 2^32.
    """

    def __init__(self, seed: int) -> None:
        self.state = seed % 2**32

    def uniform(
        self, low: float, high: float, shape: int | tuple[int, ...] = ()
    ) -> NDArray[np.float64]:
        """Return the next numbers, low included, high not."""
        count = int(np.prod(shape))
        states = (self.state + STEP * np.arange(1, count + 1)) % 2**32
        self.state = (self.state + STEP * count) % 2**32
        return low + (high - low) * fractions(states.astype(np.uint32)).reshape(shape)


def fractions(states: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Hash integers of 32 bits to 0..1."""
    t = (states ^ states >> 15) * (states | np.uint32(1))
    t ^= t + (t ^ t >> 7) * (t | np.uint32(61))
    return np.asarray((t ^ t >> 14) / 2**32)
