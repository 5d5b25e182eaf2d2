"""Feed: what a data layer gives, batch after batch.

A batch is a function of its number and of a seed, nothing else: which pictures are in it, how
they are shuffled, cut and mirrored. So a run is resumed where it was by a number, and several
machines share the batches by taking every n-th.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.random import Generator

from texelnet.caffe.layer import Shape

Arrays = tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Feed:
    """One data layer, its files open.

    Parameters
    ----------
    shapes
        Of its tops, batch first.
    batch
        (number, seed) -> the tops, float32.
    length
        How many entries there are; 0: without end.
    entry
        (number, seed, place in the batch) -> where that entry comes from, for people; empty if
        from nowhere.
    """

    shapes: tuple[Shape, ...]
    batch: Callable[[int, int], Arrays]
    length: int = 0
    entry: Callable[[int, int, int], str] = lambda number, seed, place: ""


def chosen(number: int, size: int, length: int, seed: int, shuffle: bool) -> list[int]:
    """Return the entries of a batch: one after the other, shuffled anew each time round."""
    found = []
    for place in range(number * size, (number + 1) * size):
        turn, at = divmod(place, length)
        found.append(int(_order(turn, length, seed)[at]) if shuffle else at)
    return found


@lru_cache(maxsize=4)
def _order(turn: int, length: int, seed: int) -> np.ndarray:
    """Return the order of a turn; the last few are kept."""
    return np.random.default_rng([seed, turn]).permutation(length)


def random_of(seed: int, number: int, entry: int = 0) -> Generator:
    """Return the lots of one entry of a batch."""
    return np.random.default_rng([seed, 1, number, entry])


def stacked(parts: Sequence[np.ndarray]) -> np.ndarray:
    """Return entries as one batch of float32."""
    return np.stack(parts).astype(np.float32)
