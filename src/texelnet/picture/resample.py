"""Resampling: a picture made larger or smaller as MATLAB's imresize does it, or shifted.

Pixels are little squares with their centres at half numbers. Output pixel `o` of a picture made
`scale` times as large shows the place

    u = (o + 0.5 + offset) / scale - 0.5

of the input, along each axis: a positive `offset`, in output pixels, moves the output grid
right and down. Around `u` the input is weighted by a kernel; where the picture shrinks the
kernel is made wider by 1/scale, which is what antialiases. Weights are divided by their sum.

The network whose grid is shifted by `offset` draws the same places, so chroma resampled with
that offset stays on its luma.

See Keys, "Cubic convolution interpolation for digital image processing", 1981 (a = -0.5), and
the documentation of MATLAB's imresize for widths and antialiasing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from texelnet.errors import PictureError

Floats = NDArray[np.float64]

_BLOCK = 1 << 16  # numbers that are summed at a time


def _triangle(x: Floats) -> Floats:
    return np.where(np.abs(x) < 1, 1 - np.abs(x), 0)


def _cubic(x: Floats) -> Floats:
    x = np.abs(x)
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x <= 1, near, np.where(x <= 2, far, 0))


def _lanczos3(x: Floats) -> Floats:
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)


@dataclass(frozen=True)
class Kernel:
    """How near pixels are weighted: a function of the distance, and where it becomes zero."""

    weight: Callable[[Floats], Floats] | None
    """None takes the nearest pixel alone, which is never antialiased."""
    reach: float


KERNELS = {
    "nearest": Kernel(None, 0.5),
    "bilinear": Kernel(_triangle, 1),
    "bicubic": Kernel(_cubic, 2),
    "lanczos3": Kernel(_lanczos3, 3),
}


def resample(
    planes: NDArray[np.floating],
    scale: float,
    kernel: str = "bicubic",
    *,
    border: str = "symmetric",
    offset: float = 0.0,
    antialias: bool = True,
    size: tuple[int, int] | None = None,
) -> NDArray[np.float32]:
    """Draw a picture on a finer or coarser grid.

    Parameters
    ----------
    planes
        (channels, height, width) or (height, width), of any range.
    scale
        Output pixels per input pixel, on both axes.
    kernel
        nearest, bilinear, bicubic (a = -0.5) or lanczos3.
    border
        What lies beyond the border: "edge" repeats the outermost pixel (what a clamped texture
        does), "symmetric" mirrors the picture, outermost pixel included (what MATLAB does).
    offset
        Shift of the output grid, in output pixels, right and down.
    antialias
        Whether the kernel is made wider where the picture shrinks.
    size
        Height and width of the output; scale times the input's, rounded up, if left out.

    Returns
    -------
    float32, computed in float64. It may overshoot the input's range.

    Raises
    ------
    PictureError
        A kernel or rule that does not exist, a scale that is not above zero, an empty picture.
    """
    _check(planes, scale, kernel, border)
    for axis in (-2, -1):
        length = math.ceil(planes.shape[axis] * scale - 1e-9) if size is None else size[axis]
        taps, weights = contributions(
            planes.shape[axis], length, scale, KERNELS[kernel], offset, antialias
        )
        planes = _along(planes, axis, _inside(taps, planes.shape[axis], border), weights)
    return planes.astype(np.float32)


def contributions(
    size: int, length: int, scale: float, kernel: Kernel, offset: float, antialias: bool
) -> tuple[NDArray[np.int64], Floats]:
    """Which input pixels an output pixel is made of, along one axis, and with what weights.

    Returns
    -------
    Indices, which may lie beyond the `size` pixels there are, and weights of sum 1, both
    (length, taps).
    """
    place = (np.arange(length) + 0.5 + offset) / scale - 0.5
    if kernel.weight is None:
        return np.floor(place + 0.5).astype(np.int64)[:, None], np.ones((length, 1))
    stretch = min(scale, 1.0) if antialias else 1.0
    first = np.floor(place - kernel.reach / stretch).astype(np.int64)
    taps = first[:, None] + np.arange(math.ceil(2 * kernel.reach / stretch) + 2)
    weights = kernel.weight(stretch * (place[:, None] - taps))
    used = np.any(weights != 0, axis=0)
    taps, weights = taps[:, used], weights[:, used]
    return taps, weights / weights.sum(axis=1, keepdims=True)


def _inside(taps: NDArray[np.int64], size: int, border: str) -> NDArray[np.int64]:
    """Indices brought into 0..size-1 by the border rule."""
    if border == "edge":
        return taps.clip(0, size - 1)
    taps = taps % (2 * size)
    return np.where(taps < size, taps, 2 * size - 1 - taps)


def _along(
    planes: NDArray[np.floating], axis: int, taps: NDArray[np.int64], weights: Floats
) -> Floats:
    """Weighted sums along one axis, in blocks that caches hold."""
    rows = np.moveaxis(planes, axis, 0)
    rest = rows.shape[1:]
    rows = np.ascontiguousarray(rows, np.float64).reshape(len(rows), -1)
    answer = np.zeros((len(taps), rows.shape[1]))
    step = max(1, _BLOCK // rows.shape[1])
    for first in range(0, len(taps), step):
        block = slice(first, first + step)
        for k in range(taps.shape[1]):
            answer[block] += weights[block, k, None] * rows[taps[block, k]]
    return np.moveaxis(answer.reshape(len(taps), *rest), 0, axis)


def _check(planes: NDArray[np.floating], scale: float, kernel: str, border: str) -> None:
    if kernel not in KERNELS:
        hint = f"one of {', '.join(KERNELS)}"
        raise PictureError("resample", f'there is no kernel "{kernel}"', hint)
    if border not in ("edge", "symmetric"):
        hint = "one of edge, symmetric"
        raise PictureError("resample", f'there is no border rule "{border}"', hint)
    if not (math.isfinite(scale) and scale > 0):
        raise PictureError("resample", f"a scale of {scale} draws nothing", "2 makes it larger")
    if planes.ndim < 2 or 0 in planes.shape:
        raise PictureError("resample", f"a picture of {planes.shape} has no pixels")
