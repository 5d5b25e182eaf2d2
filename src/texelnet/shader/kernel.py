"""Kernel: how one pass computes a plane, as straight statements over packs.

A **pack** is 4 channels in one texel. Every variable holds one pack. Invocation g (row,
column) makes a block of pixels; a coordinate is an :class:`Axis` of g. Dialects print these
statements and nothing else; :mod:`texelnet.shader.evaluate` runs them in numpy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from texelnet.pixel import Plane, Size
from texelnet.pixel.expr import Axis, Border, Place, Stretch

TEXEL = 16
"""Bytes of a pack in a workgroup's memory."""


@dataclass(frozen=True)
class Load:
    """Read one pack of a plane. ``layer`` None: the loop's pack."""

    to: str
    plane: str
    layer: int | None
    y: Place
    x: Place
    border: Border
    outside: tuple[bool, bool]  # whether y, x may leave the plane
    presence: bool = False


@dataclass(frozen=True)
class Sweep:
    """Fold one pack of a plane over all its rows (axis 0) or columns (axis 1).

    The number of them is the texture's, known when it runs; ``at`` is the place on the other
    axis.
    """

    to: str
    function: str  # of FOLDS
    plane: str
    layer: int
    axis: int
    at: Axis


@dataclass(frozen=True)
class Past:
    """Name how far a stretched place lies beyond the pixel it reads, in all lanes."""

    to: str
    place: Stretch
    axis: int  # 0: rows, 1: columns


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
    """Add matrix * source to a running sum, or begin one so.

    The matrix is (4, lanes of the source).
    """

    to: str
    matrix: np.ndarray | Weight
    source: str
    begins: bool = False


@dataclass(frozen=True)
class Combine:
    """Name a sum of packs, each times a number."""

    to: str
    terms: tuple[tuple[float, str], ...]


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
    """Write a pack of the plane; ``layer`` counts from the first that the kernel writes.

    With ``beside`` the lanes are no channels, but so many pixels of the plane's one channel
    beside each other, from (y, x) on.
    """

    layer: int
    y: Axis
    x: Axis
    source: str
    beside: int = 1


@dataclass(frozen=True)
class Share:
    """Read a rectangle of a plane into the workgroup's memory, all its invocations together.

    Each of ``loads`` reads a pack into the memory that it is called after, and its place is a
    place of the rectangle. The first of them is (y, x) of the group's first invocation.
    """

    loads: tuple[Load, ...]
    y: Axis
    x: Axis
    shape: tuple[int, int]  # rows, columns


@dataclass(frozen=True)
class Barrier:
    """Wait until all invocations of the workgroup are here: then memory is read, or written."""


@dataclass(frozen=True)
class Recall:
    """Name a texel of the workgroup's memory; (y, x) is of the invocation's place in it."""

    to: str
    memory: str
    y: Axis
    x: Axis


@dataclass(frozen=True, eq=False)
class Loop:
    """Do the body once for every pack of a plane."""

    count: int
    body: tuple[Statement, ...]


Value = Load | Recall | Past | Start | Accumulate | Combine | Let | Gather | Choose
"""What names one pack."""
Statement = Value | Sweep | Share | Barrier | Store | Loop


@dataclass(frozen=True, eq=False)
class Kernel:
    """One pass.

    ``layers`` are the first pack written and how many; ``block`` the pixels of an invocation
    (rows, columns); ``grid`` the invocations, (rows,
    columns), as sizes; ``weights`` the matrices of the buffer, (n, 4, 4), or None. What is
    ``staged`` is stored in buffers and copied into the plane by the host.
    """

    name: str
    plane: Plane
    reads: tuple[Plane, ...]
    form: str
    block: tuple[int, int]
    grid: tuple[Size, Size]
    workgroup: tuple[int, int]
    layers: tuple[int, int]
    body: tuple[Statement, ...]
    weights: np.ndarray | None = None
    macs: int = 0
    notes: Sequence[str] = field(default_factory=tuple)
    sides: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """The plane and the side (y or x) that is as long as each free size that places hang on."""
    staged: bool = False

    @property
    def memory(self) -> dict[str, tuple[int, int]]:
        """Texels (rows, columns) that a workgroup keeps for its invocations, by their name."""
        return {load.to: s.shape for s in shares(self.body) for load in s.loads}

    @property
    def shared(self) -> int:
        """Bytes of its memory that a workgroup takes."""
        return sum(rows * columns * TEXEL for rows, columns in self.memory.values())

    @property
    def store(self) -> Store:
        """The first of its stores: all store as many pixels."""
        return next(s for s in self.body if isinstance(s, Store))

    @property
    def group(self) -> tuple[int, int]:
        """Pixels (columns, rows) of the plane that a workgroup of a compute pass stores."""
        store = self.store
        return self.workgroup[0] * store.x.p, self.workgroup[1] * store.y.p


def texels_read(body: Iterable[Statement]) -> Iterator[Load | Sweep]:
    """Return the statements that read planes, those in loops and of whole workgroups too."""
    for statement in body:
        if isinstance(statement, Load | Sweep):
            yield statement
        elif isinstance(statement, Share):
            yield from statement.loads
        elif isinstance(statement, Loop):
            yield from texels_read(statement.body)


def shares(body: Iterable[Statement]) -> Iterator[Share]:
    """Return what workgroups read together, in loops too."""
    for statement in body:
        if isinstance(statement, Share):
            yield statement
        elif isinstance(statement, Loop):
            yield from shares(statement.body)


def is_presence(read: Load | Sweep) -> bool:
    """Tell whether a statement asks only if a place lies inside a plane."""
    return isinstance(read, Load) and read.presence


def packs(channels: int) -> int:
    """Return how many packs hold that many channels."""
    return -(-channels // 4)
