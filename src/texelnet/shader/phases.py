"""Moving expressions about: read them elsewhere, or in the phases of a larger plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from texelnet.pixel.expr import (
    HERE,
    Axis,
    Call,
    Constant,
    Expr,
    Fold,
    Mix,
    Part,
    Place,
    Stretch,
    Tap,
    add,
    folds,
    rebuild,
    taps,
    walk,
)


def shift(expr: Expr, y: Place, x: Place) -> Expr | None:
    """Return the expression as it is at (y(o), x(o)), or None where no axis says that."""
    if folds(expr) and (y, x) != (HERE, HERE):
        return None
    moved: dict[int, Tap | Part] = {}
    for tap in taps(expr):
        down, right = tap.y.after(y), tap.x.after(x)
        if down is None or right is None:
            return None
        moved[id(tap)] = replace(tap, y=down, x=right)
    for part in (e for e in walk(expr) if isinstance(e, Part)):
        place = part.place.after((y, x)[part.axis])
        if not isinstance(place, Stretch):
            return None
        moved[id(part)] = replace(part, place=place)
    return rebuild(expr, lambda e: moved.get(id(e), e))


def lift(expr: Expr, phases: tuple[int, int], known: Mapping[int, Expr]) -> Expr | None:
    """Return an expression of the large picture as one of all phases at low resolution.

    Parameters
    ----------
    expr
        What one pixel of the large picture is.
    phases
        (sy, sx); the result has sy*sx times the channels, phase by phase.
    known
        What some of its taps are in phases already, by id.
    """
    count = phases[0] * phases[1]
    memo: dict[int, Expr | None] = {}

    def visit(e: Expr) -> Expr | None:
        if id(e) not in memo:
            memo[id(e)] = known[id(e)] if id(e) in known else lifted(e)
        return memo[id(e)]

    def lifted(e: Expr) -> Expr | None:
        if isinstance(e, Constant):
            return Constant(np.tile(e.value, count))
        if isinstance(e, Tap):
            return _in_phases(e, phases)
        if isinstance(e, Fold | Part):
            return None
        if isinstance(e, Mix):
            source = visit(e.source)
            return None if source is None else Mix(np.kron(np.eye(count), e.matrix), source)
        arguments = [visit(a) for a in e.arguments]
        kept = tuple(a for a in arguments if a is not None)
        return Call(e.function, kept) if len(kept) == len(arguments) else None

    return visit(expr)


def _in_phases(tap: Tap, phases: tuple[int, int]) -> Expr | None:
    """Read a plane of the large picture once for each phase."""
    (sy, sx), parts = phases, []
    for phase in range(sy * sx):
        y = tap.y.after(Axis.of(sy, offset=phase // sx))
        x = tap.x.after(Axis.of(sx, offset=phase % sx))
        if y is None or x is None:
            return None
        place = np.zeros((sy * sx * tap.channels, tap.channels))
        place[phase * tap.channels : (phase + 1) * tap.channels] = np.eye(tap.channels)
        parts.append(Mix(place, replace(tap, y=y, x=x)))
    return add(*parts)
