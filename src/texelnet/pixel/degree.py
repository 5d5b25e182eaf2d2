"""Degree: what becomes of planes where the network's inputs are multiplied by a number.

A plane has degree d if inputs times f, for every f above zero, make it f**d times as large:
what is linear has degree 1, and so have max(x, 0) and its like, which bend at zero only. A
number added to a plane of degree 1 is a bias: with biases times f as well, the degree holds.
Constants have degree 0; zero has any.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from texelnet.pixel.expr import Call, Constant, Expr, Fold, Mix, Part, Tap, walk
from texelnet.pixel.program import Plane, Program

Degree = Fraction | None
"""None: it is zero, which has any degree."""
_LINEAR, _STILL = Fraction(1), Fraction(0)
_LOWEST = float(np.finfo(np.float32).min)
"""What lies outside of a largest number is below any: it stays so."""
_STEPS = ("sign", "less", "equal")
_ALIKE = ("sum", "max", "min", "select", *_STEPS)


class Degrees(NamedTuple):
    """What was found of a program.

    Parameters
    ----------
    planes
        The degree of each plane, by name; 1 where none holds.
    biased
        Planes that add a constant, which must be multiplied with the inputs.
    broken
        Planes that no power of the inputs' factor describes.
    """

    planes: dict[str, Degree]
    biased: tuple[str, ...]
    broken: tuple[str, ...]


class _Breaks(Exception):
    """No degree holds."""


def degrees(program: Program) -> Degrees:
    """Return the degree of every plane."""
    planes: dict[str, Degree] = dict.fromkeys(program.inputs, _LINEAR)
    biased, broken = [], []
    for plane in program.computed():
        try:
            planes[plane.name], added = _degree(plane, planes)
        except _Breaks:
            planes[plane.name], added = _LINEAR, False
            broken.append(plane.name)
        if added:
            biased.append(plane.name)
    return Degrees(planes, tuple(biased), tuple(broken))


def _degree(plane: Plane, planes: dict[str, Degree]) -> tuple[Degree, bool]:
    """Return a plane's degree, and whether it adds a constant that must be multiplied."""
    found: dict[int, Degree] = {}
    added = False
    for expr in walk(plane.computed):
        if isinstance(expr, Call) and expr.function == "sum":
            found[id(expr)], constant = _sum(expr, [found[id(a)] for a in expr.arguments])
            added |= constant
        else:
            found[id(expr)] = _of(expr, found, planes)
    return found[id(plane.computed)], added


def _of(expr: Expr, found: dict[int, Degree], planes: dict[str, Degree]) -> Degree:
    if isinstance(expr, Constant):
        return _STILL if np.any(expr.value) else None
    if isinstance(expr, Mix):
        return found[id(expr.source)]
    if isinstance(expr, Part):
        return _STILL
    if isinstance(expr, Tap):
        outside = expr.border.kind == "constant" and 0 != expr.border.value > _LOWEST
        if outside and not expr.presence and planes[expr.plane] != _STILL:
            raise _Breaks
        return _STILL if expr.presence else planes[expr.plane]
    if isinstance(expr, Fold):
        return _STILL if expr.function == "count" else planes[expr.plane]
    return _call(expr, [found[id(a)] for a in expr.arguments])


def _sum(expr: Call, given: list[Degree]) -> tuple[Degree, bool]:
    """Return a sum's degree; a constant in a sum of degree 1 is a bias."""
    if set(given) - {None} != {_STILL, _LINEAR}:
        return _shared(given), False
    still = [a for a, d in zip(expr.arguments, given, strict=True) if d == _STILL]
    if not all(isinstance(a, Constant) for a in still):
        raise _Breaks
    return _LINEAR, True


def _shared(given: Sequence[Degree]) -> Degree:
    """Return the one degree that all have; zeros have it too."""
    known = {d for d in given if d is not None}
    if len(known) > 1:
        raise _Breaks
    return known.pop() if known else None


def _call(expr: Call, given: list[Degree]) -> Degree:
    function = expr.function
    if function == "abs":
        return given[0]
    if function == "mul":
        return None if None in given else sum((d for d in given if d is not None), _STILL)
    if function == "div":
        above, below = given
        return None if above is None else above - (below or _STILL)
    if function == "sqrt":
        return None if given[0] is None else given[0] / 2
    if function == "select":
        _unmoved(given[:1])
        return _shared(given[1:])
    if function in _ALIKE:
        shared = _shared(given)
        return _STILL if function in _STEPS else shared
    _unmoved(given)
    return _STILL


def _unmoved(given: Sequence[Degree]) -> None:
    """Refuse what a function bends, unless nothing moves it."""
    if any(d != _STILL for d in given if d is not None):
        raise _Breaks
