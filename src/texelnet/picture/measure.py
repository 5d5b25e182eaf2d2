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


def errors_of(got: NDArray[np.floating], wanted: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return how far each number is off; what is not a number is infinitely far off."""
    with np.errstate(invalid="ignore"):
        error = np.abs(got.astype(np.float64) - wanted)
    return np.where(np.isfinite(error), error, np.inf)


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
    error = errors_of(got, wanted)
    channel, y, x = (int(i) for i in np.unravel_index(np.argmax(error), error.shape))
    worst = Worst(channel, y, x, float(got[channel, y, x]), float(wanted[channel, y, x]))
    parts = areas(error.shape, reach)
    return Difference(
        **{name: _largest(error[part]) for name, part in parts.items()}, worst=worst
    )


EDGES = tuple(10.0 ** (power / 2) for power in range(-16, 3))
"""Ends of a histogram's bins: half decades from 1e-8 to 10."""


@dataclass(frozen=True)
class Region:
    """The errors of one part of a picture.

    Parameters
    ----------
    largest, mean
        Of all its numbers; 0 where it has none.
    counts
        How many errors lie below the first of EDGES, between each two, and above the last.
    """

    largest: float
    mean: float
    counts: tuple[int, ...]

    def __add__(self, other: Region) -> Region:
        """Return the errors of both."""
        one, two = sum(self.counts), sum(other.counts)
        mean = (self.mean * one + other.mean * two) / max(1, one + two)
        counts = tuple(a + b for a, b in zip(self.counts, other.counts, strict=True))
        return Region(max(self.largest, other.largest), mean, counts)


@dataclass(frozen=True)
class Regions:
    """The errors of a picture, inside and within a reach of each border."""

    inside: Region
    top: Region
    bottom: Region
    left: Region
    right: Region
    mean: float
    psnr: float
    worst: Worst

    @property
    def named(self) -> dict[str, Region]:
        """The regions by name, the inside first."""
        names = ("inside", "top", "bottom", "left", "right")
        return {name: getattr(self, name) for name in names}

    @property
    def largest(self) -> float:
        """The largest error anywhere."""
        return max(region.largest for region in self.named.values())


def regions(
    got: NDArray[np.floating],
    wanted: NDArray[np.floating],
    reach: int = 0,
    peak: float = 1.0,
) -> Regions:
    """Measure the errors of a picture (channels, height, width) by region, relative to peak.

    Raises
    ------
    PictureError
        The pictures differ in size, or have no pixels.
    """
    worst = difference(got, wanted, reach).worst
    error = errors_of(got, wanted) / peak
    parts = {name: region(error[area]) for name, area in areas(got.shape, reach).items()}
    with np.errstate(all="ignore"):
        decibels = psnr(got, wanted, peak=peak)
    return Regions(**parts, mean=float(error.mean()), psnr=decibels, worst=worst)


def areas(shape: tuple[int, ...], reach: int) -> dict[str, tuple[slice, slice, slice]]:
    """Return where each region lies; a corner belongs to both of its borders."""
    whole, (height, width) = slice(None), shape[1:]
    rows = slice(reach, max(reach, height - reach))
    columns = slice(reach, max(reach, width - reach))
    return {
        "inside": (whole, rows, columns),
        "top": (whole, slice(reach), whole),
        "bottom": (whole, slice(max(0, height - reach), None), whole),
        "left": (whole, whole, slice(reach)),
        "right": (whole, whole, slice(max(0, width - reach), None)),
    }


def region(error: NDArray[np.float64]) -> Region:
    """Measure some errors."""
    bins = np.bincount(np.digitize(error.reshape(-1), EDGES), minlength=len(EDGES) + 1)
    mean = float(error.mean()) if error.size else 0.0
    return Region(_largest(error), mean, tuple(int(n) for n in bins))


def _largest(error: NDArray[np.float64]) -> float:
    return float(error.max()) if error.size else 0.0


def _check(got: NDArray[np.floating], wanted: NDArray[np.floating]) -> None:
    if got.shape != wanted.shape:
        raise PictureError("two pictures", f"one is {got.shape}, the other {wanted.shape}")
    if got.ndim != 3 or got.size == 0:
        raise PictureError("two pictures", f"{got.shape} is not (channels, height, width)")
