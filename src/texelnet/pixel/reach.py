"""Reach: which part of the input an output pixel depends on, and how the grids lie.

Position o of a plane depends on input positions rate*o + low .. rate*o + high, counted in
input pixels; phases differ, so low and high are the furthest of any phase, and ``field`` is
the widest that a single pixel sees. The **centre** is the mean of the middles: a plane whose
centre is rate*o + (rate - 1)/2 lies as the picture does when both have the same corners
("half-pixel" grids), any other is shifted by ``offset`` of its own pixels.

A fold sees the **whole** picture, and so does who reads it, and who reads at places that hang
on its size; low, high and the centre are then those of what it reads beside. What is one
pixel for the whole picture has a rate of 0.

Found by walking back from each pixel of one period, far from any border.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from texelnet.pixel.expr import (
    FIRST,
    HERE,
    Call,
    Expr,
    Fold,
    Mix,
    Place,
    Read,
    Stretch,
    Tap,
    reads,
)
from texelnet.pixel.program import Plane, Program

Span = tuple[int, int]


@dataclass(frozen=True)
class Reach:
    """One axis of a plane against the input's: rate, low, high, centre, field, whole."""

    rate: Fraction
    low: Fraction
    high: Fraction
    centre: Fraction
    field: int
    whole: bool = False

    @property
    def scale(self) -> Fraction:
        """Pixels of the plane per input pixel; 0 for one pixel of a whole picture."""
        return 1 / self.rate if self.rate else Fraction(0)

    @property
    def offset(self) -> Fraction:
        """Shift of the plane's grid against half-pixel centres, in pixels of the plane."""
        return (self.centre - (self.rate - 1) / 2) * self.scale


def reach(program: Program, name: str) -> tuple[Reach, Reach]:
    """Return (rows, columns) of a plane that depends on an input.

    Raises
    ------
    ValueError
        If it depends on none.
    """
    rows, columns = (_reach(program, name, direction) for direction in range(2))
    return rows, columns


def depends(program: Program) -> set[str]:
    """Return the planes that depend on an input, inputs included."""
    return set(_rates(program, 0))


def alignment(program: Program) -> tuple[int, int]:
    """Return by how many input pixels a picture must move for all planes to move whole pixels.

    Tiles that begin at multiples of it compute what the whole picture would.
    """
    rows, columns = (_step(program, direction) for direction in range(2))
    return rows, columns


def _reach(program: Program, name: str, direction: int) -> Reach:
    rates = _rates(program, direction)
    if name not in rates:
        raise ValueError(f"{name} depends on no input")
    rate, step = rates[name], _step(program, direction)
    users = _Users(program, direction)
    found = [(o, users.span(name, o)) for o in range(int(step / rate) if rate else 1)]
    spans = [(o, span) for o, span in found if span is not None]
    if not spans:  # all weights are zero: it sees nothing
        return Reach(rate, Fraction(0), Fraction(0), (rate - 1) / 2, 0, users.whole)
    return Reach(
        rate,
        min(first - rate * o for o, (first, _) in spans),
        max(last - rate * o for o, (_, last) in spans),
        sum((Fraction(a + b, 2) - rate * o for o, (a, b) in spans), Fraction(0)) / len(spans),
        max(last - first + 1 for _, (first, last) in spans),
        users.whole,
    )


def _axis(read: Read, direction: int) -> Place:
    if isinstance(read, Fold):
        across = read.axis != direction and read.function != "count"
        return HERE if across else FIRST
    return read.x if direction else read.y


def _rates(program: Program, direction: int) -> dict[str, Fraction]:
    """Return input pixels per pixel of every plane that depends on an input."""
    rates: dict[str, Fraction] = dict.fromkeys(program.inputs, Fraction(1))
    for plane in program.computed():
        for read in reads(plane.computed):
            if read.plane in rates:
                axis = _axis(read, direction)
                rate = rates[read.plane] * axis.rate / plane.phases[direction]
                rates[plane.name] = rate or rates.get(plane.name, rate)
    return rates


def _step(program: Program, direction: int) -> int:
    step = 1
    for name, rate in _rates(program, direction).items():
        if not rate:
            continue
        low = rate * program.planes[name].phases[direction]
        step = lcm(step, rate.numerator, low.numerator)
    return step


class _Users:
    """Walks back from one pixel to the input positions that it uses."""

    def __init__(self, program: Program, direction: int) -> None:
        self.program, self.direction = program, direction
        self.dependent = set(_rates(program, direction))
        self.reads: dict[tuple[str, int], list[Read]] = {}
        self.whole = False  # whether any pixel so far sees all of the picture

    def span(self, name: str, position: int) -> Span | None:
        """Return the first and last input position that a pixel depends on, if on any."""
        spans: dict[str, Span] = {name: (position, position)}
        for plane in reversed(self.program.computed()):
            if plane.name in spans:
                self._widen(plane, spans)
        found = [spans[n] for n in self.program.inputs if n in spans]
        return (min(a for a, _ in found), max(b for _, b in found)) if found else None

    def _widen(self, plane: Plane, spans: dict[str, Span]) -> None:
        first, last = spans[plane.name]
        phases = plane.phases[self.direction]
        for phase in range(phases):
            start, end = -((phase - first) // phases), (last - phase) // phases
            if start > end:
                continue
            for read in self._read(plane, phase):
                axis = _axis(read, self.direction)
                if isinstance(axis, Stretch) or not axis.p:
                    self.whole |= read.plane in self.dependent
                    continue
                a, b = ((axis.p * i + axis.q) // axis.r + axis.offset for i in (start, end))
                known = spans.get(read.plane, (a, b))
                spans[read.plane] = min(a, known[0]), max(b, known[1])

    def _read(self, plane: Plane, phase: int) -> list[Read]:
        """Return the taps and folds that one phase of a plane uses."""
        key = (plane.name, phase)
        if key not in self.reads:
            (_, sx), lanes = plane.phases, np.arange(plane.computed.channels)
            index = lanes // plane.channels
            mine = (index % sx if self.direction else index // sx) == phase
            used: dict[int, Read] = {}
            _use(plane.computed, frozenset(lanes[mine].tolist()), used, {})
            self.reads[key] = list(used.values())
        return self.reads[key]


def _use(
    expr: Expr,
    lanes: frozenset[int],
    used: dict[int, Read],
    done: dict[int, Mapping[int, None]],
) -> None:
    """Collect the taps and folds that these lanes of an expression depend on."""
    new = lanes - set(done.get(id(expr), {}))
    if not new:
        return
    done[id(expr)] = {**done.get(id(expr), {}), **dict.fromkeys(new)}
    if isinstance(expr, Tap | Fold):
        used[id(expr)] = expr
    elif isinstance(expr, Mix):
        columns = np.flatnonzero(np.any(expr.matrix[sorted(new)], axis=0))
        _use(expr.source, frozenset(columns.tolist()), used, done)
    elif isinstance(expr, Call):
        for argument in expr.arguments:
            _use(argument, new, used, done)
