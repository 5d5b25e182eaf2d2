"""Pictures in pages: as they are, their error made visible, and the worst place enlarged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from texelnet.page import Figure, Image, Part
from texelnet.picture import png
from texelnet.picture.measure import Worst, errors_of

Planes = NDArray[np.floating]
LONGEST = 360
"""Pixels of a picture's longer side in a page; larger ones are made smaller."""
CROP, ZOOM, SMALL = 24, 12, 160
"""Pixels around the worst place, and how large each is shown, as are those of a picture whose
sides are small."""
RAMP = np.array(
    [(8, 8, 24), (66, 22, 104), (156, 41, 100), (221, 84, 58), (251, 164, 30), (253, 253, 210)]
)
"""What no error, and more and more of it, look like."""


def pictures(wanted: Planes, got: Planes, worst: Worst, bar: float) -> list[Part]:
    """Return what was wanted, what was drawn, and the error, whole and at the worst place.

    Parameters
    ----------
    wanted, got
        (channels, height, width).
    bar
        The largest error allowed: errors are amplified so that it can be seen.
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
    shown = [(planes - low) / (high - low) for planes in (wanted, got)]
    place = f"rows {top} to {min(top + CROP, height) - 1}, columns {left} to "
    place += f"{min(left + CROP, width) - 1}"
    levels = f"Black is {low:.3g} and white is {high:.3g}. " if (low, high) != (0, 1) else ""
    levels += f"The error is the largest of the channels, amplified {factor:g} times: "
    levels += f"{1 / factor:g} and more is brightest."
    whole = [_smaller(planes) for planes in shown] + [heat(_most(error), factor)]
    crops = [planes[area] for planes in shown] + [heat(error[area], factor)]
    far = f"Farthest off is {worst}."
    all_of_it = _three(whole, f"all {width}x{height} pixels", factor)
    if max(height, width) <= CROP:
        return [Figure(all_of_it, f"All of the picture. {levels} {far}")]
    return [
        Figure(all_of_it, f"All of the picture. {levels}"),
        Figure(_three(crops, place, factor, ZOOM), f"The worst place, {place}. {far}"),
    ]


def _three(shown: Sequence[Planes], place: str, factor: float, zoom: int = 1) -> list[Image]:
    names = ("wanted", "drawn", f"error x {factor:g}")
    alts = ("What is wanted", "What is drawn", "How far each pixel is off")
    return [
        _image(planes, f"{alt}: {place}.", name, zoom)
        for planes, alt, name in zip(shown, alts, names, strict=True)
    ]


def _ends(wanted: Planes) -> tuple[float, float]:
    """Return what is shown black and white: 0 and 1 of pictures, else the ends there are."""
    finite = wanted[np.isfinite(wanted)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if low > -0.25 and high < 1.25:
        return 0.0, 1.0
    return low, max(high, low + 1e-6)


def amplification(error: NDArray[np.float64], bar: float) -> float:
    """Return a power of ten, at least 1, by which errors up to the bar, or more, are seen."""
    finite = error[np.isfinite(error)]
    largest = max(float(finite.max(initial=0.0)), bar)
    return float(10.0 ** max(0, np.floor(-np.log10(largest))))


def heat(error: NDArray[np.float64], factor: float) -> Planes:
    """Return errors (height, width) as colours (3, height, width); 1/factor is brightest."""
    at = np.nan_to_num(error * factor, posinf=1.0).clip(0, 1) * (len(RAMP) - 1)
    below = np.floor(at).astype(int).clip(0, len(RAMP) - 2)
    part = (at - below)[..., None]
    colours = RAMP[below] * (1 - part) + RAMP[below + 1] * part
    return np.asarray(colours.transpose(2, 0, 1) / 255)


def _image(planes: Planes, alt: str, caption: str, zoom: int = 1) -> Image:
    channels, height, width = planes.shape
    shown = planes if channels in (1, 3) else planes[:1]
    with np.errstate(invalid="ignore"):
        levels = np.rint(np.nan_to_num(shown).clip(0, 1) * 255).astype(np.uint8)
    content = b"".join(png.write(np.ascontiguousarray(levels.transpose(1, 2, 0))))
    zoom = max(zoom, min(ZOOM, SMALL // max(height, width)))
    return Image(content, width, height, alt, caption, zoom)


def _step(height: int, width: int) -> int:
    return -(-max(height, width) // LONGEST)


def _blocks(planes: Planes) -> Planes:
    """Return (..., height, step, width, step) blocks of pixels; the last ones are repeated."""
    *rest, height, width = planes.shape
    step = _step(height, width)
    around = [*((0, 0) for _ in rest), (0, -height % step), (0, -width % step)]
    wide = np.pad(planes, around, "edge")
    rows, columns = wide.shape[-2] // step, wide.shape[-1] // step
    return wide.reshape(*rest, rows, step, columns, step)


def _smaller(planes: Planes) -> Planes:
    return np.asarray(_blocks(planes).mean((-3, -1)))


def _most(error: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(_blocks(error).max((-3, -1)))
