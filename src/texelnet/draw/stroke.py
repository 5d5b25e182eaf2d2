"""Stroke: the outline of a line drawn with a round pen."""

from __future__ import annotations

import numpy as np

from texelnet.draw.path import Contour, Floats, Path, polygon
from texelnet.errors import DrawError

CHORD = 0.05
"""How far a piece of the outline may be from the curve, in widths of the pen."""


def stroke(line: Contour, width: float) -> Path:
    """Return what a round pen leaves on its way along a line.

    Parameters
    ----------
    line
        Open, or closed: then the outline has two contours. It must not turn within less than
        half the pen's width.
    width
        The pen's.

    Raises
    ------
    DrawError
        If the width is not positive.
    """
    if not 0 < width < np.inf:
        raise DrawError("a stroke", f"its width is {width:g}", "a positive length")
    turning = line.curvatures(np.linspace(0, 1, 9))
    pieces = 1 + int(np.nanmax(np.abs(turning)) * line.length / len(line.cubics) * 4)
    t = np.arange(min(max(pieces, 8), 200)) / min(max(pieces, 8), 200)
    points = line.points(t).reshape(-1, 2)
    along = line.derivatives(t).reshape(-1, 2)
    if not line.closed:
        points = np.vstack([points, line.points([1.0])[-1]])
        along = np.vstack([along, line.derivatives([1.0])[-1]])
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    aside = width / 2 * np.stack([-along[:, 1], along[:, 0]], -1)
    if line.closed:
        rings = polygon(points + aside), polygon(points - aside)
        outer, inner = sorted(rings, key=lambda ring: -abs(ring.area))
        same = outer.area * inner.area > 0
        return Path((outer, inner.reversed() if same else inner))
    there, back = points + aside, (points - aside)[::-1]
    end = _cap(points[-1], aside[-1])
    begin = _cap(points[0], -aside[0])
    return Path((polygon(np.vstack([there, end, back, begin])),))


def _cap(at: Floats, aside: Floats) -> Floats:
    """Return the inner points of the half circle from at + aside to at - aside."""
    turns = np.linspace(0, np.pi, 9)[1:-1, None]
    ahead = np.array([aside[1], -aside[0]])
    return np.asarray(at + np.cos(turns) * aside + np.sin(turns) * ahead)
