"""Drop planes that no output needs."""

from __future__ import annotations

from texelnet.pixel import Program
from texelnet.pixel.expr import reads
from texelnet.shader.schedule import Schedule


def drop_unread(program: Program, schedule: Schedule) -> Program:
    """Return the program without planes that lead to no output; inputs stay."""
    needed = {*program.outputs, *program.inputs}
    for plane in reversed(program.computed()):
        if plane.name in needed:
            needed.update(read.plane for read in reads(plane.computed))
    return program.with_planes(p for p in program.planes.values() if p.name in needed)
