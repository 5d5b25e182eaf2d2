"""Path: outlines of cubic Bezier curves, as frozen values over arrays.

A contour is (n, 4, 2): n cubics of four points x, y, each beginning where the one before ends.
y grows downwards, as on a screen, so a positive area runs clockwise to the eye. Lengths are in
whatever unit the points are.

A path is walked by a **pen**, which has the words of fontTools' pens (moveTo, lineTo, curveTo,
closePath, endPath), so that those can be used here and ours there.

See Farin, "Curves and Surfaces for CAGD", 2002, chapters 4 and 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from texelnet.errors import DrawError

Floats = NDArray[np.float64]
Point = tuple[float, float]
MOST_CHORDS = 10_000_000
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)


class Pen(Protocol):
    """Who walks a path."""

    def moveTo(self, point: Point) -> None:
        """Begin a contour."""

    def lineTo(self, point: Point) -> None:
        """Go straight on."""

    def curveTo(self, *points: Point) -> None:
        """Go on by a cubic: two handles, and where it ends."""

    def closePath(self) -> None:
        """End a closed contour."""

    def endPath(self) -> None:
        """End an open one."""


@dataclass(frozen=True, eq=False)
class Contour:
    """One outline, closed or open.

    Parameters
    ----------
    cubics
        (n, 4, 2), n at least 1; made read-only.
    closed
        Whether its end is its beginning.

    Raises
    ------
    DrawError
        If points are not finite, or cubics do not follow each other.
    """

    cubics: Floats
    closed: bool = True

    def __post_init__(self) -> None:
        cubics = np.array(self.cubics, np.float64)
        if cubics.ndim != 3 or cubics.shape[1:] != (4, 2) or not len(cubics):
            raise DrawError("a contour", f"its shape is {cubics.shape}", "(cubics, 4, 2)")
        if not np.isfinite(cubics).all():
            raise DrawError("a contour", "some of its points are not finite numbers")
        following = np.roll(cubics[:, 0], -1, axis=0)
        gaps = np.abs(cubics[:, 3] - following)[: None if self.closed else -1]
        if gaps.size and gaps.max() > 1e-9 * max(1.0, float(np.abs(cubics).max())):
            place = f"cubic {int(gaps.max(1).argmax())}"
            raise DrawError("a contour", f"{place} does not end where the next begins")
        cubics.setflags(write=False)
        object.__setattr__(self, "cubics", cubics)

    @cached_property
    def area(self) -> float:
        """The signed area: positive if it runs clockwise to the eye; 0 of an open contour."""
        if not self.closed:
            return 0.0
        p = self.cubics
        pairs = ((0, 1, 6), (0, 2, 3), (0, 3, 1), (1, 2, 3), (1, 3, 3), (2, 3, 6))
        return float(sum(w * cross(p[:, a], p[:, b]).sum() for a, b, w in pairs) / 20)

    @cached_property
    def length(self) -> float:
        """The length along the curve: Gauss and Legendre, 16 points on each quarter cubic."""
        t = np.concatenate([(i + (_NODES + 1) / 2) / 4 for i in range(4)])
        speeds = np.hypot(*np.moveaxis(self.derivatives(t), -1, 0))
        return float((speeds * np.tile(_WEIGHTS, 4) / 8).sum())

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """The smallest box around the curve itself: left, top, right, bottom."""
        points = [self.cubics[:, 0], self.cubics[:, 3]]
        a, b, c = _powers(self.cubics)
        for axis in (0, 1):
            roots = _roots(3 * a[:, axis], 2 * b[:, axis], c[:, axis])
            points += [_at(self.cubics, t) for t in roots]
        low, high = np.min([p.min(0) for p in points], 0), np.max([p.max(0) for p in points], 0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def points(self, t: ArrayLike) -> Floats:
        """Return (cubics, times, 2): every cubic at these times in 0..1."""
        s = np.asarray(t, np.float64)
        basis = np.stack([(1 - s) ** 3, 3 * s * (1 - s) ** 2, 3 * s * s * (1 - s), s**3], -1)
        return np.asarray(np.einsum("tk,nkd->ntd", basis, self.cubics))

    def derivatives(self, t: ArrayLike) -> Floats:
        """Return (cubics, times, 2): dP/dt."""
        s = np.asarray(t, np.float64)
        steps = np.diff(self.cubics, axis=1)
        basis = 3 * np.stack([(1 - s) ** 2, 2 * s * (1 - s), s * s], -1)
        return np.asarray(np.einsum("tk,nkd->ntd", basis, steps))

    def curvatures(self, t: ArrayLike) -> Floats:
        """Return (cubics, times): 1 / radius, positive where it turns clockwise to the eye."""
        s = np.asarray(t, np.float64)
        first = self.derivatives(s)
        bends = 6 * np.diff(self.cubics, 2, axis=1)
        second = np.einsum("tk,nkd->ntd", np.stack([1 - s, s], -1), bends)
        speed = np.hypot(first[..., 0], first[..., 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(cross(first, second) / speed**3)

    def flatten(self, tolerance: float) -> Floats:
        """Return (points, 2), a polygon nowhere farther from the curve than the tolerance.

        Each cubic becomes n = ceil(sqrt(3/4 M / tolerance)) chords, M its largest second
        difference. A closed contour's first point is not repeated.
        """
        found, _ = chords(self.cubics, chord_counts(self.cubics, tolerance))
        return found if self.closed else np.vstack([found, self.cubics[-1:, 3]])

    def through(self, matrix: ArrayLike) -> Contour:
        """Return it under an affine map, [[a, c, e], [b, d, f]]: x' = a x + c y + e."""
        m = np.asarray(matrix, np.float64)
        if m.shape != (2, 3) or not np.isfinite(m).all():
            raise DrawError("an affine map", "it is no 2 x 3 matrix of finite numbers")
        return Contour(self.cubics @ m[:, :2].T + m[:, 2], self.closed)

    def reversed(self) -> Contour:
        """Return it walked the other way round."""
        return Contour(self.cubics[::-1, ::-1], self.closed)

    def walk(self, pen: Pen) -> None:
        """Let a pen walk along; cubics that are straight are lines to it."""
        pen.moveTo(_pair(self.cubics[0, 0]))
        straight = _straight(self.cubics)
        for cubic, line in zip(self.cubics, straight, strict=True):
            if line:
                pen.lineTo(_pair(cubic[3]))
            else:
                pen.curveTo(*map(_pair, cubic[1:]))
        if self.closed:
            pen.closePath()
        else:
            pen.endPath()


@dataclass(frozen=True)
class Path:
    """Contours that are one shape."""

    contours: tuple[Contour, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "contours", tuple(self.contours))

    @property
    def area(self) -> float:
        """The signed area of all contours."""
        return sum(contour.area for contour in self.contours)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """The smallest box around all contours: left, top, right, bottom."""
        if not self.contours:
            raise DrawError("a path", "it has no contours, so no bounds")
        boxes = np.array([contour.bounds for contour in self.contours])
        low, high = boxes[:, :2].min(0), boxes[:, 2:].max(0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def through(self, matrix: ArrayLike) -> Path:
        """Return it under an affine map, see :meth:`Contour.through`."""
        return Path(tuple(contour.through(matrix) for contour in self.contours))

    def walk(self, pen: Pen) -> None:
        """Let a pen walk along every contour."""
        for contour in self.contours:
            contour.walk(pen)


def polygon(points: ArrayLike, closed: bool = True) -> Contour:
    """Return straight lines through points (n, 2)."""
    p = np.asarray(points, np.float64)
    ends = np.roll(p, -1, axis=0) if closed else p[1:]
    starts = p if closed else p[:-1]
    parts = [starts + (ends - starts) * t for t in (0, 1 / 3, 2 / 3)]
    return Contour(np.stack([*parts, ends], axis=1), closed)


def chord_counts(cubics: Floats, tolerance: float) -> NDArray[np.int64]:
    """Return how many chords each cubic needs: n = ceil(sqrt(3/4 M / tolerance))."""
    if not len(cubics):
        return np.zeros(0, np.int64)
    if not tolerance > 0:
        raise DrawError("flatten", f"the tolerance is {tolerance:g}", "a positive length")
    bends = np.diff(cubics, 2, axis=1)
    most = np.hypot(bends[..., 0], bends[..., 1]).max(1)
    counts = np.maximum(1, np.ceil(np.sqrt(0.75 * most / tolerance))).astype(np.int64)
    if counts.sum() > MOST_CHORDS:
        fact = f"{counts.sum()} chords; at most {MOST_CHORDS} are made"
        raise DrawError("flatten", fact, "a larger tolerance, or a smaller shape")
    return np.asarray(counts)


def chords(cubics: Floats, counts: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """Return where the chords of cubics begin, (points, 2), and of which cubic each is."""
    which = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts) - counts
    t = (np.arange(counts.sum()) - np.repeat(starts, counts)) / counts[which]
    powers = (*_powers(cubics), cubics[:, 0])  # rows of all x and all y: twice as fast
    a, b, c, d = (np.repeat(np.ascontiguousarray(p.T), counts, axis=1) for p in powers)
    return np.asarray((((a * t + b) * t + c) * t + d).T), which


def cross(a: Floats, b: Floats) -> Floats:
    """Return the third component of the cross product, over the last axis."""
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])


def _pair(point: Floats) -> Point:
    return float(point[0]), float(point[1])


def _at(cubics: Floats, t: Floats) -> Floats:
    """Return each cubic at its own time."""
    s = t[:, None]
    a, b, c = _powers(cubics)
    return np.asarray(((a * s + b) * s + c) * s + cubics[:, 0])


def _powers(cubics: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the coefficients of t^3, t^2 and t."""
    p0, p1, p2, p3 = (cubics[:, i] for i in range(4))
    return p3 - 3 * p2 + 3 * p1 - p0, 3 * (p0 - 2 * p1 + p2), 3 * (p1 - p0)


def _roots(a: Floats, b: Floats, c: Floats) -> Iterable[Floats]:
    """Return both roots of a t^2 + b t + c in 0..1, 0 where there is none."""
    with np.errstate(all="ignore"):
        root = np.sqrt(b * b - 4 * a * c)
        q = -(b + np.where(b < 0, -1.0, 1.0) * root) / 2
        for t in (q / a, c / q):
            yield np.where(np.isfinite(t) & (t > 0) & (t < 1), t, 0.0)


def _straight(cubics: Floats) -> Sequence[bool]:
    """Tell which cubics lie on their chord, evenly walked."""
    bends = np.diff(cubics, 2, axis=1)
    size = np.abs(cubics[:, 3] - cubics[:, 0]).max(1)
    found: list[bool] = (np.abs(bends).max((1, 2)) <= 1e-12 * np.maximum(size, 1e-300)).tolist()
    return found
