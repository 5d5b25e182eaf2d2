"""Measures of how far two pictures are apart: PSNR, and the largest error by border."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from texelnet.errors import PictureError


def psnr(
    got: NDArray[np.floating],
    wanted: NDArray[np.floating],
    *,
    shave: int = 0,
    peak: float = 1.0,
) -> float:
    """Peak signal to noise ratio in dB; infinite for equal pictures.

    Parameters
    ----------
    got, wanted
        (channels, height, width).
    shave
        Pixels to leave out at each border.
    peak
        What white is above black.

    Raises
    ------
    PictureError
        The pictures differ in size, or nothing is left of them.
    """
    _check(got, wanted)
    height, width = got.shape[-2:]
    inside = (..., slice(shave, height - shave), slice(shave, width - shave))
    error = got[inside].astype(np.float64) - wanted[inside]
    if error.size == 0:
        fact = f"nothing of {width}x{height} is left without {shave} pixels at each border"
        raise PictureError("psnr", fact)
    mean = float(np.mean(error**2))
    return float("inf") if mean == 0 else float(10 * np.log10(peak**2 / mean))


@dataclass(frozen=True)
class Worst:
    """The pixel that is farthest off."""

    channel: int
    y: int
    x: int
    got: float
    wanted: float

    def __str__(self) -> str:
        place = f"channel {self.channel}, row {self.y}, column {self.x}"
        return f"{place}: {self.got:.9g} instead of {self.wanted:.9g}"


@dataclass(frozen=True)
class Difference:
    """The largest absolute errors: inside, and within a reach of each border.

    A corner counts for both of its borders; the inside is what is near no border, and 0 where
    there is none. What is not a number is infinitely far off.
    """

    inside: float
    top: float
    bottom: float
    left: float
    right: float
    worst: Worst

    @property
    def largest(self) -> float:
        """The largest error anywhere."""
        return max(self.inside, self.top, self.bottom, self.left, self.right)


def difference(
    got: NDArray[np.floating], wanted: NDArray[np.floating], reach: int = 0
) -> Difference:
    """Tell how far apart two pictures (channels, height, width) are, by border.

    Parameters
    ----------
    reach
        How many rows and columns belong to a border; 0 means that all is inside.

    Raises
    ------
    PictureError
        The pictures differ in size, or have no pixels.
    """
    _check(got, wanted)
    with np.errstate(invalid="ignore"):
        error = np.abs(got.astype(np.float64) - wanted)
    error = np.where(np.isfinite(error), error, np.inf)
    channel, y, x = (int(i) for i in np.unravel_index(np.argmax(error), error.shape))
    worst = Worst(channel, y, x, float(got[channel, y, x]), float(wanted[channel, y, x]))
    height, width = error.shape[1:]
    rows = slice(reach, max(reach, height - reach))
    columns = slice(reach, max(reach, width - reach))
    return Difference(
        inside=_largest(error[:, rows, columns]),
        top=_largest(error[:, :reach]),
        bottom=_largest(error[:, max(0, height - reach) :]),
        left=_largest(error[:, :, :reach]),
        right=_largest(error[:, :, max(0, width - reach) :]),
        worst=worst,
    )


def _largest(error: NDArray[np.float64]) -> float:
    return float(error.max()) if error.size else 0.0


def _check(got: NDArray[np.floating], wanted: NDArray[np.floating]) -> None:
    if got.shape != wanted.shape:
        raise PictureError("two pictures", f"one is {got.shape}, the other {wanted.shape}")
    if got.ndim != 3 or got.size == 0:
        raise PictureError("two pictures", f"{got.shape} is not (channels, height, width)")
