"""The slow, plain reading of kernels: numpy, all invocations at once.

A blocked or looped schedule is tested equal to its program here before any GPU sees it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from texelnet.pixel import Program
from texelnet.pixel.evaluate import fold, free_sizes, given, read
from texelnet.pixel.expr import FUNCTIONS, Axis, Fold
from texelnet.pixel.storage import Storage, storage_of, stored
from texelnet.shader.kernel import (
    Accumulate,
    Barrier,
    Choose,
    Combine,
    Gather,
    Kernel,
    Let,
    Load,
    Loop,
    Past,
    Recall,
    Share,
    Start,
    Statement,
    Store,
    Sweep,
    Weight,
    packs,
)


def evaluate_kernels(
    kernels: Iterable[Kernel],
    program: Program,
    inputs: Mapping[str, np.ndarray],
    storage: Storage = "fp32",
) -> dict[str, np.ndarray]:
    """Run passes in order; return every plane as (channels, height, width) float32.

    ``storage`` is as in :func:`texelnet.pixel.evaluate`.
    """
    sizes = free_sizes(program, inputs)
    planes = {n: _packed(a) for n, a in given(program, inputs, storage).items()}
    channels = {p.name: p.channels for p in program.planes.values()}
    with np.errstate(all="ignore"):
        for kernel in kernels:
            plane = kernel.plane
            shape = (packs(plane.channels) * 4, plane.height.at(sizes), plane.width.at(sizes))
            planes.setdefault(plane.name, np.zeros(shape, np.float32))
            kept = storage_of(plane.name, True, storage)
            _Run(kernel, planes, sizes, kept).do(kernel.body)
    return {name: planes[name][: channels[name]] for name in planes}


def _packed(array: np.ndarray) -> np.ndarray:
    return np.pad(array, ((0, -len(array) % 4), (0, 0), (0, 0)))


class _Run:
    """One pass over its whole grid; a variable is (4, rows, columns)."""

    def __init__(
        self,
        kernel: Kernel,
        planes: dict[str, np.ndarray],
        sizes: Mapping[str, int],
        storage: str,
    ) -> None:
        self.kernel, self.planes, self.storage = kernel, planes, storage
        self.sizes = sizes
        self.rows, self.columns = (np.arange(s.at(sizes)) for s in kernel.grid)
        self.values: dict[str, np.ndarray] = {}
        self.memory: dict[str, np.ndarray] = {}  # (4, groups * rows, groups * columns)

    def do(self, body: Iterable[Statement], turn: int = 0) -> None:
        for s in body:
            if isinstance(s, Loop):
                for i in range(s.count):
                    self.do(s.body, i)
            elif isinstance(s, Store):
                self._store(s)
            elif isinstance(s, Share):
                self._share(s, turn)
            elif isinstance(s, Recall):
                self.values[s.to] = self._recalled(s)
            elif isinstance(s, Accumulate):
                product = self._product(s, turn)
                self.values[s.to] = product if s.begins else self.values[s.to] + product
            elif not isinstance(s, Barrier):
                self.values[s.to] = self._value(s, turn)

    def _product(self, s: Accumulate, turn: int) -> np.ndarray:
        matrix = s.matrix
        if isinstance(matrix, Weight):
            assert self.kernel.weights is not None
            matrix = self.kernel.weights[matrix.first + turn * matrix.step]
        lanes = self.values[s.source][: matrix.shape[1]]
        diagonal: np.ndarray = np.diag(matrix)
        if np.array_equal(matrix, np.diag(diagonal)):  # lane by lane, as dialects print it
            product: np.ndarray = diagonal[:, None, None].astype(np.float32) * lanes
        else:
            product = np.einsum("oc,chw->ohw", matrix.astype(np.float32), lanes)
        return product

    def _value(
        self,
        s: Load | Past | Sweep | Start | Let | Combine | Gather | Choose,
        turn: int,
    ) -> np.ndarray:
        shape = (4, len(self.rows), len(self.columns))
        if isinstance(s, Load):
            layer = turn if s.layer is None else s.layer
            pack = self.planes[s.plane][4 * layer : 4 * layer + 4]
            y, x = s.y.at(self.rows, self.sizes), s.x.at(self.columns, self.sizes)
            return np.broadcast_to(read(pack, y, x, s.border, s.presence), shape)
        if isinstance(s, Sweep):
            pack = self.planes[s.plane][4 * s.layer : 4 * s.layer + 4]
            place = s.at.at(self.columns if s.axis == 0 else self.rows)
            pack = np.take(pack, place, axis=2 - s.axis)
            return np.broadcast_to(fold(Fold(s.function, s.plane, 4, s.axis), pack), shape)
        if isinstance(s, Past):
            past = s.place.past(self.columns if s.axis else self.rows, self.sizes)
            return np.broadcast_to(past[None, :] if s.axis else past[:, None], shape)
        if isinstance(s, Start):
            return np.broadcast_to(self._vector(s.value), shape)
        if isinstance(s, Combine):
            parts = [np.float32(factor) * self.values[name] for factor, name in s.terms]
            return sum(parts[1:], start=parts[0])
        if isinstance(s, Gather):
            zero = np.zeros(shape[1:], np.float32)
            return np.stack(
                [self.values[lane[0]][lane[1]] if lane else zero for lane in s.lanes]
            )
        if isinstance(s, Choose):
            (sy, sx), options = s.phases, [self.values[o] for o in s.options]
            phase = (self.rows % sy)[:, None] * sx + (self.columns % sx)[None, :]
            return np.choose(phase[None], options)
        arguments = [
            self.values[a] if isinstance(a, str) else self._vector(a) for a in s.arguments
        ]
        if s.function == "constant":
            return np.broadcast_to(arguments[0], shape)
        called: np.ndarray = FUNCTIONS[s.function](*arguments)
        return called.astype(np.float32)

    def _vector(self, value: np.ndarray | Weight) -> np.ndarray:
        if isinstance(value, np.ndarray):
            return value[:, None, None].astype(np.float32)
        assert self.kernel.weights is not None
        column: np.ndarray = self.kernel.weights[value.first][:, 0, None, None]
        return column

    def _share(self, s: Share, turn: int) -> None:
        """Read the tiles of all workgroups, side by side."""
        y, x = (
            (axis.at(invocations[::side])[:, None] + np.arange(count)).ravel()
            for invocations, axis, count, side in self._sides(s, s.shape)
        )
        for load in s.loads:
            layer = turn if load.layer is None else load.layer
            pack = self.planes[load.plane][4 * layer : 4 * layer + 4]
            self.memory[load.to] = read(pack, y, x, load.border)

    def _recalled(self, s: Recall) -> np.ndarray:
        """Return a texel of each workgroup's own tile; none lies in another's."""
        memory, places = self.memory[s.memory], []
        shape = self.kernel.memory[s.memory]
        for invocations, axis, count, side in self._sides(s, shape):
            place = axis.at(invocations % side)
            assert np.all((place >= 0) & (place < count)), f"{s.to} lies outside its tile"
            places.append(invocations // side * count + place)
        texels: np.ndarray = memory[:, places[0][:, None], places[1][None, :]]
        return texels

    def _sides(
        self, s: Share | Recall, shape: tuple[int, int]
    ) -> Iterator[tuple[np.ndarray, Axis, int, int]]:
        """Yield all rows or columns, the axis, and how many a tile and a group have."""
        columns, rows = self.kernel.workgroup
        yield self.rows, s.y, shape[0], rows
        yield self.columns, s.x, shape[1], columns

    def _store(self, s: Store) -> None:
        plane = self.planes[self.kernel.plane.name]
        y, x = s.y.at(self.rows), s.x.at(self.columns)
        rows, columns = y < plane.shape[1], x < plane.shape[2]
        value = stored(self.values[s.source][:, rows][:, :, columns], self.storage)
        layer = self.kernel.layers[0] + s.layer
        layers = slice(4 * layer, 4 * layer + 4)
        if s.beside == 1:
            plane[layers, y[rows][:, None], x[columns][None]] = value
            return
        for lane in range(s.beside):
            near = x[columns] + lane < plane.shape[2]
            at = x[columns][near][None] + lane
            plane[4 * layer, y[rows][:, None], at] = value[lane][:, near]
