"""Ripple: what of a picture repeats with the phases, and what people call its pattern."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from texelnet.ops.conv_transpose.phases import Floats

CELLS = 7
"""Cells on a side that a local index is averaged over: detail has no phase and fades."""
_FAINT = 0.5
"""Levels below which a pattern is none: half a step of an 8 bit picture."""
_CLEAR = 0.8
"""The share of the differences that a pattern explains, at least, to give them its name."""


def by_phase(picture: Floats, strides: tuple[int, int]) -> Floats:
    """Return (phases, channels, rows, columns) of a picture of whole cells.

    Phase y * stride_x + x holds the pixels whose row is y and whose column is x by the strides.
    """
    (sy, sx), (channels, height, width) = strides, picture.shape
    cells = picture.reshape(channels, height // sy, sy, width // sx, sx)
    return cells.transpose(2, 4, 0, 1, 3).reshape(sy * sx, channels, *cells.shape[1:4:2])


def residue(picture: Floats, strides: tuple[int, int]) -> Floats:
    """Return what remains of a picture without its gradient, a cell cut off on each side.

    Taken away is the average under a triangle of one period on either side: it keeps every
    straight gradient as it is, and nothing that repeats with the period.
    """
    sy, sx = strides
    height, width = (n - n % s for n, s in zip(picture.shape[1:], strides, strict=True))
    whole = picture[:, :height, :width].astype(np.float64)
    smooth = whole
    for axis, stride in ((1, sy), (2, sx)):
        triangle = np.convolve(np.ones(stride), np.ones(stride)) / stride**2
        moved = [np.roll(smooth, k - stride + 1, axis) for k in range(len(triangle))]
        smooth = np.tensordot(triangle, moved, 1)
    return (whole - smooth)[:, sy : height - sy, sx : width - sx]


def local_index(picture: Floats, strides: tuple[int, int], level: float) -> Floats | None:
    """Return (rows, columns) of cells: how far the phases are apart around each, in levels.

    The residue (see :func:`residue`) is averaged phase by phase over CELLS x CELLS cells; told
    is the distance between the phases' averages, the largest of all channels. A pattern on a
    flat picture, or on a gradient, is measured exactly. None where the picture is too small.
    """
    least = CELLS + 2
    if any(n // s < least for n, s in zip(picture.shape[1:], strides, strict=True)):
        return None
    phases = by_phase(residue(picture, strides), strides)
    means = sliding_window_view(phases, (CELLS, CELLS), (2, 3)).mean((-2, -1))
    return np.asarray(np.ptp(means, axis=0).max(0) / level)


class Pattern(NamedTuple):
    """What a ripple looks like."""

    name: str  # "every other line", "none", ...
    apart: float  # levels between the lowest and the highest phase


def pattern(means: Floats) -> Pattern:
    """Name the pattern that means by phase make.

    Parameters
    ----------
    means
        (rows, columns) of phases, in grey levels: a picture that repeats them.
    """
    apart = float(np.ptp(means))
    if not apart > _FAINT:
        return Pattern("none", apart)
    away = means - means.mean()
    total = float(np.sum(away**2))
    share, name = max(_shares(away, means.shape), key=lambda one: round(one[0] / total, 6))
    if share < _CLEAR * total:
        sy, sx = means.shape
        name = f"{sx} x {sy} pixels, all unlike, again and again"
    return Pattern(name, apart)


def _shares(away: Floats, shape: tuple[int, ...]) -> list[tuple[float, str]]:
    """Return what each pattern explains of the squares, by a fit, and its name."""
    (sy, sx), count = shape, away.size
    found = [
        (sx * float(np.sum(away.mean(1) ** 2)), _every(sy, "line")),
        (sy * float(np.sum(away.mean(0) ** 2)), _every(sx, "column")),
    ]
    if shape == (2, 2):
        diagonal = (away[0, 0] + away[1, 1] - away[0, 1] - away[1, 0]) / 4
        found.append((4 * float(diagonal**2), "a checkerboard, pixel by pixel"))
    for y, x in product(range(sy), range(sx)):
        side = "darker" if away[y, x] < 0 else "brighter"
        share = count / max(count - 1, 1) * float(away[y, x] ** 2)
        found.append((share, f"one pixel in {_WORDS.get(count, count)} {side}"))
    return found


_WORDS = {2: "two", 4: "four", 6: "six", 8: "eight", 9: "nine"}


def _every(stride: int, what: str) -> str:
    return f"every other {what}" if stride == 2 else f"one {what} in {stride}"
