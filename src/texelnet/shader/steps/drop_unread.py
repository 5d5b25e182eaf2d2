"""Drop planes that no output needs."""

from __future__ import annotations

from texelnet.pixel import Program
from texelnet.pixel.expr import taps
from texelnet.shader.schedule import Schedule


def drop_unread(program: Program, schedule: Schedule) -> Program:
    """Return the program without planes that lead to no output; inputs stay."""
    needed = {*program.outputs, *program.inputs}
    for plane in reversed(program.computed()):
        if plane.name in needed:
            needed.update(tap.plane for tap in taps(plane.computed))
    return program.with_planes(p for p in program.planes.values() if p.name in needed)
