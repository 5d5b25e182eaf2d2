"""Drop: a drop of water on glass, from the plain circle to free forms, never crossing itself.

There are two makers. "points" puts points on a circle, moves them in and out and along it,
draws a Catmull-Rom curve through them and cuts its handles (``simple.tamed``).
"tension" is what surface tension likes, smooth and seldom concave:

    r(theta) = r0 (1 + sum a_k cos(k theta + phi_k)),   k = 2..6,  a_k about k^-2.

Their random numbers are Mulberry32's, so that ``generators`` draw the same drops in a browser
and in Flash.

On glass a drop is a cap of a ball: of contact angle t it holds f(t) r^3, with c = cos t and
f = pi (2 + c) (1 - c)^2 / (3 sin^3 t); its outline has the area pi r^2, whatever the wobble.

See Rayleigh, "On the capillary phenomena of jets", 1879, for the series; ElSherbini, Jacobi,
"Retention forces and contact angles for critical liquid drops on non-horizontal surfaces",
2006.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, pi, sqrt

import numpy as np

from texelnet.draw.mulberry import Mulberry32
from texelnet.draw.path import Contour, Floats, Point
from texelnet.draw.repeatable import direction
from texelnet.draw.simple import Certificate, certify, tamed
from texelnet.draw.spline import catmull_rom, circle_factor
from texelnet.errors import DrawError

MAKERS = ("points", "tension")
JITTER = 0.85
"""The share of the radius by which points are moved in and out at wobble 1."""
WAVES = np.arange(2, 7)


@dataclass(frozen=True)
class Outline:
    """A contour, and why it does not cross itself."""

    contour: Contour
    certificate: Certificate


@dataclass(frozen=True)
class Drop:
    """One drop, at rest, around its own centre.

    Parameters
    ----------
    volume
        In cubed units of length; with millimetres, microlitres.
    seed
        The same seed makes the same drop; taken modulo 2^32.
    wobble
        0 is a circle; at 1 points leave it by up to 85 % of the radius.
    points
        How many points its outline has, at least 4.
    maker
        "points" or "tension".
    angle
        The contact angle in degrees, above 0 and below 180: how flat it lies.
    at
        Where its centre is.

    Raises
    ------
    DrawError
        A value is out of bounds.
    """

    volume: float
    seed: int = 0
    wobble: float = 0.5
    points: int = 12
    maker: str = "points"
    angle: float = 60.0
    at: Point = (0.0, 0.0)

    def __post_init__(self) -> None:
        bounds = {"volume": (0, 1e18), "angle": (0, 180)}
        for name, (low, high) in bounds.items():
            value = getattr(self, name)
            if not low < value < high:
                raise DrawError(
                    "a drop", f"its {name} is {value:g}", f"above {low}, below {high:g}"
                )
        if not 0 <= self.wobble <= 1:
            raise DrawError("a drop", f"its wobble is {self.wobble:g}", "0..1")
        if not 4 <= self.points <= 1000:
            raise DrawError("a drop", f"it has {self.points} points", "4 to 1000")
        if self.maker not in MAKERS:
            raise DrawError("a drop", f'no maker is called "{self.maker}"', " or ".join(MAKERS))
        if not all(map(isfinite, self.at)):
            raise DrawError("a drop", f"its centre is {self.at}", "finite numbers")

    @property
    def radius(self) -> float:
        """The radius of the circle that it wets."""
        return float((self.volume / cap_factor(self.angle)) ** (1 / 3))

    def outline(self) -> Outline:
        """Return its outline, of area pi radius^2 exactly, clockwise to the eye."""
        make = jittered if self.maker == "points" else _waved
        contour = tamed(make(Mulberry32(self.seed), self.wobble, self.points), (0.0, 0.0))
        size = self.radius * sqrt(pi / contour.area)
        placed = Contour(contour.cubics * size + np.asarray(self.at))
        return Outline(placed, certify(placed, self.at))


def cap_factor(angle: float) -> float:
    """Return f of the cap's volume f r^3, at a contact angle in degrees."""
    c, s = direction(angle)
    return pi * (2 + c) * (1 - c) * (1 - c) / (3 * s * s * s)


def jittered(rng: Mulberry32, wobble: float, count: int, alpha: str = "centripetal") -> Contour:
    """Move points on a circle, in and out and along, and draw a curve through them: raw."""
    along, out = rng.uniform(-1, 1, (count, 2)).T
    angles = 2 * pi * (np.arange(count) + 0.4 * wobble * along) / count
    radii = 1 + JITTER * wobble * out
    points = radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], -1)
    return catmull_rom(points, alpha, longer=circle_factor(count))


def _waved(rng: Mulberry32, wobble: float, count: int) -> Contour:
    """Draw the series, by points and their derivatives."""
    sizes = rng.uniform(-1, 1, len(WAVES)) / WAVES**2
    sizes *= JITTER * wobble / max(float(np.abs(sizes).sum()), 1e-12) * rng.uniform(0.5, 1)
    turns = rng.uniform(0, 2 * pi, len(WAVES))
    return series(sizes, turns, count)


def series(sizes: Floats, turns: Floats, count: int) -> Contour:
    """Return the outline of r = 1 + sum a_k cos(k theta + phi_k), k = 2, 3, ...

    Parameters
    ----------
    sizes, turns
        a_k and phi_k; the sum of |a_k| is below 1.
    count
        Points of the outline.
    """
    count = max(count, 4 * (len(sizes) + 1))  # enough for the highest wave
    theta = 2 * pi * np.arange(count) / count
    k = np.arange(2, 2 + len(sizes))
    phase = k * theta[:, None] + turns
    r = 1 + (sizes * np.cos(phase)).sum(1)
    slope = -(k * sizes * np.sin(phase)).sum(1)
    out, on = np.stack([np.cos(theta), np.sin(theta)], -1), None
    on = np.stack([-np.sin(theta), np.cos(theta)], -1)
    p = r[:, None] * out
    handles = (slope[:, None] * out + r[:, None] * on) * (4 / 3 * np.tan(pi / (2 * count)))
    a, b = p, np.roll(p, -1, axis=0)
    return Contour(np.stack([a, a + handles, b - np.roll(handles, -1, axis=0), b], axis=1))
