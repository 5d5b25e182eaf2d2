"""Quadratic: cubics as quadratic curves, for Flash, which keeps no others, and for shaders.

A cubic is cut into parts of equal time, enough of them for a tolerance, all at once and without
any library; :func:`texelnet.draw.combine.quadratics`, which keeps the tangents of the cubics'
ends, asks fontTools instead.

The handle of a part is (3 (p1 + p2) - p0 - p3) / 4. The part is off by sqrt(3)/36 of its third
difference at most, which falls with the cube of their count; where parts of one cubic meet,
their tangents differ little.

See Farin, "Curves and Surfaces for CAGD", 2002, section 6.10 (blossoms, degree reduction).
"""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import NDArray

from texelnet.draw.path import Floats


def quadratics(cubics: Floats, tolerance: float, longest: float = inf) -> Floats:
    """Return (m, 3, 2): begin, handle and end of quadratics near cubics, in their order.

    Parameters
    ----------
    cubics
        (n, 4, 2).
    tolerance
        How far off they may be.
    longest
        How far begin, handle and end of one may lie apart on an axis.
    """
    steps = np.diff(cubics, axis=1)
    third = np.hypot(*np.diff(steps, 2, axis=1)[:, 0].T)
    counts = np.ceil(np.cbrt(np.sqrt(3) / 36 * third / tolerance))
    counts = np.maximum(counts, np.ceil(3 * np.abs(steps).max((1, 2)) / longest))
    parts = _parts(cubics, np.maximum(counts, 1).astype(np.int64))
    p0, p1, p2, p3 = np.moveaxis(parts, 1, 0)
    return np.stack([p0, (3 * (p1 + p2) - p0 - p3) / 4, p3], axis=1)


def _parts(cubics: Floats, counts: NDArray[np.int64]) -> Floats:
    """Return (sum of counts, 4, 2): each cubic in parts of equal time, by its blossom."""
    which = np.repeat(np.arange(len(counts)), counts)
    index = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    a, b = index / counts[which], (index + 1) / counts[which]
    whole = cubics[which]

    def blossom(*times: Floats) -> Floats:
        points = whole
        for t in times:
            points = points[:, :-1] + t[:, None, None] * np.diff(points, axis=1)
        return points[:, 0]

    return np.stack(
        [blossom(a, a, a), blossom(a, a, b), blossom(a, b, b), blossom(b, b, b)], axis=1
    )
