"""Collect: a pen that makes a path of what it is told, so other programs' outlines come in."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from texelnet.draw.path import Contour, Path, Point
from texelnet.errors import DrawError


class PathPen:
    """Keeps cubics; lines and quadratics are raised to them, which changes no point of them."""

    def __init__(self) -> None:
        self._contours: list[Contour] = []
        self._cubics: list[tuple[Point, ...]] = []
        self._start: Point | None = None
        self._at: Point = (0.0, 0.0)

    @property
    def path(self) -> Path:
        """What was walked so far, whole contours."""
        return Path(tuple(self._contours))

    def moveTo(self, point: Point) -> None:
        """Begin a contour."""
        self._start, self._at, self._cubics = point, point, []

    def lineTo(self, point: Point) -> None:
        """Go straight on."""
        self.curveTo(_between(self._at, point, 1 / 3), _between(self._at, point, 2 / 3), point)

    def curveTo(self, *points: Point) -> None:
        """Go on by a cubic."""
        if self._start is None:
            raise DrawError("a pen", "it draws before it is put down", "moveTo first")
        self._cubics.append((self._at, *points))
        self._at = points[-1]

    def qCurveTo(self, *points: Point) -> None:
        """Go on by quadratics; between two handles lies a point half way."""
        *handles, end = points
        ends = [*(_between(a, b, 0.5) for a, b in pairwise(handles)), end]
        for handle, point in zip(handles, ends, strict=True):
            there, back = _between(self._at, handle, 2 / 3), _between(point, handle, 2 / 3)
            self.curveTo(there, back, point)

    def closePath(self) -> None:
        """End a closed contour."""
        if self._start is not None and self._at != self._start:
            self.lineTo(self._start)
        self._keep(closed=True)

    def endPath(self) -> None:
        """End an open one."""
        self._keep(closed=False)

    def _keep(self, closed: bool) -> None:
        if self._cubics:
            self._contours.append(Contour(np.array(self._cubics), closed))
        self._start, self._cubics = None, []


def _between(a: Point, b: Point, t: float) -> Point:
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t
