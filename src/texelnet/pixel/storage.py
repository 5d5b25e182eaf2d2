"""Storage: in how many bits a plane's numbers are kept between passes.

Two words are enough: "fp32" keeps what was computed, "fp16" rounds it to IEEE's binary16,
eleven bits of a number, to nearest even; what is larger than 65504 becomes infinite. That is
what a card does that follows the letter. Drivers differ: some cut bits off instead of rounding,
some keep 65504 instead of infinity. So what a machine drew is held against these numbers
within units of :func:`unit`, two of them, up or down.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

STORAGE = {"fp32": np.float32, "fp16": np.float16}
"""What people call a storage precision, and the number that is kept."""
LARGEST_HALF = 65504.0
"""The largest finite fp16 number."""
Storage = str | Mapping[str, str]
"""Planes by name and their storage, fp32 where nothing is said; or one word for all planes
that are computed, while inputs stay as they are given."""


def storage_of(plane: str, computed: bool, storage: Storage) -> str:
    """Return the word for one plane."""
    if isinstance(storage, str):
        return storage if computed else "fp32"
    return storage.get(plane, "fp32")


def stored(values: np.ndarray, word: str) -> np.ndarray:
    """Return what is read back of float32 numbers that were stored."""
    with np.errstate(all="ignore"):
        return values.astype(STORAGE[word]).astype(np.float32)


def unit(values: np.ndarray) -> float:
    """Return how far neighbouring fp16 numbers are apart where a plane's are largest.

    A plane of numbers smaller than 1 has the unit just below 1, 2**-11.
    """
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max(initial=0.0))
    _, exponent = np.frexp(min(max(largest, 0.5), LARGEST_HALF))
    return float(2.0 ** (exponent - 11))
