"""Dataset: pictures and the polygons of the things in them; what every format reads and writes.

Points are in pixels, x right, y down; pixel (0, 0) is the square from (0, 0) to (1, 1).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from texelnet.label.rle import Mask

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Thing:
    """One thing.

    Parameters
    ----------
    kind
        Its class.
    polygons
        (n, 2) each: its parts, hidden ones too, cut at the picture's rim. A hole is part of the
        polygon around it, joined by a line that is walked both ways.
    visible
        The share of its pixels that nothing hides, 0..1.
    amodal, inmodal
        Its pixels, hidden ones too, and those that are seen; None where nobody told.
    """

    kind: str
    polygons: tuple[Floats, ...]
    visible: float = 1.0
    amodal: Mask | None = None
    inmodal: Mask | None = None

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        points = np.concatenate(self.polygons)
        left, top = points.min(0)
        right, bottom = points.max(0)
        return float(left), float(top), float(right), float(bottom)

    @property
    def area(self) -> float:
        """In pixels; where parts overlap, both count."""
        return sum(abs(signed_area(polygon)) for polygon in self.polygons)


@dataclass(frozen=True)
class Labelled:
    """One picture.

    Parameters
    ----------
    name
        Of its file.
    width, height
        In pixels.
    size
        Of its file, in bytes.
    things
        What is in it.
    """

    name: str
    width: int
    height: int
    size: int
    things: tuple[Thing, ...]


@dataclass(frozen=True)
class Dataset:
    """Pictures, and the classes of what is in them, the first with index 1."""

    classes: tuple[str, ...]
    pictures: tuple[Labelled, ...]


def signed_area(points: Floats) -> float:
    """Return a polygon's area, positive if it runs clockwise to the eye."""
    x, y = points.T
    return float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2)


def joined(polygons: Iterable[Floats]) -> tuple[Floats, ...]:
    """Return polygons of one shape without holes, which run the other way round.

    Each hole is joined to the nearest point of the polygon whose box it lies in.
    """
    parts = [(signed_area(points), points) for points in polygons if len(points) > 2]
    total = sum(area for area, _ in parts)
    around = [points for area, points in parts if area * total > 0]
    for area, hole in parts:
        if area * total < 0:
            outer = [n for n, points in enumerate(around) if _holds(points, hole)]
            if outer:
                around[outer[0]] = _bridged(around[outer[0]], hole)
    return tuple(around)


def _holds(points: Floats, hole: Floats) -> bool:
    return bool((points.min(0) <= hole.min(0)).all() and (points.max(0) >= hole.max(0)).all())


def _bridged(points: Floats, hole: Floats) -> Floats:
    apart = np.linalg.norm(points[:, None] - hole[None], axis=2)
    a, b = np.unravel_index(int(apart.argmin()), apart.shape)
    inside = np.vstack([np.roll(hole, -int(b), axis=0), hole[b]])
    return np.vstack([points[: a + 1], inside, points[a:]])
