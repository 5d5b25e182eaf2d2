"""Combine: what two shapes cover together or both, where outlines meet, and quadratics.

Unions and intersections are Skia's, which keep curves as curves and compute in single
precision: right to about a millionth of the shapes' size.

See Skia, "PathOps"; Sederberg, Nishita, "Curve Intersection Using Bezier Clipping", 1990;
fontTools, "cu2qu".
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np

from texelnet.draw.collect import PathPen
from texelnet.draw.path import Contour, Floats, Path
from texelnet.draw.simple import halved
from texelnet.errors import DrawError

MOST_PAIRS = 100_000


def union(*paths: Path) -> Path:
    """Return the outline of what paths cover together; no two of its contours cross.

    Raises
    ------
    DrawError
        skia-pathops is not installed.
    """
    return _combined("UNION", *paths)


def intersection(first: Path, second: Path) -> Path:
    """Return the outline of what both cover; see :func:`union`."""
    return _combined("INTERSECTION", first, second)


def _combined(operation: str, *paths: Path) -> Path:
    try:
        import pathops
    except ImportError:
        hint = 'pip install "texelnet[draw]"'
        raise DrawError("outlines", "skia-pathops is not installed", hint) from None
    points = [contour.cubics.reshape(-1, 2) for path in paths for contour in path.contours]
    if not points:
        return Path(())
    low, high = np.concatenate(points).min(0), np.concatenate(points).max(0)
    size = float((high - low).max()) / 1024 or 1.0  # where single precision is at its best
    there = [[1 / size, 0, -low[0] / size], [0, 1 / size, -low[1] / size]]

    def skia(path: Path) -> Any:
        made = pathops.Path()
        path.through(there).walk(made.getPen())
        made.simplify(fix_winding=True, keep_starting_points=False)
        return made

    kind = getattr(pathops.PathOp, operation)
    first, *others = map(skia, paths)
    found = reduce(lambda a, b: pathops.op(a, b, kind), others, first)
    pen = PathPen()
    found.draw(pen)
    return pen.path.through([[size, 0, low[0]], [0, size, low[1]]])


def crossings(a: Contour, b: Contour, tolerance: float = 1e-9) -> Floats:
    """Return (n, 2): where two outlines meet.

    Parameters
    ----------
    tolerance
        Pieces smaller than this share of the outlines' size are points.

    Raises
    ------
    DrawError
        The outlines run along each other.
    """
    both = np.concatenate([a.cubics, b.cubics]).reshape(-1, 2)
    least = tolerance * float(np.ptp(both, axis=0).max())
    i, j = np.indices((len(a.cubics), len(b.cubics))).reshape(2, -1)
    one, two = a.cubics[i], b.cubics[j]
    while len(one):
        low, high = np.maximum(one.min(1), two.min(1)), np.minimum(one.max(1), two.max(1))
        near = (low <= high + least).all(1)
        one, two = one[near], two[near]
        if len(one) > MOST_PAIRS:
            raise DrawError("outlines", "they run along each other", "move one of them")
        if not len(one) or np.ptp(np.hstack([one, two]), axis=1).max() < 4 * least:
            break
        (a1, a2), (b1, b2) = halved(one), halved(two)
        one, two = np.concatenate([a1, a1, a2, a2]), np.concatenate([b1, b2, b1, b2])
    found = (one.mean(1) + two.mean(1)) / 2
    return _apart(found, 64 * least)


def _apart(points: Floats, least: float) -> Floats:
    """Return one of each cluster of points."""
    kept: list[Floats] = []
    for point in points[np.lexsort(points.T)]:
        if all(np.abs(point - other).max() > least for other in kept):
            kept.append(point)
    return np.array(kept).reshape(-1, 2)


def quadratics(contour: Contour, tolerance: float) -> Floats:
    """Return (n, 3, 2): quadratic Beziers nowhere farther from a contour than the tolerance.

    Their tangents at the cubics' ends are the cubics'.

    Raises
    ------
    DrawError
        fontTools is not installed; the tolerance is not positive, or too small.
    """
    try:
        from fontTools.cu2qu import curve_to_quadratic
        from fontTools.cu2qu.errors import ApproxNotFoundError
    except ImportError:
        hint = 'pip install "texelnet[draw]"'
        raise DrawError("quadratics", "fontTools is not installed", hint) from None
    if not tolerance > 0:
        raise DrawError("quadratics", f"the tolerance is {tolerance:g}", "a positive length")
    found = []
    for number, cubic in enumerate(contour.cubics.tolist()):
        try:
            spline = np.array(curve_to_quadratic(cubic, tolerance))
        except ApproxNotFoundError:
            fact = f"cubic {number} needs more than 100 of them for {tolerance:g}"
            raise DrawError("quadratics", fact, "a larger tolerance") from None
        handles = spline[1:-1]
        middles = (handles[1:] + handles[:-1]) / 2
        ends = np.vstack([cubic[0], middles, cubic[3]])
        found.append(np.stack([ends[:-1], handles, ends[1:]], axis=1))
    return np.concatenate(found)
