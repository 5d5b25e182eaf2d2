"""Show a pixel program as text that people can read: one line a plane."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from texelnet.pixel.expr import (
    Axis,
    Call,
    Constant,
    Expr,
    Fold,
    Mix,
    Place,
    Stretch,
    Tap,
    walk,
)
from texelnet.pixel.program import Plane, Program

_AXES = ("rows", "columns")


def show(program: Program) -> str:
    """Return the program, one line a plane: size, what it reads, what it does."""
    return "\n".join(_line(plane, program) for plane in program.planes.values())


def multiply_adds(expr: Expr) -> int:
    """Count the multiply-adds of an expression at one position.

    Zeros cost nothing, nor does a row that is a single 1: it hands one channel on.
    """
    return sum(_products(e.matrix) for e in walk(expr) if isinstance(e, Mix))


def _products(matrix: np.ndarray) -> int:
    counts = np.count_nonzero(matrix, axis=1)
    handed_on = (counts == 1) & (matrix == 1).any(axis=1)
    return int(counts[~handed_on].sum())


def _line(plane: Plane, program: Program) -> str:
    shape = f"{plane.channels} x {plane.height} x {plane.width}"
    mark = " (output)" if plane.name in program.outputs else ""
    if plane.expr is None:
        return f"{plane.name}: {shape} (input)"
    if plane.phases != (1, 1):
        mark += f" in {plane.phases[0]}x{plane.phases[1]} phases"
    return f"{plane.name}: {shape}{mark} = {_describe(plane.expr)}"


def _describe(expr: Expr) -> str:
    reads: dict[str, list[Tap]] = {}
    whole: list[str] = []
    calls: Counter[str] = Counter()
    for part in walk(expr):
        if isinstance(part, Tap):
            reads.setdefault(part.plane, []).append(part)
        elif isinstance(part, Fold):
            of = "" if part.function == "count" else "all "
            whole.append(f"{part.plane}[{part.function} of {of}{_AXES[part.axis]}]")
        elif isinstance(part, Call) and part.function != "sum":
            calls[part.function] += 1
        elif isinstance(part, Constant):
            calls["constant"] += 0
    sources = ", ".join([f"{n}{_window(taps)}" for n, taps in reads.items()] + whole)
    work = [f"{multiply_adds(expr)} multiply-adds"] if multiply_adds(expr) else []
    work += [f"{name}" if n == 1 else f"{n} {name}" for name, n in calls.items() if n]
    return f"{sources or 'constant'}" + (f"; {', '.join(work)}" if work else "")


def _window(taps: list[Tap]) -> str:
    spans = [_span([t.y for t in taps]), _span([t.x for t in taps])]
    kinds = sorted({t.border.kind for t in taps})
    border = "" if kinds == ["inside"] else f" ({', '.join(k for k in kinds if k != 'inside')})"
    return f"[{spans[0]}, {spans[1]}]{border}"


def _span(axes: Sequence[Place]) -> str:
    first = axes[0]
    low, high = min(a.offset for a in axes), max(a.offset for a in axes)
    if not first.p:  # one place, wherever it is read from
        return f"{low}" if low == high else f"{low}..{high}"
    step = f"({first.p})*o/({first.r})" if isinstance(first, Stretch) else _step(first)
    return step + (
        "" if low == high == 0 else f"{low:+d}" if low == high else f"{low:+d}..{high:+d}"
    )


def _step(first: Axis) -> str:
    step = "o" if first.p == 1 else f"{first.p}o"
    if first.r > 1:
        step = f"({step}+{first.q})/{first.r}" if first.q else f"{step}/{first.r}"
    return step
