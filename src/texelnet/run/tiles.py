"""Tiles: pictures larger than a texture, drawn piece by piece without seams.

Output position o of a network depends on input positions rate*o + low .. rate*o + high, so a
part of the output needs that much of the input and no more. The part of the input that is
drawn begins at a multiple of `align`, where every plane of the network begins at a whole
pixel, and ends at one too unless it ends with the picture. What lies within reach of a cut is
drawn wrong, and not kept. Where the picture itself ends, the network's own border rule holds.

On an axis where every pixel sees the whole picture, through a mean of it, nothing can be cut.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import ceil, floor
from typing import Any

import numpy as np

from texelnet.errors import DeviceError
from texelnet.run.runner import Draw, Planes


@dataclass(frozen=True)
class Lie:
    """How one axis of the output lies on the input."""

    rate: Fraction
    low: Fraction
    high: Fraction
    align: int

    @property
    def unit(self) -> int:
        """How many output positions lie on `align` input positions: parts hold whole ones."""
        return (self.align / self.rate).numerator

    def starts(self, position: int) -> int:
        """Return the output position that an input position of a whole `align` begins."""
        start = position / self.rate
        assert start.denominator == 1, f"{position} is not aligned by {self.align}"
        return int(start)


@dataclass(frozen=True)
class Span:
    """A part of one axis: input positions read, and output positions kept, half-open."""

    read: tuple[int, int]
    keep: tuple[int, int]
    skip: int  # output positions of the part that come before the kept ones

    @property
    def drawn(self) -> int:
        """How many input positions it reads."""
        return self.read[1] - self.read[0]


Axes = tuple[Lie | None, Lie | None]
"""How rows and columns lie; None where every pixel sees the whole axis."""


def lies(reach: Mapping[str, Any]) -> Axes:
    """Read the lie of rows and columns from a manifest's "reach"."""

    def lie(axis: str, align: int) -> Lie | None:
        if reach[axis] is None:
            return None
        rate, low, high = (Fraction(*number) for number in reach[axis])
        return Lie(rate, low, high, align)

    return lie("rows", reach["align"][0]), lie("columns", reach["align"][1])


def spans(lie: Lie | None, size: int, length: int, parts: int) -> list[Span]:
    """Cut an axis of `size` input and `length` output positions into so many parts."""
    if lie is None:
        return [Span((0, size), (0, length), 0)]
    each = max(1, ceil(length / parts / lie.unit)) * lie.unit
    return [
        _span(lie, size, first, min(first + each, length)) for first in range(0, length, each)
    ]


def _span(lie: Lie, size: int, first: int, last: int) -> Span:
    start, end = floor(lie.rate * first + lie.low), ceil(lie.rate * (last - 1) + lie.high) + 1
    # a mirrored border reads as far into the picture as it lies beyond it
    start, end = min(start, 2 * size - 1 - end), max(end, 1 - start)
    start = max(0, start) // lie.align * lie.align
    end = min(size, ceil(end / lie.align) * lie.align)
    return Span((start, max(end, start + 1)), (first, last), first - lie.starts(start))


def tiled(
    draw: Draw,
    axes: Axes,
    size: Callable[[int, int], tuple[int, int]],
    fits: Callable[[int, int], bool],
) -> Draw:
    """Return what draws a picture of any size by tiles that fit.

    Parameters
    ----------
    draw
        Draws a whole picture, or a tile of it.
    axes
        How rows and columns of the answer lie on the picture.
    size
        Height and width of the answer to a picture of this height and width.
    fits
        Whether a picture of this height and width can be drawn at once.
    """

    def drawn(picture: Planes) -> Planes:
        shape = (picture.shape[1], picture.shape[2])
        if fits(*shape):
            return draw(picture)
        lengths = size(*shape)
        answer: Planes | None = None
        for rows, columns in _order(cut(axes, shape, lengths, fits)):
            tile = draw(picture[:, slice(*rows.read), slice(*columns.read)])
            if answer is None:
                answer = np.empty((len(tile), *lengths), np.float32)
            answer[:, slice(*rows.keep), slice(*columns.keep)] = tile[
                :, _kept(rows, tile.shape[1]), _kept(columns, tile.shape[2])
            ]
        assert answer is not None
        return answer

    return drawn


def _kept(span: Span, length: int) -> slice:
    count = span.keep[1] - span.keep[0]
    assert 0 <= span.skip <= length - count, f"{span} of a tile of {length}"
    return slice(span.skip, span.skip + count)


def _order(parts: tuple[list[Span], list[Span]]) -> list[tuple[Span, Span]]:
    """Tiles of one size one after the other, so that textures are made anew only seldom."""
    return sorted(product(*parts), key=lambda tile: (tile[0].drawn, tile[1].drawn))


def cut(
    axes: Axes,
    size: Sequence[int],
    lengths: Sequence[int],
    fits: Callable[[int, int], bool],
) -> tuple[list[Span], list[Span]]:
    """Cut a picture into as few tiles as fit, as square as they come.

    Raises
    ------
    DeviceError
        If even the smallest tile does not fit.
    """
    counts = [1, 1]
    while True:
        rows, columns = (
            spans(axis, n, length, count)
            for axis, n, length, count in zip(axes, size, lengths, counts, strict=True)
        )
        tallest, widest = (max(s.drawn for s in part) for part in (rows, columns))
        if fits(tallest, widest):
            return rows, columns
        finer = [
            axis is not None and part[0].keep[1] > axis.unit
            for part, axis in zip((rows, columns), axes, strict=True)
        ]
        if not any(finer) and None in axes:
            fact = (
                f"a picture of {size[1]}x{size[0]} does not fit on the device, and can't be "
                "drawn by tiles: the network measures the whole picture, a tile is a part of it"
            )
            raise DeviceError("tiles", fact, "a smaller picture, or --on onnxruntime")
        if not any(finer):
            fact = f"the smallest tile, {widest}x{tallest} pixels, does not fit on the device"
            raise DeviceError("tiles", fact, "--on onnxruntime")
        longer = int(widest > tallest) if all(finer) else int(finer[1])
        counts[longer] += max(1, counts[longer] // 4)
