"""Reach: which part of the input an output pixel depends on, and how the grids lie.

Position o of a plane depends on input positions rate*o + low .. rate*o + high, counted in
input pixels. The **centre** is the mean position over taps and phases, and tells the offset
of the output grid: a plane whose centre is rate*o + (rate - 1)/2 lies as the picture does
when both have the same corners ("half-pixel" grids).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from texelnet.pixel.expr import Axis, Tap, taps
from texelnet.pixel.program import Plane, Program


@dataclass(frozen=True)
class Reach:
    """One axis of a plane against the input's: rate, low, high and centre."""

    rate: Fraction
    low: Fraction
    high: Fraction
    centre: Fraction

    @property
    def scale(self) -> Fraction:
        """Pixels of the plane per input pixel."""
        return 1 / self.rate

    @property
    def offset(self) -> Fraction:
        """Shift of the plane's grid against half-pixel centres, in pixels of the plane."""
        return (self.centre - (self.rate - 1) / 2) / self.rate

    @property
    def field(self) -> int:
        """The receptive field: input pixels that the furthest-reaching phase spans."""
        return int(self.high - self.low) + 1


START = Reach(Fraction(1), Fraction(0), Fraction(0), Fraction(0))


def reaches(program: Program) -> dict[str, tuple[Reach, Reach]]:
    """Return (rows, columns) of every plane that depends on an input."""
    found: dict[str, tuple[Reach, Reach]] = dict.fromkeys(program.inputs, (START, START))
    for plane in program.computed():
        reads = [t for t in taps(plane.computed) if t.plane in found]
        if reads:
            found[plane.name] = (
                _axis(plane, 0, [(t, t.y) for t in reads], found),
                _axis(plane, 1, [(t, t.x) for t in reads], found),
            )
    return found


def _axis(
    plane: Plane,
    direction: int,
    reads: list[tuple[Tap, Axis]],
    found: dict[str, tuple[Reach, Reach]],
) -> Reach:
    lows, highs, centres, rate = [], [], [], Fraction(1)
    for tap, axis in reads:
        source = found[tap.plane][direction]
        rate = source.rate * axis.p / axis.r
        last = Fraction(axis.q, axis.r) + axis.offset
        first = last - Fraction(axis.r - 1, axis.r)
        lows.append(source.rate * first + source.low)
        highs.append(source.rate * last + source.high)
        centres.append(source.rate * (first + last) / 2 + source.centre)
    low, high = min(lows), max(highs)
    centre = (min(centres) + max(centres)) / 2
    phases = plane.phases[direction]
    rate = rate / phases
    spread = rate * (phases - 1)  # position i is (o - phase)/phases for output o
    return Reach(rate, low - spread, high, centre - spread / 2)


def alignment(program: Program) -> tuple[int, int]:
    """Return by how many input pixels a picture must move for all planes to move whole pixels.

    Tiles that begin at multiples of it compute what the whole picture would.
    """
    steps = [1, 1]
    for name, axes in reaches(program).items():
        for direction in range(2):
            phases = program.planes[name].phases[direction]
            for rate in (axes[direction].rate, axes[direction].rate * phases):
                steps[direction] = lcm(steps[direction], rate.numerator)
    return steps[0], steps[1]
