"""Kernel: how one pass computes a plane, as straight statements over packs.

A **pack** is 4 channels in one texel. Every variable holds one pack. Invocation g (row,
column) makes a block of pixels; a coordinate is an :class:`Axis` of g. Dialects print these
statements and nothing else; :mod:`texelnet.shader.evaluate` runs them in numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from texelnet.pixel import Plane, Size
from texelnet.pixel.expr import Axis, Border


@dataclass(frozen=True)
class Load:
    """Read one pack of a plane. ``layer`` None: the loop's pack."""

    to: str
    plane: str
    layer: int | None
    y: Axis
    x: Axis
    border: Border
    outside: tuple[bool, bool]  # whether y, x may leave the plane
    presence: bool = False


@dataclass(frozen=True)
class Weight:
    """A matrix in the weight buffer: number ``first``, plus ``step`` for each turn.

    Where four numbers are wanted, they are the matrix's first column.
    """

    first: int
    step: int = 0


@dataclass(frozen=True, eq=False)
class Start:
    """Begin a running sum with four numbers."""

    to: str
    value: np.ndarray | Weight


@dataclass(frozen=True, eq=False)
class Accumulate:
    """Add matrix * source to a running sum. The matrix is (4, lanes of the source)."""

    to: str
    matrix: np.ndarray | Weight
    source: str


@dataclass(frozen=True, eq=False)
class Let:
    """Name a function of packs and constants."""

    to: str
    function: str
    arguments: tuple[str | np.ndarray | Weight, ...]


@dataclass(frozen=True)
class Gather:
    """Name a pack put together of single lanes (variable, lane); None is zero."""

    to: str
    lanes: tuple[tuple[str, int] | None, ...]


@dataclass(frozen=True)
class Choose:
    """Name the option of this pixel's phase: option (y % sy)*sx + x % sx."""

    to: str
    phases: tuple[int, int]
    options: tuple[str, ...]


@dataclass(frozen=True)
class Store:
    """Write a pack of the plane; ``layer`` counts from the first that the kernel writes."""

    layer: int
    y: Axis
    x: Axis
    source: str


@dataclass(frozen=True, eq=False)
class Loop:
    """Do the body once for every pack of a plane."""

    count: int
    body: tuple[Statement, ...]


Statement = Load | Start | Accumulate | Let | Gather | Choose | Store | Loop


@dataclass(frozen=True, eq=False)
class Kernel:
    """One pass.

    ``layers`` are the first pack written and how many; ``grid`` the invocations, (rows,
    columns), as sizes; ``weights`` the matrices of the buffer, (n, 4, 4), or None.
    """

    name: str
    plane: Plane
    reads: tuple[Plane, ...]
    form: str
    grid: tuple[Size, Size]
    workgroup: tuple[int, int]
    layers: tuple[int, int]
    body: tuple[Statement, ...]
    weights: np.ndarray | None = None
    macs: int = 0
    notes: Sequence[str] = field(default_factory=tuple)


def packs(channels: int) -> int:
    """Return how many packs hold that many channels."""
    return -(-channels // 4)
