"""Shown: arrays as images of a page: pictures as they are, and magnitudes as colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from texelnet.page import Image
from texelnet.picture import png

Planes = NDArray[np.floating]
LONGEST = 360
"""Pixels of a picture's longer side in a page; larger ones are made smaller."""
ZOOM, SMALL = 12, 160
"""How large a pixel is shown at most, and the screen's pixels that a small picture fills."""
RAMP = np.array(
    [(8, 8, 24), (66, 22, 104), (156, 41, 100), (221, 84, 58), (251, 164, 30), (253, 253, 210)]
)
"""What nothing, and more and more of it, look like."""


def shown(planes: Planes, alt: str, caption: str, zoom: int = 1) -> Image:
    """Return planes as an image: clamped to 0..1, in steps of 1/255.

    Parameters
    ----------
    planes
        (channels, height, width); of channels that are neither grey nor red, green and blue
        the first is shown.
    zoom
        How large a pixel is, at least: a small picture's are larger.
    """
    channels, height, width = planes.shape
    seen = planes if channels in (1, 3) else planes[:1]
    with np.errstate(invalid="ignore"):
        levels = np.rint(np.nan_to_num(seen).clip(0, 1) * 255).astype(np.uint8)
    content = b"".join(png.write(np.ascontiguousarray(levels.transpose(1, 2, 0))))
    zoom = max(zoom, min(ZOOM, SMALL // max(height, width)))
    return Image(content, width, height, alt, caption, zoom)


def heat(magnitude: NDArray[np.floating], factor: float) -> Planes:
    """Return magnitudes (height, width) as colours (3, height, width); 1/factor is brightest.

    What is no number is brightest too.
    """
    at = np.nan_to_num(magnitude * factor, nan=1.0, posinf=1.0).clip(0, 1) * (len(RAMP) - 1)
    below = np.floor(at).astype(int).clip(0, len(RAMP) - 2)
    part = (at - below)[..., None]
    colours = RAMP[below] * (1 - part) + RAMP[below + 1] * part
    return np.asarray(colours.transpose(2, 0, 1) / 255)


def smaller(planes: Planes) -> Planes:
    """Return planes (..., height, width) of at most LONGEST pixels a side: means of squares."""
    return np.asarray(_blocks(planes).mean((-3, -1)))


def most(magnitude: Planes) -> Planes:
    """Return magnitudes (..., height, width) made smaller too, the largest of each square."""
    return np.asarray(_blocks(magnitude).max((-3, -1)))


def _blocks(planes: Planes) -> Planes:
    """Return (..., height, step, width, step) blocks of pixels; the last ones are repeated."""
    *rest, height, width = planes.shape
    step = -(-max(height, width) // LONGEST)
    around = [*((0, 0) for _ in rest), (0, -height % step), (0, -width % step)]
    wide = np.pad(planes, around, "edge")
    rows, columns = wide.shape[-2] // step, wide.shape[-1] // step
    return wide.reshape(*rest, rows, step, columns, step)
