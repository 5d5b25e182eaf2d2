"""Splines: circles of cubics, and Catmull-Rom curves through points, both ways.

A closed Catmull-Rom curve through points P_i with d_i = |P_i - P_(i-1)|^alpha (alpha 0 uniform,
1/2 centripetal, 1 chordal) is made of cubics whose handles at P_i point along

    T_i = ((P_i - P_(i-1)) d_(i+1) / d_i + (P_(i+1) - P_i) d_i / d_(i+1)) / (d_i + d_(i+1))

with a third of the neighbouring d as their length. It does not reproduce a circle: at N points
its radius between them is too small (11.6 % at 4, 0.85 % at 8), and handles must be
4 tan(pi/2N) / sin(2 pi/N) times as long.

The way back finds alpha: handles hang on it smoothly, and those that are told by it are
compared with those that are there. Where all chords are equally long, all alphas are one.

See Catmull, Rom, "A Class of Local Interpolating Splines", 1974; Yuksel, Schaefer, Keyser,
"Parameterization and Applications of Catmull-Rom Curves", 2011; Riskus, "Approximation of a
Cubic Bezier Curve by Circular Arcs", 2006.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import pi, sqrt, tan

import numpy as np
from numpy.typing import ArrayLike

from texelnet.draw.path import Contour, Floats, Point
from texelnet.errors import DrawError

ALPHAS = {"uniform": 0.0, "centripetal": 0.5, "chordal": 1.0}
AIMS = ("usual", "radius", "area")


def handle(segments: int, aim: str = "usual") -> float:
    """Return the length of a unit circle's handles.

    Parameters
    ----------
    segments
        Into how many cubics the circle is cut, at least 2.
    aim
        What shall be right: "usual" the middle of each cubic (0.5523 for 4, the kappa that all
        programs use), "radius" the largest error of the radius, "area" the area, exactly.
    """
    if segments < 2:
        raise DrawError("a circle", f"{segments} segments", "at least 2")
    if aim not in AIMS:
        raise DrawError("a circle", f'there is no aim "{aim}"', f"one of {', '.join(AIMS)}")
    usual = 4 / 3 * tan(pi / (2 * segments))
    if aim == "usual":
        return usual
    if aim == "area":
        return _by_area(segments)
    low, high = 0.95 * usual, usual
    for _ in range(60):  # the two largest errors of the radius, outwards and inwards, agree
        middle = (low + high) / 2
        errors = _radius(segments, middle) - 1
        low, high = (low, middle) if errors.max() > -errors.min() else (middle, high)
    return middle


def _by_area(segments: int) -> float:
    """Solve for the handle whose cubics have the circle's area: a quadratic equation in it."""
    turn = 2 * pi / segments
    h = np.array([0.0, 1.0, 2.0])
    areas = np.array([_arc(segments, value).area for value in h])
    a, b, c = np.polyfit(h, areas, 2)
    return float((-b + sqrt(b * b - 4 * a * (c - turn / 2))) / (2 * a))


def _arc(segments: int, length: float) -> Contour:
    """Return one cubic of the unit circle, closed through the centre."""
    turn = 2 * pi / segments
    a, b = np.array([1.0, 0.0]), np.array([np.cos(turn), np.sin(turn)])
    u, v = np.array([0.0, 1.0]), np.array([-np.sin(turn), np.cos(turn)])
    curve = [a, a + length * u, b - length * v, b]
    back = [b, b * 2 / 3, b / 3, b * 0]
    out = [a * 0, a / 3, a * 2 / 3, a]
    return Contour(np.array([curve, back, out]))


def _radius(segments: int, length: float) -> Floats:
    curve = _arc(segments, length).points(np.linspace(0, 1, 401))[0]
    return np.asarray(np.hypot(curve[:, 0], curve[:, 1]))


def circle(
    centre: Point = (0.0, 0.0), radius: float = 1.0, segments: int = 4, aim: str = "usual"
) -> Contour:
    """Return a circle of cubics, clockwise to the eye from its rightmost point."""
    if not radius > 0:
        raise DrawError("a circle", f"its radius is {radius:g}", "a positive length")
    angles = 2 * pi * np.arange(segments + 1) / segments
    at = np.stack([np.cos(angles), np.sin(angles)], -1)
    at[-1] = at[0]
    along = handle(segments, aim) * np.stack([-np.sin(angles), np.cos(angles)], -1)
    a, b = at[:-1], at[1:]
    cubics = np.stack([a, a + along[:-1], b - along[1:], b], axis=1)
    return Contour(cubics * radius + np.asarray(centre))


def catmull_rom(
    points: ArrayLike,
    alpha: float | str = "centripetal",
    closed: bool = True,
    longer: float = 1,
) -> Contour:
    """Return the Catmull-Rom curve through points.

    Parameters
    ----------
    points
        (n, 2), at least 3 of a closed curve and 2 of an open one; neighbours differ.
    alpha
        0..1, or "uniform", "centripetal", "chordal".
    longer
        How many times as long handles are made: 4 tan(pi/2n) / sin(2 pi/n) makes circles of
        points on circles (:func:`circle_factor`).
    """
    p, closed_by = np.asarray(points, np.float64), 3 if closed else 2
    if p.ndim != 2 or p.shape[1] != 2 or len(p) < closed_by:
        fact = f"its points are {p.shape}"
        raise DrawError("a spline", fact, f"at least {closed_by} points x, y")
    if not np.isfinite(p).all():
        raise DrawError("a spline", "some of its points are not finite numbers")
    power = ALPHAS.get(alpha, alpha) if isinstance(alpha, str) else alpha
    if isinstance(power, str) or not 0 <= power <= 1:
        raise DrawError("a spline", f"alpha is {alpha}", "0..1, uniform, centripetal, chordal")
    tangents, spans = _tangents(p, power, closed)
    a, b = (p, np.roll(p, -1, axis=0)) if closed else (p[:-1], p[1:])
    u, v = (
        (tangents, np.roll(tangents, -1, axis=0)) if closed else (tangents[:-1], tangents[1:])
    )
    third = longer * spans[:, None] / 3
    return Contour(np.stack([a, a + third * u, b - third * v, b], axis=1), closed)


@dataclass(frozen=True, eq=False)
class CatmullRom:
    """A curve told by the points that it goes through.

    Parameters
    ----------
    points
        (n, 2).
    alpha
        0 uniform, 1/2 centripetal, 1 chordal, or between them.
    closed
        Whether it goes on to its first point.
    longer
        How many times as long its handles are.
    """

    points: Floats
    alpha: float
    closed: bool = True
    longer: float = 1.0

    @property
    def kind(self) -> str:
        """What its alpha is called; empty between those with a name."""
        return next((name for name, alpha in ALPHAS.items() if alpha == self.alpha), "")

    def contour(self) -> Contour:
        """Return it as cubics."""
        return catmull_rom(self.points, self.alpha, self.closed, self.longer)


def as_catmull_rom(contour: Contour, tolerance: float = 1e-6) -> CatmullRom:
    """Return the Catmull-Rom curve that cubics are.

    Parameters
    ----------
    tolerance
        How far a handle may be from where the curve has it, in the contour's unit. A file with
        rounded numbers needs what they were rounded by.

    Raises
    ------
    DrawError
        They are no such curve, whatever alpha is taken.
    """
    points, there = knots(contour), _handles(contour)

    def fit(alpha: float) -> tuple[float, CatmullRom]:
        plain = _handles(catmull_rom(points, alpha, contour.closed))
        longer = float((plain * there).sum() / (plain * plain).sum())
        if np.abs(plain - there).max() <= tolerance:
            longer = 1.0
        off = float(np.hypot(*(longer * plain - there).T).max())
        return off, CatmullRom(points, alpha, contour.closed, longer)

    named = [fit(ALPHAS[kind]) for kind in ("centripetal", "uniform", "chordal")]
    for off, curve in named:
        if off <= tolerance and curve.longer > 0:
            return curve
    off, curve = _best(fit)
    if off <= tolerance and curve.longer > 0:
        return curve
    fact = (
        f"its cubics are no Catmull-Rom curve: at best, with alpha {curve.alpha:.2f}, a handle"
    )
    raise DrawError("a spline", f"{fact} is {off:.3g} off", f"a tolerance above {tolerance:g}")


def _handles(contour: Contour) -> Floats:
    """Return (2 n, 2): each cubic's handles, from the points that they belong to."""
    p0, p1, p2, p3 = contour.cubics.transpose(1, 0, 2)
    return np.concatenate([p1 - p0, p2 - p3])


def _best(fit: Callable[[float], tuple[float, CatmullRom]]) -> tuple[float, CatmullRom]:
    """Return the fit that is least off: the best of some alphas, then nearer and nearer."""
    alphas = np.linspace(0, 1, 33)
    best = int(np.argmin([fit(float(alpha))[0] for alpha in alphas]))
    low, high = float(alphas[max(best - 1, 0)]), float(alphas[min(best + 1, 32)])
    golden = (sqrt(5) - 1) / 2
    for _ in range(50):
        a, b = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, b) if fit(a)[0] < fit(b)[0] else (a, high)
    return fit((low + high) / 2)


def circle_factor(points: int) -> float:
    """Return how much longer handles must be for points on a circle to make a circle."""
    return 4 * tan(pi / (2 * points)) / float(np.sin(2 * pi / points))


def _tangents(p: Floats, alpha: float, closed: bool) -> tuple[Floats, Floats]:
    """Return dP/ds at each point, and how much s grows along each span."""
    if not closed:  # mirror the ends' neighbours
        p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    steps = np.roll(p, -1, axis=0) - p
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    if (lengths if closed else lengths[:-1]).min() == 0:
        place = int(np.argmin(lengths))
        raise DrawError("a spline", f"points {place} and {place + 1} are one", "leave one out")
    spans = lengths**alpha
    after, before = spans[:, None], np.roll(spans, 1)[:, None]
    slope = steps / after
    behind = np.roll(slope, 1, axis=0)
    tangents = (behind * after + slope * before) / (after + before)
    return (tangents, spans) if closed else (tangents[1:-1], spans[1:-2])


def knots(contour: Contour) -> Floats:
    """Return the points that a spline goes through: where its cubics begin, and its end."""
    starts = contour.cubics[:, 0]
    return starts if contour.closed else np.vstack([starts, contour.cubics[-1:, 3]])
