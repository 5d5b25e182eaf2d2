"""Convex: polygons cut by straight lines, and hulls.

See Sutherland, Hodgman, "Reentrant Polygon Clipping", 1974; Andrew, "Another Efficient
Algorithm for Convex Hulls in Two Dimensions", 1979.
"""

from __future__ import annotations

import numpy as np

from texelnet.draw.path import Floats


def half(points: Floats, axis: int, bound: float, side: int) -> Floats:
    """Return a polygon's part on one side of an upright (axis 0) or level line.

    Parameters
    ----------
    points
        (n, 2). Where the line cuts it into several parts, they stay joined along the line.
    side
        1 keeps what is larger than the bound, -1 what is smaller.
    """
    if not np.isfinite(bound) or not len(points):
        return points if side * bound < 0 or not len(points) else points[:0]
    inside = side * (points[:, axis] - bound) >= 0
    after, after_inside = np.roll(points, -1, axis=0), np.roll(inside, -1)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (bound - points[:, axis]) / (after[:, axis] - points[:, axis])
        cut = points + t[:, None] * (after - points)
    cut[:, axis] = bound
    both = np.stack([points, cut], axis=1).reshape(-1, 2)
    return np.asarray(both[np.stack([inside, inside != after_inside], axis=1).ravel()])


def between(points: Floats, axis: int, low: float, high: float) -> Floats:
    """Return a polygon's part between two lines."""
    return half(half(points, axis, low, 1), axis, high, -1)


def within(points: Floats, width: float, height: float) -> Floats:
    """Return a polygon's part inside a picture."""
    return between(between(points, 0, 0, width), 1, 0, height)


def hull(points: Floats) -> Floats:
    """Return the corners of the smallest convex polygon around points, clockwise to the eye."""
    ordered = np.unique(points, axis=0).tolist()

    def chain(some: list[list[float]]) -> list[list[float]]:
        kept: list[list[float]] = []
        for x, y in some:
            while len(kept) > 1:
                (a, b), (c, d) = kept[-2:]
                if (c - a) * (y - b) - (d - b) * (x - a) > 0:
                    break
                kept.pop()
            kept.append([x, y])
        return kept[:-1]

    return np.array(chain(ordered) + chain(ordered[::-1]))
