"""Prove that taps lie inside their plane at every size, and drop their border rule.

A proved tap needs no check in the shader and can be replaced by what it reads.
"""

from __future__ import annotations

from dataclasses import replace

from texelnet.pixel import Program, Size, covers
from texelnet.pixel.expr import INSIDE, Expr, Place, Stretch, Tap, rebuild
from texelnet.shader.schedule import Schedule


def prove_inside(program: Program, schedule: Schedule) -> Program:
    """Return the program with border rules only where a tap may fall outside."""
    planes = []
    for plane in program.planes.values():
        if plane.expr is not None:
            rows, columns = plane.positions

            def proved(expr: Expr, rows: Size = rows, columns: Size = columns) -> Expr:
                if not isinstance(expr, Tap) or expr.presence:
                    return expr
                source = program.planes[expr.plane]
                inside = stays_inside(expr.y, rows, source.height) and stays_inside(
                    expr.x, columns, source.width
                )
                return replace(expr, border=INSIDE) if inside else expr

            plane = replace(plane, expr=rebuild(plane.expr, proved))
        planes.append(plane)
    return program.with_planes(planes)


def stays_inside(axis: Place, positions: Size, extent: Size) -> bool:
    """Tell whether an axis read at 0 .. positions-1 never leaves 0 .. extent-1."""
    if isinstance(axis, Stretch):
        return False
    last = (positions * axis.p + (axis.q - axis.p)) // axis.r + axis.offset
    return axis.offset >= 0 and covers(extent, last + 1)
