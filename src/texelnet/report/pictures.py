"""Pictures in pages: as they are, their error made visible, and the worst place enlarged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from texelnet.page import Figure, Image, Part
from texelnet.picture.measure import Worst, errors_of
from texelnet.picture.shown import ZOOM, heat, most, shown, smaller

Planes = NDArray[np.floating]
CROP = 24
"""Pixels around the worst place, each shown ZOOM times as large."""


def pictures(
    wanted: Planes, got: Planes, worst: Worst, bar: float, large: int = 1
) -> list[Part]:
    """Return what was wanted, what was drawn, and the error, whole and at the worst place.

    Parameters
    ----------
    wanted, got
        (channels, height, width).
    bar
        The largest error allowed: errors are amplified so that it can be seen.
    large
        How large a pixel of the whole is shown.
    """
    error = errors_of(got, wanted).max(0)
    factor = amplification(error, bar)
    height, width = error.shape
    top, left = (
        max(0, min(n - CROP // 2, size - CROP))
        for n, size in ((worst.y, height), (worst.x, width))
    )
    area = (..., slice(top, top + CROP), slice(left, left + CROP))
    low, high = _ends(wanted)
    levelled = [(planes - low) / (high - low) for planes in (wanted, got)]
    place = f"rows {top} to {min(top + CROP, height) - 1}, columns {left} to "
    place += f"{min(left + CROP, width) - 1}"
    levels = f"Black is {low:.3g} and white is {high:.3g}. " if (low, high) != (0, 1) else ""
    levels += f"The error is the largest of the channels, amplified {factor:g} times: "
    levels += f"{1 / factor:g} and more is brightest."
    whole = [smaller(planes) for planes in levelled] + [heat(most(error), factor)]
    crops = [planes[area] for planes in levelled] + [heat(error[area], factor)]
    far = f"Farthest off is {worst}."
    all_of_it = _three(whole, f"all {width}x{height} pixels", factor, large)
    if max(height, width) <= CROP:
        return [Figure(all_of_it, f"All of the picture. {levels} {far}")]
    return [
        Figure(all_of_it, f"All of the picture. {levels}"),
        Figure(_three(crops, place, factor, ZOOM), f"The worst place, {place}. {far}"),
    ]


def _three(three: Sequence[Planes], place: str, factor: float, zoom: int = 1) -> list[Image]:
    names = ("wanted", "drawn", f"error x {factor:g}")
    alts = ("What is wanted", "What is drawn", "How far each pixel is off")
    return [
        shown(planes, f"{alt}: {place}.", name, zoom)
        for planes, alt, name in zip(three, alts, names, strict=True)
    ]


def _ends(wanted: Planes) -> tuple[float, float]:
    """Return what is shown black and white: 0 and 1 of pictures, else the ends there are."""
    finite = wanted[np.isfinite(wanted)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if low > -0.25 and high < 1.25:
        return 0.0, 1.0
    return low, max(high, low + 1e-6)


def amplification(error: NDArray[np.float64], bar: float) -> float:
    """Return 1, 2, 5, 10, ...: by how much errors up to the bar, or nearly all, are seen."""
    finite = error[np.isfinite(error)]
    largest = max(float(np.quantile(finite, 0.999)) if finite.size else 0.0, bar)
    steps = [step * 10.0**power for power in range(10) for step in (1, 2, 5)]
    return max(1.0, *(step for step in steps if step * largest <= 1.0001))
