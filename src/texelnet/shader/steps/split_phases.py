"""Split phases: for hosts whose passes write only their own pixel.

A fragment cannot store several output pixels, so a phased plane is first computed at low
resolution with its phases as channels, then a second pass picks each pixel's phase.
"""

from __future__ import annotations

from dataclasses import replace

from texelnet.pixel import Plane, Program
from texelnet.pixel.expr import Axis, Tap
from texelnet.shader.schedule import Schedule


def split_phases(program: Program, schedule: Schedule) -> Program:
    """Return the program with each phased plane as a low-resolution plane and a shuffle."""
    if schedule.form != "fragment":
        return program
    planes: list[Plane] = []
    for plane in program.planes.values():
        if plane.phases != (1, 1) and not _shuffles(plane):
            name = f"{plane.name}.phases"
            lanes = plane.computed.channels
            low = Plane(name, lanes, *plane.positions, plane.expr, (1, 1), plane.layers)
            planes.append(low)
            plane = replace(plane, expr=Tap(name, lanes))
        planes.append(plane)
    return program.with_planes(planes)


def _shuffles(plane: Plane) -> bool:
    """Tell whether a plane reads one tap, at places that its pixels can compute."""
    if not isinstance(plane.expr, Tap):
        return False
    axes = zip((plane.expr.y, plane.expr.x), plane.phases, strict=True)
    return all(axis.after(Axis.of(1, 0, count)) is not None for axis, count in axes)
