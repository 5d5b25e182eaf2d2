"""Passes: which kernels a program takes, each written whole."""

from __future__ import annotations

import numpy as np

from texelnet.pixel import Plane, Program
from texelnet.pixel.expr import stretched_by
from texelnet.pixel.show import multiply_adds
from texelnet.shader.kernel import Kernel, packs, texels_read
from texelnet.shader.schedule import Schedule
from texelnet.shader.write.draft import Draft
from texelnet.shader.write.stores import store


def write_kernels(program: Program, schedule: Schedule) -> list[Kernel]:
    """Return the passes of a simplified program, in order."""
    kernels: list[Kernel] = []
    for plane in program.computed():
        total, most = packs(plane.channels), schedule.packs
        buffered = multiply_adds(plane.computed) > schedule.literals
        if buffered:
            most = min(most, schedule.looped_packs)
        own = schedule.of_plane(plane.phases != (1, 1), buffered, plane.thin)
        for first in range(0, total, most):
            count = min(most, total - first)
            kernels.append(_kernel(plane, program, own, first, count, len(kernels)))
    return kernels


def _kernel(
    plane: Plane, program: Program, schedule: Schedule, first: int, count: int, number: int
) -> Kernel:
    draft = Draft(plane, program, schedule)
    store(draft, range(first, first + count))
    part = count / packs(plane.channels)
    rows, columns = plane.positions
    if schedule.form == "fragment":
        rows, columns = plane.height, plane.width
    by, bx = schedule.block
    names = dict.fromkeys(s.plane for s in texels_read(draft.body))
    sides = _sides(plane, program)
    names.update(dict.fromkeys(name for name, _ in sides.values()))
    return Kernel(
        name=f"pass_{number:02d}",
        plane=plane,
        reads=tuple(program.planes[n] for n in names),
        form=schedule.form,
        grid=((rows + (by - 1)) // by, (columns + (bx - 1)) // bx),
        workgroup=schedule.workgroup,
        layers=(first, count),
        body=tuple(draft.body),
        weights=np.stack(draft.weights) if draft.weights else None,
        macs=round(multiply_adds(plane.computed) * part),
        notes=plane.layers,
        sides=sides,
    )


def _sides(plane: Plane, program: Program) -> dict[str, tuple[str, str]]:
    """Return the inputs' sides that are as long as the free sizes in a plane's places."""
    given = [program.planes[name] for name in program.inputs]
    known = {str(p.height): (p.name, "y") for p in given}
    known |= {str(p.width): (p.name, "x") for p in given}
    return {name: known[name] for name in sorted(stretched_by(plane.computed))}
