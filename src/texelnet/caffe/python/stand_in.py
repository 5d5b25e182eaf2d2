"""The module that a Python layer gets when it says `import caffe`.

pycaffe gives a layer's class a base, two numbers for the phases, and blobs. This module gives
the same and nothing else, so a class written for Caffe runs as it is. It takes the name `caffe`
only while a user's code runs, even where Caffe's own module could be imported: the base class
there is made of C++, and needs Caffe's own network around it.

In that time the current folder can be imported from too, as in Caffe.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from operator import index
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
TRAIN, TEST = 0, 1
MOST_AXES, MOST_NUMBERS = 32, 2**31 - 1
"""Caffe's own bounds of a blob."""


class Blob:
    """An array and its gradient, float32, as pycaffe shows them."""

    def __init__(self, *shape: int) -> None:
        self._data: Array = np.zeros(1, np.float32)
        self._diff: Array = np.zeros(1, np.float32)
        self.reshape(*shape)

    def reshape(self, *shape: int) -> None:
        """Take another shape; the numbers stay if there are as many, else they are 0."""
        sizes = tuple(map(index, shape))
        if len(sizes) > MOST_AXES or any(size < 0 for size in sizes):
            raise ValueError(f"{sizes} is no shape of a blob")
        if prod(sizes) > MOST_NUMBERS:
            raise ValueError(f"a blob has at most {MOST_NUMBERS:,} numbers, not {sizes}")
        if prod(sizes) != self._data.size:
            self._data, self._diff = np.zeros(sizes, np.float32), np.zeros(sizes, np.float32)
        self._data, self._diff = self._data.reshape(sizes), self._diff.reshape(sizes)

    @property
    def data(self) -> Array:
        """The numbers; written as ``blob.data[...] = values``."""
        return self._data

    @property
    def diff(self) -> Array:
        """The gradient; written as ``blob.diff[...] = values``."""
        return self._diff

    @property
    def shape(self) -> tuple[int, ...]:
        """The size of each axis."""
        return self._data.shape

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return self._data.size

    num = property(lambda self: self._legacy(0))
    channels = property(lambda self: self._legacy(1))
    height = property(lambda self: self._legacy(2))
    width = property(lambda self: self._legacy(3))

    def _legacy(self, axis: int) -> int:
        """Return one of the four sizes that every blob had once; 1 where there is no axis."""
        if self._data.ndim > 4:
            raise ValueError(f"a blob of {self._data.ndim} axes has no num and channels")
        return self._data.shape[axis] if axis < self._data.ndim else 1


class Blobs(list[Blob]):
    """The parameters of a layer."""

    def add_blob(self, *shape: int) -> None:
        """Add a parameter of this shape, all 0."""
        self.append(Blob(*shape))


class Layer:
    """What a Python layer's class derives from.

    `param_str`, `phase` and `blobs` are there when `setup` begins.
    """

    param_str: str
    param_str_: str
    phase: int
    blobs: Blobs

    def __init__(self, param: object = None) -> None:
        """Take what Caffe hands to every layer; nothing is done with it."""


def _rank() -> int:
    """Return which of the processes that train together this is."""
    return int(os.environ.get("RANK", 0))


def _count() -> int:
    """Return how many processes train together."""
    return int(os.environ.get("WORLD_SIZE", 1))


def _left_alone(*words: Any) -> None:
    """Do nothing: --on says where a network runs, and Python layers always run on the CPU."""


CAFFE = ModuleType("caffe", "What a Python layer needs of Caffe, by texelnet.")
NAMES: dict[str, object] = {
    "Layer": Layer,
    "TRAIN": TRAIN,
    "TEST": TEST,
    "set_mode_cpu": _left_alone,
    "set_mode_gpu": _left_alone,
    "set_device": _left_alone,
    "solver_rank": _rank,
    "solver_count": _count,
}
"""What `caffe` has for a Python layer."""
vars(CAFFE).update(NAMES)


@contextmanager
def standing_in() -> Iterator[None]:
    """Let `import caffe` and the current folder be found, while a user's code runs."""
    before, here = sys.modules.get("caffe"), os.getcwd()
    known = here in sys.path or "" in sys.path
    sys.modules["caffe"] = CAFFE
    sys.path[:0] = [] if known else [here]
    try:
        yield
    finally:
        sys.modules.pop("caffe", None)
        if before is not None:
            sys.modules["caffe"] = before
        if not known and here in sys.path:
            sys.path.remove(here)
