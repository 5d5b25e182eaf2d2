"""Share reads: taps that read the same place become one tap."""

from __future__ import annotations

from dataclasses import replace

from texelnet.pixel import Program
from texelnet.pixel.expr import Expr, Tap, rebuild
from texelnet.shader.schedule import Schedule


def share_reads(program: Program, schedule: Schedule) -> Program:
    """Return the program in which equal taps of a plane's expression are one object."""
    planes = []
    for plane in program.planes.values():
        if plane.expr is not None:
            seen: dict[tuple[object, ...], Tap] = {}

            def shared(expr: Expr, seen: dict[tuple[object, ...], Tap] = seen) -> Expr:
                if not isinstance(expr, Tap):
                    return expr
                key = (expr.plane, expr.y, expr.x, expr.border, expr.presence)
                return seen.setdefault(key, expr)

            plane = replace(plane, expr=rebuild(plane.expr, shared))
        planes.append(plane)
    return program.with_planes(planes)
