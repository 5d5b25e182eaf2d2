"""Travel: a drop on its way down the glass, restless and a little sticky.

Its form walks at random: the a_k and phi_k of the tension series (``drop``) are Ornstein and
Uhlenbeck's processes, drawn back to where they began. Its head creeps on; its tail sticks until
the drop is longer than `lag` times its width at rest, 2r, and then jerks after the head by the
share `snap` of what it is too long.

Between head and tail the outline is deformed by maps of Jacobian 1, so its area stays:

    stretch   (x / s, s y)
    taper     (x g(y), integral of dy / g),   1 / g = 1 + k (1 + tanh(-y / w)) / 2

the tail is thin where y is small. Points and tangents go through the map; what cubics lose of
the area is given back by a scale that is within a thousandth of 1. Each outline is certified;
where a taper is too strong for that it is halved, and a stretch alone is linear: it keeps every
star a star.

See Uhlenbeck, Ornstein, "On the Theory of the Brownian Motion", 1930; Podgorski, Flesselles,
Limat, "Corners, Cusps, and Pearls in Running Drops", 2001.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, isfinite, pi, sqrt

import numpy as np

from texelnet.draw.drop import JITTER, WAVES, Drop, Outline, series
from texelnet.draw.path import Contour, Floats
from texelnet.draw.simple import certify, tamed
from texelnet.errors import DrawError

MEMORY = 1.5
"""Seconds after which a form has forgotten what it was, at restlessness 1."""
POINTS = 24


@dataclass(frozen=True)
class Frame:
    """A drop at one time.

    Parameters
    ----------
    outline
        Proved to be simple.
    tail, head
        Its uppermost and its lowest y.
    jerked
        Whether the tail has just followed.
    """

    outline: Outline
    tail: float
    head: float
    jerked: bool


@dataclass(frozen=True)
class Travel:
    """A drop's way down.

    Parameters
    ----------
    drop
        Its volume, seed, wobble, contact angle and where it begins; its maker is "tension".
    speed
        Of its head, in units of length a second.
    lag
        How many times 2r it may be long before its tail follows, 1..4.
    snap
        The share of what it is longer than 2r by which the tail jerks, 0..1, not 0.
    taper
        How much thinner the tail becomes, 0..2.
    restless
        How fast its form changes, 0 not at all.
    """

    drop: Drop
    speed: float = 6.0
    lag: float = 1.6
    snap: float = 0.8
    taper: float = 1.0
    restless: float = 1.0

    def __post_init__(self) -> None:
        bounds = {"speed": (0, 1e9), "lag": (1, 4), "taper": (0, 2), "restless": (0, 100)}
        for name, (low, high) in bounds.items():
            value = getattr(self, name)
            if not (isfinite(value) and low <= value <= high):
                fact = f"its {name} is {value:g}"
                raise DrawError("a drop's way", fact, f"{low:g} to {high:g}")
        if not 0 < self.snap <= 1:
            raise DrawError("a drop's way", f"its snap is {self.snap:g}", "above 0, to 1")

    def frames(self, count: int, rate: float = 30.0) -> Iterator[Frame]:
        """Give its outlines.

        Parameters
        ----------
        count
            How many.
        rate
            Frames a second.
        """
        if count < 1 or not 0 < rate < 1e6:
            fact = f"{count} frames, {rate:g} a second"
            raise DrawError("a drop's way", fact, "at least 1 frame")
        rest = 2 * self.drop.radius
        tail = self.drop.at[1] - rest / 2
        head, jerked = tail + rest, False
        for form in self._forms(count, 1 / rate):
            yield self._frame(form, tail, head, jerked)
            head += self.speed / rate
            long = head - tail
            jerked = long > self.lag * rest
            if jerked:
                tail += self.snap * (long - rest)

    def _forms(self, count: int, step: float) -> Iterator[Contour]:
        """Give forms around the origin, of radius 1: the walk of the series."""
        rng = np.random.default_rng(self.drop.seed)
        waves = len(WAVES)
        most = JITTER * self.drop.wobble
        spread = 0.5 * most / WAVES**2 / (1 / WAVES**2).sum()
        sizes, turns = rng.normal(size=waves), np.zeros(waves)
        home = rng.uniform(0, 2 * pi, waves)
        keep = exp(-step * self.restless / MEMORY)
        for _ in range(count):
            a = sizes * spread
            a *= min(1.0, most / max(float(np.abs(a).sum()), 1e-12))
            contour = tamed(series(a, home + turns, POINTS), (0.0, 0.0))
            yield Contour(contour.cubics * sqrt(pi / contour.area))
            news = sqrt(1 - keep * keep) * rng.normal(size=(2, waves))
            sizes, turns = keep * sizes + news[0], keep * turns + news[1]

    def _frame(self, form: Contour, tail: float, head: float, jerked: bool) -> Frame:
        radius = self.drop.radius
        long = (head - tail) / radius
        strength = self.taper * max(long / 2 - 1, 0)
        while True:
            found = _fitted(form, long, strength)
            middle = tail - found.bounds[1] * radius  # where the form's own centre went
            placed = Contour(found.cubics * radius + (self.drop.at[0], middle))
            try:
                proof = certify(placed, (self.drop.at[0], middle))
                return Frame(Outline(placed, proof), tail, head, jerked)
            except DrawError:
                if strength == 0:
                    raise
                strength = strength / 2 if strength > 0.01 else 0.0


def _fitted(form: Contour, long: float, strength: float) -> Contour:
    """Return a form of area pi deformed until it is so long, its area kept."""
    s = long / 2
    for _ in range(30):
        found = deformed(form, s, strength)
        found = Contour(found.cubics * sqrt(pi / found.area))
        _, top, _, bottom = found.bounds
        off = long / (bottom - top)
        if abs(off - 1) < 1e-12:
            break
        s *= off
    return found


def deformed(form: Contour, stretch: float, taper: float) -> Contour:
    """Return a contour under a stretch and then a taper, both of Jacobian 1.

    Parameters
    ----------
    stretch
        How many times as long it becomes, and narrower.
    taper
        k: how many times thinner its upper end becomes, less 1.
    """
    p = form.cubics * (1 / stretch, stretch)
    if taper == 0:
        return Contour(p, form.closed)
    ends, others = p[:, (0, 3)], p[:, (1, 2)]
    moved = _tapered(ends, taper, stretch)
    dx, dy = np.moveaxis(others - ends, -1, 0)
    x, y = np.moveaxis(ends, -1, 0)
    thick, slope = _thickness(y, taper, stretch)
    handles = np.stack([thick * dx + slope * x * dy, dy / thick], -1)
    handles += moved
    return Contour(np.stack([moved[:, 0], handles[:, 0], handles[:, 1], moved[:, 1]], axis=1))


def _thickness(y: Floats, k: float, w: float) -> tuple[Floats, Floats]:
    """Return g and its slope."""
    tanh = np.tanh(-y / w)
    g = 1 / (1 + k * (1 + tanh) / 2)
    return g, g * g * k * (1 - tanh**2) / (2 * w)


def _tapered(points: Floats, k: float, w: float) -> Floats:
    """Return where points go: (x g(y), y + k/2 (y - w log cosh(y / w)))."""
    x, y = np.moveaxis(points, -1, 0)
    thick, _ = _thickness(y, k, w)
    log_cosh = np.logaddexp(y / w, -y / w) - np.log(2)
    return np.stack([x * thick, y + k / 2 * (y - w * log_cosh)], -1)
