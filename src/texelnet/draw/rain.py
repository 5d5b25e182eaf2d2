"""Rain: drops on a sheet of glass that stick, slide, leave trails and run together.

A drop is a cap of a ball of volume V, round at rest, with r = (V / f)^(1/3). What pulls at it
is its weight along the glass and the wind; what holds it is the hysteresis of its contact
angle, advancing A in front and receding R behind:

    F = rho g V sin(tilt) + c/2 rho_air U^2 S        it slides when |F| > q F_r
    F_r = k gamma 2 r (cos R - cos A)

q lies in 0.6..1.4: dirt, half as much where the glass is wet. The head moves at
v = (|F| - q F_r) / (drag r). The tail stays behind until the drop is longer than STRETCH times
its width, then snaps after the head, and leaves a bead of the volume TRAIL r ds. Drops that
touch become one. Volume is never lost: what condenses or falls is counted as gained, what
leaves the glass as lost. Lengths are millimetres, volumes microlitres, forces micronewtons.

One seed is one rain on every machine, to the bit: what is computed here is made of sums,
products, quotients and square roots alone (``repeatable``).

See Furmidge, "Studies at phase interfaces", 1962 (k = 1); ElSherbini, Jacobi, "Retention
forces and contact angles for critical liquid drops on non-horizontal surfaces", 2006; for
tails Podgorski, Flesselles, Limat, "Corners, cusps, and pearls in running drops", 2001.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite, pi, radians, sqrt

import numpy as np
from numpy.typing import NDArray

from texelnet.draw.course import Changing, ever
from texelnet.draw.course import now as at
from texelnet.draw.drop import cap_factor
from texelnet.draw.mulberry import fractions
from texelnet.draw.path import Floats
from texelnet.draw.repeatable import cbrt, direction, exp, log, poisson
from texelnet.draw.touching import absorbers
from texelnet.errors import DrawError

GRAVITY = 9.81
"""Micronewtons that a microlitre of water weighs."""
TENSION = 72.0
"""Of water, in micronewtons a millimetre."""
AIR = 0.5 * 1.2 * 0.5
"""Micronewtons a square millimetre at a metre a second: half the density times the drag."""
DRAG = 0.05
"""Micronewtons that a drop a millimetre in radius needs for a millimetre a second."""
FASTEST = 200.0
"""Millimetres a second."""
STRETCH, SNAP, TRAIL = 1.5, 0.7, 0.06
LEAST = 1e-3
"""The smallest bead that is left, in microlitres."""
DRYING = 4.0
"""Seconds in which wet glass dries to a third."""
TOUCH = 0.95
"""Drops are one when nearer than this share of their radii together."""
WAVES = (2, 3, 4)
MOST, MOST_AREA = 200_000, 1e7


@dataclass(frozen=True)
class Glass:
    """What it rains on.

    Parameters
    ----------
    width, height
        In millimetres.
    advancing, receding
        Contact angles in degrees: clean glass 30 and 10, dirty 50 and 15, coated 105 and 85.
    retention
        k of F_r: 24 / pi^3 as ElSherbini and Jacobi measured it, 1 as Furmidge has it.
    tilt
        90 is upright, 0 lies flat; a number, or a Course of them over the rain's age.
    wind
        Metres a second along x and y, y down; each a number or a Course.
    drops
        How many there are at first, and again by new ones as they run together.
    refill
        How many of the missing drops come in a second, as a share.
    falling
        How many more fall in a second, whether any are missing or not.
    condensing
        Microlitres a second on each square millimetre of water.
    smallest, largest
        Volumes of new drops, in microlitres; small ones are more frequent.
    wobble
        How far resting drops are from round, 0..1.
    """

    width: float = 100.0
    height: float = 75.0
    advancing: float = 30.0
    receding: float = 10.0
    retention: float = 24 / pi**3
    tilt: Changing = 90.0
    wind: tuple[Changing, Changing] = (0.0, 0.0)
    drops: int = 400
    refill: float = 0.3
    falling: float = 60.0
    condensing: float = 0.002
    smallest: float = 0.01
    largest: float = 4.0
    wobble: float = 0.4

    def __post_init__(self) -> None:
        sizes = (self.width, self.height, self.retention)
        numbers = (*sizes, self.refill, self.falling, self.condensing)
        blown = [speed for along in self.wind for speed in ever(along)]
        if not all(map(isfinite, (*numbers, *blown))) or min(numbers) < 0:
            told = ", ".join(f"{number:g}" for number in (*numbers, *blown))
            raise DrawError("glass", f"its numbers are {told}", "finite ones, not below 0")
        if not 1 <= self.width * self.height <= MOST_AREA:
            size = f"it is {self.width:g} x {self.height:g} mm"
            raise DrawError("glass", size, "1 square millimetre to 10 square metres")
        if not 0 < self.receding <= self.advancing < 180:
            fact = f"its contact angles are {self.advancing:g} and {self.receding:g}"
            raise DrawError("glass", fact, "0 < receding <= advancing < 180 degrees")
        for tilt in ever(self.tilt):
            if not 0 <= tilt <= 180:
                raise DrawError("glass", f"its tilt is {tilt:g}", "0..180 degrees")
        if not 0 < self.smallest <= self.largest < 1e6:
            fact = f"volumes from {self.smallest:g} to {self.largest:g}"
            raise DrawError("glass", fact, "0 < smallest <= largest < 1000000")
        if not 0 <= self.wobble <= 1:
            raise DrawError("glass", f"its wobble is {self.wobble:g}", "0..1")
        if not 0 <= self.drops <= MOST:
            raise DrawError("glass", f"{self.drops} drops", f"0 to {MOST}")

    @property
    def angle(self) -> float:
        """The contact angle of a drop at rest: half way."""
        return (self.advancing + self.receding) / 2

    @property
    def hold(self) -> float:
        """F_r of a drop a millimetre in radius, on clean dry glass."""
        between = direction(self.receding)[0] - direction(self.advancing)[0]
        return self.retention * TENSION * 2 * between

    @property
    def critical(self) -> float:
        """The volume from which a drop slides by its weight, where q is 1, at first."""
        pull = GRAVITY * direction(at(self.tilt, 0))[1]
        if pull <= 0:
            return float("inf")
        return float((self.hold / (pull * cap_factor(self.angle) ** (1 / 3))) ** 1.5)

    def radius(self, volume: Floats) -> Floats:
        """Return the radii of round drops."""
        return cbrt(volume / cap_factor(self.angle))


@dataclass(frozen=True, eq=False)
class Rain:
    """All drops at one time, as arrays: never changed, :meth:`step` returns the next.

    Parameters
    ----------
    place
        (n, 2): where the heads' centres are.
    volume
        (n,).
    tail
        (n,): from the head's centre to the tail's end, at least the radius.
    turn
        (n, 2): the direction that the head goes to, of length 1.
    waves
        (n, 6): the shape at rest, cosines and sines of WAVES.
    wet
        Cells of a millimetre, 1 wet, 0 dry.
    name
        (n,): numbers that drops keep as long as they are there.
    frame
        How many steps there were.
    gained, lost
        Microlitres that came, and that left the glass.
    born
        How many drops there ever were.
    age
        Seconds since it began; tilt and wind go by them.
    """

    glass: Glass
    seed: int
    place: Floats
    volume: Floats
    tail: Floats
    turn: Floats
    waves: Floats
    wet: NDArray[np.float64]
    name: NDArray[np.int64]
    frame: int = 0
    gained: float = 0.0
    lost: float = 0.0
    born: int = 0
    age: float = 0.0

    @property
    def radius(self) -> Floats:
        """The radii that the drops would have if they were round."""
        return self.glass.radius(self.volume)

    def step(self, seconds: float = 1 / 60, compile: bool = True) -> Rain:
        """Return the rain a little later; of one seed always the same, on every machine.

        Parameters
        ----------
        compile
            Whether numba, where it is installed, may look for drops that touch.
        """
        if not 0 < seconds <= 1:
            raise DrawError("rain", f"a step of {seconds:g} seconds", "up to 1")
        rng = np.random.default_rng([self.seed % 2**63, self.frame + 1])
        drier = self.wet * float(exp(-seconds / DRYING))
        later = replace(self, frame=self.frame + 1, wet=drier)
        for change in (_condensed, _slid):
            later = change(later, seconds)
        later = _merged(_left(later), compile)
        return replace(_refilled(later, seconds, rng), age=self.age + seconds)


def rain(glass: Glass | None = None, seed: int = 0) -> Rain:
    """Return rain at its beginning: the glass's number of drops, at rest."""
    glass = glass or Glass()
    empty = Rain(
        glass,
        seed,
        np.zeros((0, 2)),
        np.zeros(0),
        np.zeros(0),
        np.zeros((0, 2)),
        np.zeros((0, 2 * len(WAVES))),
        np.zeros((int(glass.height) + 2, int(glass.width) + 2)),
        np.zeros(0, np.int64),
    )
    rng = np.random.default_rng([seed % 2**63, 0])
    return _merged(_fallen(empty, glass.drops, rng), compile=False)


def _fallen(now: Rain, count: int, rng: np.random.Generator) -> Rain:
    """Add drops at random places."""
    glass = now.glass
    place = rng.random((count, 2)) * (glass.width, glass.height)
    share = rng.random(count) ** 2
    volume = glass.smallest * exp(share * share * log(glass.largest / glass.smallest))
    gained = now.gained + float(volume.sum())
    waves = 2 * rng.random((count, 6)) - 1
    return replace(_added(now, place, volume, waves), gained=gained)


def _added(now: Rain, place: Floats, volume: Floats, waves: Floats) -> Rain:
    """Add drops at rest, their waves given as numbers in -1..1."""
    size = np.abs(waves).sum(1, keepdims=True)
    shape = 0.45 * now.glass.wobble * waves / np.maximum(size, 1)
    return replace(
        now,
        place=np.concatenate([now.place, place]),
        volume=np.concatenate([now.volume, volume]),
        tail=np.concatenate([now.tail, now.glass.radius(volume)]),
        turn=np.concatenate([now.turn, np.tile([0.0, 1.0], (len(place), 1))]),
        waves=np.concatenate([now.waves, shape]),
        name=np.concatenate([now.name, now.born + np.arange(len(place))]),
        born=now.born + len(place),
    )


def _condensed(now: Rain, seconds: float) -> Rain:
    """Let every drop grow by what its area catches."""
    more = now.glass.condensing * seconds * pi * now.radius**2
    volume = now.volume + more
    tail = np.maximum(now.tail, now.glass.radius(volume))
    return replace(now, volume=volume, tail=tail, gained=now.gained + float(more.sum()))


def forces(now: Rain) -> tuple[Floats, Floats]:
    """Return what pulls at each drop (n, 2), and what holds it (n,)."""
    glass, r = now.glass, now.radius
    c, s = direction(glass.angle)
    front = (radians(glass.angle) - s * c) / (s * s)  # of r^2
    x, y = (at(along, now.age) for along in glass.wind)
    pull = AIR * front * sqrt(x * x + y * y) * r[:, None] ** 2 * np.array([x, y])
    pull[:, 1] += GRAVITY * direction(at(glass.tilt, now.age))[1] * now.volume
    column, row = _cell(now)
    key = row.astype(np.uint32) * np.uint32(65537) + column.astype(np.uint32)
    dirt = 0.6 + 0.8 * fractions(key * np.uint32(2654435761) + np.uint32(now.seed % 2**32))
    return pull, dirt * (1 - 0.5 * now.wet[row, column]) * glass.hold * r


def _cell(now: Rain) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each drop's column and row on the glass."""
    cell = np.clip(now.place.astype(np.int64), 0, np.array(now.wet.shape)[::-1] - 1)
    return cell[:, 0], cell[:, 1]


def _slid(now: Rain, seconds: float) -> Rain:
    """Move heads, pull tails, leave beads."""
    r = now.radius
    pull, hold = forces(now)
    size = np.sqrt((pull * pull).sum(1))
    moves = size > hold
    speed = np.where(moves, np.minimum((size - hold) / (DRAG * r), FASTEST), 0.0)
    turn = np.where(moves[:, None], pull / np.maximum(size, 1e-300)[:, None], now.turn)
    way = speed * seconds
    wet = now.wet.copy()
    column, row = _cell(now)
    wet[row[moves], column[moves]] = 1.0
    place, tail = now.place + way[:, None] * turn, now.tail + way
    long = tail + r > STRETCH * 2 * r
    snap = np.where(long, SNAP * (tail - r), 0.0)
    shed = np.minimum(TRAIL * r * snap, 0.1 * now.volume)
    shed[shed < LEAST] = 0.0
    end = place - (tail * 0.9)[:, None] * turn
    beads = np.flatnonzero(shed)
    volume = now.volume - shed
    tail = np.maximum(tail - snap, now.glass.radius(volume))
    later = replace(now, place=place, volume=volume, tail=tail, turn=turn, wet=wet)
    return _added(later, end[beads], shed[beads], now.waves[beads] * 4)


def _left(now: Rain) -> Rain:
    """Take away what is wholly below, above or beside the glass."""
    r = now.radius[:, None]
    sizes = (now.glass.width, now.glass.height)
    gone = np.any((now.place < -r) | (now.place > sizes + r), axis=1)
    lost = now.lost + float(now.volume[gone].sum())
    return replace(_kept(now, ~gone), lost=lost) if gone.any() else now


def _merged(now: Rain, compile: bool = True) -> Rain:
    """Make one drop of those that touch: the largest takes the others' volume."""
    root = absorbers(now.place, now.radius, TOUCH, compile)
    keep = root == np.arange(len(root))
    if keep.all():
        return now
    total, x, y = (
        np.bincount(root, weights, len(root)).astype(np.float64)
        for weights in (now.volume, *(now.volume * now.place.T))
    )
    place = np.stack([x, y], -1) / np.where(keep, total, 1)[:, None]
    tail = np.maximum(now.tail, now.glass.radius(total))
    return _kept(replace(now, volume=total, place=place, tail=tail), keep)


def _kept(now: Rain, which: NDArray[np.bool_]) -> Rain:
    arrays = ("place", "volume", "tail", "turn", "waves", "name")
    return replace(now, **{name: getattr(now, name)[which] for name in arrays})


def _refilled(now: Rain, seconds: float, rng: np.random.Generator) -> Rain:
    """Let new drops fall, and more for those that are missing."""
    missing = max(0, now.glass.drops - len(now.volume))
    come = 1 - float(exp(-now.glass.refill * seconds))
    usual = min(now.glass.falling * seconds + missing * come, MOST)
    count = min(poisson(rng, usual), MOST - len(now.volume))
    return _fallen(now, count, rng) if count > 0 else now
