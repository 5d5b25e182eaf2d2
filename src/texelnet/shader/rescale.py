"""Rescale: planes kept divided by powers of two, so that they fit the numbers of a host.

A power of two changes no digit of a float: what is written divided and read multiplied is the
same number, so the program draws the same picture, bit for bit. Both factors go into weights
where there are any. Dividing goes through whatever is positively homogeneous: sums, mixes, max,
min, abs, and with them ReLU, PReLU and folds. Elsewhere a factor stays a multiplication.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from texelnet.pixel import Program
from texelnet.pixel.expr import Call, Constant, Expr, Fold, Mix, Tap, rebuild, scaled, walk

LARGEST = float(np.finfo(np.float32).max)
HOMOGENEOUS = ("sum", "max", "min", "abs")
"""Functions of which a factor above zero can be taken out of all arguments."""


def rescale(program: Program, powers: Mapping[str, int]) -> Program:
    """Return the program with these planes kept divided by two to a power."""
    divisors = {name: 2.0**power for name, power in powers.items()}

    def read(expr: Expr) -> Expr:
        if isinstance(expr, Fold) and expr.plane in divisors:
            return scaled(expr, divisors[expr.plane])
        if not isinstance(expr, Tap) or expr.presence or expr.plane not in divisors:
            return expr
        divisor, border = divisors[expr.plane], expr.border
        value = min(max(border.value / divisor, -LARGEST), LARGEST)  # a pool's is the least
        outside = replace(border, value=value)
        return scaled(replace(expr, border=outside), divisor)

    planes = []
    for plane in program.planes.values():
        if plane.expr is not None:
            expr = rebuild(plane.expr, read)
            plane = replace(plane, expr=_times(expr, 1 / divisors.get(plane.name, 1.0)))
        planes.append(plane)
    return program.with_planes(planes)


def _times(expr: Expr, factor: float) -> Expr:
    """Return an expression times a power of two: its weights where that makes less work."""
    if factor == 1:
        return expr
    ways = [_pushed(expr, factor, into, {}) for into in (False, True)]
    return min([*ways, scaled(expr, factor)], key=_work)


def _pushed(expr: Expr, factor: float, into: bool, memo: dict[int, Expr]) -> Expr:
    """Return an expression times a factor; of a product the constant takes it, or the other.

    Which is better depends on who else reads the other: it should not be computed twice.
    """
    if id(expr) not in memo:
        if isinstance(expr, Constant):
            pushed: Expr = Constant(expr.value * np.float32(factor))
        elif isinstance(expr, Mix):
            pushed = Mix(expr.matrix * factor, expr.source)
        elif isinstance(expr, Call) and expr.function in HOMOGENEOUS:
            parts = tuple(_pushed(a, factor, into, memo) for a in expr.arguments)
            pushed = Call(expr.function, parts)
        elif isinstance(expr, Call) and expr.function in ("mul", "div"):
            first, second = expr.arguments
            if expr.function == "mul" and isinstance(second, Constant) == into:
                first, second = second, first
            pushed = Call(expr.function, (_pushed(first, factor, into, memo), second))
        else:
            pushed = scaled(expr, factor)
        memo[id(expr)] = pushed
    return memo[id(expr)]


def _work(expr: Expr) -> int:
    """Count the multiplications of an expression."""
    return sum(int(np.count_nonzero(e.matrix)) for e in walk(expr) if isinstance(e, Mix))
